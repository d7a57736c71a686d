// Listeners that are never called once their owner is gone. Knows nothing of the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace PlaygateCore
{

/** Says whether the owner of a callback still lives. Empty: it always does. */
using FIsAlive = std::function<bool()>;

/**
 * A list of callbacks, each bound to an owner. A callback whose owner is gone is never called, and dropped.
 *
 * Callbacks may add, remove and broadcast, and may destroy the list itself: the rest of that broadcast is then dropped.
 * For one thread.
 */
template <typename... ArgTypes>
class TListeners
{
public:
	using FCall = std::function<void(ArgTypes...)>;

	/** Adds a callback and gives the number to remove it by; 0 when there is nothing to call. */
	uint64_t Add(FIsAlive IsAlive, FCall Call)
	{
		if (!Call)
		{
			return 0;
		}
		const uint64_t Id = ++State->LastId;
		State->Entries.push_back({Id, std::move(IsAlive), std::move(Call)});
		return Id;
	}

	/** Removes a callback, also while it is being called. False when there is none of that number. */
	bool Remove(uint64_t Id)
	{
		for (FEntry& Entry : State->Entries)
		{
			if (Id != 0 && Entry.Id == Id)
			{
				Entry.Id = 0;
				State->Sweep();
				return true;
			}
		}
		return false;
	}

	/** Removes all of them. */
	void Clear()
	{
		for (FEntry& Entry : State->Entries)
		{
			Entry.Id = 0;
		}
		State->Sweep();
	}

	/** Calls all that were there when it began and whose owners live. */
	void Broadcast(ArgTypes... Args) const
	{
		const std::shared_ptr<FState> Kept = State;
		const std::size_t Count = Kept->Entries.size();
		++Kept->Depth;
		for (std::size_t Index = 0; Index < Count; ++Index)
		{
			// Alone in holding the state: the list was destroyed by a callback.
			if (Kept.use_count() == 1)
			{
				break;
			}
			if (Kept->Entries[Index].Id == 0)
			{
				continue;
			}
			if (Kept->Entries[Index].IsAlive && !Kept->Entries[Index].IsAlive())
			{
				Kept->Entries[Index].Id = 0;
				continue;
			}
			// A copy: the callback may add others, which moves the entries.
			const FCall Call = Kept->Entries[Index].Call;
			Call(Args...);
		}
		--Kept->Depth;
		Kept->Sweep();
	}

	/** How many there are, those of dead owners that were not noticed yet included. */
	std::size_t Num() const
	{
		std::size_t Count = 0;
		for (const FEntry& Entry : State->Entries)
		{
			Count += Entry.Id != 0 ? 1 : 0;
		}
		return Count;
	}

	TListeners() = default;
	TListeners(const TListeners&) = delete;
	TListeners& operator=(const TListeners&) = delete;

private:
	struct FEntry
	{
		/** 0: removed. */
		uint64_t Id;
		FIsAlive IsAlive;
		FCall Call;
	};

	struct FState
	{
		std::vector<FEntry> Entries;
		uint64_t LastId = 0;
		int Depth = 0;

		/** Lets go of removed ones, unless somebody walks through the list. */
		void Sweep()
		{
			if (Depth > 0)
			{
				return;
			}
			std::vector<FEntry> Left;
			for (FEntry& Entry : Entries)
			{
				if (Entry.Id != 0)
				{
					Left.push_back(std::move(Entry));
				}
			}
			// What a dropped callback holds may come back here when it is destroyed, so that is done last.
			Entries.swap(Left);
		}
	};

	std::shared_ptr<FState> State = std::make_shared<FState>();
};

} // namespace PlaygateCore
