// Mirrors Unreal Engine 5.4: a box that scrolls.
#pragma once

#include "Widgets/DeclarativeSyntaxSupport.h"

class SScrollBox : public SStubPanel
{
public:
	struct FSlot
	{
		TSharedPtr<SWidget> Held;
	};
	struct FFilledSlot
	{
		TSharedRef<SWidget> Child;
	};
	struct FSlotArguments
	{
		template <typename Other>
		FFilledSlot operator[](const TDecl<Other>& Child) const
		{
			return FFilledSlot{TSharedRef<SWidget>(Child.Widget)};
		}
	};
	static FSlotArguments Slot() { return FSlotArguments(); }
};
