#include "FrameBudget.h"

#include <algorithm>

namespace PlaygateCore
{

uint32_t FFrameBudget::Next(uint64_t Frame, uint32_t Clients, uint32_t FrameUs)
{
	if (Frame != CurrentFrame)
	{
		CurrentFrame = Frame;
		LeftUs = FrameUs;
		Served = 0;
	}
	const uint32_t ToServe = Clients > Served ? Clients - Served : 1;
	++Served;
	return std::max(MinimumUs, static_cast<uint32_t>(LeftUs / ToServe));
}

void FFrameBudget::Spent(uint64_t UsedUs)
{
	LeftUs -= std::min(LeftUs, UsedUs);
}

} // namespace PlaygateCore
