// Mirrors Unreal Engine 5.4: the application's news.
#pragma once

#include "CoreMinimal.h"

struct FCoreDelegates
{
	static TMulticastDelegate<void()> ApplicationWillEnterBackgroundDelegate;
	static TMulticastDelegate<void()> ApplicationHasEnteredForegroundDelegate;
};
