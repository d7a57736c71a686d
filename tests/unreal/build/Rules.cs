// The plugin's rules for UnrealBuildTool: what each platform links, with a library, without one, and with half of one.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using UnrealBuildTool;

internal static class Rules
{
	private static readonly string Folder = Path.Combine(Path.GetTempPath(), "playgate-rules-" + Guid.NewGuid().ToString("N"));

	/// A console's extension, as its README describes it.
	private sealed class PlaygateLibrary_Console : PlaygateLibrary
	{
		public PlaygateLibrary_Console(ReadOnlyTargetRules Target) : base(Target) { }

		protected override bool AddLibrary(ReadOnlyTargetRules Target)
		{
			PublicAdditionalLibraries.Add("console.a");
			PublicDefinitions.Add("PLAYGATE_STATIC=1");
			return true;
		}
	}

	private static int Main(string[] Arguments)
	{
		try
		{
			Run(Arguments[0]);
			return 0;
		}
		catch (Exception Error)
		{
			Console.WriteLine(Error.Message);
			return 1;
		}
		finally
		{
			if (Directory.Exists(Folder))
			{
				Directory.Delete(Folder, true);
			}
		}
	}

	private static void Run(string Library)
	{
		int Passed = 0;
		ReadOnlyTargetRules Linux = Target(UnrealTargetPlatform.Linux);
		ModuleRules.NextModuleDirectory = Library;
		ModuleRules[] Modules = { new Playgate(Linux), new PlaygateEditor(Linux), new PlaygateSample(Linux) };
		Expect(Modules.All(Module => Module.PublicDependencyModuleNames.Concat(Module.PrivateDependencyModuleNames).Contains("Core")), "Core");
		Passed++;

		// Each platform, and the files of which each has to be there.
		Dictionary<UnrealTargetPlatform, string[]> Needed = new Dictionary<UnrealTargetPlatform, string[]>
		{
			{ UnrealTargetPlatform.Win64, new[] { "playgate.dll.lib", "playgate.dll" } },
			{ UnrealTargetPlatform.Mac, new[] { "libplaygate.dylib" } },
			{ UnrealTargetPlatform.Linux, new[] { "libplaygate.so" } },
			{ UnrealTargetPlatform.LinuxArm64, new[] { "libplaygate.so" } },
			{ UnrealTargetPlatform.Android, new[] { "arm64-v8a/libplaygate.so" } },
			{ UnrealTargetPlatform.IOS, new[] { "libplaygate.a" } },
		};
		foreach (KeyValuePair<UnrealTargetPlatform, string[]> One in Needed)
		{
			Empty();
			File.Copy(Path.Combine(Library, "Playgate_UPL.xml"), Path.Combine(Folder, "Playgate_UPL.xml"));
			PlaygateLibrary Without = Make(One.Key);
			Expect(Without.PublicDefinitions.Contains("PLAYGATE_PLATFORM_NULL=1"), One.Key + " without a library denies");
			Expect(Without.PublicAdditionalLibraries.Count == 0 && Without.RuntimeDependencies.Inner.Count == 0, One.Key + " links nothing");

			string Place = Path.Combine(Folder, "lib", One.Key.ToString());
			Directory.CreateDirectory(Place);
			ExpectRefused(One.Key, One.Key + " with an empty folder");
			for (int Left = One.Value.Length; Left > 0; Left--)
			{
				if (Left < One.Value.Length)
				{
					ExpectRefused(One.Key, One.Key + " with half of its files");
				}
				string Written = Path.Combine(Place, One.Value[Left - 1]);
				Directory.CreateDirectory(Path.GetDirectoryName(Written));
				File.WriteAllText(Written, "");
			}
			PlaygateLibrary With = Make(One.Key);
			Expect(With.PublicDefinitions.Contains("PLAYGATE_PLATFORM_NULL=0"), One.Key + " with its library is real");
			Expect(With.PublicSystemIncludePaths.Single() == Path.Combine(Folder, "include"), One.Key + " finds the headers");
			foreach (KeyValuePair<string, string> Dependency in With.RuntimeDependencies.Inner)
			{
				Expect(File.Exists(Dependency.Value), One.Key + " copies what is there");
				Expect(Dependency.Key.StartsWith("$(PluginDir)/Binaries/"), One.Key + " copies it into the plugin's binaries");
			}
			bool bStatic = One.Key == UnrealTargetPlatform.IOS;
			Expect(With.PublicDefinitions.Contains("PLAYGATE_STATIC=1") == bStatic, One.Key + " links as it should");
			Passed++;
		}

		Empty();
		ModuleRules.NextModuleDirectory = Folder;
		PlaygateLibrary_Console Extension = new PlaygateLibrary_Console(Target(UnrealTargetPlatform.Parse("SomeConsole")));
		Expect(Extension.PublicDefinitions.Contains("PLAYGATE_PLATFORM_NULL=0"), "a console's extension brings its library");
		Expect(Make(UnrealTargetPlatform.Parse("SomeConsole")).PublicDefinitions.Contains("PLAYGATE_PLATFORM_NULL=1"), "without it the console denies");
		Passed++;
		Console.WriteLine(Passed + " passed, 0 failed");
	}

	private static void Empty()
	{
		if (Directory.Exists(Folder))
		{
			Directory.Delete(Folder, true);
		}
		Directory.CreateDirectory(Folder);
	}

	private static ReadOnlyTargetRules Target(UnrealTargetPlatform Platform)
	{
		return new ReadOnlyTargetRules { Platform = Platform };
	}

	private static PlaygateLibrary Make(UnrealTargetPlatform Platform)
	{
		ModuleRules.NextModuleDirectory = Folder;
		return new PlaygateLibrary(Target(Platform));
	}

	private static void ExpectRefused(UnrealTargetPlatform Platform, string What)
	{
		try
		{
			Make(Platform);
		}
		catch (BuildException)
		{
			return;
		}
		throw new Exception(What + " was not refused");
	}

	private static void Expect(bool bHolds, string What)
	{
		if (!bHolds)
		{
			throw new Exception("not so: " + What);
		}
	}
}
