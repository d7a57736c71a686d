// Mirrors Unreal Engine 5.4: tabs.
#pragma once

#include "Widgets/DeclarativeSyntaxSupport.h"

enum ETabRole
{
	MajorTab,
	NomadTab,
};

class SDockTab : public SStubPanel
{
};
