// Mirrors Unreal Engine 5.4: UObject. Objects here live until Stub::Destroy or the collection in Stub/Engine.h.
#pragma once

#include "CoreMinimal.h"
#include "UObject/ObjectMacros.h"

class UWorld;

class UObject
{
public:
	UObject();
	virtual ~UObject();
	UObject(const UObject&) = delete;
	UObject& operator=(const UObject&) = delete;
	virtual UWorld* GetWorld() const { return nullptr; }
	/** Which class it is; the header tool's stand-in overrides it. */
	virtual const void* StubClass() const { return nullptr; }
	/** Whether the collection takes it when nobody keeps it. */
	virtual bool IsStubAction(bool& bOutIsKept) const
	{
		bOutIsKept = true;
		return false;
	}
};
