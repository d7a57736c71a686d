// Mirrors Unreal Engine 5.4: modules. The test starts each by the function that is made here.
#pragma once

#include "Modules/ModuleInterface.h"

class FDefaultModuleImpl : public IModuleInterface
{
};

#define IMPLEMENT_MODULE(Class, Name)      \
	IModuleInterface* StubMakeModule##Name(); \
	IModuleInterface* StubMakeModule##Name() \
	{                                      \
		return new Class();                \
	}
