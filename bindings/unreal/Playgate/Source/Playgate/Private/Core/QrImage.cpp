#include "QrImage.h"

#include <algorithm>

namespace PlaygateCore
{

FQrImage DrawQr(const uint8_t* Modules, std::size_t Count, uint32_t Size, uint32_t PixelsPerModule)
{
	FQrImage Image;
	if (!Modules || Size == 0 || Size > MaxModules || Count != static_cast<std::size_t>(Size) * Size)
	{
		return Image;
	}
	const uint32_t WithBorder = Size + 2 * QuietModules;
	if (PixelsPerModule == 0 || PixelsPerModule > MaxSide / WithBorder)
	{
		return Image;
	}
	Image.Side = WithBorder * PixelsPerModule;
	Image.Bytes.assign(static_cast<std::size_t>(Image.Side) * Image.Side * 4, 255);
	for (uint32_t Y = 0; Y < Size * PixelsPerModule; ++Y)
	{
		for (uint32_t X = 0; X < Size * PixelsPerModule; ++X)
		{
			const std::size_t Module = static_cast<std::size_t>(Y / PixelsPerModule) * Size + X / PixelsPerModule;
			if (Modules[Module] == 1)
			{
				const std::size_t Row = static_cast<std::size_t>(Y) + QuietModules * PixelsPerModule;
				const std::size_t Pixel = Row * Image.Side + X + QuietModules * PixelsPerModule;
				std::fill_n(Image.Bytes.begin() + static_cast<std::ptrdiff_t>(Pixel * 4), 3, static_cast<uint8_t>(0));
			}
		}
	}
	return Image;
}

uint32_t PixelsPerModule(uint32_t Size, uint32_t WantedSide)
{
	const uint32_t WithBorder = std::min(Size, MaxModules) + 2 * QuietModules;
	return std::max(1U, std::min(WantedSide, MaxSide) / WithBorder);
}

} // namespace PlaygateCore
