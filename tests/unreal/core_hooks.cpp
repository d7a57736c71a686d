// A client over the host's HTTP and save-game slots: answers late, twice, after the close; writes that are cut off.
#include "core.h"

#include <map>
#include <mutex>
#include <thread>

using namespace PlaygateCore;

namespace
{

/** A host that keeps what it is asked. */
class FKeepingHost : public IHttpHost
{
public:
	virtual void Start(FHttpCall&& Call) override
	{
		const std::lock_guard<std::mutex> Guard(Lock);
		Calls.push_back(std::move(Call));
	}

	virtual void Cancel(playgate_exchange Exchange) override
	{
		const std::lock_guard<std::mutex> Guard(Lock);
		Cancelled.push_back(Exchange);
	}

	std::size_t Num()
	{
		const std::lock_guard<std::mutex> Guard(Lock);
		return Calls.size();
	}

	FHttpCall Last()
	{
		const std::lock_guard<std::mutex> Guard(Lock);
		return Calls.back();
	}

	int TimesCancelled(playgate_exchange Exchange)
	{
		const std::lock_guard<std::mutex> Guard(Lock);
		int Times = 0;
		for (const playgate_exchange One : Cancelled)
		{
			Times += One == Exchange;
		}
		return Times;
	}

private:
	std::mutex Lock;
	std::vector<FHttpCall> Calls;
	std::vector<playgate_exchange> Cancelled;
};

FHttpAnswer AnswerWith(const std::string& Body, uint32_t Status = 200)
{
	FHttpAnswer Made;
	Made.Result = PLAYGATE_OK;
	Made.Status = Status;
	Made.Headers.emplace_back("Content-Type", "application/json");
	Made.Body.assign(Body.begin(), Body.end());
	return Made;
}

FClientSetup Setup(const std::shared_ptr<FHttpExchanges>& Http, bool bNoThreads)
{
	FClientSetup Made;
	Made.Player = "hooks";
	Made.ServerUrl = "https://game.example";
	Made.Token = SECRET_TOKEN;
	Made.bNetworkAllowed = true;
	Made.bNoThreads = bNoThreads;
	Made.Http = Http;
	return Made;
}

void EachExchangeIsAnsweredAtMostOnce(bool bNoThreads)
{
	const auto Host = std::make_shared<FKeepingHost>();
	const auto Http = std::make_shared<FHttpExchanges>(Host);
	FGameClient Client;
	CHECK_OK(Client.Open(Setup(Http, bNoThreads)));
	WAIT_DOING(20000, (void)Client.Pump(1000, 32), Host->Num() == 1);
	const FHttpCall First = Host->Last();
	CHECK_TEXT(First.Method.c_str(), "GET");
	CHECK_TEXT(First.Url.c_str(), "https://game.example/api/session");
	CHECK(First.TimeoutMs > 0);
	bool bHasToken = false;
	for (const auto& Header : First.Headers)
	{
		bHasToken = bHasToken || Header.second == "Bearer " SECRET_TOKEN;
	}
	CHECK(bHasToken);
	CHECK(Http->IsOpen(First.Exchange));
	CHECK_EQ(Http->Num(), 1);
	CHECK(Http->Answer(First.Exchange, AnswerWith(Changed(VoiceSession("h1", true)))));
	CHECK(!Http->IsOpen(First.Exchange));
	// Doubled, and of nobody.
	CHECK(!Http->Answer(First.Exchange, AnswerWith(Changed(VoiceSession("h2", false)))));
	CHECK(!Http->Answer(0, AnswerWith("{}")));
	CHECK(!Http->Answer(First.Exchange + 1000, AnswerWith("{}")));
	const playgate_feature Voice = FGameClient::FeatureNumber(VOICE);
	WAIT_DOING(20000, (void)Client.Pump(1000, 32), Client.IsAllowed(Voice));

	// What no HTTP can answer is an error of the exchange, and leaves nothing open.
	playgate_result Ended = PLAYGATE_PENDING;
	const std::size_t Before = Host->Num();
	CHECK_OK(Client.Ask(EAsk::RefreshAfterPush, "", {}, [&Ended](const FOutcome& Outcome) { Ended = Outcome.Result; }));
	std::size_t Answered = Before;
	WAIT_DOING(40000,
		(void)Client.Pump(1000, 32);
		while (Answered < Host->Num()) { (void)Http->Answer(Host->Last().Exchange, AnswerWith("{}", 70000)); ++Answered; },
		Ended != PLAYGATE_PENDING);
	CHECK_EQ(Ended, PLAYGATE_ERROR_PROTOCOL);
	CHECK_EQ(Http->Num(), 0);
	CHECK(Client.IsAllowed(Voice));

	// Under way at the close: cancelled at the host once; late answers are dropped.
	CHECK_OK(Client.Ask(EAsk::RefreshAfterPush, "", {}, [](const FOutcome&) {}));
	WAIT_DOING(20000, (void)Client.Pump(1000, 32), Http->Num() == 1);
	const playgate_exchange Open = Host->Last().Exchange;
	Client.Close(2000);
	CHECK_EQ(Host->TimesCancelled(Open), 1);
	CHECK(!Http->Answer(Open, AnswerWith("{\"sessionDeleted\":true}")));
	CHECK_EQ(Http->Num(), 0);
	WAIT_UNTIL(20000, FGameClient::FinishClosing(10) == 0);
}

void AHostThatIsShutAnswersByItself()
{
	const auto Host = std::make_shared<FKeepingHost>();
	const auto Http = std::make_shared<FHttpExchanges>(Host);
	Http->Shut();
	Http->Shut();
	FGameClient Client;
	CHECK_OK(Client.Open(Setup(Http, true)));
	for (int Frame = 0; Frame < 10; ++Frame)
	{
		(void)Client.Pump(1000, 32);
	}
	CHECK_EQ(Host->Num(), 0);
	CHECK_EQ(Http->Num(), 0);
}

void ManyThreadsAnswerOneExchange()
{
	const auto Host = std::make_shared<FKeepingHost>();
	const auto Http = std::make_shared<FHttpExchanges>(Host);
	FGameClient Client;
	CHECK_OK(Client.Open(Setup(Http, false)));
	WAIT_DOING(20000, (void)Client.Pump(1000, 32), Host->Num() == 1);
	const playgate_exchange Exchange = Host->Last().Exchange;
	std::atomic<int> Taken{0};
	std::vector<std::thread> Threads;
	for (int Index = 0; Index < 8; ++Index)
	{
		Threads.emplace_back([&] { Taken += Http->Answer(Exchange, AnswerWith("{\"needsConsent\":true}")) ? 1 : 0; });
	}
	for (std::thread& Thread : Threads)
	{
		Thread.join();
	}
	CHECK_EQ(Taken, 1);
}

/** Slots in memory; writes can be cut off, and everything can be away. */
class FMemoryMedium : public ISlotMedium
{
public:
	virtual ESlotResult Read(const std::string& Slot, std::vector<uint8_t>& Out) override
	{
		if (Trouble != ESlotResult::Ok)
		{
			return Trouble;
		}
		const auto Found = Slots.find(Slot);
		if (Found == Slots.end())
		{
			return ESlotResult::None;
		}
		Out = Found->second;
		return ESlotResult::Ok;
	}

