// One player's client: opens it, pumps it, hands its events on, and lets go of it. Knows nothing of the engine.
#pragma once

#include "HttpExchanges.h"
#include "Listeners.h"
#include "Models.h"
#include "QrImage.h"
#include "RequestBook.h"
#include "SlotStore.h"
#include "Library.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace PlaygateCore
{

/** How to open a client. Empty texts and zeros stand for the library's defaults. */
struct FClientSetup
{
	std::string Player;
	std::string ServerUrl;
	std::string Token;
	/** Empty, and no storage: nothing survives the client. */
	std::string Folder;
	std::string CodeSite;
	/** Empty, or PLAYGATE_KEY_BYTES from the platform's keystore. */
	std::vector<uint8_t> Key;
	uint64_t StaleAfterMs = 0;
	bool bNetworkAllowed = false;
	/** Closes a client of this process that still holds the player's record: for the editor. */
	bool bTakeOver = false;
	/** All work is done in Pump: for platforms where the library may have no threads. */
	bool bNoThreads = false;
	/** The host's HTTP; none: the library's own. */
	std::shared_ptr<FHttpExchanges> Http;
	/** The host's storage; none: files in Folder. */
	std::shared_ptr<FSlotStore> Storage;
};

/** One event, copied from the library. */
struct FEvent
{
	playgate_event_type Type = 0;
	playgate_request Request = 0;
	playgate_result Result = PLAYGATE_OK;
	playgate_operation Operation = PLAYGATE_OPERATION_NONE;
	uint32_t HttpStatus = 0;
	playgate_progress Progress = PLAYGATE_PROGRESS_NONE;
	std::string Feature;
	std::string Text;
};

/** A challenge, copied from the library. URL and code let whoever has them answer: never log them. */
struct FChallengeState
{
	playgate_actor Actor = PLAYGATE_ACTOR_PARENT;
	playgate_progress Progress = PLAYGATE_PROGRESS_NONE;
	int64_t UrlExpiresMs = 0;
	int64_t CodeExpiresMs = 0;
	std::string Feature, Url, Code, CodeSite;
};

/** What a game asks the client to do; it completes later. */
enum class EAsk : uint8_t
{
	Refresh,
	RefreshAfterPush,
	Acknowledge,
	Forget,
	Flush,
	/** These need a feature. */
	RequestPermission,
	CheckChallenge,
	CancelChallenge,
	RenewCode,
	SwitchOff,
	SwitchOn,
};

/**
 * Owns a client of the library. Moved from, closed, closed again or never opened, it denies everything and fails every call
 * with PLAYGATE_ERROR_INVALID_HANDLE, without a call of the library, which need not be loaded then. It may be closed or destroyed by a listener or waiter that it is just calling. For one
 * thread, except IsAllowed and GetAccess. Nothing may be called from inside hooks.
 */
class FGameClient
{
public:
	using FWaiter = FRequestBook::FWaiter;

	FGameClient();
	~FGameClient();
	FGameClient(FGameClient&& Other) noexcept;
	FGameClient& operator=(FGameClient&& Other) noexcept;
	FGameClient(const FGameClient&) = delete;
	FGameClient& operator=(const FGameClient&) = delete;

	/** Opens the player's client; one that is open is closed first. Listeners stay. Reads files. */
	playgate_result Open(const FClientSetup& Setup);

	/** Whether a client is open. */
	bool IsOpen() const;

	/** Moves finished work in and hands at most MaxEvents events on. PLAYGATE_PENDING: there is more to do or hand on. */
	playgate_result Pump(uint32_t BudgetUs, uint32_t MaxEvents);

	/**
	 * Denies, tells everybody who waits that it was cancelled, and waits at most DrainMs for what is being stored. What is
	 * still going on then is finished by FinishClosing; what its hooks need lives until then. Closed again, it does nothing.
	 */
	void Close(uint32_t DrainMs);

	/** Goes on with closing what did not end in time: at most DrainMs for each. How many still go on. */
	static std::size_t FinishClosing(uint32_t DrainMs);

	/** The number of a feature; 0, which is denied, for a name that cannot be one. Not for the frame path. */
	static playgate_feature FeatureNumber(const std::string& Name);

	/** Whether a feature is on. For the frame path. */
	bool IsAllowed(playgate_feature Feature) const;

	/** What a feature may do. For the frame path. */
	playgate_access GetAccess(playgate_feature Feature) const;

	/** All that is known of a feature, its challenge included. */
	FFeatureState GetFeature(const std::string& Name) const;

	/** The feature's challenge. False when there is none. */
	bool GetChallenge(const std::string& Name, FChallengeState& Out) const;

	/** The QR code of the feature's challenge, about WantedSide pixels wide. No picture when there is none. */
	FQrImage GetChallengeQr(const std::string& Name, uint32_t WantedSide) const;

	/** What the player is to be told; of the kind PLAYGATE_NOTICE_NONE when there is nothing. It counts as handed out. */
	FNoticeState TakeNotice() const;

	/** Starts something. When it is refused, the waiter is never called; otherwise once, unless its owner is gone. */
	playgate_result Ask(EAsk What, const std::string& Name, FIsAlive IsAlive, FWaiter Waiter);

	/** Gives the client the session that the consent flow gave the game. */
	playgate_result Adopt(const std::string& Json, FIsAlive IsAlive, FWaiter Waiter);

	/** Has a message sent to the parent about the feature's challenge. An empty address: to the one who approved last. */
	playgate_result EmailParent(const std::string& Name, const std::string& Address, const std::string& Locale,
		FIsAlive IsAlive, FWaiter Waiter);

	/** An empty token takes it away. */
	playgate_result SetToken(const std::string& Token);
	playgate_result SetNetworkAllowed(bool bAllowed);
	playgate_result SetOnline(bool bOnline);
	playgate_result Suspend();
	playgate_result Resume();

	/** Facts for support, as JSON, without personal data. */
	std::string GetDiagnostics() const;

	/** Whom each event is told. Lives as long as this object; not to be used when it was moved from. */
	TListeners<const FEvent&>& OnEvent();

private:
	struct FState;
	std::shared_ptr<FState> State;
};

} // namespace PlaygateCore
