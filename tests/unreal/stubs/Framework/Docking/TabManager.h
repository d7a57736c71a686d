// Mirrors Unreal Engine 5.4: where tabs are made.
#pragma once

#include "CoreMinimal.h"

class SDockTab;

class FSpawnTabArgs
{
};

using FOnSpawnTab = TDelegate<TSharedRef<SDockTab>(const FSpawnTabArgs&)>;

struct FTabSpawnerEntry
{
	FTabSpawnerEntry& SetDisplayName(const FText& Name)
	{
		StubName = Name;
		return *this;
	}
	FText StubName;
	FOnSpawnTab StubSpawn;
};

class FGlobalTabmanager
{
public:
	static TSharedRef<FGlobalTabmanager> Get();
	FTabSpawnerEntry& RegisterNomadTabSpawner(const FName& Name, const FOnSpawnTab& Spawn);
	bool UnregisterNomadTabSpawner(const FName& Name);
	std::vector<std::pair<FName, FTabSpawnerEntry>> StubEntries;
};
