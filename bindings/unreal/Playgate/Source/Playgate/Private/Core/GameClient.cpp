#include "GameClient.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <string_view>
#include <utility>

namespace PlaygateCore
{

namespace
{

playgate_result Number(playgate::status Status)
{
	return static_cast<playgate_result>(Status);
}

/** A client whose close goes on, with what its hooks need. */
struct FClosing
{
	playgate::client Client;
	std::shared_ptr<FHttpExchanges> Http;
	std::shared_ptr<FSlotStore> Storage;
};

struct FClosingList
{
	std::mutex Lock;
	std::vector<FClosing> Clients;
};

/** Never destroyed: a hook that is still inside at the end of the process needs what is in it. */
FClosingList& ClosingList()
{
	static FClosingList* const List = new FClosingList;
	return *List;
}

std::vector<std::string> ShownFeatures(const playgate::notice& Notice, playgate::notice_list List)
{
	std::vector<std::string> Shown;
	for (const playgate::notice_feature& Feature : Notice.features(List))
	{
		Shown.emplace_back(Feature.shown);
	}
	return Shown;
}

playgate::feature FeatureOf(const std::string& Name)
{
	return playgate::feature(FGameClient::FeatureNumber(Name));
}

} // namespace

struct FGameClient::FState
{
	playgate::client Client;
	/** The same client's handle, for other threads. */
	std::atomic<playgate_client> Native{0};
	std::shared_ptr<FHttpExchanges> Http;
	std::shared_ptr<FSlotStore> Storage;
	FRequestBook Requests;
	TListeners<const FEvent&> Events;
	bool bIsPumping = false;

