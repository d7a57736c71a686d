using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Playgate.Tests
{
    /// <summary>The end of a client: everything is denied, every request ends once, nothing throws on the frame path.</summary>
    public static class DisposeCases
    {
        private static readonly Feature Voice = Feature.Of("voice-chat");

        public static void EverythingIsDeniedAfterwards()
        {
            OwnHost host = new OwnHost();
            host.Transport.Session = World.SessionJson("s-end", "voice-chat+guardian");
            PlaygateClient client = host.Open();
            World.Until(client, () => client.IsAllowed(Voice), "voice chat is allowed");
            Check.That(!client.IsDisposed, "it is open");
            client.Dispose();
            Check.That(client.IsDisposed, "it is disposed of");
            FramePathDenies(client);
            Check.Throws(typeof(ObjectDisposedException), () => client.RefreshAsync(), "refresh");
            Check.Throws(typeof(ObjectDisposedException), () => client.AdoptAsync("{}"), "adopt");
            Check.Throws(typeof(ObjectDisposedException), () => client.AcknowledgeAsync(), "acknowledge");
            Check.Throws(typeof(ObjectDisposedException), () => client.RequestPermissionAsync(Voice), "request");
            Check.Throws(typeof(ObjectDisposedException), () => client.SetToken("t"), "token");
            client.Dispose();
            Check.That(client.Dispose(TimeSpan.FromSeconds(1)), "twice is the same as once");
            FramePathDenies(client);
        }

        private static void FramePathDenies(PlaygateClient client)
        {
            for (int i = 0; i < 3; i++)
            {
                Check.That(!client.IsAllowed(Voice), "IsAllowed");
                Check.Equal(Access.Unavailable, client.GetAccess(Voice), "GetAccess");
                Check.That(!client.Decide(Voice).IsAllowed, "Decide");
                Check.That(!client.Pump(), "Pump");
                Check.Equal(GameSessionState.Idle, client.GameSessionState, "GameSessionState");
            }
        }

        public static void RequestsEndOnce()
        {
            for (int round = 0; round < 20; round++)
            {
                OwnHost host = new OwnHost();
                host.Transport.Session = World.SessionJson("s-once", "voice-chat-guardian");
                PlaygateClient client = host.Open();
                World.Settle(client);
                host.Transport.Holds = true;
                List<Task<RequestOutcome>> tasks = new List<Task<RequestOutcome>>();
                int[] ended = new int[8];
                for (int i = 0; i < ended.Length; i++)
                {
                    int at = i;
                    Task<RequestOutcome> task = i % 2 == 0 ? client.RefreshAfterPushAsync() : client.RequestPermissionAsync(Voice);
                    task.ContinueWith(_ => Interlocked.Increment(ref ended[at]), TaskContinuationOptions.ExecuteSynchronously);
                    tasks.Add(task);
                }
                for (int i = 0; i < round; i++)
                {
                    client.Pump();
                }
                client.Dispose();
                for (int i = 0; i < ended.Length; i++)
                {
                    Check.That(tasks[i].IsCompleted, "request " + i + " has ended");
                    Check.Equal(1, Thread.VolatileRead(ref ended[i]), "how often request " + i + " ended");
                }
                host.Transport.Release();
                GC.Collect();
                Check.That(!client.IsAllowed(Voice), "denied");
            }
        }

        public static void RequestsOfThreadsEndOnce()
        {
            for (int round = 0; round < 10; round++)
            {
                Player player = World.Child("voice-chat-guardian");
                PlaygateClient client = World.OpenWithConsent(player);
                List<Task<RequestOutcome>> tasks = new List<Task<RequestOutcome>>();
                int ended = 0;
                for (int i = 0; i < 4; i++)
                {
                    tasks.Add(client.RefreshAfterPushAsync());
                    tasks.Add(client.FlushAsync());
                }
                foreach (Task<RequestOutcome> task in tasks)
                {
                    task.ContinueWith(_ => Interlocked.Increment(ref ended), TaskContinuationOptions.ExecuteSynchronously);
                }
                World.PumpFor(client, round);
                client.Dispose();
                Check.Equal(tasks.Count, ended, "requests that ended");
            }
        }

        public static void InsideAHandler()
        {
            OwnHost host = new OwnHost();
            host.Transport.Session = World.SessionJson("s-handler", "voice-chat+guardian");
            PlaygateClient client = host.Open();
            int calls = 0;
            client.EventReceived += e =>
            {
                calls++;
                client.Dispose();
                Check.That(!client.IsAllowed(Voice), "denied inside the handler");
            };
            Task<RequestOutcome> task = client.RefreshAfterPushAsync();
            for (int i = 0; i < 20; i++)
            {
                client.Pump();
            }
            Check.Equal(1, calls, "no event after the end");
            Check.That(client.IsDisposed && task.IsCompleted, "it has ended");
            FramePathDenies(client);
        }

        public static void InsideAContinuation()
        {
            OwnHost host = new OwnHost();
            PlaygateClient client = host.Open();
            World.Settle(client);
            Task<RequestOutcome> first = client.FlushAsync();
            Task<RequestOutcome> second = client.FlushAsync();
            first.ContinueWith(_ => client.Dispose(), TaskContinuationOptions.ExecuteSynchronously);
            for (int i = 0; i < 20; i++)
            {
                client.Pump();
            }
            Check.That(client.IsDisposed && second.IsCompleted, "both have ended");
        }

        public static void FromAnotherThread()
        {
            for (int round = 0; round < 50; round++)
            {
                OwnHost host = new OwnHost();
                host.Transport.Session = World.SessionJson("s-thread", "voice-chat+guardian");
                PlaygateClient client = host.Open();
                Task<RequestOutcome> task = client.RefreshAfterPushAsync();
                ManualResetEvent begun = new ManualResetEvent(false);
                Exception thrown = null;
                Thread other = new Thread(() =>
                {
                    try
                    {
                        begun.WaitOne();
                        client.Dispose();
                    }
                    catch (Exception error)
                    {
                        thrown = error;
                    }
                });
                other.Start();
                begun.Set();
                for (int i = 0; i < 20; i++)
                {
                    client.Pump();
                    client.IsAllowed(Voice);
                }
                other.Join();
                Check.That(thrown == null, "thrown by Dispose: " + thrown);
                client.Pump();
                Check.That(task.IsCompleted, "the request has ended");
                FramePathDenies(client);
            }
        }

        public static void FinaliserClosesWhatWasLeft()
        {
            const int count = 20;
            string[] players = new string[count];
            string folder = World.FreshFolder();
            Thread careless = new Thread(() => Leave(players, folder));
            careless.Start();
            careless.Join();
            for (int i = 0; i < 5; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            int free = 0;
            // What was being stored when the finaliser came goes on a while.
            for (int tries = 0; free < count && tries < 100; tries++)
            {
                Thread.Sleep(tries);
                for (int i = 0; i < count; i++)
                {
                    if (players[i] != null && Opens(players[i], folder))
                    {
                        players[i] = null;
                        free++;
                    }
                }
            }
            // Mono scans stacks conservatively, so a few may still be in sight.
            Check.That(free >= count - 4, "only " + free + " of " + count + " forgotten clients were closed");
            PlaygateLibrary.CloseAll(TimeSpan.FromSeconds(2));
        }

        /// <summary>Hooks may be called on the thread that pumps alone: there, what was left is closed later.</summary>
        public static void FinaliserLeavesHooksToThePump()
        {
            OwnHost[] hosts = new OwnHost[10];
            Thread careless = new Thread(() =>
            {
                for (int i = 0; i < hosts.Length; i++)
                {
                    hosts[i] = new OwnHost();
                    hosts[i].Player = "left-" + i;
                    hosts[i].Transport.Holds = i % 2 == 0;
                    PlaygateClient client = hosts[i].Open();
                    client.RefreshAfterPushAsync();
                    client.Pump();
                }
            });
            careless.Start();
            careless.Join();
            for (int i = 0; i < 5; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            using (PlaygateClient other = new OwnHost().Open())
            {
                World.PumpFor(other, 50);
                int free = 0;
                foreach (OwnHost host in hosts)
                {
                    try
                    {
                        host.Open().Dispose();
                        free++;
                    }
                    catch (PlaygateException busy)
                    {
                        Check.Equal(Result.ErrorBusy, busy.Result, "why it does not open");
                    }
                }
                // As above.
                Check.That(free >= hosts.Length - 3, "only " + free + " of " + hosts.Length + " forgotten clients were closed");
            }
            Check.That(PlaygateLibrary.CloseAll(TimeSpan.FromSeconds(2)), "the rest is closed");
        }

        private static bool Opens(string player, string folder)
        {
            PlaygateClientOptions options = new PlaygateClientOptions();
            options.Player = player;
            options.Folder = folder;
            try
            {
                PlaygateClient.Open(options).Dispose();
                return true;
            }
            catch (PlaygateException busy)
            {
                Check.Equal(Result.ErrorBusy, busy.Result, "why it does not open");
                return false;
            }
        }

        private static void Leave(string[] players, string folder)
        {
            for (int i = 0; i < players.Length; i++)
            {
                PlaygateClientOptions options = new PlaygateClientOptions();
                options.Player = players[i] = "forgotten-" + i;
                options.Folder = folder;
                PlaygateClient client = PlaygateClient.Open(options);
                if (i % 2 == 0)
                {
                    client.AdoptAsync(World.SessionJson("s-" + i, "voice-chat+guardian"));
                    client.Pump();
                }
            }
        }

        public static void CloseAllClosesAll()
        {
            OwnHost first = new OwnHost();
            OwnHost second = new OwnHost();
            second.Player = "another-player";
            first.Transport.Session = World.SessionJson("s-all", "voice-chat+guardian");
            PlaygateClient one = first.Open();
            PlaygateClient two = second.Open();
            World.Until(one, () => one.IsAllowed(Voice), "voice chat is allowed");
            Task<RequestOutcome> task = two.FlushAsync();
            Check.That(PlaygateLibrary.CloseAll(TimeSpan.FromSeconds(2)), "all are closed");
            Check.That(one.IsDisposed && two.IsDisposed && task.IsCompleted, "they are disposed of");
            FramePathDenies(one);
            FramePathDenies(two);
        }
    }
}
