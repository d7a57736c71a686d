// Mirrors Unreal Engine 5.4: game instances. This one makes the subsystems that the test asks for.
#pragma once

#include "Engine/World.h"
#include "Subsystems/GameInstanceSubsystem.h"
#include "UObject/UObjectGlobals.h"

class UGameInstance : public UObject
{
public:
	template <typename T>
	T* GetSubsystem() const
	{
		for (UGameInstanceSubsystem* const One : Subsystems)
		{
			if (One->StubClass() == T::StubStaticClass())
			{
				return static_cast<T*>(One);
			}
		}
		return nullptr;
	}
	FWorldContext* GetWorldContext() const { return Context; }
	virtual UWorld* GetWorld() const override { return Context != nullptr ? Context->StubWorld : nullptr; }

	FWorldContext* Context = nullptr;
	std::vector<UGameInstanceSubsystem*> Subsystems;
};
