// Game instances come and go; what they were asked ends once, and nothing is called for objects that are gone.
#include "plugin.h"

#include "Containers/Ticker.h"
#include "Misc/CoreDelegates.h"
#include "PlaygateAsyncActions.h"
#include "PlaygateBlueprintLibrary.h"

namespace
{

void AGameInstanceHasItsOwnPlayer(int32 PlayInstance)
{
	(void)FreshSettings();
	const std::size_t Before = Stub::NumObjects();
	UGameInstance* const Game = Stub::StartGame<UPlaygateSubsystem>(PlayInstance);
	UPlaygateSubsystem& Playgate = *Game->GetSubsystem<UPlaygateSubsystem>();
	CHECK_EQ(FTSTicker::GetCoreTicker().Num(), 1);
	CHECK(!Playgate.IsPlayerOpen());
	CHECK(!Playgate.IsFeatureAllowed(VOICE));
	CHECK_EQ(Playgate.Decide(VOICE).Access, EPlaygateAccess::Unavailable);
	CHECK_EQ(Playgate.TakeNotice().Kind, EPlaygateNoticeKind::None);
	CHECK(Playgate.MakeQrTexture(VOICE, 256) == nullptr);
	CHECK(!Playgate.OpenPlayer(FString(), FString()));
	CHECK(Playgate.OpenPlayer(TEXT("kim"), FString()));
	UListener* const Listener = NewObject<UListener>();
	(void)Playgate.OnSessionChangedNative.AddUObject(Listener, &UListener::Hear);
	AdoptSession(Playgate, VoiceSession("l1", true));
	CHECK(Playgate.IsFeatureAllowed(VOICE));
	CHECK(Playgate.IsAllowed(UPlaygateSubsystem::FindFeature(VOICE)));
	CHECK(!Playgate.IsAllowed(FPlaygateFeature()));
	CHECK(UPlaygateBlueprintLibrary::IsFeatureAllowed(Game, VOICE));
	CHECK(!UPlaygateBlueprintLibrary::IsFeatureAllowed(nullptr, VOICE));
	CHECK(!UPlaygateBlueprintLibrary::IsFeatureAllowed(Listener, VOICE));
	CHECK_EQ(UPlaygateBlueprintLibrary::Decide(Game, VOICE).Access, EPlaygateAccess::Allowed);
	CHECK(UPlaygateBlueprintLibrary::GetDisplayName(VOICE) == TEXT("Voice chat"));
	CHECK(UPlaygateBlueprintLibrary::SetLanguage(TEXT("en")));
	CHECK(!UPlaygateBlueprintLibrary::SetLanguage(TEXT("xx")));
	FRAMES_UNTIL(Listener->Heard > 0);
	// The key of another player is another player.
	CHECK(Playgate.OpenPlayer(TEXT("kim-2"), FString()));
	CHECK(!Playgate.IsFeatureAllowed(VOICE));
	Playgate.ClosePlayer();
	Playgate.ClosePlayer();
	CHECK(!Playgate.IsPlayerOpen());
	Stub::Destroy(Listener);
	Stub::EndGame(Game);
	CHECK_EQ(FTSTicker::GetCoreTicker().Num(), 0);
	CHECK_EQ(FCoreDelegates::ApplicationWillEnterBackgroundDelegate.NumBound(), 0);
	CHECK_EQ(FCoreDelegates::ApplicationHasEnteredForegroundDelegate.NumBound(), 0);
	// The engine object is the only one that may have come to stay.
	CHECK(Stub::NumObjects() <= Before + 1);
}

void TwoPlayInstancesAreApart()
{
	UPlaygateSettings& Settings = FreshSettings();
	Settings.Storage = EPlaygateStorage::Files;
	Stub::SetSavedDir(temporary_folder());
	UGameInstance* const First = Stub::StartGame<UPlaygateSubsystem>(0);
	UGameInstance* const Second = Stub::StartGame<UPlaygateSubsystem>(1);
	UPlaygateSubsystem& One = *First->GetSubsystem<UPlaygateSubsystem>();
	UPlaygateSubsystem& Two = *Second->GetSubsystem<UPlaygateSubsystem>();
	// The same account in both windows.
	CHECK(One.OpenPlayer(TEXT("kim"), FString()));
	CHECK(Two.OpenPlayer(TEXT("kim"), FString()));
	AdoptSession(One, VoiceSession("p1", true));
	CHECK(One.IsFeatureAllowed(VOICE));
	CHECK(!Two.IsFeatureAllowed(VOICE));
	Stub::EndGame(First);
	CHECK(Two.IsPlayerOpen());
	Stub::EndGame(Second);
	Settle();
	// Play again: what was stored is there.
	UGameInstance* const Again = Stub::StartGame<UPlaygateSubsystem>(0);
	CHECK(Again->GetSubsystem<UPlaygateSubsystem>()->OpenPlayer(TEXT("kim"), FString()));
	CHECK(Again->GetSubsystem<UPlaygateSubsystem>()->IsFeatureAllowed(VOICE));
	Stub::EndGame(Again);
}

void TheKeystoresKeyIsUsedOrNothingOpens()
{
	UPlaygateSettings& Settings = FreshSettings();
	Settings.Storage = EPlaygateStorage::Files;
	Stub::SetSavedDir(temporary_folder());
	UGameInstance* const Game = Stub::StartGame<UPlaygateSubsystem>(-1);
	UPlaygateSubsystem& Playgate = *Game->GetSubsystem<UPlaygateSubsystem>();
	UPlaygateSubsystem::KeyProvider().BindLambda([](TArray<uint8>&) { return false; });
	CHECK(!Playgate.OpenPlayer(TEXT("kim"), FString()));
	UPlaygateSubsystem::KeyProvider().BindLambda([](TArray<uint8>& Key) {
		Key.SetNumZeroed(32);
		Key[0] = 7;
		return true;
	});
	CHECK(Playgate.OpenPlayer(TEXT("kim"), FString()));
	AdoptSession(Playgate, VoiceSession("k1", true));
	Playgate.ClosePlayer();
	Settle();
	UPlaygateSubsystem::KeyProvider().Unbind();
	CHECK(Playgate.OpenPlayer(TEXT("kim"), FString()));
	CHECK_EQ(Playgate.Decide(VOICE).Reason, EPlaygateReason::KeyMissing);
	Stub::EndGame(Game);
}

/** What could not be started ends with the next frame, never from inside the call, and not for objects that are gone. */
void WhatIsRefusedEndsWithTheNextFrame()
{
	(void)FreshSettings();
	UGameInstance* const Game = Stub::StartGame<UPlaygateSubsystem>(0);
	UPlaygateSubsystem& Playgate = *Game->GetSubsystem<UPlaygateSubsystem>();
	UListener* const Gone = NewObject<UListener>();
	int ForGone = 0;
	int Ended = 0;
	Playgate.Start(EPlaygateAction::Refresh, FString(), Gone, [&ForGone](const FPlaygateOutcome&) { ++ForGone; });
	Playgate.Start(EPlaygateAction::Refresh, FString(), nullptr, [&Ended](const FPlaygateOutcome& Outcome) {
		CHECK_EQ(Outcome.Outcome, EPlaygateOutcome::NoSession);
		CHECK(Outcome.ResultName == TEXT("PLAYGATE_ERROR_INVALID_HANDLE"));
		++Ended;
	});
	Playgate.Start(EPlaygateAction::Flush, FString(), nullptr, nullptr);
	CHECK_EQ(Ended, 0);
	Stub::Destroy(Gone);
	Stub::Frame();
	Stub::Frame();
	CHECK_EQ(Ended, 1);
	CHECK_EQ(ForGone, 0);
	// Refused right before the end: it is told with the end.
	Playgate.Start(EPlaygateAction::Refresh, FString(), nullptr, [&Ended](const FPlaygateOutcome&) { ++Ended; });
	Stub::EndGame(Game);
	CHECK_EQ(Ended, 2);
}

void AGameThatEndsDuringRequestsEndsThemOnce()
{
	UPlaygateSettings& Settings = FreshSettings();
	Settings.ServerUrl = TEXT("https://game.example");
	Settings.bUseEngineHttp = true;
	Settings.bNetworkAllowedAtStart = true;
	UGameInstance* const Game = Stub::StartGame<UPlaygateSubsystem>(0);
	UPlaygateSubsystem& Playgate = *Game->GetSubsystem<UPlaygateSubsystem>();
	CHECK(Playgate.OpenPlayer(TEXT("kim"), TEXT(SECRET_TOKEN)));
	UListener* const Listener = NewObject<UListener>();
	UListener* const Gone = NewObject<UListener>();
	auto* const Action = UPlaygateRequestPermissionAction::RequestPermission(Game, VOICE);
	auto* const Other = UPlaygateRequestPermissionAction::RequestPermission(Game, VOICE);
	const TWeakObjectPtr<UPlaygateRequestPermissionAction> Weak(Action);
	Action->OnFailed.AddDynamic(Listener, &UListener::HearOutcome);
	Action->OnFailed.AddDynamic(Gone, &UListener::HearOutcome);
	Other->OnFailed.AddDynamic(Listener, &UListener::HearOutcome);
	int Ended = 0;
	Playgate.Start(EPlaygateAction::RefreshAfterPush, FString(), Gone, [&Ended](const FPlaygateOutcome&) { Ended += 100; });
	Playgate.Start(EPlaygateAction::RefreshAfterPush, FString(), nullptr, [&Ended](const FPlaygateOutcome& Outcome) {
		CHECK_EQ(Outcome.Outcome, EPlaygateOutcome::Cancelled);
		++Ended;
	});
	FRAMES_UNTIL(OpenRequest() != nullptr);
	Action->Activate();
	Stub::Destroy(Gone);
	// The collection takes one node before its end: its pins never fire.
	Stub::CollectActions();
	CHECK(Weak.IsValid());
	Stub::Destroy(Other);
	const auto Request = OpenRequest();
	Stub::EndGame(Game);
	CHECK_EQ(Ended, 1);
	CHECK_EQ(Listener->Heard, 1);
	CHECK(!Weak.IsValid());
	// The engine's answer comes after all: nobody takes it.
	Stub::Frame();
	Stub::Answer(Request, 200, Changed(VoiceSession("late", true)));
	Stub::Answer(Request, 200, Changed(VoiceSession("late", true)));
	Stub::Frame();
	CHECK_EQ(Listener->Heard, 1);
	Stub::Destroy(Listener);
}

void NodesEndOnceAndAreLetGo()
{
	(void)FreshSettings();
	UGameInstance* const Game = Stub::StartGame<UPlaygateSubsystem>(0);
	UPlaygateSubsystem& Playgate = *Game->GetSubsystem<UPlaygateSubsystem>();
	CHECK(Playgate.OpenPlayer(TEXT("kim"), FString()));
	UListener* const Listener = NewObject<UListener>();
	auto* const Early = UPlaygateAcknowledgeNoticeAction::AcknowledgeNotice(Game);
	const TWeakObjectPtr<UPlaygateAcknowledgeNoticeAction> WeakEarly(Early);
	Early->OnFailed.AddDynamic(Listener, &UListener::HearOutcome);
	Early->Activate();
	CHECK_EQ(Listener->Heard, 0);
	Stub::CollectActions();
	CHECK(WeakEarly.IsValid());
	FRAMES_UNTIL(Listener->Heard == 1);
	Stub::CollectActions();
	CHECK(!WeakEarly.IsValid());
	CHECK_EQ(Listener->Last.Outcome, EPlaygateOutcome::NoSession);

	// A notice: first a session with the feature off, acknowledged; then on.
	AdoptSession(Playgate, VoiceSession("n1", false));
	(void)Playgate.TakeNotice();
	AdoptSession(Playgate, VoiceSession("n2", true));
	const FPlaygateNotice Notice = Playgate.TakeNotice();
	CHECK(Notice.Kind != EPlaygateNoticeKind::None);
	CHECK(!Notice.Title.IsEmpty());
	auto* const Read = UPlaygateAcknowledgeNoticeAction::AcknowledgeNotice(Game);
	Read->OnAcknowledged.AddDynamic(Listener, &UListener::HearOutcome);
	Read->Activate();
	FRAMES_UNTIL(Listener->Heard == 2);
	CHECK_EQ(Listener->Last.Outcome, EPlaygateOutcome::Done);
	CHECK_EQ(Playgate.TakeNotice().Kind, EPlaygateNoticeKind::None);

	// Outside of any game.
	auto* const Nowhere = UPlaygateAcknowledgeNoticeAction::AcknowledgeNotice(Listener);
	Nowhere->OnFailed.AddDynamic(Listener, &UListener::HearOutcome);
	Nowhere->Activate();
	Nowhere->Activate();
	CHECK_EQ(Listener->Heard, 3);
	CHECK_EQ(Listener->Last.Outcome, EPlaygateOutcome::NoSession);
	Stub::EndGame(Game);
	Stub::Destroy(Listener);
}

void TheGameMayEndInsideAListener()
{
	(void)FreshSettings();
	UGameInstance* const Game = Stub::StartGame<UPlaygateSubsystem>(0);
	UPlaygateSubsystem& Playgate = *Game->GetSubsystem<UPlaygateSubsystem>();
	CHECK(Playgate.OpenPlayer(TEXT("kim"), FString()));
	bool bClosed = false;
	(void)Playgate.OnSessionChangedNative.AddLambda([&] {
		Playgate.ClosePlayer();
		bClosed = true;
	});
	Playgate.Adopt(PlaygateConvert::ToFString(VoiceSession("e1", true)), nullptr, nullptr);
	FRAMES_UNTIL(bClosed);
	CHECK(!Playgate.IsPlayerOpen());
	Stub::EndGame(Game);
}

void NothingIsSentInTheBackground()
{
	UPlaygateSettings& Settings = FreshSettings();
	Settings.ServerUrl = TEXT("https://game.example");
	Settings.bUseEngineHttp = true;
	Settings.bNetworkAllowedAtStart = true;
	UGameInstance* const Game = Stub::StartGame<UPlaygateSubsystem>(-1);
	UPlaygateSubsystem& Playgate = *Game->GetSubsystem<UPlaygateSubsystem>();
	// Without a player there is nobody to tell.
	FCoreDelegates::ApplicationWillEnterBackgroundDelegate.Broadcast();
	CHECK(Playgate.OpenPlayer(TEXT("kim"), FString()));
	FRAMES_UNTIL(OpenRequest() != nullptr);
	Stub::Answer(OpenRequest(), 200, Changed(VoiceSession("b1", true)));
	FRAMES_UNTIL(Playgate.IsFeatureAllowed(VOICE));
	FCoreDelegates::ApplicationWillEnterBackgroundDelegate.Broadcast();
	Playgate.Start(EPlaygateAction::RefreshAfterPush, FString(), nullptr, nullptr);
	const uint64_t Deadline = deadline_ms(200);
	while (time_left(Deadline))
	{
		Stub::Frame();
	}
	CHECK(OpenRequest() == nullptr);
	FCoreDelegates::ApplicationHasEnteredForegroundDelegate.Broadcast();
	FRAMES_UNTIL(OpenRequest() != nullptr);
	Playgate.SetOnline(false);
	Playgate.SetNetworkAllowed(false);
	Playgate.SetToken(TEXT("x"));
	CHECK(!Playgate.GetDiagnostics().IsEmpty());
	Stub::EndGame(Game);
	Stub::Frame();
}

} // namespace

void PluginLife()
{
	AGameInstanceHasItsOwnPlayer(-1);
	AGameInstanceHasItsOwnPlayer(0);
	AGameInstanceHasItsOwnPlayer(0);
	TwoPlayInstancesAreApart();
	TheKeystoresKeyIsUsedOrNothingOpens();
	WhatIsRefusedEndsWithTheNextFrame();
	AGameThatEndsDuringRequestsEndsThemOnce();
	NodesEndOnceAndAreLetGo();
	TheGameMayEndInsideAListener();
	NothingIsSentInTheBackground();
}
