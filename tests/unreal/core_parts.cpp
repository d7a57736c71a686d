// Listeners, waiters, the frame's budget, QR pixels, players of the editor's windows.
#include "core.h"

#include "Core/FrameBudget.h"
#include "Core/PlayerScope.h"

using namespace PlaygateCore;

namespace
{

/** Somebody who listens, and may be gone. */
struct FSomebody
{
	std::shared_ptr<int> Life = std::make_shared<int>(0);

	FIsAlive IsAlive() const
	{
		return [Weak = std::weak_ptr<int>(Life)] { return !Weak.expired(); };
	}
};

void ListenersOfTheDeadAreNeverCalled()
{
	TListeners<int> Listeners;
	FSomebody Living;
	std::unique_ptr<FSomebody> Dying = std::make_unique<FSomebody>();
	int Heard = 0;
	int HeardByDead = 0;
	CHECK(Listeners.Add(Living.IsAlive(), [&Heard](int Number) { Heard += Number; }) != 0);
	CHECK(Listeners.Add(Dying->IsAlive(), [&HeardByDead](int) { ++HeardByDead; }) != 0);
	CHECK_EQ(Listeners.Add({}, nullptr), 0);
	Listeners.Broadcast(1);
	CHECK_EQ(HeardByDead, 1);
	Dying.reset();
	Listeners.Broadcast(10);
	CHECK_EQ(Heard, 11);
	CHECK_EQ(HeardByDead, 1);
	CHECK_EQ(Listeners.Num(), 1);
}

void ListenersMayChangeTheListTheyAreIn()
{
	TListeners<> Listeners;
	int First = 0;
	int Second = 0;
	int Added = 0;
	uint64_t SecondId = 0;
	uint64_t FirstId = 0;
	FirstId = Listeners.Add({}, [&] {
		++First;
		CHECK(Listeners.Remove(SecondId));
		CHECK(!Listeners.Remove(SecondId));
		CHECK(Listeners.Remove(FirstId));
		(void)Listeners.Add({}, [&Added] { ++Added; });
	});
	SecondId = Listeners.Add({}, [&Second] { ++Second; });
	Listeners.Broadcast();
	CHECK_EQ(First, 1);
	CHECK_EQ(Second, 0);
	// One that came meanwhile has its turn the next time.
	CHECK_EQ(Added, 0);
	Listeners.Broadcast();
	CHECK_EQ(First, 1);
	CHECK_EQ(Added, 1);
	CHECK(!Listeners.Remove(0));
	CHECK(!Listeners.Remove(4711));
	Listeners.Clear();
	CHECK_EQ(Listeners.Num(), 0);
}

void AListThatIsDestroyedByAListenerStops()
{
	auto Listeners = std::make_unique<TListeners<>>();
	int After = 0;
	(void)Listeners->Add({}, [&] { Listeners.reset(); });
	(void)Listeners->Add({}, [&After] { ++After; });
	Listeners->Broadcast();
	CHECK_EQ(After, 0);
	CHECK(!Listeners);
}

void ListenersMayNest()
{
	TListeners<int> Listeners;
	int Calls = 0;
	(void)Listeners.Add({}, [&](int Depth) {
		++Calls;
		if (Depth > 0)
		{
			Listeners.Broadcast(Depth - 1);
		}
	});
	Listeners.Broadcast(3);
	CHECK_EQ(Calls, 4);
}

void EachWaiterIsCalledOnceAndNeverForTheDead()
{
	FRequestBook Book;
	FSomebody Living;
	std::unique_ptr<FSomebody> Dying = std::make_unique<FSomebody>();
	int Calls = 0;
	int Dead = 0;
	Book.Expect(7, Living.IsAlive(), [&Calls](const FOutcome& Outcome) {
		++Calls;
		CHECK_EQ(Outcome.Result, PLAYGATE_ERROR_NOT_ENABLED);
	});
	Book.Expect(8, Dying->IsAlive(), [&Dead](const FOutcome&) { ++Dead; });
	Book.Expect(9, Dying->IsAlive(), [&Dead](const FOutcome&) { ++Dead; });
	Book.Expect(0, {}, [&Dead](const FOutcome&) { ++Dead; });
	Book.Expect(10, {}, nullptr);
	CHECK_EQ(Book.Num(), 3);
	Dying.reset();
	FOutcome Outcome;
	Outcome.Result = PLAYGATE_ERROR_NOT_ENABLED;
	Outcome.Request = 7;
	CHECK(Book.Complete(Outcome));
	CHECK(!Book.Complete(Outcome));
	Outcome.Request = 8;
	CHECK(!Book.Complete(Outcome));
	Outcome.Request = 0;
	CHECK(!Book.Complete(Outcome));
	Book.CompleteAll(PLAYGATE_ERROR_CANCELLED, "closed");
	CHECK_EQ(Calls, 1);
	CHECK_EQ(Dead, 0);
	CHECK_EQ(Book.Num(), 0);
}

void AWaiterMayAskAgainAndEndTheBook()
{
	auto Book = std::make_unique<FRequestBook>();
	std::vector<playgate_request> Order;
	for (const playgate_request Number : {30, 10, 20})
	{
		Book->Expect(Number, {}, [&](const FOutcome& Outcome) {
			Order.push_back(Outcome.Request);
			// Whoever asks anew while everything ends waits for the next end.
			Book->Expect(Outcome.Request + 100, {}, [](const FOutcome&) {});
		});
	}
	Book->Forget(20);
	Book->CompleteAll(PLAYGATE_ERROR_CANCELLED, "closed");
	CHECK_EQ(Order.size(), 2);
	CHECK(Order.size() == 2 && Order[0] == 10 && Order[1] == 30);
	CHECK_EQ(Book->Num(), 2);
	Book->Expect(1, {}, [&](const FOutcome&) { Book.reset(); });
	FOutcome Outcome;
	Outcome.Request = 1;
	CHECK(Book->Complete(Outcome));
	CHECK(!Book);
}

void AFrameIsShared()
{
	FFrameBudget Budget;
	CHECK_EQ(Budget.Next(1, 1, 500), 500);
	Budget.Spent(500);
	// Three clients; the first one leaves most of its part to the others.
	CHECK_EQ(Budget.Next(2, 3, 600), 200);
	Budget.Spent(10);
	CHECK_EQ(Budget.Next(2, 3, 600), 295);
	Budget.Spent(295);
	CHECK_EQ(Budget.Next(2, 3, 600), 295);
	Budget.Spent(100000);
	// Nothing is left, more come than were counted: each still gets one piece of work.
	CHECK_EQ(Budget.Next(2, 3, 600), FFrameBudget::MinimumUs);
	CHECK_EQ(Budget.Next(3, 0, 0), FFrameBudget::MinimumUs);
}

void QrPixelsAreTheModules()
{
	const uint8_t Modules[9] = {1, 0, 1, 0, 1, 0, 0, 0, 1};
	const FQrImage Image = DrawQr(Modules, 9, 3, 2);
	const uint32_t Side = (3 + 2 * QuietModules) * 2;
	CHECK_EQ(Image.Side, Side);
	CHECK_EQ(Image.Bytes.size(), static_cast<std::size_t>(Side) * Side * 4);
	int Wrong = 0;
	for (uint32_t Y = 0; Y < Side && Image.Bytes.size() == static_cast<std::size_t>(Side) * Side * 4; ++Y)
	{
		for (uint32_t X = 0; X < Side; ++X)
		{
			const uint32_t Column = X / 2;
			const uint32_t Row = Y / 2;
			const bool bInside = Column >= QuietModules && Row >= QuietModules && Column < QuietModules + 3 && Row < QuietModules + 3;
			const bool bIsDark = bInside && Modules[(Row - QuietModules) * 3 + Column - QuietModules] == 1;
			const uint8_t* Pixel = &Image.Bytes[(static_cast<std::size_t>(Y) * Side + X) * 4];
			const uint8_t Light = bIsDark ? 0 : 255;
			Wrong += Pixel[0] != Light || Pixel[1] != Light || Pixel[2] != Light || Pixel[3] != 255;
		}
	}
	CHECK_EQ(Wrong, 0);
	CHECK_EQ(DrawQr(Modules, 8, 3, 2).Side, 0);
	CHECK_EQ(DrawQr(nullptr, 9, 3, 2).Side, 0);
	CHECK_EQ(DrawQr(Modules, 9, 3, 0).Side, 0);
	CHECK_EQ(DrawQr(Modules, 9, 3, 4096).Side, 0);
	CHECK_EQ(DrawQr(Modules, 0, 0, 1).Side, 0);
	CHECK_EQ(PixelsPerModule(21, 512), 512 / 29);
	CHECK_EQ(PixelsPerModule(177, 1), 1);
	CHECK_EQ(PixelsPerModule(UINT32_MAX, UINT32_MAX), MaxSide / (MaxModules + 8));
}

void PlayersOfTheEditorsWindowsAreApart()
{
	CHECK(ScopedPlayer("kim", NotInEditor) == "kim");
	CHECK(ScopedPlayer("kim", 0) != ScopedPlayer("kim", 1));
	CHECK(ScopedPlayer("kim", 0) != "kim");
	CHECK(ScopedPlayer("", 3).empty());
	CHECK(ScopedFolder("/saved", NotInEditor) == "/saved");
	CHECK(ScopedFolder("/saved", 0) != ScopedFolder("/saved", 1));
	CHECK(ScopedFolder("", 1).empty());
}

void OriginsAreCompared()
{
	CHECK(IsSameOrigin("https://game.example/api/session", "https://GAME.example:443/other?x#y"));
	CHECK(IsSameOrigin("http://127.0.0.1:80/a", "http://127.0.0.1"));
	CHECK(IsSameOrigin("https://[::1]/a", "https://[::1]:443/b"));
	CHECK(!IsSameOrigin("https://game.example/", "http://game.example/"));
	CHECK(!IsSameOrigin("https://game.example/", "https://game.example:8443/"));
	CHECK(!IsSameOrigin("https://game.example/", "https://game.example.evil/"));
	CHECK(!IsSameOrigin("https://game.example/", "https://game.example@evil/"));
	CHECK(!IsSameOrigin("https://game.example/", "https://evil\\@game.example/"));
	CHECK(!IsSameOrigin("", ""));
	CHECK(!IsSameOrigin("no url", "no url"));
	CHECK(!IsSameOrigin("https://", "https://"));
}

} // namespace

void CoreParts()
{
	ListenersOfTheDeadAreNeverCalled();
	ListenersMayChangeTheListTheyAreIn();
	AListThatIsDestroyedByAListenerStops();
	ListenersMayNest();
	EachWaiterIsCalledOnceAndNeverForTheDead();
	AWaiterMayAskAgainAndEndTheBook();
	AFrameIsShared();
	QrPixelsAreTheModules();
	PlayersOfTheEditorsWindowsAreApart();
	OriginsAreCompared();
}
