// Blueprint nodes that need no reference to the subsystem.
#pragma once

#include "CoreMinimal.h"
#include "Kismet/BlueprintFunctionLibrary.h"
#include "PlaygateTypes.h"

#include "PlaygateBlueprintLibrary.generated.h"

class UTexture2D;

/** Playgate's nodes. Where there is no game instance, everything is denied. */
UCLASS()
class PLAYGATE_API UPlaygateBlueprintLibrary : public UBlueprintFunctionLibrary
{
	GENERATED_BODY()

public:
	/** Whether a feature is on. Anything that is not certainly allowed is off. */
	UFUNCTION(BlueprintPure, Category = "Playgate", meta = (WorldContext = "WorldContextObject", DisplayName = "Is Feature Allowed"))
	static bool IsFeatureAllowed(const UObject* WorldContextObject, const FString& Feature);

	/** What a feature may do, why, and what to do next. For the user interface. */
	UFUNCTION(BlueprintPure, Category = "Playgate", meta = (WorldContext = "WorldContextObject", DisplayName = "Decide"))
	static FPlaygateDecision Decide(const UObject* WorldContextObject, const FString& Feature);

	/** The QR code of the feature's challenge as a texture; null when there is none. Takes milliseconds: make it once. */
	UFUNCTION(BlueprintCallable, Category = "Playgate", meta = (WorldContext = "WorldContextObject", DisplayName = "Show QR as Texture"))
	static UTexture2D* ShowQrAsTexture(const UObject* WorldContextObject, const FString& Feature, int32 WantedSide = 512);

	/** What to show for a feature: the registered name, else a built-in one, else its own. */
	UFUNCTION(BlueprintPure, Category = "Playgate")
	static FString GetDisplayName(const FString& Feature);

	/** Chooses the language of Playgate's texts by a tag such as "de-AT". False when there are none in that language. */
	UFUNCTION(BlueprintCallable, Category = "Playgate")
	static bool SetLanguage(const FString& Tag);
};
