// What Playgate says, in types that Blueprints know.
#pragma once

#include "CoreMinimal.h"
#include "UObject/ObjectMacros.h"

#include "PlaygateTypes.generated.h"

/** What a feature may do. */
UENUM(BlueprintType)
enum class EPlaygateAccess : uint8
{
	/** Denied: no session, on hold, not in the session, or something went wrong. */
	Unavailable,
	/** The feature is on. */
	Allowed,
	/** Off; a parent can enable it. */
	AskParent,
	/** Off; the player must verify their age first. */
	VerifyAge,
	/** Off; the player may enable it. */
	PlayerMayEnable,
	/** Off, and nobody can enable it. */
	Prohibited,
};

/** Why a feature is not on. May choose among texts. */
UENUM(BlueprintType)
enum class EPlaygateReason : uint8
{
	/** It is on. */
	None,
	/** A parent manages it. */
	Parent,
	/** It is not available in this place. */
	Prohibited,
	/** The player is below the age it needs. */
	TooYoung,
	/** The player's age is to be verified first. */
	AgeVerification,
	/** The player has not switched it on. */
	PlayerChoice,
	/** An answer is being waited for. */
	Pending,
	/** There is no session. */
	NoSession,
	/** The session is on hold. */
	OnHold,
	/** Something went wrong. */
	Error,
	/** The session does not name this feature. */
	NotInSession,
	/** The session ended. */
	SessionEnded,
	/** The stored session is too old, or the clock ran backwards. */
	Stale,
	/** The stored record is damaged. */
	RecordDamaged,
	/** Another process holds the stored record. */
	RecordLocked,
	/** The place of the stored record is not there yet. */
	RecordUnavailable,
	/** The stored record is sealed and no key was given. */
	KeyMissing,
	/** The stored record was sealed with another key. */
	WrongKey,
	/** The stored record was written by a newer version. */
	NewerFormat,
	/** The player has switched it off on this device. */
	SwitchedOff,
};

/** What to do next about a feature that is off. */
UENUM(BlueprintType)
enum class EPlaygateNextStep : uint8
{
	/** Nothing. */
	Nothing,
	/** Start the age gate. */
	StartAgeGate,
	/** Ask a parent: Request Permission. */
	AskParent,
	/** Have the player verify their age: Request Permission. */
	VerifyAge,
	/** Offer the player to enable it: Request Permission. */
	Enable,
	/** Wait for what is on its way. */
	Wait,
	/** Ask the server: Refresh. */
	Refresh,
};

/** How fresh the knowledge behind an answer is. For hints and logs. */
UENUM(BlueprintType)
enum class EPlaygateFreshness : uint8
{
	/** There is no session. */
	None,
	/** The server confirmed it a short while ago. */
	Live,
	/** From the stored record. */
	Cached,
	/** Older than the limit. */
	Stale,
};

/** Who manages a permission. */
UENUM(BlueprintType)
enum class EPlaygateManagedBy : uint8
{
	/** Nobody that is known. */
	Unknown,
	/** The player. */
	Player,
	/** A parent or another trusted adult. */
	Guardian,
	/** Nobody: it is prohibited. */
	Prohibited,
};

/** How far a request for a permission has come. */
UENUM(BlueprintType)
enum class EPlaygateProgress : uint8
{
	/** Nothing is under way. */
	None,
	/** The server is being asked. */
	Asking,
	/** A challenge is open. */
	Asked,
	/** Somebody has opened the challenge. */
	Waiting,
	/** The answer was yes; the feature is on as soon as the session says so. */
	Approved,
	/** It stays off. */
	Refused,
	/** It is on. */
	Enabled,
};

/** What kind of notice. */
UENUM(BlueprintType)
enum class EPlaygateNoticeKind : uint8
{
	/** Nothing to tell. */
	None,
	/** The session ended; the age gate comes next. */
	SessionEnded,
	/** The player reached a higher age status. */
	AgedUp,
	/** Features went off. */
	Restricted,
	/** Features came on, or the player may now choose. */
	OpenedUp,
	/** Some features went off and some came on. */
	Mixed,
	/** A question was put. */
	Asked,
	/** Somebody has opened the question. */
	Waiting,
	/** The answer was yes. */
	Approved,
	/** What the player asked for stays off. */
	Refused,
	/** What the player asked for is on. */
	Enabled,
};

