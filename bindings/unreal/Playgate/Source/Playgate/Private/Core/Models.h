// What a locked feature's button and a notice's dialog show, whatever they are drawn with. Knows nothing of the engine.
#pragma once

#include "Library.h"

#include <cstdint>
#include <string>
#include <vector>

namespace PlaygateCore
{

/** How a feature's button looks. */
enum class EButtonLook : uint8_t
{
	/** Nobody can turn it on: it is not shown. */
	Hidden,
	/** It is on. */
	Open,
	/** It is off, and tapping it does something. */
	Locked,
	/** Something is on its way. */
	Waiting,
	/** It is off, and nothing can be done now. */
	Disabled,
};

/** What a tap on the button does. */
enum class ETap : uint8_t
{
	Nothing,
	/** Use the feature. */
	Use,
	/** Ask for the permission: a parent's, an age check, or the player's own. */
	RequestPermission,
	/** Show the open challenge: a parent's with its QR code and code, a player's as a page to open. */
	ShowChallenge,
	/** Start the age gate. */
	StartAgeGate,
	/** Ask the server. */
	Refresh,
};

/** What is known of a feature, copied from the library. */
struct FFeatureState
{
	playgate_access Access = PLAYGATE_ACCESS_UNAVAILABLE;
	playgate_reason Reason = PLAYGATE_REASON_NO_SESSION;
	playgate_next_step NextStep = PLAYGATE_NEXT_NOTHING;
	playgate_freshness Freshness = PLAYGATE_FRESHNESS_NONE;
	playgate_managed_by ManagedBy = PLAYGATE_MANAGED_BY_UNKNOWN;
	uint32_t AgeThreshold = 0;
	/** A neutral sentence for the locked feature; empty when it is on. */
	std::string Text;
	/** A challenge is open. */
	bool bHasChallenge = false;
	/** How far it has come. */
	playgate_progress Progress = PLAYGATE_PROGRESS_NONE;
};

/** The button of one feature. For one thread. */
class FLockButton
{
public:
	/** Takes over what is known now. True when the button looks or acts in another way than before. */
	bool Update(const FFeatureState& State);

	/** The player tapped it: what is to be done. While a request is under way, taps do nothing. */
	ETap Tap();

	/** The request that a tap started ended in this way, or could not be started. True when the button changed. */
	bool RequestEnded(playgate_result Result);

	EButtonLook GetLook() const { return Look; }
	ETap GetTap() const { return Action; }
	/** The sentence beside the button. */
	const std::string& GetText() const { return Known.Text; }
	const FFeatureState& GetState() const { return Known; }
	/** How the newest request ended; PLAYGATE_OK when none failed. */
	playgate_result GetLastResult() const { return LastResult; }

private:
	bool Settle();

	FFeatureState Known;
	EButtonLook Look = EButtonLook::Disabled;
	ETap Action = ETap::Nothing;
	playgate_result LastResult = PLAYGATE_OK;
	bool bIsAsking = false;
};

/** A notice, copied from the library. */
struct FNoticeState
{
	playgate_notice_kind Kind = PLAYGATE_NOTICE_NONE;
	uint64_t Revision = 0;
	std::string Title;
	std::string Message;
	/** What is shown for the features of each list. */
	std::vector<std::string> Off, On, MayChoose, Asked;
};

/** The dialog of notices: shows one at a time, and each until it is acknowledged. For one thread. */
class FNoticeDialog
{
public:
	/** There is this notice. True when it is to be shown now: none is on screen, and it is not the one being acknowledged. */
	bool Offer(const FNoticeState& Notice);

	/** Whether what is handed out by the library may be asked for: an acknowledgement covers the newest one handed out. */
	bool MayAsk() const { return Stage == EStage::Empty; }

	/** The player has read it. True when the acknowledgement is to be sent: once for each notice. */
	bool Dismiss();

	/** The acknowledgement ended. True when the library is to be asked for the next notice. */
	bool Acknowledged(playgate_result Result);

	/** The player is gone: nothing is shown any more. */
	void Clear();

	bool IsVisible() const { return Stage == EStage::Shown; }
	const FNoticeState& GetNotice() const { return Notice; }

private:
	enum class EStage : uint8_t
	{
		Empty,
		Shown,
		Acknowledging,
	};

	EStage Stage = EStage::Empty;
	FNoticeState Notice;
};

} // namespace PlaygateCore