	virtual ESlotResult Write(const std::string& Slot, const std::vector<uint8_t>& Bytes) override
	{
		if (Trouble != ESlotResult::Ok)
		{
			return Trouble;
		}
		if (CutAfter >= 0)
		{
			// The power fails in the middle of it: part of it is there, and nobody answers.
			Slots[Slot].assign(Bytes.begin(), Bytes.begin() + CutAfter);
			return ESlotResult::Unreadable;
		}
		Slots[Slot] = Bytes;
		return ESlotResult::Ok;
	}

	virtual ESlotResult Remove(const std::string& Slot) override
	{
		if (Trouble != ESlotResult::Ok)
		{
			return Trouble;
		}
		return Slots.erase(Slot) > 0 ? ESlotResult::Ok : ESlotResult::None;
	}

	std::map<std::string, std::vector<uint8_t>> Slots;
	ESlotResult Trouble = ESlotResult::Ok;
	int CutAfter = -1;
};

std::string Stored(FSlotStore& Store, const char* Key)
{
	std::vector<uint8_t> Bytes;
	return Store.Read(Key, Bytes) == PLAYGATE_OK ? std::string(Bytes.begin(), Bytes.end()) : std::string("nothing");
}

playgate_result Put(FSlotStore& Store, const char* Key, const std::string& Text)
{
	return Store.Write(Key, reinterpret_cast<const uint8_t*>(Text.data()), Text.size());
}

void AWriteThatIsCutOffLeavesTheOneBefore()
{
	const auto Medium = std::make_shared<FMemoryMedium>();
	FSlotStore Store(Medium, "place", "pg-");
	std::vector<uint8_t> Bytes;
	CHECK_EQ(Store.Read("record", Bytes), PLAYGATE_ERROR_NOT_FOUND);
	CHECK_OK(Put(Store, "record", "one"));
	CHECK_TEXT(Stored(Store, "record").c_str(), "one");
	CHECK_OK(Put(Store, "record", "two"));
	CHECK_TEXT(Stored(Store, "record").c_str(), "two");
	CHECK_EQ(Medium->Slots.size(), 1);
	const std::size_t Whole = 20 + 5;
	for (std::size_t Cut = 0; Cut < Whole; ++Cut)
	{
		Medium->CutAfter = static_cast<int>(Cut);
		CHECK_EQ(Put(Store, "record", "three"), PLAYGATE_ERROR_STORAGE);
		Medium->CutAfter = -1;
		CHECK_TEXT(Stored(Store, "record").c_str(), "two");
	}
	// The next one goes over what was cut off, never over the whole one.
	CHECK_OK(Put(Store, "record", "four"));
	CHECK_TEXT(Stored(Store, "record").c_str(), "four");
	CHECK_EQ(Medium->Slots.size(), 1);
	// Damage of what is stored is seen as damage: an older one never comes back.
	Medium->Slots.begin()->second.back() ^= 1;
	CHECK(Stored(Store, "record") != "four" && Stored(Store, "record") != "two" && Stored(Store, "record") != "nothing");
	CHECK_OK(Put(Store, "record", ""));
	CHECK_TEXT(Stored(Store, "record").c_str(), "");
	CHECK_OK(Store.Remove("record"));
	CHECK_OK(Store.Remove("record"));
	CHECK_EQ(Medium->Slots.size(), 0);
}

void TroubleIsNeverNothing()
{
	const auto Medium = std::make_shared<FMemoryMedium>();
	FSlotStore Store(Medium, "place", "pg-");
	CHECK_OK(Put(Store, "record", "one"));
	static const struct
	{
		ESlotResult Trouble;
		playgate_result Result;
	} Cases[] = {{ESlotResult::Unreadable, PLAYGATE_ERROR_STORAGE}, {ESlotResult::NotMounted, PLAYGATE_ERROR_STORAGE_UNAVAILABLE},
		{ESlotResult::Full, PLAYGATE_ERROR_STORAGE_FULL}};
	for (const auto& Case : Cases)
	{
		Medium->Trouble = Case.Trouble;
		std::vector<uint8_t> Bytes;
		CHECK_EQ(Store.Read("record", Bytes), Case.Result);
		CHECK_EQ(Put(Store, "record", "two"), Case.Result);
		CHECK_EQ(Store.Remove("record"), Case.Result);
	}
	Medium->Trouble = ESlotResult::Ok;
	CHECK_TEXT(Stored(Store, "record").c_str(), "one");
}

void SlotNamesAreShortAndApart()
{
	const std::string First = FSlotStore::SlotName("pg-", "record-1", 0);
	CHECK_EQ(First.size(), 3 + 24 + 1);
	CHECK(First != FSlotStore::SlotName("pg-", "record-1", 1));
	CHECK(First != FSlotStore::SlotName("pg-", "record-2", 0));
	CHECK(First != FSlotStore::SlotName("pg0-", "record-1", 0));
	CHECK(First == FSlotStore::SlotName("pg-", "record-1", 0));
	for (const char Letter : First)
	{
		CHECK((Letter >= 'a' && Letter <= 'z') || (Letter >= '0' && Letter <= '9') || Letter == '-');
	}
}

void APlayerLivesInSaveGames(bool bNoThreads)
{
	const auto Medium = std::make_shared<FMemoryMedium>();
	const playgate_feature Voice = FGameClient::FeatureNumber(VOICE);
	FClientSetup Made;
	Made.Player = "slots";
	Made.bNoThreads = bNoThreads;
	FGameClient Client;
	for (int Start = 0; Start < 3; ++Start)
	{
		// One store for each client, as the plugin makes it; the close lets go of it.
		Made.Storage = std::make_shared<FSlotStore>(Medium, "slots", "pg-");
		CHECK_OK(Client.Open(Made));
		CHECK_EQ(Client.IsAllowed(Voice), Start > 0);
		playgate_result Ended = PLAYGATE_PENDING;
		CHECK_OK(Client.Adopt(VoiceSession("s1", true), {}, [&Ended](const FOutcome& Outcome) { Ended = Outcome.Result; }));
		WAIT_DOING(20000, (void)Client.Pump(1000, 32), Ended != PLAYGATE_PENDING);
		CHECK_OK(Ended);
		CHECK(Client.IsAllowed(Voice));
		Client.Close(2000);
		WAIT_UNTIL(20000, FGameClient::FinishClosing(10) == 0);
	}
	CHECK(Medium->Slots.size() >= 1);
	// Damaged: denied, and said so.
	for (auto& Slot : Medium->Slots)
	{
		Slot.second.back() ^= 1;
	}
	Made.Storage = std::make_shared<FSlotStore>(Medium, "slots", "pg-");
	CHECK_OK(Client.Open(Made));
	CHECK(!Client.IsAllowed(Voice));
	Client.Close(2000);
	// Not mounted: denied, and nothing is written over.
	const auto Before = Medium->Slots;
	Medium->Trouble = ESlotResult::NotMounted;
	Made.Storage = std::make_shared<FSlotStore>(Medium, "slots", "pg-");
	CHECK_OK(Client.Open(Made));
	CHECK(!Client.IsAllowed(Voice));
	CHECK_EQ(Client.GetFeature(VOICE).Reason, PLAYGATE_REASON_RECORD_UNAVAILABLE);
	Client.Close(2000);
	WAIT_UNTIL(20000, FGameClient::FinishClosing(10) == 0);
	CHECK(Before == Medium->Slots);
}

/** A medium that does not answer until it is let go. */
class FHangingMedium : public FMemoryMedium
{
public:
	virtual ESlotResult Write(const std::string& Slot, const std::vector<uint8_t>& Bytes) override
	{
		bIsInside = true;
		while (bHangs)
		{
			std::this_thread::yield();
		}
		return FMemoryMedium::Write(Slot, Bytes);
	}

