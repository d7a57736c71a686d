// The library's storage on save-game slots: whole or not at all, whatever is cut off. Knows nothing of the engine.
#pragma once

#include "Library.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace PlaygateCore
{

/** How an operation on a slot ended. */
enum class ESlotResult : uint8_t
{
	Ok,
	/** There is no such slot. */
	None,
	/** There is one, but it cannot be read, or it is not known whether there is one. */
	Unreadable,
	/** There is no room. */
	Full,
	/** The medium is not there yet. */
	NotMounted,
};

/** A medium with named slots, for example the platform's save games. Called on the library's thread; may take its time. */
class ISlotMedium
{
public:
	virtual ~ISlotMedium() = default;
	virtual ESlotResult Read(const std::string& Slot, std::vector<uint8_t>& Out) = 0;
	virtual ESlotResult Write(const std::string& Slot, const std::vector<uint8_t>& Bytes) = 0;
	virtual ESlotResult Remove(const std::string& Slot) = 0;
};

/**
 * Keeps each of the library's keys in two slots that are written in turn, each with a number and a checksum; when the new one
 * is written, the older one is removed. So a write that is cut off leaves the one before it, also where the platform replaces
 * a slot in place, and damage never brings an older answer back. Must live until the client's close has returned PLAYGATE_OK.
 */
class FSlotStore
{
public:
	/** `Place` names the place among all of the process; `Prefix` begins every slot's name. */
	FSlotStore(std::shared_ptr<ISlotMedium> InMedium, std::string InPlace, std::string InPrefix);
	FSlotStore(const FSlotStore&) = delete;
	FSlotStore& operator=(const FSlotStore&) = delete;

	/** The hook for the client's options. */
	playgate_storage_hook Hook();

	/** What is stored under a key: PLAYGATE_OK, PLAYGATE_ERROR_NOT_FOUND, or why nobody can say. */
	playgate_result Read(const std::string& Key, std::vector<uint8_t>& Out);

	/** Replaces what is stored under a key. */
	playgate_result Write(const std::string& Key, const uint8_t* Bytes, std::size_t Len);

	/** Removes what is stored under a key. */
	playgate_result Remove(const std::string& Key);

	/** The name of a key's first (0) or second (1) slot: prefix, 24 hexadecimal digits and a letter. */
	static std::string SlotName(const std::string& Prefix, const std::string& Key, int Which);

private:
	struct FSlot
	{
		ESlotResult Result = ESlotResult::None;
		bool bIsWhole = false;
		uint64_t Sequence = 0;
		std::vector<uint8_t> Bytes;
	};

	FSlot Look(const std::string& Key, int Which);
	static void OnRead(void* User, playgate_storage_operation Operation, const char* Key);
	static void OnWrite(void* User, playgate_storage_operation Operation, const char* Key, const uint8_t* Bytes, size_t Len);
	static void OnRemove(void* User, playgate_storage_operation Operation, const char* Key);

	std::shared_ptr<ISlotMedium> Medium;
	std::string Place;
	std::string Prefix;
	std::mutex Lock;
};

} // namespace PlaygateCore
