// Mirrors Unreal Engine 5.4: save games.
#pragma once

#include "CoreMinimal.h"

class ISaveGameSystem
{
public:
	enum class ESaveExistsResult
	{
		OK,
		DoesNotExist,
		Corrupted,
		UnspecifiedError,
	};
	virtual ~ISaveGameSystem() = default;
	virtual ESaveExistsResult DoesSaveGameExistWithResult(const TCHAR* Name, const int32 UserIndex) = 0;
	virtual bool SaveGame(bool bAttemptToUseUI, const TCHAR* Name, const int32 UserIndex, const TArray<uint8>& Data) = 0;
	virtual bool LoadGame(bool bAttemptToUseUI, const TCHAR* Name, const int32 UserIndex, TArray<uint8>& Data) = 0;
	virtual bool DeleteGame(bool bAttemptToUseUI, const TCHAR* Name, const int32 UserIndex) = 0;
};
