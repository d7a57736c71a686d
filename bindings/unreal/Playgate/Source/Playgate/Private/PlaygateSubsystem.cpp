#include "PlaygateSubsystem.h"

#include "Core/FrameBudget.h"
#include "Core/GameClient.h"
#include "Core/PlayerScope.h"
#include "Engine/Engine.h"
#include "Engine/GameInstance.h"
#include "Engine/Texture2D.h"
#include "Engine/World.h"
#include "HAL/PlatformTime.h"
#include "HAL/UnrealMemory.h"
#include "Misc/CoreDelegates.h"
#include "Misc/Paths.h"
#include "PlaygateConvert.h"
#include "PlaygateHttp.h"
#include "PlaygateLog.h"
#include "PlaygateModule.h"
#include "PlaygateSaveGames.h"
#include "PlaygateSettings.h"

#include <deque>
#include <set>
#include <utility>

using PlaygateConvert::ToFString;
using PlaygateConvert::ToUtf8;

namespace
{

/** How many events the editor's tab shows. */
constexpr size_t PlaygateKeptEvents = 64;

/** Shared by all game instances of the process. Game thread only. */
PlaygateCore::FFrameBudget PlaygateFrameBudget;
uint32 PlaygateOpenClients = 0;

/** The play instance of the editor, or PlaygateCore::NotInEditor. */
int32 PlaygatePlayInstance(const UGameInstance* GameInstance)
{
	const FWorldContext* const Context = GameInstance != nullptr ? GameInstance->GetWorldContext() : nullptr;
	if (Context != nullptr && Context->WorldType == EWorldType::PIE)
	{
		return Context->PIEInstance;
	}
	return PlaygateCore::NotInEditor;
}

PlaygateCore::EAsk PlaygateAskFor(EPlaygateAction Action)
{
	switch (Action)
	{
	case EPlaygateAction::RefreshAfterPush:
		return PlaygateCore::EAsk::RefreshAfterPush;
	case EPlaygateAction::AcknowledgeNotice:
		return PlaygateCore::EAsk::Acknowledge;
	case EPlaygateAction::Forget:
		return PlaygateCore::EAsk::Forget;
	case EPlaygateAction::Flush:
		return PlaygateCore::EAsk::Flush;
	case EPlaygateAction::RequestPermission:
		return PlaygateCore::EAsk::RequestPermission;
	case EPlaygateAction::CheckChallenge:
		return PlaygateCore::EAsk::CheckChallenge;
	case EPlaygateAction::CancelChallenge:
		return PlaygateCore::EAsk::CancelChallenge;
	case EPlaygateAction::RenewCode:
		return PlaygateCore::EAsk::RenewCode;
	case EPlaygateAction::SwitchOff:
		return PlaygateCore::EAsk::SwitchOff;
	case EPlaygateAction::SwitchOn:
		return PlaygateCore::EAsk::SwitchOn;
	case EPlaygateAction::Refresh:
	default:
		return PlaygateCore::EAsk::Refresh;
	}
}

} // namespace

/** What the subsystem's header need not know. */
struct FPlaygateSubsystemImpl
{
	/** A completion that could not be started, to be told with the next tick. */
	struct FRefused
	{
		PlaygateCore::FIsAlive IsAlive;
		FPlaygateCompletion Completion;
		FPlaygateOutcome Outcome;
	};

	PlaygateCore::FGameClient Client;
	std::deque<std::string> Recent;
	/** Asking for a decision is const for the caller. */
	mutable std::set<std::string> Asked;
	std::deque<FRefused> Refused;

	/** A waiter of the library's side that calls the engine's. */
	static PlaygateCore::FGameClient::FWaiter WaiterFor(const FPlaygateCompletion& Completion)
	{
		return [Completion](const PlaygateCore::FOutcome& Outcome) {
			if (Completion)
			{
				Completion(PlaygateConvert::ToOutcome(Outcome));
			}
		};
	}

