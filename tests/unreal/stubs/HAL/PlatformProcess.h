// Mirrors Unreal Engine 5.4: loading libraries.
#pragma once

#include "CoreMinimal.h"

struct FPlatformProcess
{
	static void* GetDllHandle(const TCHAR* Path);
};
