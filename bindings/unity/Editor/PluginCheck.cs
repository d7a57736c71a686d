using System;
using System.Collections.Generic;

namespace Playgate.Unity.Editor
{
    /// <summary>Which files of the native library a build needs, and what is missing. Pure.</summary>
    internal static class PluginCheck
    {
        /// <summary>The package's folder, as Unity names it.</summary>
        internal const string Package = "Packages/com.playgate.sdk";

        /// <summary>Where a studio puts what the package may not carry: the libraries of consoles, or its own builds.</summary>
        internal const string Own = "Assets/Plugins/Playgate";

        /// <summary>
        /// The paths of which one is needed for a build target (the name of a <c>UnityEditor.BuildTarget</c>); null: the
        /// library is not known for it.
        /// </summary>
        internal static string[] Files(string target)
        {
            switch (target)
            {
                case "StandaloneLinux64":
                    return Both("Linux/x86_64/libplaygate.so");
                case "StandaloneWindows64":
                    return Both("Windows/x86_64/playgate.dll");
                case "StandaloneOSX":
                    return Both("macOS/libplaygate.dylib");
                case "Android":
                    return Both("Android/arm64-v8a/libplaygate.so");
                case "iOS":
                    return Both("iOS/libplaygate.a");
                case "WebGL":
                    return Both("WebGL/libplaygate.a");
                case "Switch":
                    return Both("Switch/libplaygate.a");
                case "PS4":
                    return new[] { Own + "/PS4/playgate.prx" };
                case "PS5":
                    return new[] { Own + "/PS5/playgate.prx" };
                case "XboxOne":
                case "GameCoreXboxOne":
                    return new[] { Own + "/XboxOne/playgate.dll" };
                case "GameCoreXboxSeries":
                case "GameCoreScarlett":
                    return new[] { Own + "/XboxSeries/playgate.dll" };
                default:
                    return null;
            }
        }

        /// <summary>Whether the library is linked into the player there, so that its functions are <c>__Internal</c>.</summary>
        internal static bool IsStatic(string target)
        {
            return target == "iOS" || target == "WebGL" || target == "Switch";
        }

        /// <summary>What keeps a build for the target from working; empty: nothing.</summary>
        /// <param name="target">The name of a <c>UnityEditor.BuildTarget</c>.</param>
        /// <param name="exists">Whether there is a file at a path that begins with Assets or Packages.</param>
        internal static List<string> Problems(string target, Func<string, bool> exists)
        {
            List<string> problems = new List<string>();
            string[] files = Files(target);
            if (files == null)
            {
                problems.Add("Playgate has no native library for " + target + ": everything would fail there. See the platforms"
                    + " in the package's Documentation~/playgate.md.");
                return problems;
            }
            List<string> found = new List<string>();
            foreach (string file in files)
            {
                if (exists(file))
                {
                    found.Add(file);
                }
            }
            if (found.Count == 0)
            {
                problems.Add("Playgate's " + (IsStatic(target) ? "static " : "") + "library for " + target + " is not installed: "
                    + string.Join(" or ", files) + " is missing.");
            }
            else if (found.Count > 1)
            {
                problems.Add("Playgate's library for " + target + " is installed twice: " + string.Join(" and ", found.ToArray())
                    + ". Remove one.");
            }
            foreach (string file in found)
            {
                if (!exists(file + ".meta"))
                {
                    problems.Add(file + " has no .meta file: Unity does not know for which platform it is. Take it from the"
                        + " package's folder Plugins, or open the project once in the Editor.");
                }
            }
            return problems;
        }

        private static string[] Both(string file)
        {
            return new[] { Package + "/Plugins/" + file, Own + "/" + file };
        }
    }
}
