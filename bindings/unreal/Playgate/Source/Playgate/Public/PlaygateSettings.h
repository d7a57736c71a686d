// The page "Playgate" in the project's settings.
#pragma once

#include "CoreMinimal.h"
#include "Engine/DeveloperSettings.h"

#include "PlaygateSettings.generated.h"

/** Where the players' records are kept. */
UENUM()
enum class EPlaygateStorage : uint8
{
	/** Files in the project's Saved folder: written whole, locked against other processes. For desktops and phones. */
	Files,
	/** The platform's save games, two slots a record. For consoles. */
	SaveGames,
	/** Memory: nothing survives. For tests. */
	Memory,
};

/** How Playgate works in this project. */
UCLASS(Config = Game, DefaultConfig, meta = (DisplayName = "Playgate"))
class PLAYGATE_API UPlaygateSettings : public UDeveloperSettings
{
	GENERATED_BODY()

public:
	UPlaygateSettings();

	/** The studio's own server, "https://…"; "http://…" for this machine. Empty: none. Never k-ID's address, never its key. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Server")
	FString ServerUrl;

	/** Where parents type a challenge's code in. Empty: k-ID's own site. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Server")
	FString CodeSite;

	/** Whether the network may be used as soon as a player is opened. Otherwise no byte leaves before Set Network Allowed. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Server")
	bool bNetworkAllowedAtStart = false;

	/** Whether requests go through the engine's HTTP. Otherwise through the library's own, where the platform has it. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Server")
	bool bUseEngineHttp = false;

	/** Where the players' records are kept. */
	UPROPERTY(Config, EditAnywhere, Category = "Storage")
	EPlaygateStorage Storage = EPlaygateStorage::Files;

	/** After so many hours without the server, what a parent or an age check allowed becomes unavailable. 0: never. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Storage", meta = (ClampMin = "0"))
	int32 StaleAfterHours = 0;

	/** How long the end of a game waits for what is being stored, in milliseconds. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Storage", meta = (ClampMin = "0", ClampMax = "10000"))
	int32 DrainMilliseconds = 2000;

	/** The time of a frame that Playgate may take, in microseconds, for all game instances of the process together. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Frame", meta = (ClampMin = "50", ClampMax = "10000"))
	int32 FrameBudgetMicroseconds = 500;

	/** How many events a frame hands on at most; what is left comes with the next one. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Frame", meta = (ClampMin = "1", ClampMax = "256"))
	int32 MaxEventsPerFrame = 32;

	/** Whether the library may have no threads of its own: all its work is then done in the frame's time. */
	UPROPERTY(Config, EditAnywhere, BlueprintReadOnly, Category = "Frame")
	bool bNoThreads = false;

	//~ Begin UDeveloperSettings
	virtual FName GetCategoryName() const override;
	//~ End UDeveloperSettings
};
