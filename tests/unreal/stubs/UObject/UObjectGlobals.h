// Mirrors Unreal Engine 5.4: making objects.
#pragma once

#include "UObject/Object.h"

UObject* GetTransientPackage();

template <typename T>
T* NewObject(UObject* Outer = nullptr)
{
	(void)Outer;
	return new T();
}

template <typename T>
const T* GetDefault()
{
	return T::StubDefault();
}

template <typename T>
T* GetMutableDefault()
{
	return T::StubDefault();
}
