// Mirrors Unreal Engine 5.4: paths.
#pragma once

#include "CoreMinimal.h"

struct FPaths
{
	static FString ProjectSavedDir();
	static FString ConvertRelativePathToFull(const FString& Path) { return Path; }
	static FString Combine(const FString& Left, const FString& Right) { return Left + TEXT("/") + Right; }
};
