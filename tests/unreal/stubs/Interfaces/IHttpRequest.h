// Mirrors Unreal Engine 5.4: HTTP requests.
#pragma once

#include "CoreMinimal.h"
#include "Interfaces/IHttpResponse.h"

namespace EHttpRequestStatus
{
enum Type
{
	NotStarted,
	Processing,
	Failed,
	Failed_ConnectionError,
	Succeeded,
};
}

enum class EHttpFailureReason : uint8
{
	None,
	ConnectionError,
	Cancelled,
	TimedOut,
	Other,
};

class IHttpRequest;
using FHttpRequestPtr = TSharedPtr<IHttpRequest, ESPMode::ThreadSafe>;
using FHttpRequestRef = TSharedRef<IHttpRequest, ESPMode::ThreadSafe>;
using FHttpRequestCompleteDelegate = TDelegate<void(FHttpRequestPtr, FHttpResponsePtr, bool)>;

class IHttpRequest
{
public:
	virtual ~IHttpRequest() = default;
	virtual void SetVerb(const FString& Verb) = 0;
	virtual void SetURL(const FString& Url) = 0;
	virtual void SetHeader(const FString& Name, const FString& Value) = 0;
	virtual void SetContent(const TArray<uint8>& Content) = 0;
	virtual void SetTimeout(float Seconds) = 0;
	virtual bool ProcessRequest() = 0;
	virtual void CancelRequest() = 0;
	virtual EHttpRequestStatus::Type GetStatus() const = 0;
	virtual EHttpFailureReason GetFailureReason() const = 0;
	virtual FHttpRequestCompleteDelegate& OnProcessRequestComplete() = 0;
};
