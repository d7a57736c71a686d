// Mirrors Unreal Engine 5.4: delegates. A binding to an object is weak.
#pragma once

#include "CoreMinimal.h"

class FDelegateHandle
{
public:
	explicit FDelegateHandle(uint64 InId = 0) : Id(InId) {}
	bool IsValid() const { return Id != 0; }
	uint64 Id;
};

template <typename Signature>
class TDelegate;

template <typename R, typename... ArgTypes>
class TDelegate<R(ArgTypes...)>
{
public:
	template <typename UserClass>
	static TDelegate CreateUObject(UserClass* Object, R (UserClass::*Function)(ArgTypes...))
	{
		TDelegate Made;
		Made.Weak = Stub::IdOf(Object);
		Made.bIsWeak = true;
		Made.Call = [Object, Function](ArgTypes... Args) -> R { return (Object->*Function)(std::forward<ArgTypes>(Args)...); };
		return Made;
	}
	template <typename Functor>
	static TDelegate CreateWeakLambda(const UObject* Object, Functor&& Function)
	{
		TDelegate Made;
		Made.Weak = Stub::IdOf(Object);
		Made.bIsWeak = true;
		Made.Call = std::forward<Functor>(Function);
		return Made;
	}
	template <typename Functor>
	static TDelegate CreateLambda(Functor&& Function)
	{
		TDelegate Made;
		Made.Call = std::forward<Functor>(Function);
		return Made;
	}
	template <typename UserClass>
	static TDelegate CreateRaw(UserClass* Object, R (UserClass::*Function)(ArgTypes...))
	{
		return CreateLambda([Object, Function](ArgTypes... Args) -> R { return (Object->*Function)(std::forward<ArgTypes>(Args)...); });
	}
	template <typename Functor>
	void BindLambda(Functor&& Function)
	{
		*this = CreateLambda(std::forward<Functor>(Function));
	}
	template <typename Functor>
	void BindWeakLambda(const UObject* Object, Functor&& Function)
	{
		*this = CreateWeakLambda(Object, std::forward<Functor>(Function));
	}
	void Unbind() { *this = TDelegate(); }
	bool IsBound() const { return Call && (!bIsWeak || Stub::Find(Weak) != nullptr); }
	R Execute(ArgTypes... Args) const { return Call(std::forward<ArgTypes>(Args)...); }
	bool ExecuteIfBound(ArgTypes... Args) const
	{
		if (!IsBound())
		{
			return false;
		}
		(void)Call(std::forward<ArgTypes>(Args)...);
		return true;
	}

private:
	std::function<R(ArgTypes...)> Call;
	uint64 Weak = 0;
	bool bIsWeak = false;
};

template <typename Signature>
class TMulticastDelegate;

template <typename... ArgTypes>
class TMulticastDelegate<void(ArgTypes...)>
{
public:
	using FDelegate = TDelegate<void(ArgTypes...)>;

	template <typename UserClass>
	FDelegateHandle AddUObject(UserClass* Object, void (UserClass::*Function)(ArgTypes...))
	{
		return Add(FDelegate::CreateUObject(Object, Function));
	}
	template <typename Functor>
	FDelegateHandle AddWeakLambda(const UObject* Object, Functor&& Function)
	{
		return Add(FDelegate::CreateWeakLambda(Object, std::forward<Functor>(Function)));
	}
	template <typename Functor>
	FDelegateHandle AddLambda(Functor&& Function)
	{
		return Add(FDelegate::CreateLambda(std::forward<Functor>(Function)));
	}
	FDelegateHandle Add(const FDelegate& Delegate)
	{
		Bound.push_back({++LastId, Delegate});
		return FDelegateHandle(LastId);
	}
	bool Remove(FDelegateHandle Handle)
	{
		const auto Found = std::find_if(Bound.begin(), Bound.end(), [&](const auto& One) { return One.first == Handle.Id; });
		if (Found == Bound.end())
		{
			return false;
		}
		Bound.erase(Found);
		return true;
	}
	void Clear() { Bound.clear(); }
	std::size_t NumBound() const { return Bound.size(); }
	void Broadcast(ArgTypes... Args) const
	{
		const auto Now = Bound;
		for (const auto& One : Now)
		{
			(void)One.second.ExecuteIfBound(Args...);
		}
	}

private:
	std::vector<std::pair<uint64, FDelegate>> Bound;
	uint64 LastId = 0;
};

/** What Blueprints bind to. The engine's AddDynamic is a macro that also takes the function's name. */
template <typename... ArgTypes>
class TDynamicMulticastDelegate
{
public:
	template <typename UserClass>
	void AddDynamic(UserClass* Object, void (UserClass::*Function)(ArgTypes...))
	{
		(void)Native.AddUObject(Object, Function);
	}
	void Broadcast(ArgTypes... Args) const { Native.Broadcast(Args...); }
	bool IsBound() const { return Native.NumBound() > 0; }
	/** For tests. */
	TMulticastDelegate<void(ArgTypes...)> Native;
};

#define DECLARE_DELEGATE(Name) using Name = TDelegate<void()>
#define DECLARE_DELEGATE_RetVal_OneParam(R, Name, A) using Name = TDelegate<R(A)>
#define DECLARE_MULTICAST_DELEGATE(Name) using Name = TMulticastDelegate<void()>
#define DECLARE_MULTICAST_DELEGATE_OneParam(Name, A) using Name = TMulticastDelegate<void(A)>
#define DECLARE_MULTICAST_DELEGATE_TwoParams(Name, A, B) using Name = TMulticastDelegate<void(A, B)>
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE(Name) using Name = TDynamicMulticastDelegate<>
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_OneParam(Name, A, AName) using Name = TDynamicMulticastDelegate<A>
#define DECLARE_DYNAMIC_MULTICAST_DELEGATE_TwoParams(Name, A, AName, B, BName) using Name = TDynamicMulticastDelegate<A, B>
