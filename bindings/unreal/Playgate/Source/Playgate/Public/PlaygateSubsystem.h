// The player's Playgate client of one game instance.
#pragma once

#include "CoreMinimal.h"
#include "Containers/Ticker.h"
#include "PlaygateTypes.h"
#include "Subsystems/GameInstanceSubsystem.h"
#include "Templates/Function.h"
#include "Templates/PimplPtr.h"

#include "PlaygateSubsystem.generated.h"

class UTexture2D;
struct FPlaygateSubsystemImpl;

/** A feature's number, the same in the whole process: for C++ that asks each frame. A default one is always denied. */
struct FPlaygateFeature
{
	/** 0: none. */
	uint32 Number = 0;
};

/** Something that a game asks its player's client to do. */
enum class EPlaygateAction : uint8
{
	/** Ask the server for news; at most every 30 s. */
	Refresh,
	/** The same, because a push told the game: the limit does not hold. */
	RefreshAfterPush,
	/** The player has read the notice that was handed out last. */
	AcknowledgeNotice,
	/** Remove every trace of the player. */
	Forget,
	/** Make everything so far durable. */
	Flush,
	/** The player tapped a locked feature. */
	RequestPermission,
	/** The player closed a challenge's page. */
	CheckChallenge,
	/** Give a challenge up on this device. */
	CancelChallenge,
	/** Have a new code made for a parent's challenge. */
	RenewCode,
	/** The player switches a feature off that they manage. */
	SwitchOff,
	/** The player switches it on again. */
	SwitchOn,
};

/** How something that was asked for ended. */
using FPlaygateCompletion = TFunction<void(const FPlaygateOutcome&)>;

/** Fills in the 32-byte key of the platform's keystore that records are sealed with. False: there is none now. */
DECLARE_DELEGATE_RetVal_OneParam(bool, FPlaygateKeyProvider, TArray<uint8>&);

DECLARE_DYNAMIC_MULTICAST_DELEGATE(FPlaygateSignature);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FPlaygateReachableSignature, bool, bIsReachable);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FPlaygateStorageSignature, bool, bIsStored);
DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(
	FPlaygateUpgradeSignature, const FString&, Feature, EPlaygateProgress, Progress);

DECLARE_MULTICAST_DELEGATE(FPlaygateNativeSignature);
DECLARE_MULTICAST_DELEGATE_OneParam(FPlaygateNativeStateSignature, bool);
DECLARE_MULTICAST_DELEGATE_TwoParams(FPlaygateNativeUpgradeSignature, const FString&, EPlaygateProgress);

/**
 * Keeps one player's client: opened by Open Player, pumped by the core ticker, closed with the game instance. In the editor
 * each play instance has its own player and folder. Game thread only, except Is Allowed.
 */
UCLASS()
class PLAYGATE_API UPlaygateSubsystem : public UGameInstanceSubsystem
{
	GENERATED_BODY()

public:
	UPlaygateSubsystem();

	//~ Begin USubsystem
	virtual void Initialize(FSubsystemCollectionBase& Collection) override;
	virtual void Deinitialize() override;
	//~ End USubsystem

	/** The subsystem of the game instance that an object belongs to; null when there is none. */
	static UPlaygateSubsystem* Get(const UObject* WorldContextObject);

	/** Opens the player's client; one that is open is closed first. Reads the stored record, so it belongs into a loading screen.
	 * The key is the same for the same player, for example the account's id; the token is the studio's, and may be empty. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Player")
	bool OpenPlayer(const FString& PlayerKey, const FString& Token);

	/** Closes the player's client: everything is denied from here on. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Player")
	void ClosePlayer();

	/** Whether a player's client is open. */
	UFUNCTION(BlueprintPure, Category = "Playgate|Player")
	bool IsPlayerOpen() const;

	/** Sets or replaces the player's token for the studio's server; an empty one takes it away. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Player")
	void SetToken(const FString& Token);

	/** Allows or forbids the network. No byte leaves before it is allowed. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Player")
	void SetNetworkAllowed(bool bAllowed);

	/** Says whether the platform has connectivity; it is assumed until told otherwise. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Player")
	void SetOnline(bool bOnline);

	/** Whether a feature is on. Anything that is not certainly allowed is off. */
	UFUNCTION(BlueprintPure, Category = "Playgate|Features")
	bool IsFeatureAllowed(const FString& Feature) const;

