// Mirrors Unreal Engine 5.4: plugins.
#pragma once

#include "CoreMinimal.h"

class IPlugin
{
public:
	FString GetBaseDir() const { return FString(TEXT("/plugins/Playgate")); }
};

class IPluginManager
{
public:
	static IPluginManager& Get();
	TSharedPtr<IPlugin> FindPlugin(const FString& Name);
};
