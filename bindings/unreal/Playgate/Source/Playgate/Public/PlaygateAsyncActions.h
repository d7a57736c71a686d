// Blueprint nodes that end later.
#pragma once

#include "CoreMinimal.h"
#include "Kismet/BlueprintAsyncActionBase.h"
#include "PlaygateSubsystem.h"
#include "PlaygateTypes.h"
#include "UObject/WeakObjectPtrTemplates.h"

#include "PlaygateAsyncActions.generated.h"

DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FPlaygateOutcomeSignature, const FPlaygateOutcome&, Outcome);

/** What the asynchronous nodes share: they live as long as their game instance, and end exactly once. */
UCLASS(Abstract)
class PLAYGATE_API UPlaygateAsyncAction : public UBlueprintAsyncActionBase
{
	GENERATED_BODY()

public:
	//~ Begin UBlueprintAsyncActionBase
	virtual void Activate() override;
	//~ End UBlueprintAsyncActionBase

protected:
	/** Makes a node ready that does this when it is activated. */
	void Prepare(UObject* WorldContextObject, EPlaygateAction InAction, const FString& InFeature);

	/** It ended: the node's pins fire. */
	virtual void Finish(const FPlaygateOutcome& Outcome);

private:
	void End(const FPlaygateOutcome& Outcome);

	TWeakObjectPtr<UPlaygateSubsystem> Subsystem;
	FString Feature;
	EPlaygateAction Action = EPlaygateAction::Refresh;
	bool bHasEnded = false;
};

/** Asks for the permission of a locked feature. */
UCLASS()
class PLAYGATE_API UPlaygateRequestPermissionAction : public UPlaygateAsyncAction
{
	GENERATED_BODY()

public:
	/** The player tapped a locked feature: asks a parent, for an age check, or switches on what the player manages. */
	UFUNCTION(BlueprintCallable, Category = "Playgate", meta = (BlueprintInternalUseOnly = "true", WorldContext = "WorldContextObject", DisplayName = "Request Permission"))
	static UPlaygateRequestPermissionAction* RequestPermission(UObject* WorldContextObject, const FString& Feature);

	/** The feature is on. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate")
	FPlaygateOutcomeSignature OnEnabled;

	/** A parent or the player must answer: show the challenge. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate")
	FPlaygateOutcomeSignature OnChallenge;

	/** It stays off, or could not be asked for. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate")
	FPlaygateOutcomeSignature OnFailed;

protected:
	virtual void Finish(const FPlaygateOutcome& Outcome) override;
};

/** Says that the player has read the notice that was taken last. */
UCLASS()
class PLAYGATE_API UPlaygateAcknowledgeNoticeAction : public UPlaygateAsyncAction
{
	GENERATED_BODY()

public:
	/** The player has read the notice that was taken last. Until this is done it comes back, after a crash too. */
	UFUNCTION(BlueprintCallable, Category = "Playgate", meta = (BlueprintInternalUseOnly = "true", WorldContext = "WorldContextObject", DisplayName = "Acknowledge Notice"))
	static UPlaygateAcknowledgeNoticeAction* AcknowledgeNotice(UObject* WorldContextObject);

	/** It is stored. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate")
	FPlaygateOutcomeSignature OnAcknowledged;

	/** It could not be stored, or there was no notice. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate")
	FPlaygateOutcomeSignature OnFailed;

protected:
	virtual void Finish(const FPlaygateOutcome& Outcome) override;
};
