#include "HttpExchanges.h"

namespace PlaygateCore
{

namespace
{

/** Scheme, host and port in lower case, the usual ports written out; empty for what is no URL. */
std::string OriginOf(const std::string& Url)
{
	const std::size_t Scheme = Url.find("://");
	if (Scheme == std::string::npos || Scheme == 0)
	{
		return {};
	}
	const std::size_t Begin = Scheme + 3;
	const std::size_t End = Url.find_first_of("/?#\\", Begin);
	std::string Host = Url.substr(Begin, End == std::string::npos ? std::string::npos : End - Begin);
	const std::size_t User = Host.rfind('@');
	Host = User == std::string::npos ? Host : Host.substr(User + 1);
	std::string Origin = Url.substr(0, Begin) + Host;
	for (char& Letter : Origin)
	{
		Letter = Letter >= 'A' && Letter <= 'Z' ? static_cast<char>(Letter - 'A' + 'a') : Letter;
	}
	// A colon after the last bracket begins a port; those before it are of an IPv6 address.
	const std::size_t Bracket = Host.rfind(']');
	const bool bHasPort = Host.find(':', Bracket == std::string::npos ? 0 : Bracket) != std::string::npos;
	if (!bHasPort)
	{
		Origin += Origin.compare(0, 8, "https://") == 0 ? ":443" : ":80";
	}
	return Host.empty() ? std::string() : Origin;
}

} // namespace

FHttpExchanges::FHttpExchanges(std::shared_ptr<IHttpHost> InHost) : Host(std::move(InHost))
{
}

playgate_transport_hook FHttpExchanges::Hook()
{
	playgate_transport_hook Made;
	playgate_transport_hook_init(&Made, sizeof Made);
	Made.user = this;
	Made.start = &FHttpExchanges::OnStart;
	Made.cancel = &FHttpExchanges::OnCancel;
	return Made;
}

void FHttpExchanges::OnStart(void* User, playgate_exchange Exchange, const playgate_http_request* Request)
{
	FHttpExchanges& Self = *static_cast<FHttpExchanges*>(User);
	FHttpCall Call;
	Call.Exchange = Exchange;
	Call.TimeoutMs = Request->timeout_ms;
	Call.Method = Request->method;
	Call.Url = Request->url;
	for (std::size_t Index = 0; Index < Request->header_count; ++Index)
	{
		Call.Headers.emplace_back(Request->headers[Index].name, Request->headers[Index].value);
	}
	if (Request->body_len > 0)
	{
		Call.Body.assign(Request->body, Request->body + Request->body_len);
	}
	std::shared_ptr<IHttpHost> Sender;
	{
		const std::lock_guard<std::mutex> Guard(Self.Lock);
		if (!Self.bIsShut)
		{
			// Known before it is sent: the answer may come from inside Start.
			Self.Open.insert(Exchange);
			Sender = Self.Host;
		}
	}
	if (Sender)
	{
		Sender->Start(std::move(Call));
		return;
	}
	playgate_http_response Response;
	playgate_http_response_init(&Response, sizeof Response);
	Response.result = PLAYGATE_ERROR_CANCELLED;
	(void)playgate_transport_complete(Exchange, &Response);
}

void FHttpExchanges::OnCancel(void* User, playgate_exchange Exchange)
{
	FHttpExchanges& Self = *static_cast<FHttpExchanges*>(User);
	std::shared_ptr<IHttpHost> Sender;
	{
		const std::lock_guard<std::mutex> Guard(Self.Lock);
		if (Self.Open.erase(Exchange) > 0)
		{
			Sender = Self.Host;
		}
	}
	if (Sender)
	{
		Sender->Cancel(Exchange);
	}
}

bool FHttpExchanges::Answer(playgate_exchange Exchange, const FHttpAnswer& Answer)
{
	{
		const std::lock_guard<std::mutex> Guard(Lock);
		if (Open.erase(Exchange) == 0)
		{
			return false;
		}
	}
	std::vector<playgate_http_header> Headers;
	for (const auto& Header : Answer.Headers)
	{
		Headers.push_back({Header.first.c_str(), Header.second.c_str()});
	}
	playgate_http_response Response;
	playgate_http_response_init(&Response, sizeof Response);
	Response.result = Answer.Result;
	if (Answer.Result == PLAYGATE_OK && Answer.Body.size() > PLAYGATE_MAX_RESPONSE_BYTES)
	{
		Response.result = PLAYGATE_ERROR_LIMIT;
	}
	if (Response.result == PLAYGATE_OK)
	{
		Response.status = Answer.Status;
		Response.headers = Headers.data();
		Response.header_count = Headers.size();
		Response.body = Answer.Body.data();
		Response.body_len = Answer.Body.size();
	}
	else
	{
		Response.text = Answer.Text.empty() ? nullptr : Answer.Text.c_str();
	}
	playgate_result Taken = playgate_transport_complete(Exchange, &Response);
	if (Taken == PLAYGATE_ERROR_INVALID_ARGUMENT)
	{
		// No HTTP after all, for example a status that cannot be one. The exchange is still open at the library.
		playgate_http_response_init(&Response, sizeof Response);
		Response.result = PLAYGATE_ERROR_PROTOCOL;
		Taken = playgate_transport_complete(Exchange, &Response);
	}
	return Taken == PLAYGATE_OK;
}

bool FHttpExchanges::IsOpen(playgate_exchange Exchange) const
{
	const std::lock_guard<std::mutex> Guard(Lock);
	return Open.count(Exchange) > 0;
}

std::size_t FHttpExchanges::Num() const
{
	const std::lock_guard<std::mutex> Guard(Lock);
	return Open.size();
}

void FHttpExchanges::Shut()
{
	std::unordered_set<playgate_exchange> Left;
	std::shared_ptr<IHttpHost> Sender;
	{
		const std::lock_guard<std::mutex> Guard(Lock);
		bIsShut = true;
		Left.swap(Open);
		Sender.swap(Host);
	}
	for (const playgate_exchange Exchange : Left)
	{
		Sender->Cancel(Exchange);
	}
}

bool IsSameOrigin(const std::string& Left, const std::string& Right)
{
	const std::string Origin = OriginOf(Left);
	return !Origin.empty() && Origin == OriginOf(Right);
}

} // namespace PlaygateCore
