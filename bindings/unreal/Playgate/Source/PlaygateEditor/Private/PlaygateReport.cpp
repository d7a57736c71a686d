#include "PlaygateReport.h"

#include "Engine/Engine.h"
#include "Engine/GameInstance.h"
#include "Engine/World.h"
#include "PlaygateSubsystem.h"
#include "PlaygateTypes.h"

namespace
{

/** A decision in a word. */
const TCHAR* PlaygateAccessWord(EPlaygateAccess Access)
{
	switch (Access)
	{
	case EPlaygateAccess::Allowed:
		return TEXT("allowed");
	case EPlaygateAccess::AskParent:
		return TEXT("ask a parent");
	case EPlaygateAccess::VerifyAge:
		return TEXT("verify age");
	case EPlaygateAccess::PlayerMayEnable:
		return TEXT("the player may enable it");
	case EPlaygateAccess::Prohibited:
		return TEXT("prohibited");
	case EPlaygateAccess::Unavailable:
	default:
		return TEXT("unavailable");
	}
}

} // namespace

FString MakePlaygateReport()
{
	FString Report;
	if (GEngine != nullptr)
	{
		for (const FWorldContext& Context : GEngine->GetWorldContexts())
		{
			const UPlaygateSubsystem* const Subsystem = Context.OwningGameInstance != nullptr
				? Context.OwningGameInstance->GetSubsystem<UPlaygateSubsystem>()
				: nullptr;
			if (Subsystem == nullptr)
			{
				continue;
			}
			Report += FString::Printf(TEXT("== Play instance %d: %s\n"), Context.PIEInstance,
				Subsystem->IsPlayerOpen() ? TEXT("a player is open") : TEXT("no player"));
			Report += FString::Printf(TEXT("%s\n"), *Subsystem->GetDiagnostics());
			Report += TEXT("Decisions\n");
			for (const FString& Feature : Subsystem->GetAskedFeatures())
			{
				const FPlaygateDecision Decision = Subsystem->Decide(Feature);
				Report += FString::Printf(TEXT("  %s: %s. %s\n"), *Feature, PlaygateAccessWord(Decision.Access), *Decision.Text);
			}
			Report += TEXT("Events\n");
			for (const FString& Line : Subsystem->GetRecentEvents())
			{
				Report += FString::Printf(TEXT("  %s\n"), *Line);
			}
		}
	}
	return Report.IsEmpty() ? FString(TEXT("No game instance is running. Start Play in Editor.")) : Report;
}