	playgate_result Expect(const playgate::result<playgate::request_id>& Started, FIsAlive&& IsAlive, FWaiter&& Waiter)
	{
		if (Started)
		{
			Requests.Expect(Started->number, std::move(IsAlive), std::move(Waiter));
		}
		return Number(Started.status());
	}
};

FGameClient::FGameClient() : State(std::make_shared<FState>())
{
}

FGameClient::~FGameClient()
{
	Close(0);
	if (State)
	{
		State->Events.Clear();
	}
}

FGameClient::FGameClient(FGameClient&& Other) noexcept : State(std::move(Other.State))
{
}

FGameClient& FGameClient::operator=(FGameClient&& Other) noexcept
{
	if (this != &Other)
	{
		Close(0);
		State = std::move(Other.State);
	}
	return *this;
}

playgate_result FGameClient::Open(const FClientSetup& Setup)
{
	if (!State)
	{
		State = std::make_shared<FState>();
	}
	Close(0);
	playgate::client_options Options;
	Options.player = Setup.Player;
	Options.server_url = Setup.ServerUrl;
	Options.token = Setup.Token;
	Options.code_site = Setup.CodeSite;
	Options.stale_after = std::chrono::milliseconds(Setup.StaleAfterMs);
	Options.key = playgate::bytes{Setup.Key.empty() ? nullptr : Setup.Key.data(), Setup.Key.size()};
	Options.network_allowed = Setup.bNetworkAllowed;
	Options.take_over = Setup.bTakeOver;
	Options.no_threads = Setup.bNoThreads;
	playgate_transport_hook Transport;
	if (Setup.Http)
	{
		Transport = Setup.Http->Hook();
		Options.transport = &Transport;
	}
	playgate_storage_hook Storage;
	if (Setup.Storage)
	{
		Storage = Setup.Storage->Hook();
		Options.storage = &Storage;
	}
	else
	{
		Options.folder = Setup.Folder;
	}
	playgate::result<playgate::client> Opened = playgate::client::open(Options);
	if (!Opened)
	{
		return Number(Opened.status());
	}
	State->Http = Setup.Http;
	State->Storage = Setup.Storage;
	State->Client = std::move(*Opened);
	State->Native = State->Client.native();
	return PLAYGATE_OK;
}

bool FGameClient::IsOpen() const
{
	return State && State->Native != 0;
}

playgate_result FGameClient::Pump(uint32_t BudgetUs, uint32_t MaxEvents)
{
	// Kept: what is called below may close, open or destroy this object.
	const std::shared_ptr<FState> Kept = State;
	const playgate_client Native = Kept ? Kept->Native.load() : 0;
	if (Native == 0)
	{
		return PLAYGATE_ERROR_INVALID_HANDLE;
	}
	if (Kept->bIsPumping)
	{
		return PLAYGATE_ERROR_BUSY;
	}
	Kept->bIsPumping = true;
	playgate_result Pumped = Number(Kept->Client.pump_only(std::chrono::microseconds(BudgetUs)).status());
	uint32_t Handed = 0;
	while (Kept->Native == Native)
	{
		if (Handed == MaxEvents)
		{
			Pumped = Pumped == PLAYGATE_OK ? PLAYGATE_PENDING : Pumped;
			break;
		}
		const playgate::result<playgate::event> Next = Kept->Client.next_event();
		if (!Next)
		{
			break;
		}
		++Handed;
		FEvent Event;
		Event.Type = static_cast<playgate_event_type>(Next->type);
		Event.Request = Next->request.number;
		Event.Result = Number(Next->status);
		Event.Operation = static_cast<playgate_operation>(Next->operation);
		Event.HttpStatus = Next->http_status;
		Event.Progress = static_cast<playgate_progress>(Next->progress);
		Event.Feature = Next->feature;
		Event.Text = Next->text;
		if (Event.Type == PLAYGATE_EVENT_COMPLETED)
		{
			FOutcome Outcome;
			Outcome.Request = Event.Request;
			Outcome.Result = Event.Result;
			Outcome.Operation = Event.Operation;
			Outcome.HttpStatus = Event.HttpStatus;
			Outcome.Text = Event.Text;
			(void)Kept->Requests.Complete(Outcome);
		}
		if (Kept->Native == Native)
		{
			Kept->Events.Broadcast(Event);
		}
	}
	Kept->bIsPumping = false;
	return Pumped;
}

void FGameClient::Close(uint32_t DrainMs)
{
	const std::shared_ptr<FState> Kept = State;
	if (!Kept || Kept->Native.exchange(0) == 0)
	{
		return;
	}
	FClosing Closing{std::move(Kept->Client), std::move(Kept->Http), std::move(Kept->Storage)};
	const playgate::status Closed = Closing.Client.close(std::chrono::milliseconds(DrainMs)).status();
	if (Closing.Http)
	{
		Closing.Http->Shut();
	}
	if (Closed == playgate::status::pending)
	{
		FClosingList& List = ClosingList();
		const std::lock_guard<std::mutex> Guard(List.Lock);
		List.Clients.push_back(std::move(Closing));
	}
	Kept->Requests.CompleteAll(PLAYGATE_ERROR_CANCELLED, "the player's client was closed");
}

std::size_t FGameClient::FinishClosing(uint32_t DrainMs)
{
	FClosingList& List = ClosingList();
	std::vector<FClosing> Left;
	{
		const std::lock_guard<std::mutex> Guard(List.Lock);
		Left.swap(List.Clients);
	}
	std::vector<FClosing> Still;
	for (FClosing& Closing : Left)
	{
		if (Closing.Client.close(std::chrono::milliseconds(DrainMs)).status() == playgate::status::pending)
		{
			Still.push_back(std::move(Closing));
		}
	}
	const std::lock_guard<std::mutex> Guard(List.Lock);
	for (FClosing& Closing : Still)
	{
		List.Clients.push_back(std::move(Closing));
	}
	return List.Clients.size();
}

playgate_feature FGameClient::FeatureNumber(const std::string& Name)
{
	return playgate::feature::named(Name)->number();
}

bool FGameClient::IsAllowed(playgate_feature Feature) const
{
	const playgate_client Native = State ? State->Native.load() : 0;
	return Native != 0 && playgate_client_allowed(Native, Feature) == 1;
}

playgate_access FGameClient::GetAccess(playgate_feature Feature) const
{
	const playgate_client Native = State ? State->Native.load() : 0;
	return Native != 0 ? playgate_client_access(Native, Feature) : PLAYGATE_ACCESS_UNAVAILABLE;
}

FFeatureState FGameClient::GetFeature(const std::string& Name) const
{
	FFeatureState Found;
	if (!IsOpen())
	{
		return Found;
	}
	const playgate::result<playgate::decision> Decision = State->Client.decide(FeatureOf(Name));
	Found.Access = static_cast<playgate_access>(Decision->access);
	Found.Reason = static_cast<playgate_reason>(Decision->reason);
	Found.NextStep = static_cast<playgate_next_step>(Decision->next_step);
	Found.Freshness = static_cast<playgate_freshness>(Decision->freshness);
	Found.ManagedBy = static_cast<playgate_managed_by>(Decision->managed_by);
	Found.AgeThreshold = Decision->age_threshold;
	Found.Text = Decision->text;
	FChallengeState Challenge;
	if (GetChallenge(Name, Challenge))
	{
		Found.bHasChallenge = true;
		Found.Progress = Challenge.Progress;
	}
	return Found;
}

bool FGameClient::GetChallenge(const std::string& Name, FChallengeState& Out) const
{
	if (!IsOpen())
	{
		return false;
	}
	const playgate::result<playgate::challenge> Challenge = State->Client.challenge_about(FeatureOf(Name));
	const playgate::result<playgate::challenge_info> Info = Challenge->info();
	if (!Info)
	{
		return false;
	}
	Out.Actor = static_cast<playgate_actor>(Info->actor);
	Out.Progress = static_cast<playgate_progress>(Info->progress);
	Out.UrlExpiresMs = Info->url_expires_ms;
	Out.CodeExpiresMs = Info->code_expires_ms;
	Out.Feature = Info->feature;
	Out.Url = Info->url;
	Out.Code = Info->code;
	Out.CodeSite = Info->code_site;
	return true;
}

FQrImage FGameClient::GetChallengeQr(const std::string& Name, uint32_t WantedSide) const
{
	if (!IsOpen())
	{
		return FQrImage();
	}
	const playgate::result<playgate::challenge> Challenge = State->Client.challenge_about(FeatureOf(Name));
	std::vector<uint8_t> Modules(static_cast<std::size_t>(MaxModules) * MaxModules);
	uint32_t Size = 0;
	if (playgate_challenge_qr(Challenge->native(), Modules.data(), Modules.size(), &Size) != PLAYGATE_OK)
	{
		return FQrImage();
	}
	return DrawQr(Modules.data(), static_cast<std::size_t>(Size) * Size, Size, PixelsPerModule(Size, WantedSide));
}

FNoticeState FGameClient::TakeNotice() const
{
	FNoticeState Taken;
	if (!IsOpen())
	{
		return Taken;
	}
	const playgate::result<playgate::notice> Notice = State->Client.notice();
	const playgate::result<playgate::notice_info> Info = Notice->info();
	if (Info)
	{
		Taken.Kind = static_cast<playgate_notice_kind>(Info->kind);
		Taken.Revision = Info->revision;
		Taken.Title = Info->title;
		Taken.Message = Info->message;
		Taken.Off = ShownFeatures(*Notice, playgate::notice_list::off);
		Taken.On = ShownFeatures(*Notice, playgate::notice_list::on);
		Taken.MayChoose = ShownFeatures(*Notice, playgate::notice_list::may_choose);
		Taken.Asked = ShownFeatures(*Notice, playgate::notice_list::asked);
	}
	return Taken;
}

playgate_result FGameClient::Ask(EAsk What, const std::string& Name, FIsAlive IsAlive, FWaiter Waiter)
{
	if (!IsOpen())
	{
		return PLAYGATE_ERROR_INVALID_HANDLE;
	}
	playgate::client& Client = State->Client;
	playgate::result<playgate::request_id> Started = playgate::status::invalid_argument;
	switch (What)
	{
	case EAsk::Refresh:
		Started = Client.refresh();
		break;
	case EAsk::RefreshAfterPush:
		Started = Client.refresh_after_push();
		break;
	case EAsk::Acknowledge:
		Started = Client.acknowledge();
		break;
	case EAsk::Forget:
		Started = Client.forget();
		break;
	case EAsk::Flush:
		Started = Client.flush();
		break;
	case EAsk::RequestPermission:
		Started = Client.request_permission(FeatureOf(Name));
		break;
	case EAsk::SwitchOff:
	case EAsk::SwitchOn:
		Started = Client.switch_feature(FeatureOf(Name), What == EAsk::SwitchOn);
		break;
	case EAsk::CheckChallenge:
	case EAsk::CancelChallenge:
	case EAsk::RenewCode:
	{
		const playgate::result<playgate::challenge> Challenge = Client.challenge_about(FeatureOf(Name));
		if (!Challenge)
		{
			return Number(Challenge.status());
		}
		Started = What == EAsk::CheckChallenge ? Client.check_challenge(*Challenge)
			: What == EAsk::CancelChallenge	   ? Client.cancel_challenge(*Challenge)
											   : Client.renew_code(*Challenge);
		break;
	}
	}
	return State->Expect(Started, std::move(IsAlive), std::move(Waiter));
}

playgate_result FGameClient::Adopt(const std::string& Json, FIsAlive IsAlive, FWaiter Waiter)
{
	if (!IsOpen())
	{
		return PLAYGATE_ERROR_INVALID_HANDLE;
	}
	return State->Expect(State->Client.adopt(Json), std::move(IsAlive), std::move(Waiter));
}

playgate_result FGameClient::EmailParent(
	const std::string& Name, const std::string& Address, const std::string& Locale, FIsAlive IsAlive, FWaiter Waiter)
{
	if (!IsOpen())
	{
		return PLAYGATE_ERROR_INVALID_HANDLE;
	}
	const playgate::result<playgate::challenge> Challenge = State->Client.challenge_about(FeatureOf(Name));
	if (!Challenge)
	{
		return Number(Challenge.status());
	}
	return State->Expect(State->Client.email_parent(*Challenge, Address, Locale), std::move(IsAlive), std::move(Waiter));
}

playgate_result FGameClient::SetToken(const std::string& Token)
{
	return IsOpen() ? Number(State->Client.set_token(Token).status()) : PLAYGATE_ERROR_INVALID_HANDLE;
}

playgate_result FGameClient::SetNetworkAllowed(bool bAllowed)
{
	return IsOpen() ? Number(State->Client.set_network_allowed(bAllowed).status()) : PLAYGATE_ERROR_INVALID_HANDLE;
}

playgate_result FGameClient::SetOnline(bool bOnline)
{
	return IsOpen() ? Number(State->Client.set_online(bOnline).status()) : PLAYGATE_ERROR_INVALID_HANDLE;
}

playgate_result FGameClient::Suspend()
{
	return IsOpen() ? Number(State->Client.suspend().status()) : PLAYGATE_ERROR_INVALID_HANDLE;
}

playgate_result FGameClient::Resume()
{
	return IsOpen() ? Number(State->Client.resume().status()) : PLAYGATE_ERROR_INVALID_HANDLE;
}

std::string FGameClient::GetDiagnostics() const
{
	return IsOpen() ? std::string(State->Client.diagnostics()) : std::string();
}

TListeners<const FEvent&>& FGameClient::OnEvent()
{
	return State->Events;
}

} // namespace PlaygateCore
