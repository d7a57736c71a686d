// The library's HTTP on the host's: which exchanges are open, and who may answer them. Knows nothing of the engine.
#pragma once

#include "Library.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace PlaygateCore
{

/** A request, copied. It has the player's token in it: never log it. */
struct FHttpCall
{
	playgate_exchange Exchange = 0;
	uint32_t TimeoutMs = 0;
	std::string Method;
	std::string Url;
	std::vector<std::pair<std::string, std::string>> Headers;
	std::vector<uint8_t> Body;
};

/** What came of it. */
struct FHttpAnswer
{
	/** PLAYGATE_OK, or why there is no response. */
	playgate_result Result = PLAYGATE_ERROR_UNREACHABLE;
	uint32_t Status = 0;
	std::vector<std::pair<std::string, std::string>> Headers;
	std::vector<uint8_t> Body;
	/** For the log, when there is no response. */
	std::string Text;
};

/** The host's HTTP. Both functions are called on any thread and return at once. */
class IHttpHost
{
public:
	virtual ~IHttpHost() = default;

	/** Sends a request; the answer goes to FHttpExchanges::Answer, now or later, from any thread. */
	virtual void Start(FHttpCall&& Call) = 0;

	/** Nobody wants the answer any more. */
	virtual void Cancel(playgate_exchange Exchange) = 0;
};

/**
 * Keeps account of a client's exchanges. Each is answered at most once; answers that are late, doubled, of nobody or after
 * Shut are dropped without a word. It must live until the client's close has returned PLAYGATE_OK. Any thread.
 */
class FHttpExchanges
{
public:
	explicit FHttpExchanges(std::shared_ptr<IHttpHost> InHost);
	FHttpExchanges(const FHttpExchanges&) = delete;
	FHttpExchanges& operator=(const FHttpExchanges&) = delete;

	/** The hook for the client's options. */
	playgate_transport_hook Hook();

	/** Hands an answer to the library. False when it was dropped. */
	bool Answer(playgate_exchange Exchange, const FHttpAnswer& Answer);

	/** Whether somebody still wants this answer: to be asked before a request that was put off is sent. */
	bool IsOpen(playgate_exchange Exchange) const;

	/** How many are open. */
	std::size_t Num() const;

	/** Ends all of it: what is open is cancelled at the host, what comes later is dropped. */
	void Shut();

private:
	static void OnStart(void* User, playgate_exchange Exchange, const playgate_http_request* Request);
	static void OnCancel(void* User, playgate_exchange Exchange);

	mutable std::mutex Lock;
	std::shared_ptr<IHttpHost> Host;
	std::unordered_set<playgate_exchange> Open;
	bool bIsShut = false;
};

/** Whether two URLs have the same scheme, host and port: an answer from elsewhere is none. */
bool IsSameOrigin(const std::string& Left, const std::string& Right);

} // namespace PlaygateCore
