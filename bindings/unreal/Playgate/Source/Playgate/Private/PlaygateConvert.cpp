#include "PlaygateConvert.h"

#include "Containers/StringConv.h"
#include "PlaygateModule.h"
#include "UObject/Object.h"
#include "UObject/WeakObjectPtrTemplates.h"

namespace PlaygateConvert
{

namespace
{

/** An open number as an enumeration of this many values; anything else is Unknown. */
template <typename EnumType>
EnumType Known(int32 Number, EnumType Last, EnumType Unknown)
{
	return Number >= 0 && Number <= static_cast<int32>(Last) ? static_cast<EnumType>(Number) : Unknown;
}

TArray<FString> ToTexts(const std::vector<std::string>& Texts)
{
	TArray<FString> Out;
	for (const std::string& Text : Texts)
	{
		Out.Add(ToFString(Text));
	}
	return Out;
}

EPlaygateOutcome OutcomeOf(playgate_result Result)
{
	switch (Result)
	{
	case PLAYGATE_OK:
		return EPlaygateOutcome::Done;
	case PLAYGATE_CHALLENGE_OPEN:
		return EPlaygateOutcome::ChallengeOpen;
	case PLAYGATE_TOO_SOON:
		return EPlaygateOutcome::TooSoon;
	case PLAYGATE_ERROR_PROHIBITED:
		return EPlaygateOutcome::Prohibited;
	case PLAYGATE_ERROR_NOT_ENABLED:
		return EPlaygateOutcome::NotEnabled;
	case PLAYGATE_ERROR_INVALID_HANDLE:
	case PLAYGATE_ERROR_INVALID_STATE:
	case PLAYGATE_ERROR_NOT_FOUND:
		return EPlaygateOutcome::NoSession;
	case PLAYGATE_ERROR_NETWORK_NOT_ALLOWED:
	case PLAYGATE_ERROR_UNREACHABLE:
	case PLAYGATE_ERROR_TIMED_OUT:
	case PLAYGATE_ERROR_TLS:
	case PLAYGATE_ERROR_UNAUTHORIZED:
	case PLAYGATE_ERROR_RATE_LIMITED:
	case PLAYGATE_ERROR_SERVER:
	case PLAYGATE_ERROR_PROTOCOL:
		return EPlaygateOutcome::ServerTrouble;
	case PLAYGATE_ERROR_STORAGE:
	case PLAYGATE_ERROR_STORAGE_FULL:
	case PLAYGATE_ERROR_STORAGE_UNAVAILABLE:
	case PLAYGATE_ERROR_RECORD_DAMAGED:
	case PLAYGATE_ERROR_WRONG_KEY:
	case PLAYGATE_ERROR_KEY_MISSING:
	case PLAYGATE_ERROR_NEWER_FORMAT:
	case PLAYGATE_ERROR_RECORD_LOCKED:
	case PLAYGATE_ERROR_NOT_PERMITTED:
		return EPlaygateOutcome::StorageTrouble;
	case PLAYGATE_ERROR_CANCELLED:
		return EPlaygateOutcome::Cancelled;
	default:
		return EPlaygateOutcome::Failed;
	}
}

} // namespace

std::string ToUtf8(const FString& Text)
{
	const FTCHARToUTF8 Converted(*Text, Text.Len());
	return std::string(reinterpret_cast<const char*>(Converted.Get()), static_cast<size_t>(Converted.Length()));
}

FString ToFString(const std::string& Text)
{
	const FUTF8ToTCHAR Converted(Text.data(), static_cast<int32>(Text.size()));
	return FString(Converted.Length(), Converted.Get());
}

EPlaygateProgress ToProgress(playgate_progress Progress)
{
	return Known(Progress, EPlaygateProgress::Enabled, EPlaygateProgress::Waiting);
}

FPlaygateDecision ToDecision(const PlaygateCore::FFeatureState& State)
{
	FPlaygateDecision Decision;
	Decision.Access = Known(State.Access, EPlaygateAccess::Prohibited, EPlaygateAccess::Unavailable);
	Decision.Reason = Known(State.Reason, EPlaygateReason::SwitchedOff, EPlaygateReason::Error);
	Decision.NextStep = Known(State.NextStep, EPlaygateNextStep::Refresh, EPlaygateNextStep::Nothing);
	Decision.Freshness = Known(State.Freshness, EPlaygateFreshness::Stale, EPlaygateFreshness::None);
	Decision.ManagedBy = Known(State.ManagedBy, EPlaygateManagedBy::Prohibited, EPlaygateManagedBy::Unknown);
	Decision.AgeThreshold = static_cast<int32>(State.AgeThreshold);
	Decision.Text = ToFString(State.Text);
	return Decision;
}

FPlaygateChallenge ToChallenge(const PlaygateCore::FChallengeState& Challenge)
{
	FPlaygateChallenge Out;
	Out.Feature = ToFString(Challenge.Feature);
	Out.bIsForPlayer = Challenge.Actor == PLAYGATE_ACTOR_PLAYER;
	Out.Progress = ToProgress(Challenge.Progress);
	Out.Url = ToFString(Challenge.Url);
	Out.Code = ToFString(Challenge.Code);
	Out.CodeSite = ToFString(Challenge.CodeSite);
	Out.UrlExpiresMs = Challenge.UrlExpiresMs;
	Out.CodeExpiresMs = Challenge.CodeExpiresMs;
	return Out;
}

FPlaygateNotice ToNotice(const PlaygateCore::FNoticeState& Notice)
{
	FPlaygateNotice Out;
	Out.Kind = Known(Notice.Kind, EPlaygateNoticeKind::Enabled, EPlaygateNoticeKind::Mixed);
	Out.Title = ToFString(Notice.Title);
	Out.Message = ToFString(Notice.Message);
	Out.WentOff = ToTexts(Notice.Off);
	Out.CameOn = ToTexts(Notice.On);
	Out.MayChoose = ToTexts(Notice.MayChoose);
	Out.Asked = ToTexts(Notice.Asked);
	return Out;
}

FPlaygateOutcome ToOutcome(const PlaygateCore::FOutcome& Outcome)
{
	FPlaygateOutcome Out;
	Out.Outcome = OutcomeOf(Outcome.Result);
	Out.Result = Outcome.Result;
	Out.ResultName = FPlaygateModule::IsLibraryReady() ? ToFString(playgate_result_name(Outcome.Result)) : FString();
	Out.HttpStatus = static_cast<int32>(Outcome.HttpStatus);
	Out.LogText = ToFString(Outcome.Text);
	return Out;
}

PlaygateCore::FIsAlive AliveWith(const UObject* Owner)
{
	if (Owner == nullptr)
	{
		return {};
	}
	return [Weak = TWeakObjectPtr<const UObject>(Owner)] { return Weak.IsValid(); };
}

} // namespace PlaygateConvert
