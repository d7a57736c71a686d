// Who waits for which request. Knows nothing of the engine.
#pragma once

#include "Listeners.h"
#include "Library.h"

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace PlaygateCore
{

/** How a request ended. */
struct FOutcome
{
	/** Its number. */
	playgate_request Request = 0;
	/** How it ended. */
	playgate_result Result = PLAYGATE_ERROR_INTERNAL;
	/** What it was for. */
	playgate_operation Operation = PLAYGATE_OPERATION_NONE;
	/** The server's HTTP status; 0 when there was none. */
	uint32_t HttpStatus = 0;
	/** A sentence for the log. */
	std::string Text;
};

/**
 * Requests under way, and who waits for each. Each waiter is called at most once, and never when its owner is gone.
 * For one thread; a waiter may ask for something new, or end the book.
 */
class FRequestBook
{
public:
	using FWaiter = std::function<void(const FOutcome&)>;

	/** Somebody waits for this request. */
	void Expect(playgate_request Request, FIsAlive IsAlive, FWaiter Waiter);

	/** The request ended. False when nobody waits for it, or not any more. */
	bool Complete(const FOutcome& Outcome);

	/** Nothing will end any more: everybody who waits is told so, once. */
	void CompleteAll(playgate_result Result, const std::string& Text);

	/** Nobody is called for this request any more. */
	void Forget(playgate_request Request);

	/** How many requests somebody waits for. */
	std::size_t Num() const;

private:
	struct FEntry
	{
		FIsAlive IsAlive;
		FWaiter Waiter;
	};

	std::unordered_map<playgate_request, FEntry> Entries;
};

} // namespace PlaygateCore
