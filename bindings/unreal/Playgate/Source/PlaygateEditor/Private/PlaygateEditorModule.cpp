#include "CoreMinimal.h"
#include "Framework/Docking/TabManager.h"
#include "Modules/ModuleManager.h"
#include "PlaygateReport.h"
#include "Widgets/DeclarativeSyntaxSupport.h"
#include "Widgets/Docking/SDockTab.h"
#include "Widgets/Layout/SScrollBox.h"
#include "Widgets/Text/STextBlock.h"

#define LOCTEXT_NAMESPACE "PlaygateEditor"

namespace
{

const FName PlaygateTabName(TEXT("Playgate"));

} // namespace

/** Playgate's editor module: a tab under Window > Tools. */
class FPlaygateEditorModule : public IModuleInterface
{
public:
	//~ Begin IModuleInterface
	virtual void StartupModule() override
	{
		FGlobalTabmanager::Get()
			->RegisterNomadTabSpawner(PlaygateTabName, FOnSpawnTab::CreateRaw(this, &FPlaygateEditorModule::SpawnTab))
			.SetDisplayName(LOCTEXT("TabTitle", "Playgate"));
	}

	virtual void ShutdownModule() override { FGlobalTabmanager::Get()->UnregisterNomadTabSpawner(PlaygateTabName); }
	//~ End IModuleInterface

private:
	/** The text is asked for anew with every frame that the tab is drawn in. */
	TSharedRef<SDockTab> SpawnTab(const FSpawnTabArgs& Arguments)
	{
		(void)Arguments;
		// clang-format off
		return SNew(SDockTab).TabRole(ETabRole::NomadTab)
		[
			SNew(SScrollBox)
			+ SScrollBox::Slot()
			[
				SNew(STextBlock).Text_Lambda([] { return FText::FromString(MakePlaygateReport()); })
			]
		];
		// clang-format on
	}
};

IMPLEMENT_MODULE(FPlaygateEditorModule, PlaygateEditor)

#undef LOCTEXT_NAMESPACE
