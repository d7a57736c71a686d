// Mirrors Unreal Engine 5.4: the log.
#pragma once

#include "CoreMinimal.h"

struct FLogCategoryBase
{
	const char* Name;
};

namespace ELogVerbosity
{
enum Type
{
	Error,
	Warning,
	Log,
	Verbose,
};
}

namespace Stub
{
void WriteLog(const FLogCategoryBase& Category, ELogVerbosity::Type Verbosity, const TCHAR* Format, ...);
}

#define DECLARE_LOG_CATEGORY_EXTERN(Name, DefaultVerbosity, CompileTime) extern FLogCategoryBase Name
#define DEFINE_LOG_CATEGORY(Name) FLogCategoryBase Name{#Name}
#define UE_LOG(Category, Verbosity, Format, ...) \
	Stub::WriteLog(Category, ELogVerbosity::Verbosity, Format, ##__VA_ARGS__)