	/** Tells later that something could not be started. */
	void Refuse(playgate_result Result, const PlaygateCore::FIsAlive& IsAlive, const FPlaygateCompletion& Completion)
	{
		PlaygateCore::FOutcome Outcome;
		Outcome.Result = Result;
		Outcome.Text = Result == PLAYGATE_ERROR_INVALID_HANDLE ? "no player is open" : playgate_last_error();
		Refused.push_back({IsAlive, Completion, PlaygateConvert::ToOutcome(Outcome)});
	}

	void TellRefused()
	{
		// Those that are refused meanwhile have their turn with the next tick.
		std::deque<FRefused> Now;
		Now.swap(Refused);
		for (const FRefused& One : Now)
		{
			if (One.Completion && (!One.IsAlive || One.IsAlive()))
			{
				One.Completion(One.Outcome);
			}
		}
	}

	void Close(uint32 DrainMs)
	{
		if (Client.IsOpen())
		{
			--PlaygateOpenClients;
			Client.Close(DrainMs);
		}
	}

	void Note(const PlaygateCore::FEvent& Event)
	{
		std::string Line = "event " + std::to_string(Event.Type);
		Line += Event.Feature.empty() ? std::string() : " " + Event.Feature;
		Line += Event.Progress == 0 ? std::string() : " progress " + std::to_string(Event.Progress);
		Line += Event.Operation == 0 ? std::string() : " operation " + std::to_string(Event.Operation);
		Line += Event.Result == PLAYGATE_OK ? std::string() : std::string(" ") + playgate_result_name(Event.Result);
		Line += Event.Text.empty() ? std::string() : ": " + Event.Text;
		Recent.push_back(Line);
		if (Recent.size() > PlaygateKeptEvents)
		{
			Recent.pop_front();
		}
	}
};

UPlaygateSubsystem::UPlaygateSubsystem() : Impl(MakePimpl<FPlaygateSubsystemImpl>())
{
}

void UPlaygateSubsystem::Initialize(FSubsystemCollectionBase& Collection)
{
	Super::Initialize(Collection);
	(void)Impl->Client.OnEvent().Add(PlaygateConvert::AliveWith(this), [this](const PlaygateCore::FEvent& Event) {
		Impl->Note(Event);
		switch (Event.Type)
		{
		case PLAYGATE_EVENT_SESSION_CHANGED:
			OnSessionChangedNative.Broadcast();
			OnSessionChanged.Broadcast();
			break;
		case PLAYGATE_EVENT_NOTICE_READY:
			OnNoticeReadyNative.Broadcast();
			OnNoticeReady.Broadcast();
			break;
		case PLAYGATE_EVENT_SESSION_ENDED:
		case PLAYGATE_EVENT_CONSENT_NEEDED:
			OnConsentNeededNative.Broadcast();
			OnConsentNeeded.Broadcast();
			break;
		case PLAYGATE_EVENT_TOKEN_REFUSED:
			OnTokenRefusedNative.Broadcast();
			OnTokenRefused.Broadcast();
			break;
		case PLAYGATE_EVENT_SERVER_REACHABLE:
		case PLAYGATE_EVENT_SERVER_UNREACHABLE:
			OnServerReachableNative.Broadcast(Event.Type == PLAYGATE_EVENT_SERVER_REACHABLE);
			OnServerReachable.Broadcast(Event.Type == PLAYGATE_EVENT_SERVER_REACHABLE);
			break;
		case PLAYGATE_EVENT_STORAGE_FAILED:
		case PLAYGATE_EVENT_STORAGE_RECOVERED:
			OnStoredNative.Broadcast(Event.Type == PLAYGATE_EVENT_STORAGE_RECOVERED);
			OnStored.Broadcast(Event.Type == PLAYGATE_EVENT_STORAGE_RECOVERED);
			break;
		case PLAYGATE_EVENT_UPGRADE_CHANGED:
		{
			const FString Feature = ToFString(Event.Feature);
			const EPlaygateProgress Progress = PlaygateConvert::ToProgress(Event.Progress);
			OnUpgradeChangedNative.Broadcast(Feature, Progress);
			OnUpgradeChanged.Broadcast(Feature, Progress);
			break;
		}
		default:
			break;
		}
	});
	TickerHandle = FTSTicker::GetCoreTicker().AddTicker(FTickerDelegate::CreateUObject(this, &UPlaygateSubsystem::Tick), 0.0F);
	BackgroundHandle =
		FCoreDelegates::ApplicationWillEnterBackgroundDelegate.AddUObject(this, &UPlaygateSubsystem::OnBackground);
	ForegroundHandle =
		FCoreDelegates::ApplicationHasEnteredForegroundDelegate.AddUObject(this, &UPlaygateSubsystem::OnForeground);
}

