// Mirrors Unreal Engine 5.4: widgets by declaration.
#pragma once

#include "CoreMinimal.h"

class SWidget
{
public:
	virtual ~SWidget() = default;
	/** What is to be read in it. */
	virtual std::string StubRead() const { return std::string(); }
};

/** A widget that is being declared. */
template <typename WidgetType>
class TDecl
{
public:
	TDecl() : Widget(MakeShared<WidgetType>()) {}
	template <typename Functor>
	TDecl Text_Lambda(Functor&& Function)
	{
		Widget->StubText = std::forward<Functor>(Function);
		return *this;
	}
	template <typename Role>
	TDecl TabRole(Role)
	{
		return *this;
	}
	template <typename Slot>
	TDecl operator+(const Slot& Added)
	{
		Widget->StubChildren.push_back(Added.Child);
		return *this;
	}
	template <typename Other>
	TDecl operator[](const TDecl<Other>& Child)
	{
		Widget->StubChildren.push_back(TSharedRef<SWidget>(Child.Widget));
		return *this;
	}
	operator TSharedRef<WidgetType>() const { return Widget; }
	TSharedRef<WidgetType> Widget;
};

class SStubPanel : public SWidget
{
public:
	virtual std::string StubRead() const override
	{
		std::string Text;
		for (const TSharedRef<SWidget>& Child : StubChildren)
		{
			Text += Child->StubRead();
		}
		return Text;
	}
	std::vector<TSharedRef<SWidget>> StubChildren;
};

#define SNew(WidgetType) TDecl<WidgetType>()
