// Mirrors Unreal Engine 5.4: HTTP. The requests that are made wait for the test's answer.
#pragma once

#include "CoreMinimal.h"
#include "Interfaces/IHttpRequest.h"

class FHttpModule
{
public:
	static FHttpModule& Get();
	FHttpRequestRef CreateRequest();
};
