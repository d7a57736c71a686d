// Between the engine's types and the library's.
#pragma once

#include "Core/GameClient.h"
#include "CoreMinimal.h"
#include "PlaygateTypes.h"

#include <functional>
#include <string>

class UObject;

namespace PlaygateConvert
{

/** UTF-8 of a text, a NUL inside included. */
std::string ToUtf8(const FString& Text);

/** A text from UTF-8. */
FString ToFString(const std::string& Text);

/** Values that this version does not name become the denied, or the harmless, ones. */
EPlaygateProgress ToProgress(playgate_progress Progress);
FPlaygateDecision ToDecision(const PlaygateCore::FFeatureState& State);
FPlaygateChallenge ToChallenge(const PlaygateCore::FChallengeState& Challenge);
FPlaygateNotice ToNotice(const PlaygateCore::FNoticeState& Notice);
FPlaygateOutcome ToOutcome(const PlaygateCore::FOutcome& Outcome);

/** Whether an object still lives; without one it always does. */
PlaygateCore::FIsAlive AliveWith(const UObject* Owner);

} // namespace PlaygateConvert
