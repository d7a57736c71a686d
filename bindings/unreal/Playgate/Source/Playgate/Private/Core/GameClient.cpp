#include "GameClient.h"

#include <atomic>
#include <mutex>
#include <utility>

namespace PlaygateCore
{

namespace
{

std::string Copy(const playgate_text& Text)
{
	return std::string(Text.ptr, Text.len);
}

/** Text for the library: NULL when it is empty. */
const char* OrNull(const std::string& Text)
{
	return Text.empty() ? nullptr : Text.c_str();
}

/** A NUL inside would cut a text off, and another player's key might be what is left. */
bool HasNul(const std::string& Text)
{
	return Text.find('\0') != std::string::npos;
}

/** A client whose close goes on, with what its hooks need. */
struct FClosing
{
	playgate_client Client;
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

std::vector<std::string> ShownFeatures(playgate_notice Notice, playgate_notice_list List, uint32_t Count)
{
	std::vector<std::string> Shown;
	for (uint32_t Index = 0; Index < Count; ++Index)
	{
		playgate_text Name{};
		playgate_text Text{};
		if (playgate_notice_get_feature(Notice, List, Index, &Name, &Text) == PLAYGATE_OK)
		{
			Shown.push_back(Copy(Text));
		}
	}
	return Shown;
}

} // namespace

struct FGameClient::FState
{
	std::atomic<playgate_client> Client{0};
	std::shared_ptr<FHttpExchanges> Http;
	std::shared_ptr<FSlotStore> Storage;
	FRequestBook Requests;
	TListeners<const FEvent&> Events;
	bool bIsPumping = false;

