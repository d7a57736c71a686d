// Mirrors Unreal Engine 5.4: a text.
#pragma once

#include "Widgets/DeclarativeSyntaxSupport.h"

class STextBlock : public SWidget
{
public:
	virtual std::string StubRead() const override;
	std::function<FText()> StubText;
};
