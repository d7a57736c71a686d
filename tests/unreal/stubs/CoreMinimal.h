// Mirrors Unreal Engine 5.4: the types that every file of a module gets.
#pragma once

#include <algorithm>
#include <cstdarg>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#define ENGINE_MAJOR_VERSION 5
#define ENGINE_MINOR_VERSION 4
#define PLATFORM_WINDOWS 0
#define PLATFORM_MAC 0
#define PLATFORM_LINUX 1
#ifndef WITH_EDITOR
#define WITH_EDITOR 1
#endif
#ifndef WITH_DEV_AUTOMATION_TESTS
#define WITH_DEV_AUTOMATION_TESTS 1
#endif
#define FORCEINLINE inline
// Macros of the engine whose short names get in the way of others' headers.
#define check(expr) ((void)(expr))
#define verify(expr) ((void)(expr))
#define ensure(expr) (!!(expr))
#define PI (3.1415926535897932f)
#define INDEX_NONE (-1)

using int8 = std::int8_t;
using uint8 = std::uint8_t;
using int16 = std::int16_t;
using uint16 = std::uint16_t;
using int32 = std::int32_t;
using uint32 = std::uint32_t;
using int64 = std::int64_t;
using uint64 = unsigned long long;
using TCHAR = char16_t;
using ANSICHAR = char;
using SIZE_T = std::size_t;

#define TEXT_PASTE(x) u##x
#define TEXT(x) TEXT_PASTE(x)

extern uint64 GFrameCounter;

template <typename T>
constexpr std::remove_reference_t<T>&& MoveTemp(T&& Value) noexcept
{
	return static_cast<std::remove_reference_t<T>&&>(Value);
}

template <typename Signature>
using TFunction = std::function<Signature>;

struct FMath
{
	template <typename T>
	static constexpr T Max(T Left, T Right)
	{
		return Left < Right ? Right : Left;
	}
	template <typename T>
	static constexpr T Min(T Left, T Right)
	{
		return Left < Right ? Left : Right;
	}
};

/** An array, by a vector. */
template <typename T>
class TArray
{
public:
	TArray() = default;
	TArray(std::initializer_list<T> Items) : Held(Items) {}
	int32 Add(const T& Item)
	{
		Held.push_back(Item);
		return Num() - 1;
	}
	void Append(const T* Items, int32 Count) { Held.insert(Held.end(), Items, Items + Count); }
	void Append(const TArray& Others) { Held.insert(Held.end(), Others.Held.begin(), Others.Held.end()); }
	int32 Num() const { return static_cast<int32>(Held.size()); }
	bool IsEmpty() const { return Held.empty(); }
	void Empty() { Held.clear(); }
	void SetNumZeroed(int32 Count) { Held.assign(static_cast<std::size_t>(Count), T()); }
	T* GetData() { return Held.data(); }
	const T* GetData() const { return Held.data(); }
	T& operator[](int32 Index) { return Held.at(static_cast<std::size_t>(Index)); }
	const T& operator[](int32 Index) const { return Held.at(static_cast<std::size_t>(Index)); }
	auto begin() { return Held.begin(); }
	auto end() { return Held.end(); }
	auto begin() const { return Held.begin(); }
	auto end() const { return Held.end(); }

private:
	std::vector<T> Held;
};

template <typename K, typename V>
class TMap
{
public:
	void Add(const K& Key, const V& Value) { Held.insert_or_assign(Key, Value); }
	int32 Remove(const K& Key) { return static_cast<int32>(Held.erase(Key)); }
	bool RemoveAndCopyValue(const K& Key, V& Out)
	{
		const auto Found = Held.find(Key);
		if (Found == Held.end())
		{
			return false;
		}
		Out = Found->second;
		Held.erase(Found);
		return true;
	}
	int32 Num() const { return static_cast<int32>(Held.size()); }

private:
	std::map<K, V> Held;
};

namespace ESearchCase
{
enum Type
{
	CaseSensitive,
	IgnoreCase,
};
}

