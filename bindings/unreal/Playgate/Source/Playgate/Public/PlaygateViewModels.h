// What a lock button and a notice's dialog show and do, whatever they are drawn with: UMG, Slate or a menu of your own.
#pragma once

#include "CoreMinimal.h"
#include "PlaygateSubsystem.h"
#include "PlaygateTypes.h"
#include "Templates/PimplPtr.h"
#include "UObject/Object.h"
#include "UObject/WeakObjectPtrTemplates.h"

#include "PlaygateViewModels.generated.h"

struct FPlaygateLockButtonImpl;
struct FPlaygateNoticeViewImpl;

/** How a feature's button looks. */
UENUM(BlueprintType)
enum class EPlaygateButtonLook : uint8
{
	/** Nobody can turn it on: do not show it. */
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

DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(FPlaygateButtonOutcomeSignature, const FPlaygateOutcome&, Outcome);

/** The button of one feature. */
UCLASS(BlueprintType)
class PLAYGATE_API UPlaygateLockButton : public UObject
{
	GENERATED_BODY()

public:
	UPlaygateLockButton();

	/** Makes a button for a feature. Keep it in a variable as long as it is shown. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|View", meta = (WorldContext = "WorldContextObject"))
	static UPlaygateLockButton* MakeLockButton(UObject* WorldContextObject, const FString& Feature);

	/** The player tapped it. Asks for what the feature needs, or says by an event what the game is to do. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|View")
	void Tap();

	/** How it looks now. */
	UFUNCTION(BlueprintPure, Category = "Playgate|View")
	EPlaygateButtonLook GetLook() const;

	/** The sentence beside it; empty when the feature is on. */
	UFUNCTION(BlueprintPure, Category = "Playgate|View")
	FString GetText() const;

	/** Its feature. */
	UFUNCTION(BlueprintPure, Category = "Playgate|View")
	FString GetFeature() const;

	/** It looks or acts in another way: draw it anew. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|View")
	FPlaygateSignature OnChanged;

	/** It was tapped while the feature is on: use the feature. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|View")
	FPlaygateSignature OnUse;

	/** Start the age gate. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|View")
	FPlaygateSignature OnStartAgeGate;

	/** Show the feature's challenge: Get Challenge and Make QR Texture have it. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|View")
	FPlaygateSignature OnShowChallenge;

	/** What was asked for ended. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|View")
	FPlaygateButtonOutcomeSignature OnEnded;

private:
	void LookAnew();
	void OnUpgrade(const FString& InFeature, EPlaygateProgress Progress);
	void OnOutcome(const FPlaygateOutcome& Outcome);

	TWeakObjectPtr<UPlaygateSubsystem> Subsystem;
	FString Feature;
	TPimplPtr<FPlaygateLockButtonImpl> Impl;
};

/** The dialog of notices: shows one at a time, each until it is acknowledged. */
UCLASS(BlueprintType)
class PLAYGATE_API UPlaygateNoticeView : public UObject
{
	GENERATED_BODY()

public:
	UPlaygateNoticeView();

	/** Makes the view. Keep it in a variable, bind its events, then use Show Waiting once. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|View", meta = (WorldContext = "WorldContextObject"))
	static UPlaygateNoticeView* MakeNoticeView(UObject* WorldContextObject);

	/** Shows a notice that waits already, if there is one and none is shown. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|View")
	void ShowWaiting();

	/** The player has read it: closes the dialog and acknowledges the notice. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|View")
	void Dismiss();

	/** Whether the dialog is to be seen. */
	UFUNCTION(BlueprintPure, Category = "Playgate|View")
	bool IsVisible() const;

	/** What it shows. */
	UFUNCTION(BlueprintPure, Category = "Playgate|View")
	FPlaygateNotice GetNotice() const;

	/** Open the dialog. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|View")
	FPlaygateSignature OnShow;

	/** Close the dialog. */
	UPROPERTY(BlueprintAssignable, Category = "Playgate|View")
	FPlaygateSignature OnHide;

private:
	void OnPlayerChanged();

	TWeakObjectPtr<UPlaygateSubsystem> Subsystem;
	TPimplPtr<FPlaygateNoticeViewImpl> Impl;
};
