// Mirrors Unreal Engine 5.4: conversions between TCHAR and UTF-8.
#pragma once

#include "CoreMinimal.h"

class FTCHARToUTF8
{
public:
	FTCHARToUTF8(const TCHAR* Text, int32 Len);
	const ANSICHAR* Get() const { return Held.c_str(); }
	int32 Length() const { return static_cast<int32>(Held.size()); }

private:
	std::string Held;
};

class FUTF8ToTCHAR
{
public:
	FUTF8ToTCHAR(const ANSICHAR* Text, int32 Len);
	const TCHAR* Get() const { return Held.c_str(); }
	int32 Length() const { return static_cast<int32>(Held.size()); }

private:
	std::u16string Held;
};
