// Mirrors Unreal Engine 5.4: asynchronous Blueprint nodes.
#pragma once

#include "UObject/Object.h"

class UBlueprintAsyncActionBase : public UObject
{
public:
	virtual void Activate() {}
	virtual void SetReadyToDestroy();
	void RegisterWithGameInstance(const UObject* WorldContextObject);
	virtual bool IsStubAction(bool& bOutIsKept) const override
	{
		bOutIsKept = bStubIsKept;
		return true;
	}
	/** Whether the game instance keeps it from being collected. */
	bool bStubIsKept = false;
};
