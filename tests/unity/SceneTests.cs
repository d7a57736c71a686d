using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Text.RegularExpressions;
using NUnit.Framework;
using UnityEngine;

namespace Playgate.Unity.Tests
{
    /// <summary>The sample's scene, which no Unity has seen: what it refers to is there, and fields are the scripts' own.</summary>
    [TestFixture]
    public sealed class SceneTests
    {
        // com.unity.ugui's scripts have had these in every version.
        private static readonly string[] uguiScripts =
        {
            "4e29b1a8efbd4b44bb3f3716e73f07ff", "5f7201a12d95ffc409449d95f23cf332", "fe87c0e1cc204ed48ad3b37840f39efc",
            "0cd44c1031e13a943bb63640046fad76", "dc42784cf147c0c48a680349fa168899", "76c392e42b5098c458856cdf6ecaf769",
            "4f231c4fb786f3946a6b90b886c48677", "1344c3c82d62a2a41a3576d8abb8e3ea"
        };

        private static string Package
        {
            get { return Environment.GetEnvironmentVariable("PLAYGATE_PACKAGE"); }
        }

        private static Dictionary<string, string> Scripts()
        {
            Dictionary<string, string> scripts = new Dictionary<string, string>();
            foreach (string meta in Directory.GetFiles(Package, "*.cs.meta", SearchOption.AllDirectories))
            {
                scripts.Add(Regex.Match(File.ReadAllText(meta), "guid: ([0-9a-f]{32})").Groups[1].Value, Path.GetFileName(meta).Replace(".cs.meta", ""));
            }
            return scripts;
        }

        [Test]
        public void Everything_it_refers_to_is_there()
        {
            string scene = File.ReadAllText(Path.Combine(Package, "Samples~/LockedFeature/LockedFeature.unity"));
            HashSet<string> anchors = new HashSet<string>();
            foreach (Match match in Regex.Matches(scene, @"^--- !u!\d+ &(\d+)$", RegexOptions.Multiline))
            {
                Assert.IsTrue(anchors.Add(match.Groups[1].Value), "twice: " + match.Value);
            }
            Assert.Greater(anchors.Count, 50);
            foreach (Match match in Regex.Matches(scene, @"\{fileID: (\d+)\}"))
            {
                string id = match.Groups[1].Value;
                Assert.IsTrue(id == "0" || anchors.Contains(id), "no object " + id);
            }
        }

        [Test]
        public void Its_scripts_have_the_fields_that_it_sets()
        {
            Dictionary<string, string> scripts = Scripts();
            string scene = File.ReadAllText(Path.Combine(Package, "Samples~/LockedFeature/LockedFeature.unity"));
            List<string> own = new List<string>();
            foreach (string part in Regex.Split(scene, @"^--- ", RegexOptions.Multiline))
            {
                Match script = Regex.Match(part, @"m_Script: \{fileID: 11500000, guid: ([0-9a-f]{32}), type: 3\}");
                if (!script.Success || Array.IndexOf(uguiScripts, script.Groups[1].Value) >= 0)
                {
                    continue;
                }
                string name;
                Assert.IsTrue(scripts.TryGetValue(script.Groups[1].Value, out name), "a script that the package does not have");
                Type type = name == "FeatureGate" ? typeof(FeatureGate) : typeof(PlaygateSamples.LockedFeature).Assembly.GetType("PlaygateSamples." + name);
                HashSet<string> set = new HashSet<string>();
                foreach (Match field in Regex.Matches(part.Substring(part.IndexOf("m_EditorClassIdentifier", StringComparison.Ordinal)), @"^  ([a-z]\w*):", RegexOptions.Multiline))
                {
                    if (!field.Groups[1].Value.StartsWith("m_", StringComparison.Ordinal))
                    {
                        set.Add(field.Groups[1].Value);
                    }
                }
                HashSet<string> has = new HashSet<string>();
                foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic))
                {
                    if (Attribute.IsDefined(field, typeof(SerializeField)))
                    {
                        has.Add(field.Name);
                    }
                }
                Assert.IsTrue(set.SetEquals(has), name + " has " + string.Join(", ", has) + "; the scene sets " + string.Join(", ", set));
                own.Add(name);
            }
            own.Sort();
            Assert.AreEqual("ChallengePanel, FeatureGate, LockedFeature, NoticeDialog", string.Join(", ", own.ToArray()));
        }
    }
}