/** How something that was asked for ended. */
UENUM(BlueprintType)
enum class EPlaygateOutcome : uint8
{
	/** Something failed; Result says what. */
	Failed,
	/** Done. Of a permission: the feature is on. */
	Done,
	/** A challenge is open: show it. */
	ChallengeOpen,
	/** Asked again too soon; nothing was sent. */
	TooSoon,
	/** Nobody can turn it on. */
	Prohibited,
	/** It stays off. */
	NotEnabled,
	/** There is no session that holds, or no player. */
	NoSession,
	/** The server cannot be reached, or has trouble, or the network is not allowed. */
	ServerTrouble,
	/** It could not be stored. */
	StorageTrouble,
	/** Cancelled, or the player's client was closed. */
	Cancelled,
};

/** A decision about a feature. Access and NextStep may drive the user interface, and Text may be shown. */
USTRUCT(BlueprintType)
struct PLAYGATE_API FPlaygateDecision
{
	GENERATED_BODY()

	/** What the feature may do. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	EPlaygateAccess Access = EPlaygateAccess::Unavailable;

	/** Why it is not on. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	EPlaygateReason Reason = EPlaygateReason::NoSession;

	/** What to do next. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	EPlaygateNextStep NextStep = EPlaygateNextStep::Nothing;

	/** How fresh the knowledge is. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	EPlaygateFreshness Freshness = EPlaygateFreshness::None;

	/** Who manages the feature. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	EPlaygateManagedBy ManagedBy = EPlaygateManagedBy::Unknown;

	/** The age in years that must be verified; 0 when there is none. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	int32 AgeThreshold = 0;

	/** A neutral sentence for the locked feature, in the language that was set; empty when it is on. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	FString Text;
};

/** A question that a parent or the player answers outside the game. Whoever has URL and code can answer: show, never store. */
USTRUCT(BlueprintType)
struct PLAYGATE_API FPlaygateChallenge
{
	GENERATED_BODY()

	/** The feature that it is about. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	FString Feature;

	/** Whether the player must act, in the system's browser; otherwise a parent. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	bool bIsForPlayer = false;

	/** How it stands. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	EPlaygateProgress Progress = EPlaygateProgress::None;

	/** Where it is answered; empty right after a restart. A parent's is shown as QR code and never opened on this device. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	FString Url;

	/** The one-time code for a parent; empty when there is none. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	FString Code;

	/** The site where a parent types the code in. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	FString CodeSite;

	/** Until when the URL is valid, Unix milliseconds; 0 when nothing is known. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	int64 UrlExpiresMs = 0;

	/** Until when the code is valid, Unix milliseconds; 0 when there is none. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	int64 CodeExpiresMs = 0;
};

/** What the player is to be told. */
USTRUCT(BlueprintType)
struct PLAYGATE_API FPlaygateNotice
{
	GENERATED_BODY()

	/** What kind of notice. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	EPlaygateNoticeKind Kind = EPlaygateNoticeKind::None;

	/** A heading. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	FString Title;

	/** The text, with the features' display names, a line each. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	FString Message;

	/** Features that went off, by their display names. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	TArray<FString> WentOff;

	/** Features that came on, by their display names. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	TArray<FString> CameOn;

	/** Features that the player may now enable, by their display names. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	TArray<FString> MayChoose;

	/** Features that the player asked for and did not get, by their display names. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	TArray<FString> Asked;
};

/** How something that was asked for ended, with the details. */
USTRUCT(BlueprintType)
struct PLAYGATE_API FPlaygateOutcome
{
	GENERATED_BODY()

	/** How it ended. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	EPlaygateOutcome Outcome = EPlaygateOutcome::Failed;

	/** The library's result: 0 is ok, negative failed. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	int32 Result = 0;

	/** The result's name, for logs. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	FString ResultName;

	/** The server's HTTP status; 0 when there was none. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	int32 HttpStatus = 0;

	/** A sentence for logs, not for players. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate")
	FString LogText;
};
