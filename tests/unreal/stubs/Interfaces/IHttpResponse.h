// Mirrors Unreal Engine 5.4: HTTP responses.
#pragma once

#include "CoreMinimal.h"

class IHttpResponse
{
public:
	virtual ~IHttpResponse() = default;
	virtual int32 GetResponseCode() const = 0;
	virtual TArray<FString> GetAllHeaders() const = 0;
	virtual const TArray<uint8>& GetContent() const = 0;
	virtual const FString& GetEffectiveURL() const = 0;
};

using FHttpResponsePtr = TSharedPtr<IHttpResponse, ESPMode::ThreadSafe>;
