using NUnit.Framework;
using UnityEngine;

namespace Playgate.Unity.Tests.Runtime
{
    /// <summary>What a project can try of the package in its own Unity: without a server.</summary>
    public sealed class PlaygateManagerTests
    {
        /// <summary>The native library loads and fits.</summary>
        [Test]
        public void The_library_fits()
        {
            PlaygateLibrary.ThrowIfNotCompatible();
            StringAssert.Contains(".", PlaygateLibrary.Version);
        }

        /// <summary>Nothing is allowed before anybody has started.</summary>
        [Test]
        public void Nothing_is_allowed_without_a_client()
        {
            PlaygateManager.Stop();
            Assert.IsFalse(PlaygateManager.IsAllowed(Feature.Of("voice-chat")));
            Assert.IsFalse(PlaygatePump.IsInserted);
        }

        /// <summary>A gate is locked until it is told otherwise.</summary>
        [Test]
        public void A_gate_starts_locked()
        {
            GameObject element = new GameObject("element");
            CanvasGroup group = element.AddComponent<CanvasGroup>();
            FeatureGate gate = element.AddComponent<FeatureGate>();
            gate.CanvasGroup = group;
            gate.FeatureName = "voice-chat";
            Assert.IsFalse(gate.IsOpen);
            Assert.IsFalse(group.interactable);
            Object.DestroyImmediate(element);
        }
    }
}
