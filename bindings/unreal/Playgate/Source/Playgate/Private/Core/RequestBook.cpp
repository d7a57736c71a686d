#include "RequestBook.h"

#include <algorithm>
#include <utility>

namespace PlaygateCore
{

void FRequestBook::Expect(playgate_request Request, FIsAlive IsAlive, FWaiter Waiter)
{
	if (Request != 0 && Waiter)
	{
		Entries[Request] = {std::move(IsAlive), std::move(Waiter)};
	}
}

bool FRequestBook::Complete(const FOutcome& Outcome)
{
	const auto Found = Entries.find(Outcome.Request);
	if (Found == Entries.end())
	{
		return false;
	}
	// Taken out first: the waiter may end the book, or ask again.
	const FEntry Entry = std::move(Found->second);
	Entries.erase(Found);
	if (Entry.IsAlive && !Entry.IsAlive())
	{
		return false;
	}
	Entry.Waiter(Outcome);
	return true;
}

void FRequestBook::CompleteAll(playgate_result Result, const std::string& Text)
{
	std::vector<std::pair<playgate_request, FEntry>> Waiting;
	for (auto& Entry : Entries)
	{
		Waiting.emplace_back(Entry.first, std::move(Entry.second));
	}
	Entries.clear();
	// In the order of asking.
	std::sort(Waiting.begin(), Waiting.end(), [](const auto& Left, const auto& Right) { return Left.first < Right.first; });
	for (const auto& Entry : Waiting)
	{
		if (!Entry.second.IsAlive || Entry.second.IsAlive())
		{
			FOutcome Outcome;
			Outcome.Request = Entry.first;
			Outcome.Result = Result;
			Outcome.Text = Text;
			Entry.second.Waiter(Outcome);
		}
	}
}

void FRequestBook::Forget(playgate_request Request)
{
	Entries.erase(Request);
}

std::size_t FRequestBook::Num() const
{
	return Entries.size();
}

} // namespace PlaygateCore