	/** What a feature may do, why, and what to do next. For the user interface. */
	UFUNCTION(BlueprintPure, Category = "Playgate|Features")
	FPlaygateDecision Decide(const FString& Feature) const;

	/** The feature's challenge. False when there is none. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Features")
	bool GetChallenge(const FString& Feature, FPlaygateChallenge& OutChallenge) const;

	/** The QR code of the feature's challenge as a texture, about so many pixels wide; null when there is none.
	 * Takes milliseconds: make it once. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Features")
	UTexture2D* MakeQrTexture(const FString& Feature, int32 WantedSide = 512);

	/** What the player is to be told; of kind None when there is nothing. Show it, then use Acknowledge Notice. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Notices")
	FPlaygateNotice TakeNotice();

	/** Facts for support, as JSON, without personal data. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Support")
	FString GetDiagnostics() const;

	/** What features may do has changed: look at what the user interface shows. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|Events")
	FPlaygateSignature OnSessionChanged;

	/** There is something to tell the player: Take Notice has it. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|Events")
	FPlaygateSignature OnNoticeReady;

	/** The player has no session, or it ended: start the age gate. May come again. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|Events")
	FPlaygateSignature OnConsentNeeded;

	/** The server refused the player's token: set a new one. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|Events")
	FPlaygateSignature OnTokenRefused;

	/** The server cannot be reached, or can be reached again. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|Events")
	FPlaygateReachableSignature OnServerReachable;

	/** What is known could not be stored, or is stored again. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|Events")
	FPlaygateStorageSignature OnStored;

	/** A request for a permission has come further. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|Events")
	FPlaygateUpgradeSignature OnUpgradeChanged;

	/** The same events for C++: bind with AddUObject or AddWeakLambda. They come before the ones for Blueprints. */
	FPlaygateNativeSignature OnSessionChangedNative;
	FPlaygateNativeSignature OnNoticeReadyNative;
	FPlaygateNativeSignature OnConsentNeededNative;
	FPlaygateNativeSignature OnTokenRefusedNative;
	FPlaygateNativeStateSignature OnServerReachableNative;
	FPlaygateNativeStateSignature OnStoredNative;
	FPlaygateNativeUpgradeSignature OnUpgradeChangedNative;

	/** The player's client was opened or closed. */
	FPlaygateNativeSignature OnPlayerChangedNative;

	/** Gives the key of the platform's keystore, for all game instances. Set it before players are opened. Without it records
	 * are in clear and hold no personal data; when it is bound and gives none, no player is opened. */
	static FPlaygateKeyProvider& KeyProvider();

	/** The number of a feature. Ask once, and keep it. */
	static FPlaygateFeature FindFeature(const FString& Feature);

	/** Whether a feature is on: nanoseconds, from any thread while this object lives. */
	bool IsAllowed(FPlaygateFeature Feature) const;

	/** Starts something. Completion is called once, on the game thread and never from inside this call, unless Owner is gone by
	 * then; also when it could not be started. The feature's name is for those actions that are about one. */
	void Start(EPlaygateAction Action, const FString& Feature, const UObject* Owner, FPlaygateCompletion Completion);

	/** Gives the client the session that the consent flow gave the game, as JSON. Completion as with Start. */
	void Adopt(const FString& SessionJson, const UObject* Owner, FPlaygateCompletion Completion);

	/** Has a message sent to the parent about the feature's challenge; an empty address: to who approved last. The address is
	 * neither stored nor logged. Completion as with Start. */
	void EmailParent(const FString& Feature, const FString& Address, const FString& Locale, const UObject* Owner,
		FPlaygateCompletion Completion);

	/** The newest events, the oldest first, for the editor's tab. */
	TArray<FString> GetRecentEvents() const;

	/** The features that this game instance has asked for so far, for the editor's tab. */
	TArray<FString> GetAskedFeatures() const;

private:
	bool Tick(float DeltaSeconds);
	void OnBackground();
	void OnForeground();

	FTSTicker::FDelegateHandle TickerHandle;
	FDelegateHandle BackgroundHandle;
	FDelegateHandle ForegroundHandle;
	TPimplPtr<FPlaygateSubsystemImpl> Impl;
};
