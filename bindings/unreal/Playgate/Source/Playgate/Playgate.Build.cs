// The runtime module: the subsystem, the Blueprint nodes and the bridges to the engine's HTTP and save games.
using UnrealBuildTool;

public class Playgate : ModuleRules
{
	public Playgate(ReadOnlyTargetRules Target) : base(Target)
	{
		PCHUsage = PCHUsageMode.UseExplicitOrSharedPCHs;
		// Every file includes what it uses, so that a build without unity files compiles too.
		bUseUnity = true;
		bEnableExceptions = false;
		bUseRTTI = false;

		PublicDependencyModuleNames.AddRange(new string[] { "Core", "CoreUObject", "Engine", "DeveloperSettings" });
		PrivateDependencyModuleNames.AddRange(new string[] { "HTTP", "Projects", "PlaygateLibrary" });
	}
}
