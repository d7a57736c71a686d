// The native library: headers in include/, one folder for each platform in lib/, both filled by `cargo xtask package`.
//
// A platform without a folder in lib/ gets PLAYGATE_PLATFORM_NULL=1: the plugin compiles, and denies everything. A folder
// without its library is an incomplete installation and stops the build. Consoles bring their library as a platform
// extension: a module PlaygateLibrary_<Platform> that derives from this one and overrides AddLibrary.
using System;
using System.IO;
using UnrealBuildTool;

public class PlaygateLibrary : ModuleRules
{
	public PlaygateLibrary(ReadOnlyTargetRules Target) : base(Target)
	{
		Type = ModuleType.External;
		PublicSystemIncludePaths.Add(Path.Combine(ModuleDirectory, "include"));
		bool bHasLibrary = AddLibrary(Target);
		PublicDefinitions.Add("PLAYGATE_PLATFORM_NULL=" + (bHasLibrary ? "0" : "1"));
		if (!bHasLibrary)
		{
			// The plugin brings functions that deny, and they are not imported from anywhere.
			PublicDefinitions.Add("PLAYGATE_STATIC=1");
			Console.WriteLine("Playgate: no library for {0}; every feature is denied there. See the plugin's README.md, \"Platforms\".", Target.Platform);
		}
	}

	/// Links the platform's library. False when the plugin has none for it.
	protected virtual bool AddLibrary(ReadOnlyTargetRules Target)
	{
		string Folder = Path.Combine(ModuleDirectory, "lib", Target.Platform.ToString());
		if (!Directory.Exists(Folder))
		{
			return false;
		}
		if (Target.Platform == UnrealTargetPlatform.Win64)
		{
			// Loaded by the module at its start from the plugin's binaries, so that a missing file is a line in the log.
			PublicAdditionalLibraries.Add(Required(Folder, "playgate.dll.lib"));
			PublicDelayLoadDLLs.Add("playgate.dll");
			RuntimeDependencies.Add("$(PluginDir)/Binaries/ThirdParty/Playgate/Win64/playgate.dll", Required(Folder, "playgate.dll"));
		}
		else if (Target.Platform == UnrealTargetPlatform.Mac)
		{
			PublicDelayLoadDLLs.Add(Required(Folder, "libplaygate.dylib"));
			RuntimeDependencies.Add("$(PluginDir)/Binaries/ThirdParty/Playgate/Mac/libplaygate.dylib", Required(Folder, "libplaygate.dylib"));
		}
		else if (Target.Platform == UnrealTargetPlatform.Linux || Target.Platform == UnrealTargetPlatform.LinuxArm64)
		{
			string Name = Target.Platform.ToString();
			string Library = Required(Folder, "libplaygate.so");
			PublicAdditionalLibraries.Add(Library);
			PublicRuntimeLibraryPaths.Add("$(PluginDir)/Binaries/ThirdParty/Playgate/" + Name);
			RuntimeDependencies.Add("$(PluginDir)/Binaries/ThirdParty/Playgate/" + Name + "/libplaygate.so", Library);
		}
		else if (Target.Platform == UnrealTargetPlatform.Android)
		{
			// The linker takes the one for the architecture that is built; the script puts them into the package.
			PublicAdditionalLibraries.Add(Required(Folder, "arm64-v8a/libplaygate.so"));
			AdditionalPropertiesForReceipt.Add("AndroidPlugin", Required(ModuleDirectory, "Playgate_UPL.xml"));
		}
		else
		{
			// iOS and the platforms of extensions link statically.
			PublicAdditionalLibraries.Add(Required(Folder, "libplaygate.a"));
			PublicDefinitions.Add("PLAYGATE_STATIC=1");
		}
		return true;
	}

	/// The path of a file that has to be there.
	protected static string Required(string Folder, string Name)
	{
		string Found = Path.Combine(Folder, Name);
		if (!File.Exists(Found))
		{
			throw new BuildException("Playgate: {0} is missing; install the plugin's archive for this platform anew.", Found);
		}
		return Found;
	}
}
