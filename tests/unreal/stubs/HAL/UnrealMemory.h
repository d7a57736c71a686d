// Mirrors Unreal Engine 5.4: memory.
#pragma once

#include "CoreMinimal.h"

struct FMemory
{
	static void* Memcpy(void* To, const void* From, SIZE_T Count) { return std::memcpy(To, From, Count); }
};
