using System;
using System.Collections.Generic;
using System.IO;
using System.Threading.Tasks;
using NUnit.Framework;
using UnityEngine;
using UnityStubs;

namespace Playgate.Unity.Tests
{
    /// <summary>Start, pause, focus, quitting, unloading, playing twice.</summary>
    [TestFixture]
    public sealed class LifecycleTests
    {
        private PlaygateSettings settings;
        private string[] expected;

        [SetUp]
        public void Begin()
        {
            expected = new string[0];
            settings = Play.Begin();
        }

        [TearDown]
        public void End()
        {
            Play.End(expected);
        }

        /// <summary>Asks as it goes down, as a game's objects do.</summary>
        private sealed class LastQuestions : MonoBehaviour
        {
            internal static readonly List<string> Answers = new List<string>();

            private void OnDisable()
            {
                Answers.Add("disable " + PlaygateManager.IsStarted + " " + PlaygateManager.IsAllowed(Feature.Of("voice-chat")));
            }

            private void OnDestroy()
            {
                Answers.Add("destroy " + PlaygateManager.Decide(Feature.Of("voice-chat")).Access);
                PlaygateManager.SetToken("late");
                PlaygateManager.Stop();
            }

            private void OnApplicationQuit()
            {
                Answers.Add("quit " + PlaygateManager.IsStarted);
            }
        }

        [Test]
        public void Without_a_client_everything_is_denied()
        {
            Feature feature = Feature.Of("voice-chat");
            Assert.IsFalse(PlaygateManager.IsAllowed(feature));
            Assert.AreEqual(Access.Unavailable, PlaygateManager.GetAccess(feature));
            Assert.IsFalse(PlaygateManager.Decide(feature).IsAllowed);
            Assert.IsNull(PlaygateManager.Client);
            PlaygateManager.SetToken("nobody's");
            PlaygateManager.Stop();
        }

        [Test]
        public void The_same_player_keeps_the_client_and_another_gets_a_new_one()
        {
            PlaygateClient first = PlaygateManager.Start("ann", "token");
            Assert.AreSame(first, PlaygateManager.Start("ann", "other-token"));
            PlaygateClient second = PlaygateManager.Start("ben");
            Assert.AreNotSame(first, second);
            Assert.IsTrue(first.IsDisposed);
            Assert.AreEqual("ben", PlaygateManager.Player);
            Assert.Throws<ArgumentException>(() => PlaygateManager.Start(""));
            Assert.Throws<ArgumentException>(() => PlaygateManager.Start(null));
            Assert.AreSame(second, PlaygateManager.Client);
        }

        [Test]
        public void In_edit_mode_it_says_what_to_do()
        {
            Engine.Quit();
            InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => PlaygateManager.Start("ann"));
            Assert.That(error.Message, Is.StringContaining("while the game plays"));
        }

