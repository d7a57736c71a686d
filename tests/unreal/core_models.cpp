// The lock button and the notice's dialog.
#include "core.h"

#include "Core/Models.h"

using namespace PlaygateCore;

namespace
{

FFeatureState State(playgate_access Access, playgate_next_step NextStep)
{
	FFeatureState Made;
	Made.Access = Access;
	Made.NextStep = NextStep;
	return Made;
}

void EachDecisionHasItsLookAndTap()
{
	static const struct
	{
		playgate_access Access;
		playgate_next_step NextStep;
		EButtonLook Look;
		ETap Tap;
	} Cases[] = {
		{PLAYGATE_ACCESS_ALLOWED, PLAYGATE_NEXT_NOTHING, EButtonLook::Open, ETap::Use},
		{PLAYGATE_ACCESS_ASK_PARENT, PLAYGATE_NEXT_ASK_PARENT, EButtonLook::Locked, ETap::RequestPermission},
		{PLAYGATE_ACCESS_VERIFY_AGE, PLAYGATE_NEXT_VERIFY_AGE, EButtonLook::Locked, ETap::RequestPermission},
		{PLAYGATE_ACCESS_PLAYER_MAY_ENABLE, PLAYGATE_NEXT_ENABLE, EButtonLook::Locked, ETap::RequestPermission},
		{PLAYGATE_ACCESS_PROHIBITED, PLAYGATE_NEXT_NOTHING, EButtonLook::Hidden, ETap::Nothing},
		{PLAYGATE_ACCESS_UNAVAILABLE, PLAYGATE_NEXT_START_AGE_GATE, EButtonLook::Locked, ETap::StartAgeGate},
		{PLAYGATE_ACCESS_UNAVAILABLE, PLAYGATE_NEXT_REFRESH, EButtonLook::Locked, ETap::Refresh},
		{PLAYGATE_ACCESS_UNAVAILABLE, PLAYGATE_NEXT_WAIT, EButtonLook::Waiting, ETap::Nothing},
		{PLAYGATE_ACCESS_UNAVAILABLE, PLAYGATE_NEXT_NOTHING, EButtonLook::Disabled, ETap::Nothing},
		// Numbers of a later version deny, and do nothing.
		{4711, 4711, EButtonLook::Disabled, ETap::Nothing},
		{-1, -1, EButtonLook::Disabled, ETap::Nothing},
	};
	for (const auto& Case : Cases)
	{
		FLockButton Button;
		(void)Button.Update(State(Case.Access, Case.NextStep));
		CHECK_EQ(Button.GetLook(), Case.Look);
		CHECK_EQ(Button.GetTap(), Case.Tap);
		CHECK(!Button.Update(State(Case.Access, Case.NextStep)));
		CHECK_EQ(Button.Tap(), Case.Tap);
	}
	FLockButton Fresh;
	CHECK_EQ(Fresh.GetLook(), EButtonLook::Disabled);
	CHECK_EQ(Fresh.Tap(), ETap::Nothing);
}

void ARequestKeepsTheButtonWaiting()
{
	FLockButton Button;
	CHECK(Button.Update(State(PLAYGATE_ACCESS_ASK_PARENT, PLAYGATE_NEXT_ASK_PARENT)));
	CHECK_EQ(Button.Tap(), ETap::RequestPermission);
	CHECK_EQ(Button.GetLook(), EButtonLook::Waiting);
	// Tapped once more while it waits: nothing is asked twice.
	CHECK_EQ(Button.Tap(), ETap::Nothing);
	CHECK(Button.RequestEnded(PLAYGATE_ERROR_UNREACHABLE));
	CHECK_EQ(Button.GetLastResult(), PLAYGATE_ERROR_UNREACHABLE);
	CHECK_EQ(Button.GetLook(), EButtonLook::Locked);
	CHECK_EQ(Button.Tap(), ETap::RequestPermission);
	FFeatureState Open = State(PLAYGATE_ACCESS_ASK_PARENT, PLAYGATE_NEXT_WAIT);
	Open.bHasChallenge = true;
	Open.Progress = PLAYGATE_PROGRESS_ASKED;
	(void)Button.Update(Open);
	CHECK(Button.RequestEnded(PLAYGATE_CHALLENGE_OPEN));
	CHECK_EQ(Button.GetLastResult(), PLAYGATE_OK);
	CHECK_EQ(Button.GetLook(), EButtonLook::Waiting);
	CHECK_EQ(Button.Tap(), ETap::ShowChallenge);
	Open.Progress = PLAYGATE_PROGRESS_APPROVED;
	CHECK(Button.Update(Open));
	CHECK_EQ(Button.Tap(), ETap::Nothing);
	CHECK(Button.Update(State(PLAYGATE_ACCESS_ALLOWED, PLAYGATE_NEXT_NOTHING)));
	CHECK_EQ(Button.Tap(), ETap::Use);
	FFeatureState Refused = State(PLAYGATE_ACCESS_ASK_PARENT, PLAYGATE_NEXT_ASK_PARENT);
	Refused.bHasChallenge = true;
	Refused.Progress = PLAYGATE_PROGRESS_REFUSED;
	Refused.Text = "A parent manages this.";
	CHECK(Button.Update(Refused));
	CHECK_EQ(Button.GetLook(), EButtonLook::Locked);
	CHECK_TEXT(Button.GetText().c_str(), "A parent manages this.");
	// The same look with other words is drawn anew too.
	Refused.Text = "Ask again.";
	CHECK(Button.Update(Refused));
}

void ANoticeIsShownUntilItIsAcknowledged()
{
	FNoticeDialog Dialog;
	FNoticeState Notice;
	CHECK(!Dialog.Offer(Notice));
	CHECK(!Dialog.Dismiss());
	CHECK(!Dialog.Acknowledged(PLAYGATE_OK));
	Notice.Kind = PLAYGATE_NOTICE_RESTRICTED;
	Notice.Title = "One";
	CHECK(Dialog.MayAsk());
	CHECK(Dialog.Offer(Notice));
	CHECK(!Dialog.MayAsk());
	FNoticeState Newer = Notice;
	Newer.Title = "Two";
	CHECK(!Dialog.Offer(Newer));
	CHECK_TEXT(Dialog.GetNotice().Title.c_str(), "One");
	CHECK(Dialog.Dismiss());
	// Dismissed twice: acknowledged once.
	CHECK(!Dialog.Dismiss());
	CHECK(!Dialog.IsVisible());
	CHECK(!Dialog.MayAsk());
	CHECK(!Dialog.Offer(Newer));
	CHECK(Dialog.Acknowledged(PLAYGATE_OK));
	CHECK(Dialog.Offer(Newer));
	CHECK(Dialog.Dismiss());
	CHECK(!Dialog.Acknowledged(PLAYGATE_ERROR_STORAGE_FULL));
	CHECK(Dialog.MayAsk());
	CHECK(Dialog.Offer(Newer));
	Dialog.Clear();
	CHECK(!Dialog.IsVisible());
	CHECK(!Dialog.Dismiss());
}

} // namespace

void CoreModels()
{
	EachDecisionHasItsLookAndTap();
	ARequestKeepsTheButtonWaiting();
	ANoticeIsShownUntilItIsAcknowledged();
}
