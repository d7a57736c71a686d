// Mirrors Unreal Engine 5.4: the core ticker.
#pragma once

#include "CoreMinimal.h"

using FTickerDelegate = TDelegate<bool(float)>;

class FTSTicker
{
public:
	using FDelegateHandle = uint64;
	static FTSTicker& GetCoreTicker();
	FDelegateHandle AddTicker(const FTickerDelegate& Delegate, float Delay = 0.0F);
	static void RemoveTicker(FDelegateHandle Handle);
	void Tick(float DeltaSeconds);
	int32 Num() const { return static_cast<int32>(Tickers.size()); }

private:
	std::map<FDelegateHandle, FTickerDelegate> Tickers;
	FDelegateHandle LastHandle = 0;
};
