#include "PlaygateSaveGames.h"

#include "Core/PlayerScope.h"
#include "PlatformFeatures.h"
#include "PlaygateConvert.h"
#include "SaveGameSystem.h"

using PlaygateConvert::ToFString;
using PlaygateCore::ESlotResult;

namespace
{

/** Whether there is such a save game. */
ESlotResult PlaygateExists(ISaveGameSystem& System, const FString& Slot, int32 UserIndex)
{
	switch (System.DoesSaveGameExistWithResult(*Slot, UserIndex))
	{
	case ISaveGameSystem::ESaveExistsResult::OK:
	case ISaveGameSystem::ESaveExistsResult::Corrupted:
		return ESlotResult::Ok;
	case ISaveGameSystem::ESaveExistsResult::DoesNotExist:
		return ESlotResult::None;
	default:
		return ESlotResult::Unreadable;
	}
}

} // namespace

std::shared_ptr<PlaygateCore::FSlotStore> FPlaygateSaveGameMedium::MakeStore(int32 UserIndex, int32 PlayInstance)
{
	const std::string Place = PlaygateCore::ScopedFolder("save-games-" + std::to_string(UserIndex), PlayInstance);
	const std::string Prefix = PlayInstance < 0 ? "pg-" : "pg" + std::to_string(PlayInstance) + "-";
	return std::make_shared<PlaygateCore::FSlotStore>(std::make_shared<FPlaygateSaveGameMedium>(UserIndex), Place, Prefix);
}

ESlotResult FPlaygateSaveGameMedium::Read(const std::string& Slot, std::vector<uint8_t>& Out)
{
	ISaveGameSystem* const System = IPlatformFeaturesModule::Get().GetSaveGameSystem();
	if (System == nullptr)
	{
		return ESlotResult::NotMounted;
	}
	const FString Name = ToFString(Slot);
	const ESlotResult Exists = PlaygateExists(*System, Name, UserIndex);
	if (Exists != ESlotResult::Ok)
	{
		return Exists;
	}
	TArray<uint8> Bytes;
	if (!System->LoadGame(false, *Name, UserIndex, Bytes))
	{
		// What the platform calls corrupted is there, and not whole: a write that was cut off, or damage.
		const bool bIsCorrupted =
			System->DoesSaveGameExistWithResult(*Name, UserIndex) == ISaveGameSystem::ESaveExistsResult::Corrupted;
		return bIsCorrupted ? ESlotResult::Ok : ESlotResult::Unreadable;
	}
	Out.assign(Bytes.GetData(), Bytes.GetData() + Bytes.Num());
	return ESlotResult::Ok;
}

ESlotResult FPlaygateSaveGameMedium::Write(const std::string& Slot, const std::vector<uint8_t>& Bytes)
{
	ISaveGameSystem* const System = IPlatformFeaturesModule::Get().GetSaveGameSystem();
	if (System == nullptr)
	{
		return ESlotResult::NotMounted;
	}
	TArray<uint8> Data;
	Data.Append(Bytes.data(), static_cast<int32>(Bytes.size()));
	return System->SaveGame(false, *ToFString(Slot), UserIndex, Data) ? ESlotResult::Ok : ESlotResult::Unreadable;
}

ESlotResult FPlaygateSaveGameMedium::Remove(const std::string& Slot)
{
	ISaveGameSystem* const System = IPlatformFeaturesModule::Get().GetSaveGameSystem();
	if (System == nullptr)
	{
		return ESlotResult::NotMounted;
	}
	const FString Name = ToFString(Slot);
	const ESlotResult Exists = PlaygateExists(*System, Name, UserIndex);
	if (Exists != ESlotResult::Ok)
	{
		return Exists;
	}
	return System->DeleteGame(false, *Name, UserIndex) ? ESlotResult::Ok : ESlotResult::Unreadable;
}
