using System;
using System.Diagnostics;
using System.IO;
using NUnit.Framework;
using UnityEngine;
using UnityStubs;

namespace Playgate.Unity.Tests
{
    /// <summary>
    /// Reloads of the script domain: real ones, by unloading an AppDomain and making another, as the Editor does; and play
    /// mode without one.
    /// </summary>
    [TestFixture]
    public sealed class ReloadTests
    {
        private string folder;

        [SetUp]
        public void Begin()
        {
            folder = Path.Combine(Path.GetTempPath(), "playgate-reload-" + Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(folder);
        }

        [TearDown]
        public void End()
        {
            Directory.Delete(folder, true);
        }

        private static ScriptDomain Load(out AppDomain domain)
        {
            AppDomainSetup setup = new AppDomainSetup();
            setup.ApplicationBase = Path.GetDirectoryName(typeof(ScriptDomain).Assembly.Location);
            domain = AppDomain.CreateDomain("Unity Child Domain", null, setup);
            return (ScriptDomain)domain.CreateInstanceAndUnwrap(typeof(ScriptDomain).Assembly.FullName, typeof(ScriptDomain).FullName);
        }

        [Test]
        public void Recompiled_while_a_request_is_in_flight([Values(false, true)] bool withUnityWebRequest)
        {
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Hang))
            {
                for (int round = 0; round < 3; round++)
                {
                    AppDomain domain;
                    ScriptDomain scripts = Load(out domain);
                    scripts.Play(folder, server.Url, withUnityWebRequest, round == 0);
                    Assert.AreEqual("", scripts.Logs);
                    if (round == 0)
                    {
                        scripts.Adopt(Sessions.With("voice-chat", true));
                    }
                    scripts.Frames(5);
                    Assert.IsTrue(scripts.IsAllowed, "round " + round + ": the player's record is open");
                    int before = server.Count;
                    scripts.Ask();
                    Stopwatch clock = Stopwatch.StartNew();
                    while (server.Count == 0 && clock.Elapsed < Play.Patience)
                    {
                        scripts.Frames(1);
                    }
                    Assert.GreaterOrEqual(server.Count, Math.Max(1, before));
                    scripts.BeforeReload();
                    Assert.AreEqual("Canceled Canceled", scripts.Pending);
                    Assert.IsTrue(scripts.IsHeldDisposed);
                    Assert.IsFalse(scripts.IsHeldAllowed);
                    Assert.IsFalse(scripts.IsAllowed);
                    Assert.AreEqual("", scripts.Logs);
                    AppDomain.Unload(domain);
                }
                // Answers to what the dead domains asked: nothing of them is called.
                server.Release();
                System.Threading.Thread.Sleep(200);
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }

        [Test]
        public void A_domain_that_goes_without_a_word_is_taken_over([Values(false, true)] bool withUnityWebRequest)
        {
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Hang))
            {
                AppDomain domain;
                ScriptDomain scripts = Load(out domain);
                scripts.Play(folder, server.Url, withUnityWebRequest, true);
                scripts.Adopt(Sessions.With("voice-chat", true));
                scripts.Ask();
                AppDomain.Unload(domain);
                ScriptDomain again = Load(out domain);
                again.Play(folder, server.Url, withUnityWebRequest, false);
                again.Frames(5);
                Assert.IsTrue(again.IsAllowed, "the record is open again at once");
                Assert.AreEqual("", again.Logs);
                again.StopPlaying();
                AppDomain.Unload(domain);
            }
        }

        [Test]
        public void Play_twice_with_a_reload_in_between()
        {
            for (int round = 0; round < 2; round++)
            {
                AppDomain domain;
                ScriptDomain scripts = Load(out domain);
                scripts.Play(folder, "", false, true);
                if (round == 0)
                {
                    scripts.Adopt(Sessions.With("voice-chat", true));
                }
                Assert.IsTrue(scripts.IsAllowed);
                scripts.StopPlaying();
                Assert.IsTrue(scripts.IsHeldDisposed);
                Assert.AreEqual("", scripts.Logs);
                scripts.BeforeReload();
                AppDomain.Unload(domain);
            }
        }
    }

    /// <summary>Play mode in one domain that stays.</summary>
    [TestFixture]
    public sealed class PlayModeTests
    {
        [TearDown]
        public void End()
        {
            Application.isEditor = false;
            Play.End();
        }

        [Test]
        public void Play_twice_without_a_reload()
        {
            int leftOver = 0;
            Play.Begin(true);
            for (int round = 0; round < 3; round++)
            {
                PlaygateManager.Changed += () => leftOver++;
                PlaygateClient client = PlaygateManager.Start("ann");
                if (round == 0)
                {
                    LifecycleTests.Adopt(Sessions.With("voice-chat", true));
                }
                Play.Frames(3);
                Assert.IsTrue(PlaygateManager.IsAllowed(Feature.Of("voice-chat")));
                Assert.AreEqual(1, PlaygatePump.Count(UnityEngine.LowLevel.PlayerLoop.GetCurrentPlayerLoop()));
                EditorEngine.StopPlaying();
                Assert.IsTrue(client.IsDisposed);
                Assert.IsFalse(PlaygatePump.IsInserted);
                Assert.AreEqual(0, Application.Listeners);
                Engine.Frame();
                EditorEngine.Play(Play.Folder);
                leftOver = 0;
                Play.Frames(2);
                Assert.AreEqual(0, leftOver, "handlers of the play before are gone");
                Assert.IsNull(PlaygateManager.Client);
            }
        }

        [Test]
        public void A_client_that_an_object_opens_as_play_ends_is_closed_too()
        {
            Play.Begin(true);
            PlaygateManager.Start("ann");
            new GameObject("late").AddComponent<LateOpener>();
            EditorEngine.StopPlaying();
            Assert.IsNotNull(LateOpener.Opened);
            Assert.IsTrue(LateOpener.Opened.IsDisposed);
        }

        [Test]
        public void What_is_left_of_a_play_is_closed_when_the_next_begins()
        {
            PlaygateSettings settings = Play.Begin();
            Application.isEditor = true;
            PlaygateClient client = PlaygateManager.Start("ann");
            // The Editor's part is not there to hear of the end.
            Application.isPlaying = false;
            Engine.Begin(Play.Folder);
            Assert.IsTrue(client.IsDisposed);
            Assert.IsFalse(PlaygatePump.IsInserted);
            Assert.AreSame(settings, PlaygateManager.Settings);
            PlaygateManager.Start("ann");
        }

        [Test]
        public void Quitting_the_Editor_closes_everything()
        {
            Play.Begin(true);
            PlaygateClient client = PlaygateManager.Start("ann");
            EditorEngine.Quit();
            Assert.IsTrue(client.IsDisposed);
        }

        private sealed class LateOpener : MonoBehaviour
        {
            internal static PlaygateClient Opened;

            private void OnDestroy()
            {
                Opened = PlaygateClient.Open(new PlaygateClientOptions { Player = "late" });
            }
        }
    }
}
