// What the editor's tab shows, as text.
#pragma once

#include "CoreMinimal.h"

/** Session, decisions and newest events of every running game instance that has a Playgate subsystem. */
FString MakePlaygateReport();
