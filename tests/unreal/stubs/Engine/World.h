// Mirrors Unreal Engine 5.4: worlds and where they run.
#pragma once

#include "UObject/Object.h"

class UGameInstance;

namespace EWorldType
{
enum Type
{
	None,
	Game,
	Editor,
	PIE,
};
}

class UWorld : public UObject
{
public:
	UGameInstance* GetGameInstance() const { return StubGameInstance; }
	virtual UWorld* GetWorld() const override { return const_cast<UWorld*>(this); }
	UGameInstance* StubGameInstance = nullptr;
};

struct FWorldContext
{
	EWorldType::Type WorldType = EWorldType::None;
	int32 PIEInstance = INDEX_NONE;
	UGameInstance* OwningGameInstance = nullptr;
	UWorld* StubWorld = nullptr;
	UWorld* World() const { return StubWorld; }
};
