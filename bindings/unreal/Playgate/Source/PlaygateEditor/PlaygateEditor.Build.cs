// The editor module: a tab with the session, the decisions and the events of each running game instance.
using UnrealBuildTool;

public class PlaygateEditor : ModuleRules
{
	public PlaygateEditor(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;

		PrivateDependencyModuleNames.AddRange(
			new string[] { "Core", "CoreUObject", "Engine", "Slate", "SlateCore", "Playgate" });
	}
}
