// The plugin's life on stand-ins for the engine: the specs, game instances, requests, objects that are gone.
#include "plugin.h"

UPlaygateSettings& FreshSettings()
{
	UPlaygateSettings* const Settings = GetMutableDefault<UPlaygateSettings>();
	Settings->ServerUrl = FString();
	Settings->CodeSite = FString();
	Settings->bNetworkAllowedAtStart = false;
	Settings->bUseEngineHttp = false;
	Settings->Storage = EPlaygateStorage::Memory;
	Settings->StaleAfterHours = 0;
	Settings->DrainMilliseconds = 2000;
	Settings->FrameBudgetMicroseconds = 500;
	Settings->MaxEventsPerFrame = 32;
	Settings->bNoThreads = false;
	return *Settings;
}

void AdoptSession(UPlaygateSubsystem& Playgate, const std::string& Json)
{
	int Ended = 0;
	Playgate.Adopt(PlaygateConvert::ToFString(Json), nullptr, [&Ended](const FPlaygateOutcome& Outcome) {
		CHECK_EQ(Outcome.Outcome, EPlaygateOutcome::Done);
		++Ended;
	});
	CHECK_EQ(Ended, 0);
	FRAMES_UNTIL(Ended == 1);
}

void Settle()
{
	WAIT_DOING(20000, Stub::Frame(), PlaygateCore::FGameClient::FinishClosing(10) == 0);
}

std::shared_ptr<Stub::FRequest> OpenRequest()
{
	const auto& All = Stub::Requests();
	const auto Found = std::find_if(All.rbegin(), All.rend(), [](const auto& One) { return !One->bIsDone; });
	return Found != All.rend() ? *Found : nullptr;
}

int main()
{
	IModuleInterface* const Module = StubMakeModulePlaygate();
	// Before the module has started, and after its end, nothing of the library is called.
	CHECK_EQ(UPlaygateSubsystem::FindFeature(VOICE).Number, 0);
	CHECK(!Module->SupportsDynamicReloading());
	Module->StartupModule();
	CHECK(UPlaygateSubsystem::FindFeature(VOICE).Number != 0);

	int Checks = 0;
	CHECK_EQ(Stub::RunSpecs(Checks), 0);
	CHECK(Checks >= 20);
	PluginLife();
	PluginHosts();
	PluginViews();

	Settle();
	Module->ShutdownModule();
	CHECK_EQ(UPlaygateSubsystem::FindFeature(VOICE).Number, 0);
	const std::string Log = Stub::TakeLog();
	CHECK(Log.find("LogPlaygate") != std::string::npos);
	CHECK(Log.find("lanted") == std::string::npos);
	CHECK(!has_secret(Log.c_str()));
	delete Module;
	Stub::ForgetRequests();
	return finish();
}
