// Mirrors Unreal Engine 5.4: weak pointers to objects.
#pragma once

#include "UObject/Object.h"

template <typename T = UObject>
class TWeakObjectPtr
{
public:
	TWeakObjectPtr() = default;
	TWeakObjectPtr(T* Object) : Id(Stub::IdOf(Object)), Pointer(Object) {}
	TWeakObjectPtr& operator=(T* Object)
	{
		Id = Stub::IdOf(Object);
		Pointer = Object;
		return *this;
	}
	bool IsValid() const { return Stub::Find(Id) != nullptr; }
	T* Get() const { return IsValid() ? Pointer : nullptr; }
	T* operator->() const { return Get(); }

private:
	uint64 Id = 0;
	T* Pointer = nullptr;
};
