#include "PlaygateHttp.h"

#include "Async/Async.h"
#include "HttpModule.h"
#include "Misc/EngineVersionComparison.h"
#include "PlaygateConvert.h"

using PlaygateConvert::ToFString;
using PlaygateConvert::ToUtf8;

namespace
{

/** Why there is no response. */
playgate_result PlaygateFailureOf(const FHttpRequestPtr& Request)
{
#if UE_VERSION_OLDER_THAN(5, 4, 0)
	return Request.IsValid() && Request->GetStatus() == EHttpRequestStatus::Failed_ConnectionError ? PLAYGATE_ERROR_UNREACHABLE
																								   : PLAYGATE_ERROR_TIMED_OUT;
#else
	switch (Request.IsValid() ? Request->GetFailureReason() : EHttpFailureReason::Other)
	{
	case EHttpFailureReason::TimedOut:
		return PLAYGATE_ERROR_TIMED_OUT;
	case EHttpFailureReason::Cancelled:
		return PLAYGATE_ERROR_CANCELLED;
	default:
		return PLAYGATE_ERROR_UNREACHABLE;
	}
#endif
}

/** The engine's answer in the library's terms. */
PlaygateCore::FHttpAnswer PlaygateAnswerOf(
	const std::string& Url, const FHttpRequestPtr& Request, const FHttpResponsePtr& Response, bool bConnected)
{
	PlaygateCore::FHttpAnswer Answer;
	if (!bConnected || !Response.IsValid())
	{
		Answer.Result = PlaygateFailureOf(Request);
		Answer.Text = "the engine's HTTP got no response";
		return Answer;
	}
#if !UE_VERSION_OLDER_THAN(5, 4, 0)
	const std::string Effective = ToUtf8(Response->GetEffectiveURL());
	if (!Effective.empty() && !PlaygateCore::IsSameOrigin(Url, Effective))
	{
		Answer.Result = PLAYGATE_ERROR_NOT_PERMITTED;
		Answer.Text = "the server redirected to another origin";
		return Answer;
	}
#endif
	Answer.Result = PLAYGATE_OK;
	Answer.Status = static_cast<uint32_t>(Response->GetResponseCode());
	for (const FString& Line : Response->GetAllHeaders())
	{
		FString Name;
		FString Value;
		if (Line.Split(TEXT(":"), &Name, &Value))
		{
			Answer.Headers.emplace_back(ToUtf8(Name.TrimStartAndEnd()), ToUtf8(Value.TrimStartAndEnd()));
		}
	}
	const TArray<uint8>& Content = Response->GetContent();
	Answer.Body.assign(Content.GetData(), Content.GetData() + Content.Num());
	return Answer;
}

} // namespace

std::shared_ptr<PlaygateCore::FHttpExchanges> FPlaygateHttpHost::MakeExchanges()
{
	const std::shared_ptr<FPlaygateHttpHost> Host = std::make_shared<FPlaygateHttpHost>();
	const std::shared_ptr<PlaygateCore::FHttpExchanges> Made = std::make_shared<PlaygateCore::FHttpExchanges>(Host);
	Host->Exchanges = Made;
	return Made;
}

void FPlaygateHttpHost::Start(PlaygateCore::FHttpCall&& Call)
{
	const std::weak_ptr<FPlaygateHttpHost> Weak = weak_from_this();
	AsyncTask(ENamedThreads::GameThread, [Weak, Kept = MoveTemp(Call)] {
		if (const std::shared_ptr<FPlaygateHttpHost> Self = Weak.lock())
		{
			Self->Send(Kept);
		}
	});
}

void FPlaygateHttpHost::Cancel(playgate_exchange Exchange)
{
	// Kept until then: the client's close lets go of this object, and the engine's request would run on.
	AsyncTask(ENamedThreads::GameThread, [Self = shared_from_this(), Exchange] {
		FHttpRequestPtr Request;
		if (Self->UnderWay.RemoveAndCopyValue(Exchange, Request) && Request.IsValid())
		{
			Request->CancelRequest();
		}
	});
}

void FPlaygateHttpHost::Send(const PlaygateCore::FHttpCall& Call)
{
	const std::shared_ptr<PlaygateCore::FHttpExchanges> Known = Exchanges.lock();
	if (!Known || !Known->IsOpen(Call.Exchange))
	{
		// Cancelled before it came here.
		return;
	}
	const FHttpRequestRef Request = FHttpModule::Get().CreateRequest();
	Request->SetVerb(ToFString(Call.Method));
	Request->SetURL(ToFString(Call.Url));
	Request->SetTimeout(static_cast<float>(Call.TimeoutMs) / 1000.0F);
	for (const auto& Header : Call.Headers)
	{
		Request->SetHeader(ToFString(Header.first), ToFString(Header.second));
	}
	if (!Call.Body.empty())
	{
		TArray<uint8> Body;
		Body.Append(Call.Body.data(), static_cast<int32>(Call.Body.size()));
		Request->SetContent(Body);
	}
	const std::weak_ptr<FPlaygateHttpHost> Weak = weak_from_this();
	Request->OnProcessRequestComplete().BindLambda(
		[Weak, Exchange = Call.Exchange, Url = Call.Url](FHttpRequestPtr Done, FHttpResponsePtr Response, bool bConnected) {
			const std::shared_ptr<FPlaygateHttpHost> Self = Weak.lock();
			if (!Self)
			{
				return;
			}
			(void)Self->UnderWay.Remove(Exchange);
			if (const std::shared_ptr<PlaygateCore::FHttpExchanges> Open = Self->Exchanges.lock())
			{
				(void)Open->Answer(Exchange, PlaygateAnswerOf(Url, Done, Response, bConnected));
			}
		});
	UnderWay.Add(Call.Exchange, Request);
	if (!Request->ProcessRequest() && UnderWay.Remove(Call.Exchange) > 0)
	{
		// Refused without a completion.
		(void)Known->Answer(Call.Exchange, PlaygateAnswerOf(Call.Url, Request, nullptr, false));
	}
}
