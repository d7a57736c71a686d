// The runtime module: loads the library and hands its log on.
#pragma once

#include "CoreMinimal.h"
#include "Modules/ModuleInterface.h"

/** Playgate's runtime module. */
class FPlaygateModule : public IModuleInterface
{
public:
	//~ Begin IModuleInterface
	virtual void StartupModule() override;
	virtual void ShutdownModule() override;
	/** The library keeps the address of the log function for the life of the process. */
	virtual bool SupportsDynamicReloading() override { return false; }
	//~ End IModuleInterface

	/** Whether the library is loaded and fits this plugin. Otherwise nothing of it may be called, and everything is denied. */
	static bool IsLibraryReady();

private:
	void* LibraryHandle = nullptr;
};
