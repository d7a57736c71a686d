// Mirrors Unreal Engine 5.4: an owner of a type that the header does not know.
#pragma once

#include "CoreMinimal.h"

template <typename T>
class TPimplPtr
{
public:
	TPimplPtr() = default;
	explicit TPimplPtr(std::shared_ptr<T> From) : Held(std::move(From)) {}
	TPimplPtr(TPimplPtr&&) = default;
	TPimplPtr& operator=(TPimplPtr&&) = default;
	TPimplPtr(const TPimplPtr&) = delete;
	TPimplPtr& operator=(const TPimplPtr&) = delete;
	T* operator->() const { return Held.get(); }
	T& operator*() const { return *Held; }
	bool IsValid() const { return Held != nullptr; }

private:
	std::shared_ptr<T> Held;
};

template <typename T, typename... ArgTypes>
TPimplPtr<T> MakePimpl(ArgTypes&&... Args)
{
	return TPimplPtr<T>(std::make_shared<T>(std::forward<ArgTypes>(Args)...));
}
