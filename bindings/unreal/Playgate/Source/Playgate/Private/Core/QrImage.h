// A QR code's modules as pixels. Knows nothing of the engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace PlaygateCore
{

/** A square picture, four bytes a pixel in the order blue, green, red, alpha, row by row from the top left. */
struct FQrImage
{
	/** Pixels along a side; 0: there is no picture. */
	uint32_t Side = 0;
	/** Side * Side * 4 bytes. */
	std::vector<uint8_t> Bytes;
};

/** The light border that scanners need, in modules. */
constexpr uint32_t QuietModules = 4;

/** The largest side of a QR code, in modules. */
constexpr uint32_t MaxModules = 177;

/** The largest side of a picture, in pixels: a texture of every platform. */
constexpr uint32_t MaxSide = 4096;

/**
 * Draws the modules (1 dark, anything else light) of a code with Size modules along a side, black on white, with the quiet
 * zone around it, each module PixelsPerModule pixels wide. No picture when the count of modules is wrong or it gets too large.
 */
FQrImage DrawQr(const uint8_t* Modules, std::size_t Count, uint32_t Size, uint32_t PixelsPerModule);

/** How many pixels a module may have so that the picture's side is at most WantedSide; at least 1. */
uint32_t PixelsPerModule(uint32_t Size, uint32_t WantedSide);

} // namespace PlaygateCore
