#include "CoreMinimal.h"

#if WITH_DEV_AUTOMATION_TESTS

#include "Misc/AutomationTest.h"
#include "PlaygateConvert.h"

BEGIN_DEFINE_SPEC(FPlaygateTextSpec, "Playgate.Text", EAutomationTestFlags::ProductFilter | EAutomationTestFlags::ApplicationContextMask)
END_DEFINE_SPEC(FPlaygateTextSpec)

void FPlaygateTextSpec::Define()
{
	Describe(TEXT("FString and UTF-8"), [this] {
		It(TEXT("keeps what is not ASCII"), [this] {
			const std::string Umlauts = "J\xC3\xB6rg, \xE6\x97\xA5\xE6\x9C\xAC, \xF0\x9F\x8E\xAE";
			const FString Text = PlaygateConvert::ToFString(Umlauts);
			TestTrue(TEXT("the same bytes come back"), PlaygateConvert::ToUtf8(Text) == Umlauts);
			TestTrue(TEXT("a letter is one unit, a symbol outside the first plane two"), Text.Len() >= 12);
		});
		It(TEXT("takes texts from the engine"), [this] {
			const FString Text = TEXT("\u00E4\u20AC");
			TestTrue(TEXT("UTF-8 of them"), PlaygateConvert::ToUtf8(Text) == "\xC3\xA4\xE2\x82\xAC");
		});
		It(TEXT("keeps the empty text"), [this] {
			TestTrue(TEXT("empty to UTF-8"), PlaygateConvert::ToUtf8(FString()).empty());
			TestTrue(TEXT("empty from UTF-8"), PlaygateConvert::ToFString(std::string()).IsEmpty());
		});
		It(TEXT("makes no NUL of a half pair, and keeps one that is there"), [this] {
			const TCHAR Half[] = {0xD83C, 0};
			const std::string Made = PlaygateConvert::ToUtf8(FString(1, Half));
			TestTrue(TEXT("something else than a NUL"), !Made.empty() && Made.find('\0') == std::string::npos);
			const TCHAR Nul[] = {'a', 0, 'b'};
			TestTrue(TEXT("three bytes"), PlaygateConvert::ToUtf8(FString(3, Nul)).size() == 3);
		});
	});
	Describe(TEXT("Numbers of a later version"), [this] {
		It(TEXT("deny"), [this] {
			PlaygateCore::FFeatureState State;
			State.Access = 4711;
			State.Reason = -3;
			State.NextStep = 99;
			const FPlaygateDecision Decision = PlaygateConvert::ToDecision(State);
			TestTrue(TEXT("access"), Decision.Access == EPlaygateAccess::Unavailable);
			TestTrue(TEXT("reason"), Decision.Reason == EPlaygateReason::Error);
			TestTrue(TEXT("next step"), Decision.NextStep == EPlaygateNextStep::Nothing);
			TestTrue(TEXT("progress"), PlaygateConvert::ToProgress(77) == EPlaygateProgress::Waiting);
		});
		It(TEXT("keep the names of this version"), [this] {
			PlaygateCore::FFeatureState State;
			State.Access = PLAYGATE_ACCESS_PROHIBITED;
			State.Reason = PLAYGATE_REASON_SWITCHED_OFF;
			State.NextStep = PLAYGATE_NEXT_REFRESH;
			State.Freshness = PLAYGATE_FRESHNESS_STALE;
			State.ManagedBy = PLAYGATE_MANAGED_BY_PROHIBITED;
			const FPlaygateDecision Decision = PlaygateConvert::ToDecision(State);
			TestTrue(TEXT("access"), Decision.Access == EPlaygateAccess::Prohibited);
			TestTrue(TEXT("reason"), Decision.Reason == EPlaygateReason::SwitchedOff);
			TestTrue(TEXT("next step"), Decision.NextStep == EPlaygateNextStep::Refresh);
			TestTrue(TEXT("freshness"), Decision.Freshness == EPlaygateFreshness::Stale);
			TestTrue(TEXT("managed by"), Decision.ManagedBy == EPlaygateManagedBy::Prohibited);
			TestTrue(TEXT("the newest progress"), PlaygateConvert::ToProgress(PLAYGATE_PROGRESS_ENABLED) == EPlaygateProgress::Enabled);
			PlaygateCore::FNoticeState Notice;
			Notice.Kind = PLAYGATE_NOTICE_ENABLED;
			TestTrue(TEXT("the last notice"), PlaygateConvert::ToNotice(Notice).Kind == EPlaygateNoticeKind::Enabled);
		});
	});
}

#endif // WITH_DEV_AUTOMATION_TESTS
