#include "Models.h"

namespace PlaygateCore
{

namespace
{

/** What tapping a locked feature does, from the library's advice. */
ETap TapFor(const FFeatureState& State)
{
	switch (State.NextStep)
	{
	case PLAYGATE_NEXT_START_AGE_GATE:
		return ETap::StartAgeGate;
	case PLAYGATE_NEXT_ASK_PARENT:
	case PLAYGATE_NEXT_VERIFY_AGE:
	case PLAYGATE_NEXT_ENABLE:
		return ETap::RequestPermission;
	case PLAYGATE_NEXT_REFRESH:
		return ETap::Refresh;
	default:
		return ETap::Nothing;
	}
}

/** A challenge that somebody may still answer. */
bool IsOpen(const FFeatureState& State)
{
	return State.bHasChallenge && (State.Progress == PLAYGATE_PROGRESS_ASKED || State.Progress == PLAYGATE_PROGRESS_WAITING);
}

} // namespace

bool FLockButton::Update(const FFeatureState& State)
{
	const bool bTextChanged = State.Text != Known.Text;
	Known = State;
	if (Known.Access == PLAYGATE_ACCESS_ALLOWED)
	{
		LastResult = PLAYGATE_OK;
	}
	return Settle() || bTextChanged;
}

ETap FLockButton::Tap()
{
	const ETap Done = Action;
	if (Done == ETap::RequestPermission || Done == ETap::Refresh)
	{
		bIsAsking = true;
		(void)Settle();
	}
	return Done;
}

bool FLockButton::RequestEnded(playgate_result Result)
{
	LastResult = Result < 0 ? Result : PLAYGATE_OK;
	bIsAsking = false;
	return Settle();
}

bool FLockButton::Settle()
{
	const EButtonLook OldLook = Look;
	const ETap OldAction = Action;
	Action = ETap::Nothing;
	if (Known.Access == PLAYGATE_ACCESS_ALLOWED)
	{
		Look = EButtonLook::Open;
		Action = ETap::Use;
	}
	else if (Known.Access == PLAYGATE_ACCESS_PROHIBITED)
	{
		Look = EButtonLook::Hidden;
	}
	else if (bIsAsking)
	{
		Look = EButtonLook::Waiting;
	}
	else if (IsOpen(Known))
	{
		Look = EButtonLook::Waiting;
		Action = ETap::ShowChallenge;
	}
	else if (Known.NextStep == PLAYGATE_NEXT_WAIT)
	{
		Look = EButtonLook::Waiting;
	}
	else
	{
		Action = TapFor(Known);
		Look = Action == ETap::Nothing ? EButtonLook::Disabled : EButtonLook::Locked;
	}
	return Look != OldLook || Action != OldAction;
}

bool FNoticeDialog::Offer(const FNoticeState& Offered)
{
	if (Stage != EStage::Empty || Offered.Kind == PLAYGATE_NOTICE_NONE)
	{
		return false;
	}
	Notice = Offered;
	Stage = EStage::Shown;
	return true;
}

bool FNoticeDialog::Dismiss()
{
	if (Stage != EStage::Shown)
	{
		return false;
	}
	Stage = EStage::Acknowledging;
	return true;
}

bool FNoticeDialog::Acknowledged(playgate_result Result)
{
	if (Stage != EStage::Acknowledging)
	{
		return false;
	}
	Clear();
	// What failed comes back with the next start; asked for again now, it would be shown without end.
	return Result == PLAYGATE_OK;
}

void FNoticeDialog::Clear()
{
	Stage = EStage::Empty;
	Notice = FNoticeState();
}

} // namespace PlaygateCore