	std::atomic<bool> bHangs{false};
	std::atomic<bool> bIsInside{false};
};

void ACloseThatGoesOnKeepsWhatItsHooksNeed()
{
	const auto Medium = std::make_shared<FHangingMedium>();
	std::weak_ptr<FSlotStore> Store;
	{
		FGameClient Client;
		FClientSetup Made;
		Made.Player = "hangs";
		Made.Storage = std::make_shared<FSlotStore>(Medium, "hangs", "pg-");
		Store = Made.Storage;
		CHECK_OK(Client.Open(Made));
		Medium->bHangs = true;
		CHECK_OK(Client.Adopt(VoiceSession("l1", true), {}, [](const FOutcome&) {}));
		WAIT_DOING(20000, (void)Client.Pump(1000, 32), Medium->bIsInside.load());
		const uint64_t Before = now_us();
		Client.Close(50);
		CHECK(now_us() - Before < 5000000 * slow_factor());
	}
	// The client is gone; its hook is still inside.
	CHECK_EQ(FGameClient::FinishClosing(0), 1);
	CHECK(!Store.expired());
	Medium->bHangs = false;
	WAIT_UNTIL(20000, FGameClient::FinishClosing(10) == 0);
	CHECK(Store.expired());
}

} // namespace

void CoreHooks()
{
	EachExchangeIsAnsweredAtMostOnce(false);
	EachExchangeIsAnsweredAtMostOnce(true);
	AHostThatIsShutAnswersByItself();
	ManyThreadsAnswerOneExchange();
	AWriteThatIsCutOffLeavesTheOneBefore();
	TroubleIsNeverNothing();
	SlotNamesAreShortAndApart();
	APlayerLivesInSaveGames(false);
	APlayerLivesInSaveGames(true);
	ACloseThatGoesOnKeepsWhatItsHooksNeed();
}
