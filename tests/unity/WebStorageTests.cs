using System;
using System.Collections.Generic;
using System.Text;
using System.Threading.Tasks;
using NUnit.Framework;
using UnityEngine;
using UnityStubs;

namespace Playgate.Unity.Tests
{
    /// <summary>Records in PlayerPrefs, and a whole player in a browser: no threads, no files, no sockets.</summary>
    [TestFixture]
    public sealed class WebStorageTests
    {
        private PlaygateSettings settings;
        private string[] expected;

        [SetUp]
        public void Begin()
        {
            expected = new string[0];
            settings = Play.Begin();
            settings.Storage = StorageChoice.PlayerPrefs;
            Application.persistentDataPath = "";
        }

        [TearDown]
        public void End()
        {
            Play.End(expected);
        }

        // The page is closed and opened again: what was saved is what is there.
        private void Reload()
        {
            PlaygateManager.Stop();
            PlayerPrefs.values.Clear();
            foreach (KeyValuePair<string, string> one in PlayerPrefs.saved)
            {
                PlayerPrefs.values.Add(one.Key, one.Value);
            }
        }

        [Test]
        public void A_record_survives_the_page()
        {
            PlaygateManager.Start("ann");
            LifecycleTests.Adopt(Sessions.With("voice-chat", true));
            Reload();
            Assert.Greater(PlayerPrefs.values.Count, 0);
            foreach (string key in PlayerPrefs.values.Keys)
            {
                Assert.That(key, Is.StringStarting("playgate/"));
                Assert.That(key, Is.Not.StringContaining("ann"));
            }
            PlaygateManager.Start("ann");
            Play.Frames(3);
            Assert.IsTrue(PlaygateManager.IsAllowed(Feature.Of("voice-chat")));
            Task<RequestOutcome> forgotten = PlaygateManager.Client.ForgetAsync();
            Play.Until("the player is forgotten", () => forgotten.IsCompleted);
            Assert.AreEqual(Result.Ok, forgotten.Result.Result);
            Reload();
            PlaygateManager.Start("ann");
            Play.Frames(3);
            Assert.IsFalse(PlaygateManager.IsAllowed(Feature.Of("voice-chat")));
        }

        [Test]
        public void A_damaged_record_denies_and_says_so()
        {
            PlaygateManager.Start("ann");
            LifecycleTests.Adopt(Sessions.With("voice-chat", true));
            Reload();
            string record = null;
            foreach (KeyValuePair<string, string> one in PlayerPrefs.values)
            {
                if (record == null || one.Value.Length > PlayerPrefs.values[record].Length)
                {
                    record = one.Key;
                }
            }
            PlayerPrefs.values[record] = "not Base64 at all!";
            bool isSetAside = false;
            PlaygateManager.EventReceived += what => isSetAside |= what.Type == EventType.RecordSetAside;
            PlaygateManager.Start("ann");
            Play.Until("the record is set aside", () => isSetAside);
            Assert.IsFalse(PlaygateManager.IsAllowed(Feature.Of("voice-chat")));
        }

        [Test]
        public void A_full_browser_keeps_what_it_had()
        {
            PlaygateManager.Start("ann");
            LifecycleTests.Adopt(Sessions.With("voice-chat", true));
            Dictionary<string, string> before = new Dictionary<string, string>(PlayerPrefs.values);
            PlayerPrefs.SetString("the game's own", new string('x', PlayerPrefs.Limit - 2000 - Size(before)));
            bool isFailed = false;
            PlaygateManager.EventReceived += what => isFailed |= what.Type == EventType.StorageFailed && what.Result == Result.ErrorStorageFull;
            Task<RequestOutcome> adopting = PlaygateManager.Client.AdoptAsync(Big());
            Play.Until("storing fails", () => isFailed);
            foreach (KeyValuePair<string, string> one in before)
            {
                Assert.AreEqual(one.Value.Length, PlayerPrefs.values[one.Key].Length, "the old record is whole");
            }
            Assert.IsFalse(adopting.IsFaulted);
        }

        [Test]
        public void A_player_in_a_browser_lives_on_frames_alone()
        {
            string session = Sessions.With("voice-chat", true);
            string body = "{\"hasChanged\":true,\"changes\":[],\"session\":" + session + "}";
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Http(200, "", body)))
            {
                settings.ServerUrl = server.Url;
                settings.Transport = TransportChoice.UnityWebRequest;
                PlaygateHooks.Configure = options => options.NoThreads = true;
                PlaygateManager.Start("ann", "token");
                System.Threading.Thread.Sleep(200);
                Assert.IsFalse(PlaygateManager.IsAllowed(Feature.Of("voice-chat")), "nothing is taken in outside of frames");
                Play.Until("the session", () => PlaygateManager.IsAllowed(Feature.Of("voice-chat")));
            }
        }

        private static string Big()
        {
            StringBuilder permissions = new StringBuilder();
            for (int i = 0; i < 100; i++)
            {
                permissions.Append("{\"name\":\"feature-").Append(i).Append("\",\"enabled\":false,\"managedBy\":\"GUARDIAN\"},");
            }
            return Sessions.With("voice-chat", true).Replace("\"permissions\":[", "\"permissions\":[" + permissions);
        }

        private static int Size(Dictionary<string, string> values)
        {
            int size = 0;
            foreach (KeyValuePair<string, string> one in values)
            {
                size += one.Key.Length + one.Value.Length;
            }
            return size;
        }
    }
}
