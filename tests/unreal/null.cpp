// The plugin on a platform that it has no library for: linked with nothing, it runs and denies everything.
#include "CoreMinimal.h"
#include "Modules/ModuleInterface.h"
#include "PlaygateBlueprintLibrary.h"
#include "PlaygateSettings.h"
#include "PlaygateSubsystem.h"
#include "PlaygateVoiceChatSample.h"
#include "Stub/Engine.h"

#include <cstdio>

IModuleInterface* StubMakeModulePlaygate();

namespace
{

int Failed = 0;

void Check(bool bHolds, const char* What)
{
	if (!bHolds)
	{
		std::fprintf(stderr, "null.cpp: %s\n", What);
		++Failed;
	}
}

} // namespace

int main()
{
	IModuleInterface* const Module = StubMakeModulePlaygate();
	Module->StartupModule();
	Check(Stub::TakeLog().find("every feature is denied") != std::string::npos, "the log says so");
	UGameInstance* const Game = Stub::StartGame<UPlaygateSubsystem>(0);
	UPlaygateSubsystem& Playgate = *Game->GetSubsystem<UPlaygateSubsystem>();
	Check(!Playgate.OpenPlayer(TEXT("kim"), FString()), "no player opens");
	Check(!Playgate.IsPlayerOpen(), "none is open");
	Check(!Playgate.IsFeatureAllowed(TEXT("voice-chat")), "denied");
	Check(Playgate.Decide(TEXT("voice-chat")).Access == EPlaygateAccess::Unavailable, "unavailable");
	Check(UPlaygateBlueprintLibrary::GetDisplayName(TEXT("voice-chat")) == TEXT("voice-chat"), "its own name");
	int Ended = 0;
	Playgate.Start(EPlaygateAction::Refresh, FString(), nullptr, [&Ended](const FPlaygateOutcome& Outcome) {
		Ended += Outcome.Result < 0 ? 1 : 100;
	});
	UPlaygateVoiceChatSample* const Sample = UPlaygateVoiceChatSample::StartSample(Game, TEXT("kim"), FString());
	Stub::Frame();
	Check(Ended == 1, "a request ends once, as a failure");
	Check(Sample->Screen.Contains(TEXT("grey")), "the sample's button is grey");
	Sample->TapVoiceChat();
	Stub::Destroy(Sample->Button);
	Stub::Destroy(Sample->Dialog);
	Stub::Destroy(Sample);
	Stub::EndGame(Game);
	Module->ShutdownModule();
	delete Module;
	std::printf("null: %d failed\n", Failed);
	return Failed == 0 ? 0 : 1;
}
