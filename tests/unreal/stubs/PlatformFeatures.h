// Mirrors Unreal Engine 5.4: what platforms have.
#pragma once

#include "CoreMinimal.h"

class ISaveGameSystem;

class IPlatformFeaturesModule
{
public:
	static IPlatformFeaturesModule& Get();
	ISaveGameSystem* GetSaveGameSystem();
};
