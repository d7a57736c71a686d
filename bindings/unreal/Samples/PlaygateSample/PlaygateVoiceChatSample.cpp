#include "PlaygateVoiceChatSample.h"

#include "Engine/Texture2D.h"
#include "Modules/ModuleManager.h"
#include "PlaygateSubsystem.h"
#include "UObject/UObjectGlobals.h"

namespace
{

const TCHAR* const SampleVoiceChat = TEXT("voice-chat");
constexpr int32 SampleQrSide = 512;

} // namespace

UPlaygateVoiceChatSample* UPlaygateVoiceChatSample::StartSample(
	UObject* WorldContextObject, const FString& PlayerKey, const FString& Token)
{
	UPlaygateSubsystem* const Found = UPlaygateSubsystem::Get(WorldContextObject);
	if (Found == nullptr)
	{
		return nullptr;
	}
	UPlaygateVoiceChatSample* const Made = NewObject<UPlaygateVoiceChatSample>();
	Made->Playgate = Found;
	// Bound before the player is opened, so that nothing is missed.
	Made->Button = UPlaygateLockButton::MakeLockButton(WorldContextObject, SampleVoiceChat);
	Made->Button->OnChanged.AddDynamic(Made, &UPlaygateVoiceChatSample::DrawButton);
	Made->Button->OnUse.AddDynamic(Made, &UPlaygateVoiceChatSample::UseVoiceChat);
	Made->Button->OnStartAgeGate.AddDynamic(Made, &UPlaygateVoiceChatSample::ShowAgeGate);
	Made->Button->OnShowChallenge.AddDynamic(Made, &UPlaygateVoiceChatSample::ShowChallenge);
	Made->Button->OnEnded.AddDynamic(Made, &UPlaygateVoiceChatSample::ShowEnd);
	Made->Dialog = UPlaygateNoticeView::MakeNoticeView(WorldContextObject);
	Made->Dialog->OnShow.AddDynamic(Made, &UPlaygateVoiceChatSample::ShowNotice);
	Made->Dialog->OnHide.AddDynamic(Made, &UPlaygateVoiceChatSample::HideNotice);
	(void)Found->OpenPlayer(PlayerKey, Token);
	// Once the player has agreed to your terms.
	Found->SetNetworkAllowed(true);
	Made->DrawButton();
	Made->Dialog->ShowWaiting();
	return Made;
}

void UPlaygateVoiceChatSample::TapVoiceChat()
{
	Button->Tap();
}

void UPlaygateVoiceChatSample::CloseDialog()
{
	Dialog->Dismiss();
}

void UPlaygateVoiceChatSample::FinishAgeGate(const FString& SessionJson)
{
	if (UPlaygateSubsystem* const Found = Playgate.Get())
	{
		Found->Adopt(SessionJson, this, [this](const FPlaygateOutcome& Outcome) {
			Screen = Outcome.Outcome == EPlaygateOutcome::Done ? TEXT("back in the menu") : TEXT("the age gate, once more");
		});
	}
}

void UPlaygateVoiceChatSample::DrawButton()
{
	switch (Button->GetLook())
	{
	case EPlaygateButtonLook::Hidden:
		Screen = TEXT("no button");
		break;
	case EPlaygateButtonLook::Open:
		Screen = TEXT("voice chat: on");
		break;
	case EPlaygateButtonLook::Locked:
		Screen = FString(TEXT("voice chat: locked. ")) + Button->GetText();
		break;
	case EPlaygateButtonLook::Waiting:
		Screen = FString(TEXT("voice chat: please wait. ")) + Button->GetText();
		break;
	case EPlaygateButtonLook::Disabled:
		Screen = FString(TEXT("voice chat: grey. ")) + Button->GetText();
		break;
	}
}

void UPlaygateVoiceChatSample::UseVoiceChat()
{
	Screen = TEXT("talking");
}

void UPlaygateVoiceChatSample::ShowAgeGate()
{
	// Your consent flow; it ends in FinishAgeGate.
	Screen = TEXT("the age gate");
}

void UPlaygateVoiceChatSample::ShowChallenge()
{
	UPlaygateSubsystem* const Found = Playgate.Get();
	FPlaygateChallenge Challenge;
	if (Found == nullptr || !Found->GetChallenge(SampleVoiceChat, Challenge))
	{
		return;
	}
	if (Challenge.bIsForPlayer)
	{
		// Open Challenge.Url by FPlatformProcess::LaunchURL; when the player is back, tell Playgate.
		Screen = TEXT("the player's page");
		Found->Start(EPlaygateAction::CheckChallenge, SampleVoiceChat, this, nullptr);
		return;
	}
	// A parent's: shown, never opened on the player's device.
	QrCode = Found->MakeQrTexture(SampleVoiceChat, SampleQrSide);
	Screen = FString(TEXT("for a parent: ")) + Challenge.CodeSite + TEXT(" ") + Challenge.Code;
}

void UPlaygateVoiceChatSample::ShowEnd(const FPlaygateOutcome& Outcome)
{
	switch (Outcome.Outcome)
	{
	case EPlaygateOutcome::Done:
	case EPlaygateOutcome::ChallengeOpen:
	case EPlaygateOutcome::TooSoon:
	case EPlaygateOutcome::Cancelled:
		// The button has changed, or the challenge is shown, or there is nothing to say.
		break;
	case EPlaygateOutcome::Prohibited:
	case EPlaygateOutcome::NotEnabled:
		Screen = FString(TEXT("it stays off. ")) + Button->GetText();
		break;
	case EPlaygateOutcome::NoSession:
		ShowAgeGate();
		break;
	case EPlaygateOutcome::ServerTrouble:
		Screen = TEXT("try again when you are online");
		break;
	case EPlaygateOutcome::StorageTrouble:
		Screen = TEXT("there is no room to store this");
		break;
	case EPlaygateOutcome::Failed:
		Screen = TEXT("try again later");
		break;
	}
}

void UPlaygateVoiceChatSample::ShowNotice()
{
	const FPlaygateNotice Notice = Dialog->GetNotice();
	Screen = Notice.Title + TEXT(": ") + Notice.Message;
	QrCode = nullptr;
}

void UPlaygateVoiceChatSample::HideNotice()
{
	DrawButton();
}

IMPLEMENT_MODULE(FDefaultModuleImpl, PlaygateSample)
