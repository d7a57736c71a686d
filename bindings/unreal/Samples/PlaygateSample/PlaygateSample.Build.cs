// A sample for Playgate: copy this folder into your project's Source folder, and name the module in its .uproject.
using UnrealBuildTool;

public class PlaygateSample : ModuleRules
{
	public PlaygateSample(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
		PublicDependencyModuleNames.AddRange(new string[] { "Core", "CoreUObject", "Engine", "Playgate" });
	}
}