	playgate_result Expect(playgate_result Started, playgate_request Request, FIsAlive&& IsAlive, FWaiter&& Waiter)
	{
		if (Started >= 0)
		{
			Requests.Expect(Request, std::move(IsAlive), std::move(Waiter));
		}
		return Started;
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
	for (const std::string* Text : {&Setup.Player, &Setup.ServerUrl, &Setup.Token, &Setup.Folder, &Setup.CodeSite})
	{
		if (HasNul(*Text))
		{
			return PLAYGATE_ERROR_INVALID_ARGUMENT;
		}
	}
	playgate_client_options Options;
	playgate_client_options_init(&Options, sizeof Options, PLAYGATE_ABI_VERSION);
	Options.player = OrNull(Setup.Player);
	Options.server_url = OrNull(Setup.ServerUrl);
	Options.token = OrNull(Setup.Token);
	Options.code_site = OrNull(Setup.CodeSite);
	Options.stale_after_ms = Setup.StaleAfterMs;
	Options.key = Setup.Key.empty() ? nullptr : Setup.Key.data();
	Options.key_len = Setup.Key.size();
	Options.flags |= Setup.bNetworkAllowed ? PLAYGATE_CLIENT_NETWORK_ALLOWED : 0U;
	Options.flags |= Setup.bTakeOver ? PLAYGATE_CLIENT_TAKE_OVER : 0U;
	Options.flags |= Setup.bNoThreads ? PLAYGATE_CLIENT_NO_THREADS : 0U;
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
		Options.folder = OrNull(Setup.Folder);
	}
	playgate_client Client = 0;
	const playgate_result Opened = playgate_client_open(&Options, &Client);
	if (Opened < 0)
	{
		return Opened;
	}
	State->Http = Setup.Http;
	State->Storage = Setup.Storage;
	State->Client = Client;
	return Opened;
}

bool FGameClient::IsOpen() const
{
	return State && State->Client != 0;
}

playgate_result FGameClient::Pump(uint32_t BudgetUs, uint32_t MaxEvents)
{
	// Kept: what is called below may close, open or destroy this object.
	const std::shared_ptr<FState> Kept = State;
	const playgate_client Client = Kept ? Kept->Client.load() : 0;
	if (Client == 0)
	{
		return PLAYGATE_ERROR_INVALID_HANDLE;
	}
	if (Kept->bIsPumping)
	{
		return PLAYGATE_ERROR_BUSY;
	}
	Kept->bIsPumping = true;
	playgate_result Pumped = playgate_client_pump(Client, BudgetUs);
	playgate_event Raw;
	playgate_event_init(&Raw, sizeof Raw);
	uint32_t Handed = 0;
	while (Kept->Client == Client)
	{
		if (Handed == MaxEvents)
		{
			Pumped = Pumped == PLAYGATE_OK ? PLAYGATE_PENDING : Pumped;
			break;
		}
		if (playgate_client_next_event(Client, &Raw) != PLAYGATE_OK)
		{
			break;
		}
		++Handed;
		FEvent Event;
		Event.Type = Raw.type;
		Event.Request = Raw.request;
		Event.Result = Raw.result;
		Event.Operation = Raw.operation;
		Event.HttpStatus = Raw.http_status;
		Event.Progress = Raw.progress;
		Event.Feature = Copy(Raw.feature);
		Event.Text = Copy(Raw.text);
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
		if (Kept->Client == Client)
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
	const playgate_client Client = Kept ? Kept->Client.exchange(0) : 0;
	if (Client == 0)
	{
		return;
	}
	FClosing Closing{Client, std::move(Kept->Http), std::move(Kept->Storage)};
	Kept->Http.reset();
	Kept->Storage.reset();
	const playgate_result Closed = playgate_client_close(Client, DrainMs);
	if (Closing.Http)
	{
		Closing.Http->Shut();
	}
	if (Closed == PLAYGATE_PENDING)
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
		if (playgate_client_close(Closing.Client, DrainMs) == PLAYGATE_PENDING)
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
	playgate_feature Number = 0;
	if (!Name.empty() && !HasNul(Name))
	{
		(void)playgate_feature_intern(Name.c_str(), &Number);
	}
	return Number;
}

bool FGameClient::IsAllowed(playgate_feature Feature) const
{
	const playgate_client Client = State ? State->Client.load() : 0;
	return Client != 0 && playgate_client_allowed(Client, Feature) == 1;
}

playgate_access FGameClient::GetAccess(playgate_feature Feature) const
{
	const playgate_client Client = State ? State->Client.load() : 0;
	return Client != 0 ? playgate_client_access(Client, Feature) : PLAYGATE_ACCESS_UNAVAILABLE;
}

FFeatureState FGameClient::GetFeature(const std::string& Name) const
{
	FFeatureState Found;
	playgate_decision Decision;
	playgate_decision_init(&Decision, sizeof Decision);
	if (IsOpen() && playgate_client_decide(State->Client, FeatureNumber(Name), &Decision) == PLAYGATE_OK)
	{
		Found.Access = Decision.access;
		Found.Reason = Decision.reason;
		Found.NextStep = Decision.next_step;
		Found.Freshness = Decision.freshness;
		Found.ManagedBy = Decision.managed_by;
		Found.AgeThreshold = Decision.age_threshold;
		Found.Text = Copy(Decision.text);
	}
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
	playgate_challenge Challenge = 0;
	if (!IsOpen() || playgate_client_challenge(State->Client, FeatureNumber(Name), &Challenge) != PLAYGATE_OK)
	{
		return false;
	}
	playgate_challenge_info Info;
	playgate_challenge_info_init(&Info, sizeof Info);
	const bool bIsKnown = playgate_challenge_get_info(Challenge, &Info) == PLAYGATE_OK;
	if (bIsKnown)
	{
		Out.Actor = Info.actor;
		Out.Progress = Info.progress;
		Out.UrlExpiresMs = Info.url_expires_ms;
		Out.CodeExpiresMs = Info.code_expires_ms;
		Out.Feature = Copy(Info.feature);
		Out.Url = Copy(Info.url);
		Out.Code = Copy(Info.code);
		Out.CodeSite = Copy(Info.code_site);
	}
	(void)playgate_challenge_free(Challenge);
	return bIsKnown;
}

FQrImage FGameClient::GetChallengeQr(const std::string& Name, uint32_t WantedSide) const
{
	playgate_challenge Challenge = 0;
	if (!IsOpen() || playgate_client_challenge(State->Client, FeatureNumber(Name), &Challenge) != PLAYGATE_OK)
	{
		return FQrImage();
	}
	std::vector<uint8_t> Modules(static_cast<std::size_t>(MaxModules) * MaxModules);
	uint32_t Size = 0;
	const playgate_result Drawn = playgate_challenge_qr(Challenge, Modules.data(), Modules.size(), &Size);
	(void)playgate_challenge_free(Challenge);
	if (Drawn != PLAYGATE_OK)
	{
		return FQrImage();
	}
	return DrawQr(Modules.data(), static_cast<std::size_t>(Size) * Size, Size, PixelsPerModule(Size, WantedSide));
}

FNoticeState FGameClient::TakeNotice() const
{
	FNoticeState Taken;
	playgate_notice Notice = 0;
	if (!IsOpen() || playgate_client_notice(State->Client, &Notice) != PLAYGATE_OK)
	{
		return Taken;
	}
	playgate_notice_info Info;
	playgate_notice_info_init(&Info, sizeof Info);
	if (playgate_notice_get_info(Notice, &Info) == PLAYGATE_OK)
	{
		Taken.Kind = Info.kind;
		Taken.Revision = Info.revision;
		Taken.Title = Copy(Info.title);
		Taken.Message = Copy(Info.message);
		Taken.Off = ShownFeatures(Notice, PLAYGATE_NOTICE_LIST_OFF, Info.off_count);
		Taken.On = ShownFeatures(Notice, PLAYGATE_NOTICE_LIST_ON, Info.on_count);
		Taken.MayChoose = ShownFeatures(Notice, PLAYGATE_NOTICE_LIST_MAY_CHOOSE, Info.may_choose_count);
		Taken.Asked = ShownFeatures(Notice, PLAYGATE_NOTICE_LIST_ASKED, Info.asked_count);
	}
	(void)playgate_notice_free(Notice);
	return Taken;
}

playgate_result FGameClient::Ask(EAsk What, const std::string& Name, FIsAlive IsAlive, FWaiter Waiter, playgate_request* Out)
{
	playgate_request Request = 0;
	playgate_result Started = PLAYGATE_ERROR_INVALID_HANDLE;
	playgate_challenge Challenge = 0;
	if (Out)
	{
		*Out = 0;
	}
	if (!IsOpen())
	{
		return Started;
	}
	const playgate_client Client = State->Client;
	const bool bNeedsChallenge = What == EAsk::CheckChallenge || What == EAsk::CancelChallenge || What == EAsk::RenewCode;
	if (bNeedsChallenge)
	{
		Started = playgate_client_challenge(Client, FeatureNumber(Name), &Challenge);
		if (Started != PLAYGATE_OK)
		{
			return Started;
		}
	}
	switch (What)
	{
	case EAsk::Refresh:
		Started = playgate_client_refresh(Client, &Request);
		break;
	case EAsk::RefreshAfterPush:
		Started = playgate_client_refresh_after_push(Client, &Request);
		break;
	case EAsk::Acknowledge:
		Started = playgate_client_acknowledge(Client, &Request);
		break;
	case EAsk::Forget:
		Started = playgate_client_forget(Client, &Request);
		break;
	case EAsk::Flush:
		Started = playgate_client_flush(Client, &Request);
		break;
	case EAsk::RequestPermission:
	{
		playgate_permission_request Wanted;
		playgate_permission_request_init(&Wanted, sizeof Wanted);
		Wanted.feature = FeatureNumber(Name);
		Started = playgate_client_request_permission(Client, &Wanted, &Request);
		break;
	}
	case EAsk::CheckChallenge:
		Started = playgate_client_check_challenge(Client, Challenge, &Request);
		break;
	case EAsk::CancelChallenge:
		Started = playgate_client_cancel_challenge(Client, Challenge, &Request);
		break;
	case EAsk::RenewCode:
		Started = playgate_client_renew_code(Client, Challenge, &Request);
		break;
	case EAsk::SwitchOff:
	case EAsk::SwitchOn:
		Started = playgate_client_switch_feature(Client, FeatureNumber(Name), What == EAsk::SwitchOn ? 1 : 0, &Request);
		break;
	}
	(void)playgate_challenge_free(Challenge);
	if (Out)
	{
		*Out = Request;
	}
	return State->Expect(Started, Request, std::move(IsAlive), std::move(Waiter));
}

playgate_result FGameClient::Adopt(const std::string& Json, FIsAlive IsAlive, FWaiter Waiter)
{
	if (!IsOpen())
	{
		return PLAYGATE_ERROR_INVALID_HANDLE;
	}
	playgate_request Request = 0;
	const playgate_result Started = playgate_client_adopt(State->Client, Json.data(), Json.size(), &Request);
	return State->Expect(Started, Request, std::move(IsAlive), std::move(Waiter));
}

playgate_result FGameClient::EmailParent(
	const std::string& Name, const std::string& Address, const std::string& Locale, FIsAlive IsAlive, FWaiter Waiter)
{
	if (!IsOpen())
	{
		return PLAYGATE_ERROR_INVALID_HANDLE;
	}
	if (HasNul(Address) || HasNul(Locale))
	{
		return PLAYGATE_ERROR_INVALID_ARGUMENT;
	}
	playgate_challenge Challenge = 0;
	playgate_result Started = playgate_client_challenge(State->Client, FeatureNumber(Name), &Challenge);
	if (Started != PLAYGATE_OK)
	{
		return Started;
	}
	playgate_request Request = 0;
	Started = playgate_client_email_parent(State->Client, Challenge, OrNull(Address), OrNull(Locale), &Request);
	(void)playgate_challenge_free(Challenge);
	return State->Expect(Started, Request, std::move(IsAlive), std::move(Waiter));
}

playgate_result FGameClient::Cancel(playgate_request Request)
{
	return IsOpen() ? playgate_client_cancel(State->Client, Request) : PLAYGATE_ERROR_INVALID_HANDLE;
}

playgate_result FGameClient::SetToken(const std::string& Token)
{
	if (HasNul(Token))
	{
		return PLAYGATE_ERROR_INVALID_ARGUMENT;
	}
	return IsOpen() ? playgate_client_set_token(State->Client, OrNull(Token)) : PLAYGATE_ERROR_INVALID_HANDLE;
}

playgate_result FGameClient::SetNetworkAllowed(bool bAllowed)
{
	return IsOpen() ? playgate_client_set_network_allowed(State->Client, bAllowed ? 1 : 0) : PLAYGATE_ERROR_INVALID_HANDLE;
}

playgate_result FGameClient::SetOnline(bool bOnline)
{
	return IsOpen() ? playgate_client_set_online(State->Client, bOnline ? 1 : 0) : PLAYGATE_ERROR_INVALID_HANDLE;
}

playgate_result FGameClient::Suspend()
{
	return IsOpen() ? playgate_client_suspend(State->Client) : PLAYGATE_ERROR_INVALID_HANDLE;
}

playgate_result FGameClient::Resume()
{
	return IsOpen() ? playgate_client_resume(State->Client) : PLAYGATE_ERROR_INVALID_HANDLE;
}

std::string FGameClient::GetDiagnostics() const
{
	playgate_text Text{};
	if (IsOpen() && playgate_client_diagnostics(State->Client, &Text) == PLAYGATE_OK)
	{
		return Copy(Text);
	}
	return {};
}

TListeners<const FEvent&>& FGameClient::OnEvent()
{
	return State->Events;
}

} // namespace PlaygateCore
