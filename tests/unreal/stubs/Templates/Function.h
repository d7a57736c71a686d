// Mirrors Unreal Engine 5.4: TFunction.
#pragma once
#include "CoreMinimal.h"
