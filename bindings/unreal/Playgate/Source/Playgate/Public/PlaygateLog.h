// Playgate's log category.
#pragma once

#include "CoreMinimal.h"
#include "Logging/LogMacros.h"

/** Lines of the plugin and of the library. They hold no token, key, e-mail address, date of birth or session. */
PLAYGATE_API DECLARE_LOG_CATEGORY_EXTERN(LogPlaygate, Log, All);
