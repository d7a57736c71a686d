using System;
using System.Collections.Generic;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.LowLevel;
using UnityStubs;

namespace Playgate.Unity.Tests
{
    /// <summary>The pump in the player loop.</summary>
    [TestFixture]
    public sealed class PumpTests
    {
        private struct OtherSystem
        {
        }

        [SetUp]
        public void Begin()
        {
            Play.Begin();
        }

        [TearDown]
        public void End()
        {
            UnityEngine.LowLevel.PlayerLoop.SetPlayerLoop(UnityEngine.LowLevel.PlayerLoop.GetDefaultPlayerLoop());
            Play.End();
        }

        [Test]
        public void It_is_inserted_once_and_removed_whole()
        {
            Assert.IsFalse(PlaygatePump.IsInserted);
            PlaygateManager.Start("ann");
            PlaygateManager.Start("ben");
            PlaygatePump.Insert();
            PlaygatePump.Insert();
            Assert.AreEqual(1, PlaygatePump.Count(UnityEngine.LowLevel.PlayerLoop.GetCurrentPlayerLoop()));
            PlaygateManager.Stop();
            Assert.IsFalse(PlaygatePump.IsInserted);
            PlaygatePump.Remove();
            Assert.AreEqual(Names(UnityEngine.LowLevel.PlayerLoop.GetDefaultPlayerLoop()), Names(UnityEngine.LowLevel.PlayerLoop.GetCurrentPlayerLoop()));
        }

        [Test]
        public void It_comes_first_in_Update_and_leaves_other_systems_alone()
        {
            PlayerLoopSystem root = UnityEngine.LowLevel.PlayerLoop.GetCurrentPlayerLoop();
            int at = Array.FindIndex(root.subSystemList, one => one.type == typeof(UnityEngine.PlayerLoop.Update));
            List<PlayerLoopSystem> below = new List<PlayerLoopSystem>(root.subSystemList[at].subSystemList);
            int runs = 0;
            PlayerLoopSystem other = new PlayerLoopSystem();
            other.type = typeof(OtherSystem);
            other.updateDelegate = delegate { runs++; };
            below.Insert(0, other);
            root.subSystemList[at].subSystemList = below.ToArray();
            UnityEngine.LowLevel.PlayerLoop.SetPlayerLoop(root);
            PlaygateManager.Start("ann");
            Assert.That(Names(UnityEngine.LowLevel.PlayerLoop.GetCurrentPlayerLoop()), Is.StringContaining("Update(PlaygateUpdate OtherSystem ScriptRunBehaviourUpdate"));
            Play.Frames(3);
            PlaygateManager.Stop();
            Play.Frames(1);
            Assert.AreEqual(4, runs);
        }

        [Test]
        public void It_runs_in_a_loop_without_Unitys_phases()
        {
            UnityEngine.LowLevel.PlayerLoop.SetPlayerLoop(new PlayerLoopSystem());
            PlaygateManager.Start("ann");
            Assert.AreEqual("(PlaygateUpdate)", Names(UnityEngine.LowLevel.PlayerLoop.GetCurrentPlayerLoop()));
            RequestOutcome outcome = default(RequestOutcome);
            bool isDone = false;
            PlaygateManager.Client.FlushAsync().ContinueWith(task =>
            {
                outcome = task.Result;
                isDone = true;
            }, System.Threading.Tasks.TaskContinuationOptions.ExecuteSynchronously);
            Play.Until("the flush", () => isDone);
            Assert.AreEqual(Result.Ok, outcome.Result);
        }

        [Test]
        public void A_game_that_replaces_the_loop_puts_it_in_again()
        {
            PlaygateManager.Start("ann");
            UnityEngine.LowLevel.PlayerLoop.SetPlayerLoop(UnityEngine.LowLevel.PlayerLoop.GetDefaultPlayerLoop());
            Assert.IsFalse(PlaygatePump.IsInserted);
            PlaygatePump.Insert();
            Assert.IsTrue(PlaygatePump.IsInserted);
        }

        [Test]
        public void Idle_frames_and_checks_allocate_nothing()
        {
            PlaygateManager.Start("ann");
            Feature feature = Feature.Of("voice-chat");
            GameObject element = new GameObject("voice");
            FeatureGate gate = element.AddComponent<FeatureGate>();
            gate.FeatureName = "voice-chat";
            Play.Frames(200);
            bool any = false;
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100000; i++)
            {
                Engine.Frame();
                any |= PlaygateManager.IsAllowed(feature);
            }
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.IsFalse(any);
            Assert.AreEqual(0, bytes, "bytes in 100,000 idle frames with a gate, and 100,000 checks");
            // The measure itself can tell.
            before = GC.GetAllocatedBytesForCurrentThread();
            GC.KeepAlive(new byte[100]);
            Assert.Greater(GC.GetAllocatedBytesForCurrentThread() - before, 0L);
        }

        private static string Names(PlayerLoopSystem system)
        {
            string name = system.type == null ? "" : system.type.Name;
            if (system.subSystemList == null || system.subSystemList.Length == 0)
            {
                return name;
            }
            List<string> below = new List<string>();
            foreach (PlayerLoopSystem one in system.subSystemList)
            {
                below.Add(Names(one));
            }
            return name + "(" + string.Join(" ", below.ToArray()) + ")";
        }
    }
}