void UPlaygateSubsystem::Deinitialize()
{
	FTSTicker::GetCoreTicker().RemoveTicker(TickerHandle);
	FCoreDelegates::ApplicationWillEnterBackgroundDelegate.Remove(BackgroundHandle);
	FCoreDelegates::ApplicationHasEnteredForegroundDelegate.Remove(ForegroundHandle);
	ClosePlayer();
	Impl->TellRefused();
	Super::Deinitialize();
}

UPlaygateSubsystem* UPlaygateSubsystem::Get(const UObject* WorldContextObject)
{
	const UWorld* const World =
		GEngine != nullptr ? GEngine->GetWorldFromContextObject(WorldContextObject, EGetWorldErrorMode::ReturnNull) : nullptr;
	const UGameInstance* const GameInstance = World != nullptr ? World->GetGameInstance() : nullptr;
	return GameInstance != nullptr ? GameInstance->GetSubsystem<UPlaygateSubsystem>() : nullptr;
}

bool UPlaygateSubsystem::OpenPlayer(const FString& PlayerKey, const FString& Token)
{
	ClosePlayer();
	if (!FPlaygateModule::IsLibraryReady())
	{
		UE_LOG(LogPlaygate, Error, TEXT("No player is opened: the library is not loaded."));
		return false;
	}
	const UPlaygateSettings* const Settings = GetDefault<UPlaygateSettings>();
	const int32 PlayInstance = PlaygatePlayInstance(GetGameInstance());
	PlaygateCore::FClientSetup Setup;
	Setup.Player = PlaygateCore::ScopedPlayer(ToUtf8(PlayerKey), PlayInstance);
	Setup.ServerUrl = ToUtf8(Settings->ServerUrl);
	Setup.Token = ToUtf8(Token);
	Setup.CodeSite = ToUtf8(Settings->CodeSite);
	Setup.StaleAfterMs = static_cast<uint64_t>(FMath::Max(Settings->StaleAfterHours, 0)) * 3600000;
	Setup.bNetworkAllowed = Settings->bNetworkAllowedAtStart;
	Setup.bTakeOver = PlayInstance != PlaygateCore::NotInEditor;
	Setup.bNoThreads = Settings->bNoThreads;
	if (KeyProvider().IsBound())
	{
		TArray<uint8> Key;
		if (!KeyProvider().Execute(Key))
		{
			// In clear is not what the game wants, and a sealed record would only say "no key".
			UE_LOG(LogPlaygate, Error, TEXT("No player is opened: the platform's keystore gave no key."));
			return false;
		}
		Setup.Key.assign(Key.GetData(), Key.GetData() + Key.Num());
	}
	if (Settings->Storage == EPlaygateStorage::Files)
	{
		const FString Folder = FPaths::ConvertRelativePathToFull(FPaths::Combine(FPaths::ProjectSavedDir(), TEXT("Playgate")));
		Setup.Folder = PlaygateCore::ScopedFolder(ToUtf8(Folder), PlayInstance);
	}
	else if (Settings->Storage == EPlaygateStorage::SaveGames)
	{
		Setup.Storage = FPlaygateSaveGameMedium::MakeStore(0, PlayInstance);
	}
	if (!Setup.ServerUrl.empty() && (Settings->bUseEngineHttp || Settings->bNoThreads))
	{
		Setup.Http = FPlaygateHttpHost::MakeExchanges();
	}
	const playgate_result Opened = Impl->Client.Open(Setup);
	// Not left in memory longer than it is needed.
	Setup.Key.assign(Setup.Key.size(), 0);
	if (Opened < 0)
	{
		UE_LOG(LogPlaygate, Error, TEXT("The player is not opened: %s: %s"), *ToFString(playgate_result_name(Opened)),
			*ToFString(playgate_last_error()));
		return false;
	}
	++PlaygateOpenClients;
	OnPlayerChangedNative.Broadcast();
	return true;
}

