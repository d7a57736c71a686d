// The library's requests over the engine's HTTP, and its records in save games.
#include "plugin.h"

namespace
{

UPlaygateSubsystem& StartWithServer(UGameInstance*& OutGame, bool bNoThreads)
{
	UPlaygateSettings& Settings = FreshSettings();
	Settings.ServerUrl = TEXT("https://game.example");
	Settings.bUseEngineHttp = true;
	Settings.bNetworkAllowedAtStart = true;
	Settings.bNoThreads = bNoThreads;
	OutGame = Stub::StartGame<UPlaygateSubsystem>(-1);
	UPlaygateSubsystem& Playgate = *OutGame->GetSubsystem<UPlaygateSubsystem>();
	CHECK(Playgate.OpenPlayer(TEXT("kim"), TEXT(SECRET_TOKEN)));
	return Playgate;
}

void RequestsGoOverTheEngine(bool bNoThreads)
{
	UGameInstance* Game = nullptr;
	UPlaygateSubsystem& Playgate = StartWithServer(Game, bNoThreads);
	FRAMES_UNTIL(OpenRequest() != nullptr);
	const auto First = OpenRequest();
	CHECK_TEXT(First->Verb.c_str(), "GET");
	CHECK_TEXT(First->Url.c_str(), "https://game.example/api/session");
	CHECK_TEXT(First->Headers["Authorization"].c_str(), "Bearer " SECRET_TOKEN);
	CHECK(First->Timeout > 0);
	Stub::Answer(First, 200, Changed(VoiceSession("e1", true)));
	// Twice: the second one is nobody's.
	Stub::Answer(First, 200, Changed(VoiceSession("e2", false)));
	FRAMES_UNTIL(Playgate.IsFeatureAllowed(VOICE));

	const auto Refreshed = [&](int32 Status, const std::string& Body, EHttpFailureReason Why, const std::string& Effective) {
		EPlaygateOutcome Ended = EPlaygateOutcome::Done;
		bool bHasEnded = false;
		Playgate.Start(EPlaygateAction::RefreshAfterPush, FString(), nullptr, [&](const FPlaygateOutcome& Outcome) {
			Ended = Outcome.Outcome;
			bHasEnded = true;
		});
		WAIT_DOING(60000, Stub::Frame();
				   if (const auto Open = OpenRequest()) { Stub::Answer(Open, Status, Body, Why, Effective); }, bHasEnded);
		return Ended;
	};
	// An answer from elsewhere changes nothing, whatever it says.
	CHECK_EQ(Refreshed(200, Changed(VoiceSession("evil", false)), EHttpFailureReason::None, "https://evil.example/api/session"),
		EPlaygateOutcome::StorageTrouble);
	CHECK(Playgate.IsFeatureAllowed(VOICE));
	CHECK_EQ(Refreshed(200, Changed(VoiceSession("e3", false)), EHttpFailureReason::None, ""), EPlaygateOutcome::Done);
	FRAMES_UNTIL(!Playgate.IsFeatureAllowed(VOICE));

	// The engine refuses to begin.
	bool bHasEnded = false;
	Stub::RefuseNextRequest();
	Playgate.Start(EPlaygateAction::RefreshAfterPush, FString(), nullptr, [&](const FPlaygateOutcome&) { bHasEnded = true; });
	WAIT_DOING(60000, Stub::Frame();
			   if (const auto Open = OpenRequest()) { Stub::Answer(Open, 200, Changed(VoiceSession("e4", true))); }, bHasEnded);

	// After some failures the library pauses, so these come last.
	const EHttpFailureReason Failure = bNoThreads ? EHttpFailureReason::TimedOut : EHttpFailureReason::ConnectionError;
	CHECK_EQ(Refreshed(0, "", Failure, ""), EPlaygateOutcome::ServerTrouble);
	Stub::EndGame(Game);
	Stub::Frame();
}

void ARequestThatIsUnderWayAtTheEndIsCancelled()
{
	UGameInstance* Game = nullptr;
	(void)StartWithServer(Game, false);
	FRAMES_UNTIL(OpenRequest() != nullptr);
	const auto Open = OpenRequest();
	Stub::EndGame(Game);
	Stub::Frame();
	CHECK(Open->bIsCancelled);
	// Whatever comes now is nobody's.
	Stub::Answer(Open, 200, Changed(VoiceSession("late", true)));
	Stub::Frame();
}

void RecordsLiveInSaveGames()
{
	UPlaygateSettings& Settings = FreshSettings();
	Settings.Storage = EPlaygateStorage::SaveGames;
	for (int Start = 0; Start < 2; ++Start)
	{
		UGameInstance* const Game = Stub::StartGame<UPlaygateSubsystem>(-1);
		UPlaygateSubsystem& Playgate = *Game->GetSubsystem<UPlaygateSubsystem>();
		CHECK(Playgate.OpenPlayer(TEXT("kim"), FString()));
		CHECK_EQ(Playgate.IsFeatureAllowed(VOICE), Start == 1);
		AdoptSession(Playgate, VoiceSession("s1", true));
		CHECK(Playgate.IsFeatureAllowed(VOICE));
		Stub::EndGame(Game);
		Settle();
	}
	CHECK(!Stub::SaveGames().empty());
	for (const auto& Slot : Stub::SaveGames())
	{
		CHECK(Slot.first.compare(0, 3, "pg-") == 0 && Slot.first.size() <= 32);
	}
	Stub::SetSaveGamesMounted(false);
	UGameInstance* const Game = Stub::StartGame<UPlaygateSubsystem>(-1);
	UPlaygateSubsystem& Playgate = *Game->GetSubsystem<UPlaygateSubsystem>();
	CHECK(Playgate.OpenPlayer(TEXT("kim"), FString()));
	CHECK(!Playgate.IsFeatureAllowed(VOICE));
	CHECK_EQ(Playgate.Decide(VOICE).Reason, EPlaygateReason::RecordUnavailable);
	Stub::EndGame(Game);
	Stub::SetSaveGamesMounted(true);
}

} // namespace

void PluginHosts()
{
	RequestsGoOverTheEngine(false);
	RequestsGoOverTheEngine(true);
	ARequestThatIsUnderWayAtTheEndIsCancelled();
	RecordsLiveInSaveGames();
}
