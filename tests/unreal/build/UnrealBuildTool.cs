// What the plugin's rules use of UnrealBuildTool 5.4: our own declarations, with as much behaviour as a test can look at.
using System;
using System.Collections.Generic;

namespace UnrealBuildTool
{
	public class BuildException : Exception
	{
		public BuildException(string Format, params object[] Arguments) : base(string.Format(Format, Arguments)) { }
	}

	public enum PCHUsageMode { Default, NoPCHs, NoSharedPCHs, UseSharedPCHs, UseExplicitOrSharedPCHs }

	public struct UnrealTargetPlatform
	{
		private readonly string Name;
		private UnrealTargetPlatform(string InName) { Name = InName; }
		public static readonly UnrealTargetPlatform Win64 = new UnrealTargetPlatform("Win64");
		public static readonly UnrealTargetPlatform Mac = new UnrealTargetPlatform("Mac");
		public static readonly UnrealTargetPlatform Linux = new UnrealTargetPlatform("Linux");
		public static readonly UnrealTargetPlatform LinuxArm64 = new UnrealTargetPlatform("LinuxArm64");
		public static readonly UnrealTargetPlatform Android = new UnrealTargetPlatform("Android");
		public static readonly UnrealTargetPlatform IOS = new UnrealTargetPlatform("IOS");
		public static UnrealTargetPlatform Parse(string Name) { return new UnrealTargetPlatform(Name); }
		public override string ToString() { return Name; }
		public override bool Equals(object Other) { return Other is UnrealTargetPlatform && ((UnrealTargetPlatform)Other).Name == Name; }
		public override int GetHashCode() { return Name.GetHashCode(); }
		public static bool operator ==(UnrealTargetPlatform A, UnrealTargetPlatform B) { return A.Name == B.Name; }
		public static bool operator !=(UnrealTargetPlatform A, UnrealTargetPlatform B) { return A.Name != B.Name; }
	}

	public class ReadOnlyTargetRules
	{
		public UnrealTargetPlatform Platform;
	}

	public class ReceiptProperty
	{
		public string Name;
		public string Value;
	}

	public class ReceiptPropertyList
	{
		public readonly List<ReceiptProperty> Inner = new List<ReceiptProperty>();
		public void Add(string Name, string Value) { Inner.Add(new ReceiptProperty { Name = Name, Value = Value }); }
	}

	public class ModuleRules
	{
		public enum ModuleType { CPlusPlus, External }

		public class RuntimeDependencyList
		{
			public readonly List<KeyValuePair<string, string>> Inner = new List<KeyValuePair<string, string>>();
			public void Add(string Path, string SourcePath) { Inner.Add(new KeyValuePair<string, string>(Path, SourcePath)); }
		}

		/// The folder of the rules that are made next: UnrealBuildTool sets it before a module's constructor.
		public static string NextModuleDirectory;

		public ModuleRules(ReadOnlyTargetRules Target) { ModuleDirectory = NextModuleDirectory; }

		public string ModuleDirectory { get; private set; }
		public ModuleType Type;
		public PCHUsageMode PCHUsage;
		public bool bUseUnity;
		public bool bEnableExceptions;
		public bool bUseRTTI;
		public List<string> PublicDependencyModuleNames = new List<string>();
		public List<string> PrivateDependencyModuleNames = new List<string>();
		public List<string> PublicDefinitions = new List<string>();
		public List<string> PublicSystemIncludePaths = new List<string>();
		public List<string> PublicAdditionalLibraries = new List<string>();
		public List<string> PublicDelayLoadDLLs = new List<string>();
		public List<string> PublicRuntimeLibraryPaths = new List<string>();
		public RuntimeDependencyList RuntimeDependencies = new RuntimeDependencyList();
		public ReceiptPropertyList AdditionalPropertiesForReceipt = new ReceiptPropertyList();
	}
}
