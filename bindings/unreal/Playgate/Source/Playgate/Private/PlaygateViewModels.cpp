#include "PlaygateViewModels.h"

#include "Core/Models.h"
#include "PlaygateConvert.h"
#include "UObject/UObjectGlobals.h"

/** What the button's header need not know. */
struct FPlaygateLockButtonImpl
{
	PlaygateCore::FLockButton Button;
};

/** What the view's header need not know. */
struct FPlaygateNoticeViewImpl
{
	PlaygateCore::FNoticeDialog Dialog;
	FPlaygateNotice Shown;
};

UPlaygateLockButton::UPlaygateLockButton() : Impl(MakePimpl<FPlaygateLockButtonImpl>())
{
}

UPlaygateLockButton* UPlaygateLockButton::MakeLockButton(UObject* WorldContextObject, const FString& Feature)
{
	UPlaygateLockButton* const Made = NewObject<UPlaygateLockButton>();
	Made->Feature = Feature;
	UPlaygateSubsystem* const Found = UPlaygateSubsystem::Get(WorldContextObject);
	Made->Subsystem = Found;
	if (Found != nullptr)
	{
		// Weak: a button that is gone is not called.
		Found->OnSessionChangedNative.AddUObject(Made, &UPlaygateLockButton::LookAnew);
		Found->OnConsentNeededNative.AddUObject(Made, &UPlaygateLockButton::LookAnew);
		Found->OnPlayerChangedNative.AddUObject(Made, &UPlaygateLockButton::LookAnew);
		Found->OnUpgradeChangedNative.AddUObject(Made, &UPlaygateLockButton::OnUpgrade);
	}
	Made->LookAnew();
	return Made;
}

void UPlaygateLockButton::Tap()
{
	UPlaygateSubsystem* const Found = Subsystem.Get();
	if (Found == nullptr)
	{
		return;
	}
	const PlaygateCore::EButtonLook Before = Impl->Button.GetLook();
	const PlaygateCore::ETap Tapped = Impl->Button.Tap();
	if (Impl->Button.GetLook() != Before)
	{
		OnChanged.Broadcast();
	}
	switch (Tapped)
	{
	case PlaygateCore::ETap::Use:
		OnUse.Broadcast();
		break;
	case PlaygateCore::ETap::StartAgeGate:
		OnStartAgeGate.Broadcast();
		break;
	case PlaygateCore::ETap::ShowChallenge:
		OnShowChallenge.Broadcast();
		break;
	case PlaygateCore::ETap::RequestPermission:
	case PlaygateCore::ETap::Refresh:
	{
		const bool bAsks = Tapped == PlaygateCore::ETap::RequestPermission;
		Found->Start(bAsks ? EPlaygateAction::RequestPermission : EPlaygateAction::Refresh, Feature, this,
			[this](const FPlaygateOutcome& Outcome) { OnOutcome(Outcome); });
		break;
	}
	case PlaygateCore::ETap::Nothing:
		break;
	}
}

void UPlaygateLockButton::OnOutcome(const FPlaygateOutcome& Outcome)
{
	const bool bChanged = Impl->Button.RequestEnded(Outcome.Result);
	LookAnew();
	if (bChanged)
	{
		OnChanged.Broadcast();
	}
	OnEnded.Broadcast(Outcome);
	if (Outcome.Outcome == EPlaygateOutcome::ChallengeOpen)
	{
		OnShowChallenge.Broadcast();
	}
}

EPlaygateButtonLook UPlaygateLockButton::GetLook() const
{
	switch (Impl->Button.GetLook())
	{
	case PlaygateCore::EButtonLook::Hidden:
		return EPlaygateButtonLook::Hidden;
	case PlaygateCore::EButtonLook::Open:
		return EPlaygateButtonLook::Open;
	case PlaygateCore::EButtonLook::Locked:
		return EPlaygateButtonLook::Locked;
	case PlaygateCore::EButtonLook::Waiting:
		return EPlaygateButtonLook::Waiting;
	case PlaygateCore::EButtonLook::Disabled:
	default:
		return EPlaygateButtonLook::Disabled;
	}
}

