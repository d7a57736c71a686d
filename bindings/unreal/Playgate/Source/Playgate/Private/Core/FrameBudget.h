// How long the clients of a process may work in one frame, all of them together. Knows nothing of the engine.
#pragma once

#include <cstdint>

namespace PlaygateCore
{

/**
 * Shares one frame's time among the clients of a process: the editor may play with several at once. Each gets its equal
 * part of what is left, so that time one does not use is the next one's, and none gets less than MinimumUs.
 */
class FFrameBudget
{
public:
	/** The least that a client gets, in microseconds: one piece of work is done anyway. */
	static constexpr uint32_t MinimumUs = 50;

	/** The part of the next client in this frame, in microseconds, where `Clients` are open and the frame has FrameUs. */
	uint32_t Next(uint64_t Frame, uint32_t Clients, uint32_t FrameUs);

	/** The client used so much of its part, in microseconds. */
	void Spent(uint64_t UsedUs);

private:
	uint64_t CurrentFrame = UINT64_MAX;
	uint64_t LeftUs = 0;
	uint32_t Served = 0;
};

} // namespace PlaygateCore
