// Mirrors Unreal Engine 5.4: modules.
#pragma once

#include "CoreMinimal.h"

class IModuleInterface
{
public:
	virtual ~IModuleInterface() = default;
	virtual void StartupModule() {}
	virtual void ShutdownModule() {}
	virtual bool SupportsDynamicReloading() { return true; }
};
