#include "PlaygateModule.h"

#include "Core/GameClient.h"
#include "HAL/PlatformProcess.h"
#include "Interfaces/IPluginManager.h"
#include "Misc/Paths.h"
#include "Modules/ModuleManager.h"
#include "PlaygateConvert.h"
#include "PlaygateLog.h"

DEFINE_LOG_CATEGORY(LogPlaygate);

namespace
{

bool bPlaygateLibraryReady = false;

/** A line of the library. Called from any thread of the library or the game. */
void PlaygateLogLine(void*, playgate_log_level Level, const char* Target, const char* Text)
{
	const FString Line = PlaygateConvert::ToFString(Text);
	const FString Room = PlaygateConvert::ToFString(Target);
	switch (Level)
	{
	case PLAYGATE_LOG_ERROR:
		UE_LOG(LogPlaygate, Error, TEXT("%s: %s"), *Room, *Line);
		break;
	case PLAYGATE_LOG_WARN:
		UE_LOG(LogPlaygate, Warning, TEXT("%s: %s"), *Room, *Line);
		break;
	case PLAYGATE_LOG_INFO:
		UE_LOG(LogPlaygate, Log, TEXT("%s: %s"), *Room, *Line);
		break;
	default:
		UE_LOG(LogPlaygate, Verbose, TEXT("%s: %s"), *Room, *Line);
		break;
	}
}

/** Where the library lies beside the game; empty where the system's loader finds it by itself. */
FString PlaygateLibraryPath()
{
#if PLAYGATE_PLATFORM_NULL
	return FString();
#elif PLATFORM_WINDOWS || PLATFORM_MAC
	const TSharedPtr<IPlugin> Plugin = IPluginManager::Get().FindPlugin(TEXT("Playgate"));
	const FString Base = Plugin.IsValid() ? Plugin->GetBaseDir() : FString();
#if PLATFORM_WINDOWS
	return FPaths::Combine(Base, TEXT("Binaries/ThirdParty/Playgate/Win64/playgate.dll"));
#else
	return FPaths::Combine(Base, TEXT("Binaries/ThirdParty/Playgate/Mac/libplaygate.dylib"));
#endif
#else
	return FString();
#endif
}

} // namespace

void FPlaygateModule::StartupModule()
{
	const FString Path = PlaygateLibraryPath();
	if (!Path.IsEmpty())
	{
		LibraryHandle = FPlatformProcess::GetDllHandle(*Path);
		if (LibraryHandle == nullptr)
		{
			UE_LOG(LogPlaygate, Error, TEXT("%s cannot be loaded: every feature is denied. Install the plugin anew."), *Path);
			return;
		}
	}
	const uint32 Version = playgate_abi_version();
	if (Version != PLAYGATE_ABI_VERSION)
	{
		UE_LOG(LogPlaygate, Error, TEXT("The library has ABI version %u, this plugin needs %u: every feature is denied."), Version,
			static_cast<uint32>(PLAYGATE_ABI_VERSION));
		return;
	}
	playgate_log_hook Hook;
	playgate_log_hook_init(&Hook, sizeof Hook);
	Hook.level = PLAYGATE_LOG_DEBUG;
	Hook.write = &PlaygateLogLine;
	// Another part of the game may have set one before; then its lines go there.
	(void)playgate_set_log_hook(&Hook);
	(void)playgate_set_log_level(PLAYGATE_LOG_DEBUG);
	bPlaygateLibraryReady = true;
	const FString Text = PlaygateConvert::ToFString(playgate_version());
#if PLAYGATE_PLATFORM_NULL
	UE_LOG(LogPlaygate, Warning, TEXT("Playgate has no library for this platform: every feature is denied."));
#endif
	UE_LOG(LogPlaygate, Log, TEXT("Playgate %s"), *Text);
}

void FPlaygateModule::ShutdownModule()
{
	if (!bPlaygateLibraryReady)
	{
		return;
	}
	bPlaygateLibraryReady = false;
	constexpr uint32 DrainMs = 2000;
	(void)PlaygateCore::FGameClient::FinishClosing(DrainMs);
	if (playgate_shutdown(DrainMs) != PLAYGATE_OK)
	{
		UE_LOG(LogPlaygate, Warning, TEXT("Something is still being stored; it goes on until the process ends."));
	}
	// No line reaches this module any more. The library itself is never unloaded.
	(void)playgate_set_log_level(PLAYGATE_LOG_OFF);
}

bool FPlaygateModule::IsLibraryReady()
{
	return bPlaygateLibraryReady;
}

IMPLEMENT_MODULE(FPlaygateModule, Playgate)
