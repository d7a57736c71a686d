// Mirrors Unreal Engine 5.4: automation specs. The ones that are declared are run by Stub::RunSpecs.
#pragma once

#include "CoreMinimal.h"

namespace EAutomationTestFlags
{
enum Type
{
	ApplicationContextMask = 1,
	ProductFilter = 2,
};
}

class FAutomationSpecBase
{
public:
	FAutomationSpecBase();
	virtual ~FAutomationSpecBase() = default;
	virtual void Define() = 0;
	void Describe(const FString& Name, TFunction<void()> Body);
	void It(const FString& Name, TFunction<void()> Body);
	bool TestTrue(const FString& What, bool bHolds);
	bool TestFalse(const FString& What, bool bHolds) { return TestTrue(What, !bHolds); }
	template <typename Left, typename Right>
	bool TestEqual(const FString& What, const Left& Got, const Right& Expected)
	{
		return TestTrue(What, Got == Expected);
	}
};

#define BEGIN_DEFINE_SPEC(Class, Path, Flags) \
	class Class : public FAutomationSpecBase  \
	{                                         \
	public:                                   \
		virtual void Define() override;       \
		static constexpr int StubFlags = (Flags);
#define END_DEFINE_SPEC(Class) \
	}                          \
	;                          \
	static Class Stub##Class;
