// View models, the sample with all that may happen to its button, and the editor's tab.
#include "plugin.h"

#include "Engine/Texture2D.h"
#include "Framework/Docking/TabManager.h"
#include "PlaygateReport.h"
#include "PlaygateVoiceChatSample.h"
#include "Widgets/Docking/SDockTab.h"

namespace
{

/** Frames in which every request gets what a studio's server would say. */
struct FStudio
{
	std::string Session = VoiceSession("v1", false);
	std::string Permission = "{\"success\":false,\"requiresParentConsent\":true,\"challenge\":{\"challengeId\":\"ch-1\","
							 "\"type\":\"CHALLENGE_SESSION_UPGRADE\",\"url\":\"https://family.example/c/ch-1\","
							 "\"oneTimePassword\":\"123456\"}}";
	bool bIsDown = false;

	void Frame() const
	{
		Stub::Frame();
		const auto Open = OpenRequest();
		if (!Open)
		{
			return;
		}
		if (bIsDown)
		{
			Stub::Answer(Open, 0, "", EHttpFailureReason::ConnectionError);
		}
		else if (Open->Url.find("/api/request-permission") != std::string::npos)
		{
			Stub::Answer(Open, 200, Permission);
		}
		else if (Open->Url.find("/api/challenge/") != std::string::npos)
		{
			Stub::Answer(Open, 200, "{\"challengeId\":\"ch-1\",\"status\":\"IN_PROGRESS\"}");
		}
		else
		{
			Stub::Answer(Open, 200, Session.empty() ? "{\"needsConsent\":true}" : Changed(Session));
		}
	}
};

#define STUDIO_UNTIL(studio, condition) WAIT_DOING(60000, (studio).Frame(), condition)

void TheSampleShowsEveryOutcome()
{
	UPlaygateSettings& Settings = FreshSettings();
	Settings.ServerUrl = TEXT("https://game.example");
	Settings.CodeSite = TEXT("ask.example");
	Settings.bUseEngineHttp = true;
	UGameInstance* const Game = Stub::StartGame<UPlaygateSubsystem>(0);
	UPlaygateSubsystem& Playgate = *Game->GetSubsystem<UPlaygateSubsystem>();
	CHECK(UPlaygateVoiceChatSample::StartSample(nullptr, TEXT("kim"), FString()) == nullptr);
	FStudio Studio;
	Studio.Session = "";
	UPlaygateVoiceChatSample* const Sample = UPlaygateVoiceChatSample::StartSample(Game, TEXT("kim"), TEXT("t"));
	CHECK(Sample != nullptr);
	// Said before the server was asked, too; what counts is its answer.
	UListener* const Listener = NewObject<UListener>();
	(void)Playgate.OnConsentNeededNative.AddUObject(Listener, &UListener::Hear);
	STUDIO_UNTIL(Studio, Listener->Heard > 0);
	Stub::Destroy(Listener);
	CHECK_EQ(Playgate.Decide(VOICE).NextStep, EPlaygateNextStep::StartAgeGate);
	Sample->TapVoiceChat();
	CHECK(Sample->Screen == TEXT("the age gate"));
	Studio.Session = VoiceSession("v1", false);
	Sample->FinishAgeGate(PlaygateConvert::ToFString(Studio.Session));
	STUDIO_UNTIL(Studio, Playgate.Decide(VOICE).Access == EPlaygateAccess::AskParent);
	STUDIO_UNTIL(Studio, Sample->Button->GetLook() == EPlaygateButtonLook::Locked);
	CHECK(!Sample->Button->GetText().IsEmpty());
	if (Sample->Dialog->IsVisible())
	{
		Sample->CloseDialog();
	}

	// Offline.
	Studio.bIsDown = true;
	Sample->TapVoiceChat();
	CHECK(Sample->Screen.Contains(TEXT("please wait")));
	Sample->TapVoiceChat();
	STUDIO_UNTIL(Studio, Sample->Screen == TEXT("try again when you are online"));
	Studio.bIsDown = false;

	// A parent is asked.
	Sample->TapVoiceChat();
	STUDIO_UNTIL(Studio, Sample->QrCode != nullptr);
	CHECK(Sample->Screen.Contains(TEXT("for a parent: ask.example 123456")));
	UTexture2D* const Texture = Sample->QrCode;
	if (Texture != nullptr)
	{
		CHECK(Texture->bStubIsUpdated);
		CHECK_EQ(Texture->Filter, TF_Nearest);
		CHECK(Texture->StubSide > 256 && Texture->StubSide <= 512);
		int Dark = 0;
		const std::vector<uint8>& Pixels = Texture->GetPlatformData()->Mips[0].BulkData.StubBytes;
		for (std::size_t Pixel = 0; Pixel < Pixels.size(); Pixel += 4)
		{
			Dark += Pixels[Pixel] == 0;
		}
		CHECK(Dark > 1000);
	}
	CHECK_EQ(Sample->Button->GetLook(), EPlaygateButtonLook::Waiting);
	Sample->Screen = FString();
	Sample->TapVoiceChat();
	CHECK(Sample->Screen.Contains(TEXT("for a parent")));
	// Tapped once more, it is drawn anew.
	UTexture2D* const Second = Sample->QrCode;
	CHECK(Second != nullptr && Second != Texture);
	Stub::Destroy(Second);

	// The parent says yes.
	Studio.Session = VoiceSession("v2", true);
	Playgate.Start(EPlaygateAction::RefreshAfterPush, FString(), nullptr, nullptr);
	STUDIO_UNTIL(Studio, Sample->Button->GetLook() == EPlaygateButtonLook::Open);
	STUDIO_UNTIL(Studio, Sample->Dialog->IsVisible());
	CHECK(Sample->QrCode == nullptr);
	CHECK(!Sample->Dialog->GetNotice().Message.IsEmpty());
	Sample->CloseDialog();
	Sample->CloseDialog();
	CHECK(!Sample->Dialog->IsVisible());
	CHECK(Sample->Screen == TEXT("voice chat: on"));
	Sample->TapVoiceChat();
	CHECK(Sample->Screen == TEXT("talking"));
	for (int Turn = 0; Turn < 20; ++Turn)
	{
		Studio.Frame();
	}
	CHECK(!Sample->Dialog->IsVisible());

	// Prohibited: no button.
	std::string Prohibited = VoiceSession("v3", false);
	Prohibited.replace(Prohibited.find("GUARDIAN"), 8, "PROHIBITED");
	Studio.Session = Prohibited;
	Playgate.Start(EPlaygateAction::RefreshAfterPush, FString(), nullptr, nullptr);
	STUDIO_UNTIL(Studio, Sample->Button->GetLook() == EPlaygateButtonLook::Hidden);
	STUDIO_UNTIL(Studio, Sample->Dialog->IsVisible());

	// The editor's tab tells of it, without what must not be seen.
	const std::string Report = PlaygateConvert::ToUtf8(MakePlaygateReport());
	CHECK(Report.find("Play instance 0: a player is open") != std::string::npos);
	CHECK(Report.find("voice-chat: prohibited") != std::string::npos);
	CHECK(Report.find("event ") != std::string::npos);
	CHECK(Report.find("123456") == std::string::npos && Report.find("planted") == std::string::npos);

	// Another player: the notice was not theirs.
	CHECK(Playgate.OpenPlayer(TEXT("other"), FString()));
	CHECK(!Sample->Dialog->IsVisible());

	// The objects of the screen go first, then the game; and the other way round.
	Stub::Destroy(Sample->Button);
	Stub::Destroy(Sample->Dialog);
	Stub::Destroy(Sample);
	if (Texture != nullptr)
	{
		Stub::Destroy(Texture);
	}
	Playgate.OnSessionChangedNative.Broadcast();
	Playgate.OnNoticeReadyNative.Broadcast();
	UPlaygateLockButton* const Button = UPlaygateLockButton::MakeLockButton(Game, VOICE);
	UPlaygateNoticeView* const View = UPlaygateNoticeView::MakeNoticeView(Game);
	Stub::EndGame(Game);
	Button->Tap();
	View->ShowWaiting();
	View->Dismiss();
	CHECK_EQ(Button->GetLook(), EPlaygateButtonLook::Disabled);
	CHECK(Button->GetFeature() == VOICE);
	CHECK(!View->IsVisible());
	Stub::Destroy(Button);
	Stub::Destroy(View);
	Stub::Frame();
}

void TheEditorHasATab()
{
	IModuleInterface* const Module = StubMakeModulePlaygateEditor();
	Module->StartupModule();
	auto& Entries = FGlobalTabmanager::Get()->StubEntries;
	CHECK_EQ(Entries.size(), 1);
	if (!Entries.empty())
	{
		const TSharedRef<SDockTab> Tab = Entries[0].second.StubSpawn.Execute(FSpawnTabArgs());
		CHECK(Tab->StubRead().find("No game instance is running") != std::string::npos);
	}
	Module->ShutdownModule();
	CHECK(Entries.empty());
	delete Module;
}

} // namespace

void PluginViews()
{
	TheSampleShowsEveryOutcome();
	TheEditorHasATab();
}
