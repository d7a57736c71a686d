#include "PlaygateBlueprintLibrary.h"

#include "Core/Library.h"
#include "PlaygateConvert.h"
#include "PlaygateModule.h"
#include "PlaygateSubsystem.h"

using PlaygateConvert::ToFString;
using PlaygateConvert::ToUtf8;

bool UPlaygateBlueprintLibrary::IsFeatureAllowed(const UObject* WorldContextObject, const FString& Feature)
{
	const UPlaygateSubsystem* const Subsystem = UPlaygateSubsystem::Get(WorldContextObject);
	return Subsystem != nullptr && Subsystem->IsFeatureAllowed(Feature);
}

FPlaygateDecision UPlaygateBlueprintLibrary::Decide(const UObject* WorldContextObject, const FString& Feature)
{
	const UPlaygateSubsystem* const Subsystem = UPlaygateSubsystem::Get(WorldContextObject);
	return Subsystem != nullptr ? Subsystem->Decide(Feature) : FPlaygateDecision();
}

UTexture2D* UPlaygateBlueprintLibrary::ShowQrAsTexture(
	const UObject* WorldContextObject, const FString& Feature, int32 WantedSide)
{
	UPlaygateSubsystem* const Subsystem = UPlaygateSubsystem::Get(WorldContextObject);
	return Subsystem != nullptr ? Subsystem->MakeQrTexture(Feature, WantedSide) : nullptr;
}

FString UPlaygateBlueprintLibrary::GetDisplayName(const FString& Feature)
{
	const std::string Name = ToUtf8(Feature);
	if (!FPlaygateModule::IsLibraryReady() || Name.find('\0') != std::string::npos)
	{
		return Feature;
	}
	size_t Length = 0;
	if (playgate_get_display_name(Name.c_str(), nullptr, 0, &Length) != PLAYGATE_OK)
	{
		return Feature;
	}
	std::string Shown(Length + 1, '\0');
	if (playgate_get_display_name(Name.c_str(), Shown.data(), Shown.size(), &Length) != PLAYGATE_OK)
	{
		return Feature;
	}
	Shown.resize(Length < Shown.size() ? Length : Shown.size() - 1);
	return ToFString(Shown);
}

bool UPlaygateBlueprintLibrary::SetLanguage(const FString& Tag)
{
	const std::string Text = ToUtf8(Tag);
	return FPlaygateModule::IsLibraryReady() && Text.find('\0') == std::string::npos
		&& playgate_set_language(Text.c_str()) == PLAYGATE_OK;
}