FString UPlaygateLockButton::GetText() const
{
	return PlaygateConvert::ToFString(Impl->Button.GetText());
}

FString UPlaygateLockButton::GetFeature() const
{
	return Feature;
}

void UPlaygateLockButton::LookAnew()
{
	const UPlaygateSubsystem* const Found = Subsystem.Get();
	if (Found == nullptr)
	{
		return;
	}
	const FPlaygateDecision Decision = Found->Decide(Feature);
	PlaygateCore::FFeatureState State;
	State.Access = static_cast<playgate_access>(Decision.Access);
	State.Reason = static_cast<playgate_reason>(Decision.Reason);
	State.NextStep = static_cast<playgate_next_step>(Decision.NextStep);
	State.Text = PlaygateConvert::ToUtf8(Decision.Text);
	FPlaygateChallenge Challenge;
	State.bHasChallenge = Found->GetChallenge(Feature, Challenge);
	State.Progress = static_cast<playgate_progress>(Challenge.Progress);
	if (Impl->Button.Update(State))
	{
		OnChanged.Broadcast();
	}
}

void UPlaygateLockButton::OnUpgrade(const FString& InFeature, EPlaygateProgress Progress)
{
	(void)Progress;
	if (InFeature.Equals(Feature, ESearchCase::CaseSensitive))
	{
		LookAnew();
	}
}

UPlaygateNoticeView::UPlaygateNoticeView() : Impl(MakePimpl<FPlaygateNoticeViewImpl>())
{
}

UPlaygateNoticeView* UPlaygateNoticeView::MakeNoticeView(UObject* WorldContextObject)
{
	UPlaygateNoticeView* const Made = NewObject<UPlaygateNoticeView>();
	UPlaygateSubsystem* const Found = UPlaygateSubsystem::Get(WorldContextObject);
	Made->Subsystem = Found;
	if (Found != nullptr)
	{
		Found->OnNoticeReadyNative.AddUObject(Made, &UPlaygateNoticeView::ShowWaiting);
		Found->OnPlayerChangedNative.AddUObject(Made, &UPlaygateNoticeView::OnPlayerChanged);
	}
	return Made;
}

void UPlaygateNoticeView::ShowWaiting()
{
	UPlaygateSubsystem* const Found = Subsystem.Get();
	// A notice that is taken while another is on screen would be acknowledged along with it, unread.
	if (Found == nullptr || !Impl->Dialog.MayAsk())
	{
		return;
	}
	const FPlaygateNotice Notice = Found->TakeNotice();
	PlaygateCore::FNoticeState State;
	State.Kind = static_cast<playgate_notice_kind>(Notice.Kind);
	if (Impl->Dialog.Offer(State))
	{
		Impl->Shown = Notice;
		OnShow.Broadcast();
	}
}

void UPlaygateNoticeView::Dismiss()
{
	UPlaygateSubsystem* const Found = Subsystem.Get();
	if (Found == nullptr || !Impl->Dialog.Dismiss())
	{
		return;
	}
	OnHide.Broadcast();
	Found->Start(EPlaygateAction::AcknowledgeNotice, FString(), this, [this](const FPlaygateOutcome& Outcome) {
		if (Impl->Dialog.Acknowledged(Outcome.Result))
		{
			ShowWaiting();
		}
	});
}

bool UPlaygateNoticeView::IsVisible() const
{
	return Impl->Dialog.IsVisible();
}

FPlaygateNotice UPlaygateNoticeView::GetNotice() const
{
	return Impl->Dialog.IsVisible() ? Impl->Shown : FPlaygateNotice();
}

void UPlaygateNoticeView::OnPlayerChanged()
{
	// The notice was another player's.
	const bool bWasVisible = Impl->Dialog.IsVisible();
	Impl->Dialog.Clear();
	if (bWasVisible)
	{
		OnHide.Broadcast();
	}
}
