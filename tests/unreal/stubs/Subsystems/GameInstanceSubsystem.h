// Mirrors Unreal Engine 5.4: subsystems that live with a game instance.
#pragma once

#include "UObject/Object.h"

class UGameInstance;

class FSubsystemCollectionBase
{
};

class USubsystem : public UObject
{
public:
	virtual void Initialize(FSubsystemCollectionBase& Collection) { (void)Collection; }
	virtual void Deinitialize() {}
};

class UGameInstanceSubsystem : public USubsystem
{
public:
	UGameInstance* GetGameInstance() const { return StubOwner; }
	UGameInstance* StubOwner = nullptr;
};
