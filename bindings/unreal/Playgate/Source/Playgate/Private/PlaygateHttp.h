// The library's requests over the engine's HTTP.
#pragma once

#include "Core/HttpExchanges.h"
#include "CoreMinimal.h"
#include "Interfaces/IHttpRequest.h"
#include "Interfaces/IHttpResponse.h"

#include <memory>

/**
 * Sends each exchange as a request of FHttpModule, on the game thread. What is answered late, doubled or after the close is
 * dropped by FHttpExchanges.
 */
class FPlaygateHttpHost : public PlaygateCore::IHttpHost, public std::enable_shared_from_this<FPlaygateHttpHost>
{
public:
	/** The account of a new client's exchanges, with a host of its own. */
	static std::shared_ptr<PlaygateCore::FHttpExchanges> MakeExchanges();

	//~ Begin IHttpHost
	virtual void Start(PlaygateCore::FHttpCall&& Call) override;
	virtual void Cancel(playgate_exchange Exchange) override;
	//~ End IHttpHost

private:
	void Send(const PlaygateCore::FHttpCall& Call);

	std::weak_ptr<PlaygateCore::FHttpExchanges> Exchanges;
	/** Game thread only. */
	TMap<uint64, FHttpRequestPtr> UnderWay;
};
