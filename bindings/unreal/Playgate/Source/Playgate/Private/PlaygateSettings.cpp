#include "PlaygateSettings.h"

UPlaygateSettings::UPlaygateSettings() = default;

FName UPlaygateSettings::GetCategoryName() const
{
	return FName(TEXT("Plugins"));
}
