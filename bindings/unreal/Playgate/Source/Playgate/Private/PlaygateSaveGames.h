// Records in the platform's save games.
#pragma once

#include "Core/SlotStore.h"
#include "CoreMinimal.h"

#include <memory>
#include <string>

/** The platform's save-game system as a medium with slots. Called on the library's thread, as the engine's own asynchronous
 * save games call it on a thread of a pool. */
class FPlaygateSaveGameMedium : public PlaygateCore::ISlotMedium
{
public:
	/** For the save games of one of the platform's users. */
	explicit FPlaygateSaveGameMedium(int32 InUserIndex) : UserIndex(InUserIndex) {}

	/** A store over it for one client. */
	static std::shared_ptr<PlaygateCore::FSlotStore> MakeStore(int32 UserIndex, int32 PlayInstance);

	//~ Begin ISlotMedium
	virtual PlaygateCore::ESlotResult Read(const std::string& Slot, std::vector<uint8_t>& Out) override;
	virtual PlaygateCore::ESlotResult Write(const std::string& Slot, const std::vector<uint8_t>& Bytes) override;
	virtual PlaygateCore::ESlotResult Remove(const std::string& Slot) override;
	//~ End ISlotMedium

private:
	int32 UserIndex;
};
