// A client of the plugin against the library and a server on loopback.
#include "core.h"

using namespace PlaygateCore;

namespace
{

FClientSetup Setup(const char* Player, const char* Folder, server* Server)
{
	FClientSetup Made;
	Made.Player = Player;
	Made.Folder = Folder ? Folder : "";
	if (Server)
	{
		Made.ServerUrl = server_url(Server);
		Made.Token = SECRET_TOKEN;
		Made.bNetworkAllowed = true;
	}
	return Made;
}

/** Pumps until a request has ended. */
playgate_result Done(FGameClient& Client, EAsk What, const char* Name = "")
{
	playgate_result Result = PLAYGATE_PENDING;
	const playgate_result Started =
		Client.Ask(What, Name, {}, [&Result](const FOutcome& Outcome) { Result = Outcome.Result; });
	if (Started < 0)
	{
		return Started;
	}
	WAIT_DOING(20000, (void)Client.Pump(1000, 32), Result != PLAYGATE_PENDING);
	return Result;
}

playgate_result Adopted(FGameClient& Client, const std::string& Json)
{
	playgate_result Result = PLAYGATE_PENDING;
	CHECK_OK(Client.Adopt(Json, {}, [&Result](const FOutcome& Outcome) { Result = Outcome.Result; }));
	WAIT_DOING(20000, (void)Client.Pump(1000, 32), Result != PLAYGATE_PENDING);
	return Result;
}

/** Everything denies, and every call fails in the same way. */
void DeniesEverything(FGameClient& Client, playgate_feature Voice)
{
	CHECK(!Client.IsOpen());
	CHECK(!Client.IsAllowed(Voice));
	CHECK_EQ(Client.GetAccess(Voice), PLAYGATE_ACCESS_UNAVAILABLE);
	CHECK_EQ(Client.GetFeature(VOICE).Access, PLAYGATE_ACCESS_UNAVAILABLE);
	CHECK_EQ(Client.TakeNotice().Kind, PLAYGATE_NOTICE_NONE);
	CHECK_EQ(Client.GetChallengeQr(VOICE, 256).Side, 0);
	CHECK(Client.GetDiagnostics().empty());
	int Called = 0;
	const auto Waiter = [&Called](const FOutcome&) { ++Called; };
	for (const EAsk What : {EAsk::Refresh, EAsk::RefreshAfterPush, EAsk::Acknowledge, EAsk::Forget, EAsk::Flush,
			 EAsk::RequestPermission, EAsk::CheckChallenge, EAsk::CancelChallenge, EAsk::RenewCode, EAsk::SwitchOff, EAsk::SwitchOn})
	{
		CHECK_EQ(Client.Ask(What, VOICE, {}, Waiter), PLAYGATE_ERROR_INVALID_HANDLE);
	}
	CHECK_EQ(Client.Adopt("{}", {}, Waiter), PLAYGATE_ERROR_INVALID_HANDLE);
	CHECK_EQ(Client.EmailParent(VOICE, "", "", {}, Waiter), PLAYGATE_ERROR_INVALID_HANDLE);
	CHECK_EQ(Client.SetToken("x"), PLAYGATE_ERROR_INVALID_HANDLE);
	CHECK_EQ(Client.SetNetworkAllowed(true), PLAYGATE_ERROR_INVALID_HANDLE);
	CHECK_EQ(Client.SetOnline(true), PLAYGATE_ERROR_INVALID_HANDLE);
	CHECK_EQ(Client.Suspend(), PLAYGATE_ERROR_INVALID_HANDLE);
	CHECK_EQ(Client.Resume(), PLAYGATE_ERROR_INVALID_HANDLE);
	CHECK_EQ(Client.Pump(1000, 32), PLAYGATE_ERROR_INVALID_HANDLE);
	Client.Close(0);
	CHECK_EQ(Called, 0);
}

void MovedFromAndClosedAndNeverOpenedAreHarmless(playgate_feature Voice)
{
	FGameClient Never;
	DeniesEverything(Never, Voice);
	FGameClient First;
	CHECK_OK(First.Open(Setup("mover", nullptr, nullptr)));
	CHECK_OK(Adopted(First, VoiceSession("m1", true)));
	CHECK(First.IsAllowed(Voice));
	FGameClient Second(std::move(First));
	DeniesEverything(First, Voice);
	CHECK(Second.IsAllowed(Voice));
	// What had been moved from opens again, as another player.
	CHECK_OK(First.Open(Setup("other", nullptr, nullptr)));
	CHECK(!First.IsAllowed(Voice));
	First = std::move(Second);
	DeniesEverything(Second, Voice);
	CHECK(First.IsAllowed(Voice));
	FGameClient& Same = First;
	First = std::move(Same);
	CHECK(First.IsAllowed(Voice));
	First.Close(1000);
	First.Close(1000);
	DeniesEverything(First, Voice);
	FClientSetup Wrong = Setup("", nullptr, nullptr);
	CHECK_EQ(First.Open(Wrong), PLAYGATE_ERROR_INVALID_ARGUMENT);
	Wrong.Player = std::string("kim\0other", 9);
	CHECK_EQ(First.Open(Wrong), PLAYGATE_ERROR_INVALID_ARGUMENT);
	Wrong = Setup("kim", nullptr, nullptr);
	Wrong.Key.assign(7, 1);
	CHECK_EQ(First.Open(Wrong), PLAYGATE_ERROR_INVALID_ARGUMENT);
	DeniesEverything(First, Voice);
	CHECK_EQ(FGameClient::FeatureNumber(""), 0);
	CHECK_EQ(FGameClient::FeatureNumber(std::string("voice\0chat", 10)), 0);
}

/** Somebody whose life the test ends. */
struct FLife
{
	std::shared_ptr<int> Life = std::make_shared<int>(0);
	FIsAlive IsAlive() const
	{
		return [Weak = std::weak_ptr<int>(Life)] { return !Weak.expired(); };
	}
};

void ACompletionForSomebodyWhoIsGoneNeverFires()
{
	FGameClient Client;
	CHECK_OK(Client.Open(Setup("weak", nullptr, nullptr)));
	// Refused at once, so nobody is called.
	CHECK_EQ(Client.Ask(EAsk::Acknowledge, "", {}, [](const FOutcome&) { CHECK(false); }), PLAYGATE_ERROR_INVALID_STATE);
	FLife Gone;
	FLife Here;
	int ForGone = 0;
	int ForHere = 0;
	int Events = 0;
	(void)Client.OnEvent().Add(Gone.IsAlive(), [&ForGone](const FEvent&) { ++ForGone; });
	(void)Client.OnEvent().Add(Here.IsAlive(), [&Events](const FEvent& Event) { Events += Event.Type == PLAYGATE_EVENT_COMPLETED; });
	CHECK_OK(Client.Ask(EAsk::Flush, "", Gone.IsAlive(), [&ForGone](const FOutcome&) { ++ForGone; }));
	CHECK_OK(Client.Ask(EAsk::Flush, "", Here.IsAlive(), [&ForHere](const FOutcome&) { ++ForHere; }));
	Gone.Life.reset();
	WAIT_DOING(20000, (void)Client.Pump(1000, 32), Events == 2);
	CHECK_EQ(ForHere, 1);
	CHECK_EQ(ForGone, 0);
}

void ACloseEndsEveryRequestOnce(server* Server, bool bByDestruction)
{
	server_answer(Server, "GET", "/api/session", 0, "", "");
	std::vector<playgate_result> Results;
	FLife Gone;
	int ForGone = 0;
	{
		FGameClient Client;
		CHECK_OK(Client.Open(Setup("ends", nullptr, Server)));
		for (int Round = 0; Round < 3; ++Round)
		{
			CHECK_OK(Client.Ask(EAsk::RefreshAfterPush, "", {}, [&](const FOutcome& Outcome) {
				Results.push_back(Outcome.Result);
				// Asked for more from inside: it is refused, since the client is closed already.
				CHECK_EQ(Client.Ask(EAsk::Refresh, "", {}, [](const FOutcome&) {}), PLAYGATE_ERROR_INVALID_HANDLE);
			}));
		}
		CHECK_OK(Client.Ask(EAsk::RefreshAfterPush, "", Gone.IsAlive(), [&](const FOutcome&) { ++ForGone; }));
		Gone.Life.reset();
		(void)Client.Pump(1000, 32);
		if (!bByDestruction)
		{
			Client.Close(2000);
			CHECK_EQ(Client.Pump(1000, 32), PLAYGATE_ERROR_INVALID_HANDLE);
		}
	}
	CHECK_EQ(ForGone, 0);
	CHECK_EQ(Results.size(), 3);
	for (const playgate_result Result : Results)
	{
		CHECK_EQ(Result, PLAYGATE_ERROR_CANCELLED);
	}
	server_release(Server);
}

void AListenerMayCloseAndDestroyTheClient(playgate_feature Voice)
{
	auto Client = std::make_unique<FGameClient>();
	CHECK_OK(Client->Open(Setup("closes", nullptr, nullptr)));
	int After = 0;
	(void)Client->OnEvent().Add({}, [&](const FEvent&) { Client.reset(); });
	(void)Client->OnEvent().Add({}, [&After](const FEvent&) { ++After; });
	CHECK_OK(Client->Adopt(VoiceSession("c1", true), {}, [](const FOutcome&) {}));
	const uint64_t Deadline = deadline_ms(20000);
	while (Client && time_left(Deadline))
	{
		(void)Client->Pump(1000, 32);
	}
	CHECK(!Client);
	CHECK_EQ(After, 0);

	FGameClient Again;
	CHECK_OK(Again.Open(Setup("reopens", nullptr, nullptr)));
	int Opened = 0;
	CHECK_OK(Again.Ask(EAsk::Flush, "", {}, [&](const FOutcome&) {
		CHECK_EQ(Again.Pump(1000, 32), PLAYGATE_ERROR_BUSY);
		Opened = Again.Open(Setup("another", nullptr, nullptr)) == PLAYGATE_OK ? 1 : -1;
	}));
	WAIT_DOING(20000, (void)Again.Pump(1000, 32), Opened != 0);
	CHECK_EQ(Opened, 1);
	CHECK(Again.IsOpen());
	CHECK(!Again.IsAllowed(Voice));
}

void EventsAreHandedOnWithinTheirNumber()
{
	FGameClient Client;
	CHECK_OK(Client.Open(Setup("many", nullptr, nullptr)));
	int Ended = 0;
	for (int Round = 0; Round < 10; ++Round)
	{
		CHECK_OK(Client.Ask(EAsk::Flush, "", {}, [&Ended](const FOutcome&) { ++Ended; }));
	}
	int Most = 0;
	const uint64_t Deadline = deadline_ms(20000);
	while (Ended < 10 && time_left(Deadline))
	{
		const int Before = Ended;
		(void)Client.Pump(1000, 3);
		Most = Ended - Before > Most ? Ended - Before : Most;
	}
	CHECK_EQ(Ended, 10);
	CHECK(Most <= 3);
}

/** The story of a locked feature: a parent is asked, says yes, and the player is told. */
void FromLockedToOpen(server* Server, playgate_feature Voice)
{
	const char* const Folder = temporary_folder();
	server_answer(Server, "GET", "/api/session", 200, "", "{\"needsConsent\":true}");
	FGameClient Client;
	int Notices = 0;
	int Changes = 0;
	(void)Client.OnEvent().Add({}, [&](const FEvent& Event) {
		CHECK(!has_secret(Event.Text.c_str()));
		Notices += Event.Type == PLAYGATE_EVENT_NOTICE_READY;
		Changes += Event.Type == PLAYGATE_EVENT_SESSION_CHANGED;
	});
	CHECK_OK(Client.Open(Setup(SECRET_PLAYER, Folder, Server)));
	server_answer(Server, "PUT", "/api/session", 200, "", Changed(VoiceSession("f1", false)).c_str());
	server_answer(Server, "GET", "/api/session/sid-planted-1", 200, "", Changed(VoiceSession("f1", false)).c_str());
	CHECK_OK(Adopted(Client, VoiceSession("f1", false)));
	CHECK(!Client.IsAllowed(Voice));
	const FFeatureState Locked = Client.GetFeature(VOICE);
	CHECK_EQ(Locked.Access, PLAYGATE_ACCESS_ASK_PARENT);
	CHECK_EQ(Locked.NextStep, PLAYGATE_NEXT_ASK_PARENT);
	CHECK(!Locked.Text.empty());
	server_answer(Server, "GET", "/api/session/sid-planted-1", 200, "", Changed(VoiceSession("f2", true)).c_str());
	CHECK_OK(Done(Client, EAsk::RefreshAfterPush));
	WAIT_DOING(20000, (void)Client.Pump(1000, 32), Client.IsAllowed(Voice) && Notices > 0);
	CHECK(Changes > 0);
	CHECK(Client.GetFeature(VOICE).Text.empty());
	const FNoticeState Notice = Client.TakeNotice();
	CHECK_EQ(Notice.Kind, PLAYGATE_NOTICE_OPENED_UP);
	CHECK_EQ(Notice.On.size(), 1);
	CHECK(!Notice.Title.empty() && Notice.Message.find(Notice.On.empty() ? "?" : Notice.On[0]) != std::string::npos);
	CHECK_OK(Done(Client, EAsk::Acknowledge));
	CHECK_EQ(Client.TakeNotice().Kind, PLAYGATE_NOTICE_NONE);
	CHECK(Client.GetDiagnostics().find("planted") == std::string::npos);
	CHECK_OK(Client.Suspend());
	CHECK_OK(Client.Resume());
	CHECK_OK(Client.SetOnline(true));
	CHECK_OK(Client.SetToken(SECRET_TOKEN));
	CHECK_EQ(Client.SetToken(std::string("a\0b", 3)), PLAYGATE_ERROR_INVALID_ARGUMENT);
	Client.Close(2000);
	// The next start knows it, without a server.
	CHECK_OK(Client.Open(Setup(SECRET_PLAYER, Folder, nullptr)));
	CHECK(Client.IsAllowed(Voice));
	// Another window of the editor has other records.
	FGameClient Beside;
	CHECK_EQ(Beside.Open(Setup(SECRET_PLAYER, Folder, nullptr)), PLAYGATE_ERROR_BUSY);
	FClientSetup Taking = Setup(SECRET_PLAYER, Folder, nullptr);
	Taking.bTakeOver = true;
	CHECK_OK(Beside.Open(Taking));
	CHECK(Beside.IsAllowed(Voice));
	CHECK(!Client.IsAllowed(Voice));
	CHECK_OK(Done(Beside, EAsk::Forget));
	CHECK(!Beside.IsAllowed(Voice));
}

/** A challenge with its texts and its picture. */
void AChallengeIsShown(server* Server)
{
	server_answer(Server, "GET", "/api/session", 200, "", "{\"needsConsent\":true}");
	server_answer(Server, "PUT", "/api/session", 200, "", Changed(VoiceSession("q1", false)).c_str());
	server_answer(Server, "GET", "/api/session/sid-planted-1", 200, "", Changed(VoiceSession("q1", false)).c_str());
	server_answer(Server, "POST", "/api/request-permission", 200, "",
		"{\"success\":false,\"requiresParentConsent\":true,\"challenge\":{\"challengeId\":\"ch-1\","
		"\"type\":\"CHALLENGE_SESSION_UPGRADE\",\"url\":\"https://family.example/c/ch-1\",\"oneTimePassword\":\"123456\"}}");
	FGameClient Client;
	CHECK_OK(Client.Open(Setup("asks", nullptr, Server)));
	CHECK_OK(Adopted(Client, VoiceSession("q1", false)));
	FChallengeState Challenge;
	CHECK(!Client.GetChallenge(VOICE, Challenge));
	for (const EAsk What : {EAsk::CheckChallenge, EAsk::CancelChallenge, EAsk::RenewCode})
	{
		CHECK_EQ(Client.Ask(What, VOICE, {}, [](const FOutcome&) {}), PLAYGATE_ERROR_NOT_FOUND);
	}
	const playgate_result Asked = Done(Client, EAsk::RequestPermission, VOICE);
	CHECK_EQ(Asked, PLAYGATE_CHALLENGE_OPEN);
	CHECK(Client.GetChallenge(VOICE, Challenge));
	CHECK_TEXT(Challenge.Feature.c_str(), VOICE);
	CHECK_TEXT(Challenge.Url.c_str(), "https://family.example/c/ch-1");
	CHECK_EQ(Challenge.Actor, PLAYGATE_ACTOR_PARENT);
	CHECK(Client.GetFeature(VOICE).bHasChallenge);
	const FQrImage Image = Client.GetChallengeQr(VOICE, 256);
	CHECK(Image.Side > 128 && Image.Side <= 256);
	CHECK_EQ(Image.Bytes.size(), static_cast<std::size_t>(Image.Side) * Image.Side * 4);
	CHECK_OK(Done(Client, EAsk::CancelChallenge, VOICE));
	CHECK(!Client.GetChallenge(VOICE, Challenge));
}

} // namespace

void CoreClient()
{
	const playgate_feature Voice = FGameClient::FeatureNumber(VOICE);
	CHECK(Voice != 0);
	server* const Server = server_start();
	MovedFromAndClosedAndNeverOpenedAreHarmless(Voice);
	ACompletionForSomebodyWhoIsGoneNeverFires();
	ACloseEndsEveryRequestOnce(Server, false);
	ACloseEndsEveryRequestOnce(Server, true);
	AListenerMayCloseAndDestroyTheClient(Voice);
	EventsAreHandedOnWithinTheirNumber();
	FromLockedToOpen(Server, Voice);
	AChallengeIsShown(Server);
	server_stop(Server);
}
