// Mirrors Unreal Engine 5.4: libraries of Blueprint nodes.
#pragma once

#include "UObject/Object.h"

class UBlueprintFunctionLibrary : public UObject
{
};
