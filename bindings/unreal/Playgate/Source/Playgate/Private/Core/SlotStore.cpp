#include "SlotStore.h"

#include <algorithm>
#include <utility>

namespace PlaygateCore
{

namespace
{

// Magic, sequence number, checksum of sequence number and content, content.
constexpr uint8_t Magic[4] = {'P', 'G', 'S', '1'};
constexpr std::size_t HeaderBytes = 4 + 8 + 8;

uint64_t Fnv1a(uint64_t Seed, const uint8_t* Bytes, std::size_t Len)
{
	uint64_t Hash = 14695981039346656037ULL ^ Seed;
	for (std::size_t Index = 0; Index < Len; ++Index)
	{
		Hash = (Hash ^ Bytes[Index]) * 1099511628211ULL;
	}
	return Hash;
}

void Put(std::vector<uint8_t>& Out, uint64_t Number)
{
	for (unsigned Shift = 0; Shift < 64; Shift += 8)
	{
		Out.push_back(static_cast<uint8_t>(Number >> Shift));
	}
}

uint64_t Take(const uint8_t* Bytes)
{
	uint64_t Number = 0;
	for (unsigned Index = 8; Index-- > 0;)
	{
		Number = Number << 8 | Bytes[Index];
	}
	return Number;
}

playgate_result ResultOf(ESlotResult Result)
{
	switch (Result)
	{
	case ESlotResult::Ok:
		return PLAYGATE_OK;
	case ESlotResult::None:
		return PLAYGATE_ERROR_NOT_FOUND;
	case ESlotResult::Full:
		return PLAYGATE_ERROR_STORAGE_FULL;
	case ESlotResult::NotMounted:
		return PLAYGATE_ERROR_STORAGE_UNAVAILABLE;
	case ESlotResult::Unreadable:
	default:
		return PLAYGATE_ERROR_STORAGE;
	}
}

} // namespace

FSlotStore::FSlotStore(std::shared_ptr<ISlotMedium> InMedium, std::string InPlace, std::string InPrefix)
	: Medium(std::move(InMedium)), Place(std::move(InPlace)), Prefix(std::move(InPrefix))
{
}

playgate_storage_hook FSlotStore::Hook()
{
	playgate_storage_hook Made;
	playgate_storage_hook_init(&Made, sizeof Made);
	Made.user = this;
	Made.place = Place.c_str();
	Made.read = &FSlotStore::OnRead;
	Made.write = &FSlotStore::OnWrite;
	Made.remove = &FSlotStore::OnRemove;
	return Made;
}

std::string FSlotStore::SlotName(const std::string& Prefix, const std::string& Key, int Which)
{
	// Platforms limit the length of names, and some do not tell capitals from small letters.
	const uint8_t* Bytes = reinterpret_cast<const uint8_t*>(Key.data());
	const uint64_t Parts[2] = {Fnv1a(0, Bytes, Key.size()), Fnv1a(0x9E3779B97F4A7C15ULL, Bytes, Key.size())};
	std::string Name = Prefix;
	for (unsigned Digit = 0; Digit < 24; ++Digit)
	{
		Name.push_back("0123456789abcdef"[Parts[Digit / 16] >> (Digit % 16 * 4) & 15]);
	}
	return Name + (Which == 0 ? 'a' : 'b');
}

FSlotStore::FSlot FSlotStore::Look(const std::string& Key, int Which)
{
	FSlot Slot;
	Slot.Result = Medium->Read(SlotName(Prefix, Key, Which), Slot.Bytes);
	if (Slot.Result != ESlotResult::Ok || Slot.Bytes.size() < HeaderBytes)
	{
		return Slot;
	}
	const uint8_t* Bytes = Slot.Bytes.data();
	const uint64_t Sequence = Take(Bytes + 4);
	const uint64_t Sum = Fnv1a(Sequence, Bytes + HeaderBytes, Slot.Bytes.size() - HeaderBytes);
	if (std::equal(Magic, Magic + 4, Bytes) && Sum == Take(Bytes + 12))
	{
		Slot.bIsWhole = true;
		Slot.Sequence = Sequence;
		Slot.Bytes.erase(Slot.Bytes.begin(), Slot.Bytes.begin() + HeaderBytes);
	}
	return Slot;
}

playgate_result FSlotStore::Read(const std::string& Key, std::vector<uint8_t>& Out)
{
	const std::lock_guard<std::mutex> Guard(Lock);
	FSlot Slots[2] = {Look(Key, 0), Look(Key, 1)};
	for (const FSlot& Slot : Slots)
	{
		// The one that cannot be read may be the newer one: "I cannot say" is not "this is it".
		if (Slot.Result != ESlotResult::Ok && Slot.Result != ESlotResult::None)
		{
			return ResultOf(Slot.Result);
		}
	}
	if (Slots[0].bIsWhole || Slots[1].bIsWhole)
	{
		const bool bSecond = Slots[1].bIsWhole && (!Slots[0].bIsWhole || Slots[1].Sequence > Slots[0].Sequence);
		Out = std::move(Slots[bSecond ? 1 : 0].Bytes);
		return PLAYGATE_OK;
	}
	for (FSlot& Slot : Slots)
	{
		if (Slot.Result == ESlotResult::Ok)
		{
			// Damaged: the library sees so by its own checksum, denies, and sets it aside.
			Out = std::move(Slot.Bytes);
			return PLAYGATE_OK;
		}
	}
	return PLAYGATE_ERROR_NOT_FOUND;
}

playgate_result FSlotStore::Write(const std::string& Key, const uint8_t* Bytes, std::size_t Len)
{
	const std::lock_guard<std::mutex> Guard(Lock);
	const FSlot Slots[2] = {Look(Key, 0), Look(Key, 1)};
	for (const FSlot& Slot : Slots)
	{
		if (Slot.Result != ESlotResult::Ok && Slot.Result != ESlotResult::None)
		{
			return ResultOf(Slot.Result);
		}
	}
	// Over the older one, or over one that is not whole: the newest whole one is never touched.
	const bool bNewestIsFirst = Slots[0].bIsWhole && (!Slots[1].bIsWhole || Slots[0].Sequence > Slots[1].Sequence);
	const uint64_t Newest = Slots[0].Sequence > Slots[1].Sequence ? Slots[0].Sequence : Slots[1].Sequence;
	std::vector<uint8_t> Whole(Magic, Magic + 4);
	Put(Whole, Newest + 1);
	Put(Whole, Fnv1a(Newest + 1, Bytes, Len));
	Whole.insert(Whole.end(), Bytes, Bytes + Len);
	const ESlotResult Written = Medium->Write(SlotName(Prefix, Key, bNewestIsFirst ? 1 : 0), Whole);
	if (Written != ESlotResult::Ok)
	{
		return Written == ESlotResult::None ? PLAYGATE_ERROR_STORAGE : ResultOf(Written);
	}
	// The older one goes: should the new one be damaged some day, an older answer must not take its place.
	(void)Medium->Remove(SlotName(Prefix, Key, bNewestIsFirst ? 0 : 1));
	return PLAYGATE_OK;
}

playgate_result FSlotStore::Remove(const std::string& Key)
{
	const std::lock_guard<std::mutex> Guard(Lock);
	// The older one first: cut off in between, the newer one is still what is found.
	const bool bNewestIsFirst = Look(Key, 0).Sequence > Look(Key, 1).Sequence;
	for (const int Which : {bNewestIsFirst ? 1 : 0, bNewestIsFirst ? 0 : 1})
	{
		const ESlotResult Removed = Medium->Remove(SlotName(Prefix, Key, Which));
		if (Removed != ESlotResult::Ok && Removed != ESlotResult::None)
		{
			return ResultOf(Removed);
		}
	}
	return PLAYGATE_OK;
}

void FSlotStore::OnRead(void* User, playgate_storage_operation Operation, const char* Key)
{
	std::vector<uint8_t> Bytes;
	const playgate_result Result = static_cast<FSlotStore*>(User)->Read(Key, Bytes);
	(void)playgate_storage_complete(Operation, Result, Bytes.data(), Bytes.size());
}

void FSlotStore::OnWrite(void* User, playgate_storage_operation Operation, const char* Key, const uint8_t* Bytes, size_t Len)
{
	const playgate_result Result = static_cast<FSlotStore*>(User)->Write(Key, Bytes, Len);
	(void)playgate_storage_complete(Operation, Result, nullptr, 0);
}

void FSlotStore::OnRemove(void* User, playgate_storage_operation Operation, const char* Key)
{
	const playgate_result Result = static_cast<FSlotStore*>(User)->Remove(Key);
	(void)playgate_storage_complete(Operation, Result, nullptr, 0);
}

} // namespace PlaygateCore
