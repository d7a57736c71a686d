using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;
using UnityEngine;
using UnityStubs;

namespace Playgate.Unity.Tests
{
    /// <summary>A game that runs on the stubs: one test's folder, settings and frames.</summary>
    internal static class Play
    {
        /// <summary>How long a test waits for what has to come.</summary>
        internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

        internal static string Folder { get; private set; }

        /// <summary>Play begins, with settings of its own and without a server.</summary>
        internal static PlaygateSettings Begin(bool inEditor = false)
        {
            Folder = Path.Combine(Path.GetTempPath(), "playgate-unity-" + Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(Folder);
            Engine.Logs.Clear();
            PlaygateSettings settings = ScriptableObject.CreateInstance<PlaygateSettings>();
            Resources.assets[PlaygateSettings.ResourceName] = settings;
            if (inEditor)
            {
                EditorEngine.LoadAssemblies();
                EditorEngine.Play(Folder);
            }
            else
            {
                Engine.StartPlayer(Folder);
            }
            return settings;
        }

        /// <summary>Play ends, whatever is left; nothing may have gone wrong unseen.</summary>
        internal static void End(params string[] expectedLogs)
        {
            if (Application.isPlaying)
            {
                Engine.Quit();
            }
            PlaygateManager.Reset();
            Resources.assets.Clear();
            PlayerPrefs.values.Clear();
            PlayerPrefs.saved.Clear();
            Application.internetReachability = NetworkReachability.ReachableViaLocalAreaNetwork;
            Application.systemLanguage = SystemLanguage.English;
            string[] logs = Engine.Logs.ToArray();
            Engine.Logs.Clear();
            Directory.Delete(Folder, true);
            List<string> unexpected = new List<string>();
            foreach (string log in logs)
            {
                if (!Array.Exists(expectedLogs, log.Contains))
                {
                    unexpected.Add(log);
                }
            }
            Assert.AreEqual("", string.Join("\n", unexpected.ToArray()), "the game logged");
        }

        /// <summary>The player starts, gets the session of the consent flow, and the studio's server knows of it.</summary>
        internal static void MoveIn(Household house)
        {
            PlaygateManager.Start(house.Player, house.Token);
            LifecycleTests.Adopt(house.SessionJson);
            Task<RequestOutcome> bound = PlaygateManager.Client.RefreshAfterPushAsync();
            Until("the studio's server has the session", () =>
            {
                if (bound.IsCompleted && !bound.Result.IsOk)
                {
                    bound = PlaygateManager.Client.RefreshAfterPushAsync();
                }
                return bound.IsCompleted;
            });
        }

        internal static void Frames(int count)
        {
            for (int i = 0; i < count; i++)
            {
                Engine.Frame();
            }
        }

        /// <summary>Frames until it is so.</summary>
        internal static void Until(string what, Func<bool> isSo)
        {
            Stopwatch clock = Stopwatch.StartNew();
            while (!isSo())
            {
                if (clock.Elapsed > Patience)
                {
                    Assert.Fail("not within " + Patience + ": " + what + "\n" + string.Join("\n", Engine.Logs.ToArray()));
                }
                Engine.Frame();
                Thread.Sleep(2);
            }
        }
    }

    /// <summary>Before all tests.</summary>
    [SetUpFixture]
    public sealed class Before
    {
        /// <summary>System.Net blocks threads of the pool while it waits for others of it.</summary>
        [SetUp]
        public void All()
        {
            ThreadPool.SetMinThreads(32, 32);
        }
    }
}
