// Mirrors Unreal Engine 5.4: which engine it is.
#pragma once

#include "CoreMinimal.h"

#define UE_VERSION_OLDER_THAN(Major, Minor, Patch) \
	(ENGINE_MAJOR_VERSION < Major || (ENGINE_MAJOR_VERSION == Major && ENGINE_MINOR_VERSION < Minor))
