#include "CoreMinimal.h"

#if WITH_DEV_AUTOMATION_TESTS

#include "Core/GameClient.h"
#include "Misc/AutomationTest.h"
#include "PlaygateConvert.h"
#include "PlaygateModule.h"

BEGIN_DEFINE_SPEC(FPlaygateClientSpec, "Playgate.Client", EAutomationTestFlags::ProductFilter | EAutomationTestFlags::ApplicationContextMask)
END_DEFINE_SPEC(FPlaygateClientSpec)

void FPlaygateClientSpec::Define()
{
	Describe(TEXT("A client without a player"), [this] {
		It(TEXT("denies"), [this] {
			PlaygateCore::FGameClient Client;
			TestFalse(TEXT("open"), Client.IsOpen());
			TestFalse(TEXT("allowed"), Client.IsAllowed(1));
			const FPlaygateDecision Decision = PlaygateConvert::ToDecision(Client.GetFeature("voice-chat"));
			TestTrue(TEXT("unavailable"), Decision.Access == EPlaygateAccess::Unavailable);
		});
		It(TEXT("may be closed and moved"), [this] {
			PlaygateCore::FGameClient Client;
			Client.Close(0);
			PlaygateCore::FGameClient Moved(MoveTemp(Client));
			Client.Close(0);
			TestFalse(TEXT("moved from"), Client.IsAllowed(1));
			TestFalse(TEXT("moved to"), Moved.IsAllowed(1));
		});
	});
	Describe(TEXT("The library"), [this] {
		It(TEXT("fits this plugin"), [this] { TestTrue(TEXT("ready"), FPlaygateModule::IsLibraryReady()); });
	});
}

#endif // WITH_DEV_AUTOMATION_TESTS