void UPlaygateSubsystem::ClosePlayer()
{
	if (Impl->Client.IsOpen())
	{
		Impl->Close(static_cast<uint32>(FMath::Max(GetDefault<UPlaygateSettings>()->DrainMilliseconds, 0)));
		OnPlayerChangedNative.Broadcast();
	}
}

bool UPlaygateSubsystem::IsPlayerOpen() const
{
	return Impl->Client.IsOpen();
}

void UPlaygateSubsystem::SetToken(const FString& Token)
{
	(void)Impl->Client.SetToken(ToUtf8(Token));
}

void UPlaygateSubsystem::SetNetworkAllowed(bool bAllowed)
{
	(void)Impl->Client.SetNetworkAllowed(bAllowed);
}

void UPlaygateSubsystem::SetOnline(bool bOnline)
{
	(void)Impl->Client.SetOnline(bOnline);
}

bool UPlaygateSubsystem::IsFeatureAllowed(const FString& Feature) const
{
	return IsAllowed(FindFeature(Feature));
}

FPlaygateDecision UPlaygateSubsystem::Decide(const FString& Feature) const
{
	const std::string Name = ToUtf8(Feature);
	(void)Impl->Asked.insert(Name);
	return PlaygateConvert::ToDecision(Impl->Client.GetFeature(Name));
}

bool UPlaygateSubsystem::GetChallenge(const FString& Feature, FPlaygateChallenge& OutChallenge) const
{
	PlaygateCore::FChallengeState Challenge;
	const bool bFound = Impl->Client.GetChallenge(ToUtf8(Feature), Challenge);
	OutChallenge = bFound ? PlaygateConvert::ToChallenge(Challenge) : FPlaygateChallenge();
	return bFound;
}

UTexture2D* UPlaygateSubsystem::MakeQrTexture(const FString& Feature, int32 WantedSide)
{
	const PlaygateCore::FQrImage Image =
		Impl->Client.GetChallengeQr(ToUtf8(Feature), static_cast<uint32>(FMath::Max(WantedSide, 1)));
	if (Image.Side == 0)
	{
		return nullptr;
	}
	const int32 Side = static_cast<int32>(Image.Side);
	UTexture2D* const Texture = UTexture2D::CreateTransient(Side, Side, PF_B8G8R8A8);
	if (Texture == nullptr)
	{
		return nullptr;
	}
	// Scanners need hard edges.
	Texture->Filter = TF_Nearest;
	FTexture2DMipMap& Mip = Texture->GetPlatformData()->Mips[0];
	FMemory::Memcpy(Mip.BulkData.Lock(LOCK_READ_WRITE), Image.Bytes.data(), Image.Bytes.size());
	Mip.BulkData.Unlock();
	Texture->UpdateResource();
	return Texture;
}

FPlaygateNotice UPlaygateSubsystem::TakeNotice()
{
	return PlaygateConvert::ToNotice(Impl->Client.TakeNotice());
}

FString UPlaygateSubsystem::GetDiagnostics() const
{
	return ToFString(Impl->Client.GetDiagnostics());
}

FPlaygateKeyProvider& UPlaygateSubsystem::KeyProvider()
{
	static FPlaygateKeyProvider Provider;
	return Provider;
}

