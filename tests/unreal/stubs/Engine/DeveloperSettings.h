// Mirrors Unreal Engine 5.4: pages of the project's settings.
#pragma once

#include "UObject/Object.h"
#include "UObject/UObjectGlobals.h"

class UDeveloperSettings : public UObject
{
public:
	virtual FName GetCategoryName() const { return FName(); }
};
