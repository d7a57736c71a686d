// Mirrors Unreal Engine 5.4: textures made at run time.
#pragma once

#include "UObject/Object.h"

enum EPixelFormat
{
	PF_Unknown,
	PF_B8G8R8A8,
};
enum TextureFilter
{
	TF_Default,
	TF_Nearest,
};
enum
{
	LOCK_READ_ONLY = 1,
	LOCK_READ_WRITE = 2,
};

struct FByteBulkData
{
	void* Lock(uint32) { return StubBytes.data(); }
	void Unlock() {}
	std::vector<uint8> StubBytes;
};

struct FTexture2DMipMap
{
	FByteBulkData BulkData;
};

struct FTexturePlatformData
{
	TArray<FTexture2DMipMap> Mips;
};

class UTexture2D : public UObject
{
public:
	static UTexture2D* CreateTransient(int32 SizeX, int32 SizeY, EPixelFormat Format);
	FTexturePlatformData* GetPlatformData() { return &StubData; }
	void UpdateResource() { bStubIsUpdated = true; }
	TextureFilter Filter = TF_Default;
	FTexturePlatformData StubData;
	int32 StubSide = 0;
	bool bStubIsUpdated = false;
};
