using System;
using System.Collections.Generic;
using NUnit.Framework;
using UnityEditor;

using Playgate.Unity.Editor;

namespace Playgate.Unity.Tests.Editor
{
    /// <summary>A build without the native library fails, and says which file is missing.</summary>
    public sealed class PluginCheckTests
    {
        private static List<string> Problems(string target, params string[] files)
        {
            return PluginCheck.Problems(target, path => Array.IndexOf(files, path) >= 0);
        }

        /// <summary>Every platform of the package, with the file that it needs.</summary>
        [TestCase("StandaloneLinux64", "Linux/x86_64/libplaygate.so", false)]
        [TestCase("StandaloneWindows64", "Windows/x86_64/playgate.dll", false)]
        [TestCase("StandaloneOSX", "macOS/libplaygate.dylib", false)]
        [TestCase("Android", "Android/arm64-v8a/libplaygate.so", false)]
        [TestCase("iOS", "iOS/libplaygate.a", true)]
        [TestCase("WebGL", "WebGL/libplaygate.a", true)]
        [TestCase("Switch", "Switch/libplaygate.a", true)]
        public void The_file_is_in_the_package_or_the_studios_own(string target, string file, bool isStatic)
        {
            Assert.AreEqual(isStatic, PluginCheck.IsStatic(target));
            string packaged = PluginCheck.Package + "/Plugins/" + file;
            string own = PluginCheck.Own + "/" + file;
            Assert.AreEqual(0, Problems(target, packaged, packaged + ".meta").Count);
            Assert.AreEqual(0, Problems(target, own, own + ".meta").Count);
            List<string> none = Problems(target);
            Assert.AreEqual(1, none.Count);
            StringAssert.Contains(packaged, none[0]);
            StringAssert.Contains(own, none[0]);
            Assert.AreEqual(isStatic, none[0].Contains("static library"));
            List<string> halved = Problems(target, packaged);
            Assert.AreEqual(1, halved.Count);
            StringAssert.Contains("no .meta file", halved[0]);
            List<string> twice = Problems(target, packaged, packaged + ".meta", own, own + ".meta");
            Assert.AreEqual(1, twice.Count);
            StringAssert.Contains("installed twice", twice[0]);
        }

        /// <summary>Consoles: from the studio alone.</summary>
        [TestCase("PS5", "PS5/playgate.prx")]
        [TestCase("PS4", "PS4/playgate.prx")]
        [TestCase("GameCoreXboxSeries", "XboxSeries/playgate.dll")]
        [TestCase("GameCoreXboxOne", "XboxOne/playgate.dll")]
        public void Consoles_libraries_come_from_the_studio(string target, string file)
        {
            string own = PluginCheck.Own + "/" + file;
            Assert.AreEqual(0, Problems(target, own, own + ".meta").Count);
            StringAssert.Contains(own, Problems(target)[0]);
        }

        /// <summary>Unknown ones fail the build rather than the game.</summary>
        [Test]
        public void A_platform_that_is_not_known_is_a_problem()
        {
            StringAssert.Contains("Stadia", Problems("Stadia")[0]);
            Assert.AreEqual(1, Problems("StandaloneWindows").Count, "32 bits");
        }

        /// <summary>What Unity calls before a build.</summary>
        [Test]
        public void A_partial_install_fails_the_build()
        {
            Exception error = Assert.Catch(() => PlaygateBuildCheck.Check(BuildTarget.Switch));
            StringAssert.Contains("Switch", error.Message);
        }
    }
}
