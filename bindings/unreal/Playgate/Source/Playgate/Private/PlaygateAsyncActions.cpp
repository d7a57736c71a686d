#include "PlaygateAsyncActions.h"

#include "UObject/UObjectGlobals.h"

void UPlaygateAsyncAction::Prepare(UObject* WorldContextObject, EPlaygateAction InAction, const FString& InFeature)
{
	Subsystem = UPlaygateSubsystem::Get(WorldContextObject);
	Action = InAction;
	Feature = InFeature;
	// Kept alive by the game instance until SetReadyToDestroy, and let go with it.
	RegisterWithGameInstance(WorldContextObject);
}

void UPlaygateAsyncAction::Activate()
{
	if (UPlaygateSubsystem* const Found = Subsystem.Get())
	{
		Found->Start(Action, Feature, this, [this](const FPlaygateOutcome& Outcome) { End(Outcome); });
		return;
	}
	FPlaygateOutcome Nobody;
	Nobody.Outcome = EPlaygateOutcome::NoSession;
	Nobody.LogText = TEXT("there is no game instance");
	End(Nobody);
}

void UPlaygateAsyncAction::End(const FPlaygateOutcome& Outcome)
{
	if (bHasEnded)
	{
		return;
	}
	bHasEnded = true;
	Finish(Outcome);
	SetReadyToDestroy();
}

void UPlaygateAsyncAction::Finish(const FPlaygateOutcome& Outcome)
{
	(void)Outcome;
}

UPlaygateRequestPermissionAction* UPlaygateRequestPermissionAction::RequestPermission(
	UObject* WorldContextObject, const FString& Feature)
{
	UPlaygateRequestPermissionAction* const Made = NewObject<UPlaygateRequestPermissionAction>();
	Made->Prepare(WorldContextObject, EPlaygateAction::RequestPermission, Feature);
	return Made;
}

void UPlaygateRequestPermissionAction::Finish(const FPlaygateOutcome& Outcome)
{
	if (Outcome.Outcome == EPlaygateOutcome::Done)
	{
		OnEnabled.Broadcast(Outcome);
	}
	else if (Outcome.Outcome == EPlaygateOutcome::ChallengeOpen)
	{
		OnChallenge.Broadcast(Outcome);
	}
	else
	{
		OnFailed.Broadcast(Outcome);
	}
}

UPlaygateAcknowledgeNoticeAction* UPlaygateAcknowledgeNoticeAction::AcknowledgeNotice(UObject* WorldContextObject)
{
	UPlaygateAcknowledgeNoticeAction* const Made = NewObject<UPlaygateAcknowledgeNoticeAction>();
	Made->Prepare(WorldContextObject, EPlaygateAction::AcknowledgeNotice, FString());
	return Made;
}

void UPlaygateAcknowledgeNoticeAction::Finish(const FPlaygateOutcome& Outcome)
{
	if (Outcome.Outcome == EPlaygateOutcome::Done)
	{
		OnAcknowledged.Broadcast(Outcome);
	}
	else
	{
		OnFailed.Broadcast(Outcome);
	}
}
