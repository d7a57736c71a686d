// A voice-chat button that a parent may have locked, with every outcome, and the dialog of notices.
#pragma once

#include "CoreMinimal.h"
#include "PlaygateTypes.h"
#include "PlaygateViewModels.h"
#include "UObject/Object.h"
#include "UObject/WeakObjectPtrTemplates.h"

#include "PlaygateVoiceChatSample.generated.h"

class UPlaygateSubsystem;
class UTexture2D;

/**
 * What a menu's code does with Playgate. It draws nothing: where a menu would, it keeps a line that says so. Copy the functions
 * into your widget, and bind the view models' events in Blueprints or C++.
 */
UCLASS(BlueprintType)
class PLAYGATESAMPLE_API UPlaygateVoiceChatSample : public UObject
{
	GENERATED_BODY()

public:
	/** Opens the player and makes the button and the dialog. Call it from a loading screen, after the player has logged in. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Sample", meta = (WorldContext = "WorldContextObject"))
	static UPlaygateVoiceChatSample* StartSample(UObject* WorldContextObject, const FString& PlayerKey, const FString& Token);

	/** The player tapped the voice-chat button. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Sample")
	void TapVoiceChat();

	/** The player closed the dialog. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Sample")
	void CloseDialog();

	/** The age gate is done: hands the session that your consent flow gave over, as JSON. */
	UFUNCTION(BlueprintCallable, Category = "Playgate|Sample")
	void FinishAgeGate(const FString& SessionJson);

	/** The button. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate|Sample")
	UPlaygateLockButton* Button = nullptr;

	/** The dialog. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate|Sample")
	UPlaygateNoticeView* Dialog = nullptr;

	/** The QR code that is on screen, or null. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate|Sample")
	UTexture2D* QrCode = nullptr;

	/** What is on screen, in words. */
	UPROPERTY(BlueprintReadOnly, Category = "Playgate|Sample")
	FString Screen;

private:
	void DrawButton();
	void UseVoiceChat();
	void ShowAgeGate();
	void ShowChallenge();
	void ShowEnd(const FPlaygateOutcome& Outcome);
	void ShowNotice();
	void HideNotice();

	TWeakObjectPtr<UPlaygateSubsystem> Playgate;
};
