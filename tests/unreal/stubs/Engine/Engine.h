// Mirrors Unreal Engine 5.4: the engine object.
#pragma once

#include "Engine/World.h"

enum class EGetWorldErrorMode
{
	ReturnNull,
	LogAndReturnNull,
	Assert,
};

class UEngine : public UObject
{
public:
	UWorld* GetWorldFromContextObject(const UObject* Object, EGetWorldErrorMode) const
	{
		return Object != nullptr ? Object->GetWorld() : nullptr;
	}
	const std::vector<FWorldContext>& GetWorldContexts() const { return StubContexts; }
	std::vector<FWorldContext> StubContexts;
};

extern UEngine* GEngine;