FPlaygateFeature UPlaygateSubsystem::FindFeature(const FString& Feature)
{
	FPlaygateFeature Found;
	if (FPlaygateModule::IsLibraryReady())
	{
		Found.Number = PlaygateCore::FGameClient::FeatureNumber(ToUtf8(Feature));
	}
	return Found;
}

bool UPlaygateSubsystem::IsAllowed(FPlaygateFeature Feature) const
{
	return Impl->Client.IsAllowed(Feature.Number);
}

void UPlaygateSubsystem::Start(
	EPlaygateAction Action, const FString& Feature, const UObject* Owner, FPlaygateCompletion Completion)
{
	const PlaygateCore::FIsAlive IsAlive = PlaygateConvert::AliveWith(Owner);
	const playgate_result Started = Impl->Client.Ask(
		PlaygateAskFor(Action), ToUtf8(Feature), IsAlive, FPlaygateSubsystemImpl::WaiterFor(Completion));
	if (Started < 0)
	{
		Impl->Refuse(Started, IsAlive, Completion);
	}
}

void UPlaygateSubsystem::Adopt(const FString& SessionJson, const UObject* Owner, FPlaygateCompletion Completion)
{
	const PlaygateCore::FIsAlive IsAlive = PlaygateConvert::AliveWith(Owner);
	const playgate_result Started =
		Impl->Client.Adopt(ToUtf8(SessionJson), IsAlive, FPlaygateSubsystemImpl::WaiterFor(Completion));
	if (Started < 0)
	{
		Impl->Refuse(Started, IsAlive, Completion);
	}
}

void UPlaygateSubsystem::EmailParent(const FString& Feature, const FString& Address, const FString& Locale,
	const UObject* Owner, FPlaygateCompletion Completion)
{
	const PlaygateCore::FIsAlive IsAlive = PlaygateConvert::AliveWith(Owner);
	const playgate_result Started = Impl->Client.EmailParent(
		ToUtf8(Feature), ToUtf8(Address), ToUtf8(Locale), IsAlive, FPlaygateSubsystemImpl::WaiterFor(Completion));
	if (Started < 0)
	{
		Impl->Refuse(Started, IsAlive, Completion);
	}
}

TArray<FString> UPlaygateSubsystem::GetRecentEvents() const
{
	TArray<FString> Lines;
	for (const std::string& Line : Impl->Recent)
	{
		Lines.Add(ToFString(Line));
	}
	return Lines;
}

TArray<FString> UPlaygateSubsystem::GetAskedFeatures() const
{
	TArray<FString> Names;
	for (const std::string& Name : Impl->Asked)
	{
		Names.Add(ToFString(Name));
	}
	return Names;
}

bool UPlaygateSubsystem::Tick(float DeltaSeconds)
{
	(void)DeltaSeconds;
	Impl->TellRefused();
	if (FPlaygateModule::IsLibraryReady())
	{
		(void)PlaygateCore::FGameClient::FinishClosing(0);
	}
	if (Impl->Client.IsOpen())
	{
		const UPlaygateSettings* const Settings = GetDefault<UPlaygateSettings>();
		const uint32 FrameUs = static_cast<uint32>(FMath::Max(Settings->FrameBudgetMicroseconds, 1));
		const double Before = FPlatformTime::Seconds();
		(void)Impl->Client.Pump(PlaygateFrameBudget.Next(GFrameCounter, PlaygateOpenClients, FrameUs),
			static_cast<uint32>(FMath::Max(Settings->MaxEventsPerFrame, 1)));
		PlaygateFrameBudget.Spent(static_cast<uint64>((FPlatformTime::Seconds() - Before) * 1000000.0));
	}
	return true;
}

void UPlaygateSubsystem::OnBackground()
{
	(void)Impl->Client.Suspend();
}

void UPlaygateSubsystem::OnForeground()
{
	(void)Impl->Client.Resume();
}