/** A text in UTF-16. As the engine's, == does not tell capitals from small letters. */
class FString
{
public:
	FString() = default;
	FString(const TCHAR* Text) : Held(Text != nullptr ? Text : u"") {}
	FString(int32 Len, const TCHAR* Text) : Held(Text, static_cast<std::size_t>(Len)) {}
	const TCHAR* operator*() const { return Held.c_str(); }
	int32 Len() const { return static_cast<int32>(Held.size()); }
	bool IsEmpty() const { return Held.empty(); }
	bool Equals(const FString& Other, ESearchCase::Type Case) const
	{
		return Case == ESearchCase::CaseSensitive ? Held == Other.Held : Lower() == Other.Lower();
	}
	bool Contains(const TCHAR* Part) const { return Lower().find(FString(Part).Lower()) != std::u16string::npos; }
	bool Split(const FString& At, FString* Left, FString* Right) const;
	FString TrimStartAndEnd() const;
	FString& operator+=(const FString& Other)
	{
		Held += Other.Held;
		return *this;
	}
	friend FString operator+(FString Left, const FString& Right) { return Left += Right; }
	friend bool operator==(const FString& Left, const FString& Right) { return Left.Lower() == Right.Lower(); }
	friend bool operator!=(const FString& Left, const FString& Right) { return !(Left == Right); }
	/** %s (TCHAR), %d, %u, %lld, %%. */
	static FString Printf(const TCHAR* Format, ...);
	static FString FromArguments(const TCHAR* Format, va_list Arguments);

private:
	std::u16string Lower() const;
	std::u16string Held;
};

class FName
{
public:
	FName() = default;
	explicit FName(const TCHAR* Name) : Held(Name) {}
	FString ToString() const { return Held; }
	friend bool operator==(const FName& Left, const FName& Right) { return Left.Held == Right.Held; }

private:
	FString Held;
};

class FText
{
public:
	static FText FromString(const FString& Text)
	{
		FText Made;
		Made.Held = Text;
		return Made;
	}
	const FString& ToString() const { return Held; }

private:
	FString Held;
};
#define LOCTEXT(Key, Literal) FText::FromString(TEXT(Literal))

enum class ESPMode : uint8
{
	NotThreadSafe,
	ThreadSafe,
};

template <typename T, ESPMode Mode = ESPMode::ThreadSafe>
class TSharedPtr;

template <typename T, ESPMode Mode = ESPMode::ThreadSafe>
class TSharedRef
{
public:
	explicit TSharedRef(std::shared_ptr<T> From) : Held(std::move(From)) {}
	template <typename U, typename = std::enable_if_t<std::is_convertible_v<U*, T*>>>
	TSharedRef(const TSharedRef<U, Mode>& Other) : Held(Other.Inner())
	{
	}
	T* operator->() const { return Held.get(); }
	T& operator*() const { return *Held; }
	T& Get() const { return *Held; }
	const std::shared_ptr<T>& Inner() const { return Held; }

private:
	std::shared_ptr<T> Held;
};

template <typename T, ESPMode Mode>
class TSharedPtr
{
public:
	TSharedPtr() = default;
	TSharedPtr(std::nullptr_t) {}
	explicit TSharedPtr(std::shared_ptr<T> From) : Held(std::move(From)) {}
	template <typename U, typename = std::enable_if_t<std::is_convertible_v<U*, T*>>>
	TSharedPtr(const TSharedRef<U, Mode>& Other) : Held(Other.Inner())
	{
	}
	bool IsValid() const { return Held != nullptr; }
	T* operator->() const { return Held.get(); }
	T* Get() const { return Held.get(); }
	void Reset() { Held.reset(); }

private:
	std::shared_ptr<T> Held;
};

template <typename T, typename... ArgTypes>
TSharedRef<T> MakeShared(ArgTypes&&... Args)
{
	return TSharedRef<T>(std::make_shared<T>(std::forward<ArgTypes>(Args)...));
}

class UObject;

namespace Stub
{

/** A number that stands for a live object; 0 for none. */
uint64 IdOf(const UObject* Object);
/** The object of a number, or null once it was destroyed. */
UObject* Find(uint64 Id);

} // namespace Stub

#include "Delegates/Delegate.h"