        [Test]
        public void A_platform_without_a_folder_is_a_clear_error()
        {
            Application.persistentDataPath = "";
            InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => PlaygateManager.Start("ann"));
            Assert.That(error.Message, Is.StringContaining("persistentDataPath is empty"));
            Assert.That(error.Message, Is.StringContaining("PlaygateHooks.Folder"));
            Assert.IsFalse(PlaygateManager.IsStarted);
            Assert.IsFalse(PlaygatePump.IsInserted);
            string mounted = Path.Combine(Play.Folder, "save-data");
            PlaygateHooks.Folder = mounted;
            PlaygateManager.Start("ann");
            Adopt(Sessions.With("voice-chat", true));
            Assert.Greater(Directory.GetFiles(mounted).Length, 0);
        }

        [Test]
        public void Records_lie_below_the_persistent_data_path_and_are_found_again()
        {
            PlaygateManager.Start("ann");
            Adopt(Sessions.With("voice-chat", true));
            Engine.Quit();
            Assert.Greater(Directory.GetFiles(Path.Combine(Play.Folder, "playgate")).Length, 0);
            Engine.StartPlayer(Play.Folder);
            PlaygateManager.Start("ann");
            Assert.IsTrue(PlaygateManager.IsAllowed(Feature.Of("voice-chat")));
        }

        private sealed class Keys : IPlaygateKeyStore
        {
            internal byte[] Key;
            internal string AskedFor;

            public byte[] GetKey(string player)
            {
                AskedFor = player;
                return Key;
            }
        }

        [Test]
        public void The_key_store_seals_the_record()
        {
            Keys keys = new Keys { Key = new byte[32] };
            keys.Key[5] = 5;
            PlaygateHooks.KeyStore = keys;
            PlaygateManager.Start("ann");
            Assert.AreEqual("ann", keys.AskedFor);
            Adopt(Sessions.With("voice-chat", true));
            Engine.Quit();
            Engine.StartPlayer(Play.Folder);
            Assert.IsNull(PlaygateHooks.KeyStore, "hooks are taken back when play begins");
            PlaygateManager.Start("ann");
            Assert.AreEqual(Reason.KeyMissing, PlaygateManager.Decide(Feature.Of("voice-chat")).Reason);
            PlaygateManager.Stop();
            PlaygateHooks.KeyStore = new Keys { Key = new byte[32] };
            PlaygateManager.Start("ann");
            Assert.AreEqual(Reason.WrongKey, PlaygateManager.Decide(Feature.Of("voice-chat")).Reason);
            PlaygateManager.Stop();
            PlaygateHooks.KeyStore = keys;
            PlaygateManager.Start("ann");
            Assert.IsTrue(PlaygateManager.IsAllowed(Feature.Of("voice-chat")));
        }

        [Test]
        public void Settings_and_hooks_reach_the_options()
        {
            settings.ServerUrl = "https://play.studio.example";
            settings.CodeSite = "code.example";
            settings.StaleAfterHours = 48;
            settings.NetworkAllowed = false;
            PlaygateClientOptions options = settings.ToOptions("ann", "token");
            Assert.AreEqual("ann", options.Player);
            Assert.AreEqual("token", options.Token);
            Assert.AreEqual("https://play.studio.example", options.ServerUrl);
            Assert.AreEqual("code.example", options.CodeSite);
            Assert.AreEqual(TimeSpan.FromHours(48), options.StaleAfter);
            Assert.IsFalse(options.NetworkAllowed);
            Assert.IsFalse(options.TakeOver, "a player never takes over");
            Assert.IsNull(options.Transport);
            Assert.IsNull(options.Storage);
            PlaygateHooks.Configure = one => one.PollFloor = TimeSpan.FromSeconds(60);
            settings.Transport = TransportChoice.UnityWebRequest;
            settings.Storage = StorageChoice.PlayerPrefs;
            options = settings.ToOptions("ann", null);
            Assert.AreEqual(TimeSpan.FromSeconds(60), options.PollFloor);
            Assert.IsInstanceOf<UnityWebRequestTransport>(options.Transport);
            Assert.IsInstanceOf<PlayerPrefsStorage>(options.Storage);
            Assert.IsNull(options.Folder);
            settings.Storage = StorageChoice.Memory;
            options = settings.ToOptions("ann", null);
            Assert.IsNull(options.Storage);
            Assert.IsNull(options.Folder);
            Application.isEditor = true;
            Assert.IsTrue(settings.ToOptions("ann", null).TakeOver);
            settings.TakeOverInEditor = false;
            Assert.IsFalse(settings.ToOptions("ann", null).TakeOver);
        }

        [Test]
        public void Quitting_closes_the_client_before_the_objects_go()
        {
            PlaygateClient client = PlaygateManager.Start("ann");
            Adopt(Sessions.With("voice-chat", true));
            Task<RequestOutcome> pending = client.FlushAsync();
            LastQuestions.Answers.Clear();
            new GameObject("asks").AddComponent<LastQuestions>();
            Assert.IsTrue(PlaygateManager.IsAllowed(Feature.Of("voice-chat")));
            Engine.Quit();
            Assert.AreEqual("quit True, disable False False, destroy Unavailable", string.Join(", ", LastQuestions.Answers.ToArray()));
            Assert.IsTrue(client.IsDisposed);
            Assert.IsTrue(pending.IsCanceled);
            Assert.AreEqual(0, Application.Listeners);
            Assert.IsFalse(PlaygatePump.IsInserted);
        }

        [Test]
        public void Unloading_closes_what_quitting_would()
        {
            PlaygateClient client = PlaygateManager.Start("ann");
            PlaygateClient own = PlaygateClient.Open(new PlaygateClientOptions { Player = "split-screen" });
            Engine.Unload();
            Assert.IsTrue(client.IsDisposed);
            Assert.IsTrue(own.IsDisposed, "one that the game opened by itself");
            Assert.AreEqual(0, Application.Listeners);
            Engine.StartPlayer(Play.Folder);
            PlaygateManager.Start("ann");
            Assert.IsTrue(PlaygateManager.IsStarted, "loaded again");
        }

        [Test]
        public void Pause_sends_nothing_and_resume_refreshes()
        {
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Http(200, "", "{\"needsConsent\":true}")))
            {
                settings.ServerUrl = server.Url;
                PlaygateManager.Start("ann", "token");
                Play.Until("the first refresh", () => server.Count == 1);
                Play.Frames(5);
                Engine.Pause(true);
                Engine.Pause(true);
                Task<RequestOutcome> refresh = PlaygateManager.Client.RefreshAfterPushAsync();
                for (int i = 0; i < 50; i++)
                {
                    Engine.Frame();
                    System.Threading.Thread.Sleep(4);
                }
                Assert.AreEqual(1, server.Count, "requests while paused");
                Engine.Pause(false);
                Play.Until("the refresh after the pause", () => server.Count == 2 && refresh.IsCompleted);
            }
        }

        [Test]
        public void Connectivity_is_looked_at_once_a_second_and_passed_on()
        {
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Http(200, "", "{\"needsConsent\":true}")))
            {
                Application.internetReachability = NetworkReachability.NotReachable;
                settings.ServerUrl = server.Url;
                PlaygateManager.Start("ann", "token");
                int looks = Application.ReachabilityLooks;
                Play.Frames(1000);
                Assert.LessOrEqual(Application.ReachabilityLooks - looks, 3, "looks in 1,000 frames");
                Assert.AreEqual(0, server.Count, "requests while offline");
                Application.internetReachability = NetworkReachability.ReachableViaCarrierDataNetwork;
                Engine.Skip(1.1f);
                Play.Until("the refresh on reconnect", () => server.Count == 1);
            }
        }

        [Test]
        public void The_hidden_object_outlives_scenes_and_is_made_again()
        {
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Http(200, "", "{\"needsConsent\":true}")))
            {
                settings.ServerUrl = server.Url;
                PlaygateManager.Start("ann", "token");
                Play.Until("the first refresh", () => server.Count == 1);
                Engine.LoadScene();
                Engine.Pause(true);
                Engine.Pause(false);
                Play.Until("the pause is heard in the next scene", () => server.Count == 2);
                foreach (GameObject one in Engine.objects.ToArray())
                {
                    UnityEngine.Object.DestroyImmediate(one);
                }
                Engine.Skip(1.1f);
                Play.Frames(2);
                Engine.Pause(true);
                Engine.Pause(false);
                Play.Until("the pause is heard after everything was destroyed", () => server.Count == 3);
            }
        }

        [Test]
        public void A_handler_that_throws_keeps_nothing_from_going_on()
        {
            expected = new[] { "the game's own mistake" };
            int heard = 0;
            PlaygateManager.Changed += delegate { throw new InvalidOperationException("the game's own mistake"); };
            PlaygateManager.Changed += delegate { heard++; };
            PlaygateManager.EventReceived += delegate { throw new InvalidOperationException("the game's own mistake"); };
            PlaygateManager.Start("ann");
            Adopt(Sessions.With("voice-chat", true));
            Play.Until("the event", () => heard >= 1);
            Assert.IsTrue(PlaygateManager.IsAllowed(Feature.Of("voice-chat")));
            Assert.Greater(Engine.Logs.Count, 0, "and it is shown");
        }

        [Test]
        public void A_notice_is_announced()
        {
            int notices = 0;
            PlaygateManager.NoticeReady += delegate { notices++; };
            PlaygateManager.Start("ann");
            Adopt(Sessions.With("voice-chat", true));
            Play.Frames(3);
            Task<RequestOutcome> told = null;
            if (PlaygateManager.Client.GetNotice() != null)
            {
                told = PlaygateManager.Client.AcknowledgeAsync();
                Play.Until("the player was told", () => told.IsCompleted);
            }
            notices = 0;
            Adopt(Sessions.With("voice-chat", false));
            Play.Until("the notice", () => notices == 1);
            Notice notice = PlaygateManager.Client.GetNotice();
            Assert.AreEqual(NoticeKind.Restricted, notice.Kind);
        }

        [Test]
        public void Texts_are_in_the_systems_language_or_the_settings()
        {
            Assert.AreEqual("zh-Hans", PlaygateLanguage.Tag(SystemLanguage.ChineseSimplified));
            Assert.AreEqual("pt", PlaygateLanguage.Tag(SystemLanguage.Portuguese));
            Assert.AreEqual("en", PlaygateLanguage.Tag(SystemLanguage.Unknown));
            Application.systemLanguage = SystemLanguage.German;
            PlaygateManager.Start("ann");
            string german = PlaygateManager.Decide(Feature.Of("voice-chat")).Text;
            PlaygateManager.Stop();
            settings.Language = "en";
            PlaygateManager.Start("ann");
            string english = PlaygateManager.Decide(Feature.Of("voice-chat")).Text;
            Assert.AreNotEqual("", english);
            Assert.AreNotEqual(english, german);
        }

        [Test]
        public void Focus_looks_at_nothing_without_a_challenge()
        {
            PlaygateManager.Start("ann");
            Engine.Focus(false);
            Engine.Focus(true);
            Play.Frames(2);
        }

        internal static void Adopt(string session)
        {
            Task<RequestOutcome> task = PlaygateManager.Client.AdoptAsync(session);
            Play.Until("the session is adopted", () => task.IsCompleted);
            Assert.AreEqual(Result.Ok, task.Result.Result, task.Result.Text);
        }
    }
}
