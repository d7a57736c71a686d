// Mirrors Unreal Engine 5.4: work for another thread.
#pragma once

#include "CoreMinimal.h"

namespace ENamedThreads
{
enum Type
{
	GameThread,
	AnyThread,
};
}

void AsyncTask(ENamedThreads::Type Thread, TFunction<void()> Function);
