// Mirrors Unreal Engine 5.4: a clock.
#pragma once

#include "CoreMinimal.h"

struct FPlatformTime
{
	static double Seconds();
};
