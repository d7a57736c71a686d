using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;

namespace Playgate.Tests
{
    /// <summary>The garbage collector, many rounds, and many threads.</summary>
    public static class TortureCases
    {
        private static readonly Feature Voice = Feature.Of("voice-chat");
        private static readonly Feature Never = Feature.Of("never-allowed");

        public static void CollectedAtEveryCallbackAndPump()
        {
            OwnHost host = new OwnHost();
            int collected = 0;
            Action collect = () =>
            {
                collected++;
                GC.Collect();
            };
            host.Transport.Called = collect;
            host.Storage.Called = collect;
            host.Random.Called = collect;
            int asked = 0;
            // The clock is asked very often: every tenth time is torture enough.
            host.Clock.Called = () =>
            {
                if (++asked % 10 == 0)
                {
                    collect();
                }
            };
            host.Transport.Session = World.SessionJson("s-torture", "voice-chat+guardian");
            PlaygateClientOptions options = host.Options();
            options.Key = new byte[32];
            using (PlaygateClient client = World.Open(options))
            {
                int events = 0;
                client.EventReceived += e =>
                {
                    events++;
                    GC.Collect();
                };
                for (int round = 0; round < 40; round++)
                {
                    bool on = round % 2 == 0;
                    host.Transport.Session = World.SessionJson("s-torture", on ? "voice-chat+guardian" : "voice-chat-guardian");
                    Task<RequestOutcome> task = client.RefreshAfterPushAsync();
                    for (int i = 0; !task.IsCompleted; i++)
                    {
                        Check.That(i < 1000, "the refresh ends");
                        client.Pump(1);
                        GC.Collect();
                    }
                    World.Ok(task.Result, "refresh");
                    Check.Equal(on, client.IsAllowed(Voice), "voice chat");
                    client.GetNotice();
                    using (Session session = client.GetSession())
                    {
                        GC.Collect();
                        Check.Equal("s-torture", session.SessionId, "the session");
                    }
                    Check.Contains("{", client.GetDiagnostics(), "diagnostics");
                }
                Check.That(events > 0 && collected > 100, "collected " + collected + " times, " + events + " events");
            }
        }

        public static void CollectedWhileThreadsWork()
        {
            Player player = World.Child("voice-chat+guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                World.Until(client, () => client.Decide(Voice).Freshness == Freshness.Live, "the session is bound");
                for (int round = 0; round < 10; round++)
                {
                    World.ParentSwitches(player, "voice-chat", round % 2 == 1);
                    Task<RequestOutcome> task = client.RefreshAfterPushAsync();
                    while (!task.IsCompleted)
                    {
                        client.Pump();
                        GC.Collect();
                    }
                    World.Ok(task.Result, "refresh");
                    Check.Equal(round % 2 == 1, client.IsAllowed(Voice), "voice chat");
                }
            }
        }

        public static void AThousandRounds()
        {
            ulong early = 0;
            for (int round = 0; round < 1000; round++)
            {
                OwnHost host = new OwnHost();
                host.Transport.Session = World.SessionJson("s-rounds", "voice-chat+guardian");
                PlaygateClientOptions options = host.Options();
                options.Player = "rounds";
                PlaygateClient client = PlaygateClient.Open(options);
                for (int i = 0; i < round % 7; i++)
                {
                    client.Pump();
                }
                if (round % 3 == 0)
                {
                    client.RefreshAfterPushAsync();
                }
                Check.That(client.Dispose(TimeSpan.FromSeconds(5)), "it closes");
                Check.That(!client.IsAllowed(Voice), "denied");
                if (round == 99)
                {
                    early = PlaygateLibrary.GetMemoryStats().LiveBytes;
                }
            }
            ulong late = PlaygateLibrary.GetMemoryStats().LiveBytes;
            Check.That(late <= early + 16384, "live bytes of the library grew from " + early + " to " + late);
        }

        public static void RoundsWithThreads()
        {
            string folder = World.FreshFolder();
            for (int round = 0; round < 60; round++)
            {
                PlaygateClientOptions options = new PlaygateClientOptions();
                options.Player = "thread-rounds";
                options.Folder = folder;
                using (PlaygateClient client = PlaygateClient.Open(options))
                {
                    if (round == 0)
                    {
                        World.Adopt(client, World.SessionJson("s-rounds", "voice-chat+guardian"));
                    }
                    Check.That(client.IsAllowed(Voice), "voice chat is allowed in round " + round);
                    if (round % 2 == 0)
                    {
                        client.FlushAsync();
                    }
                    Check.That(client.Dispose(TimeSpan.FromSeconds(5)), "it closes");
                }
            }
        }

        public static void EightThreadsReadWhileItChanges()
        {
            OwnHost host = new OwnHost();
            host.Transport.Session = World.SessionJson("s-eight", "voice-chat+guardian", "never-allowed-guardian");
            using (PlaygateClient client = host.Open())
            {
                World.Until(client, () => client.IsAllowed(Voice), "voice chat is allowed");
                Check.That(client.HasTable, "decisions are read from a table");
                bool stop = false;
                int wrong = 0;
                long[] reads = new long[8];
                long[] allowed = new long[8];
                Thread[] threads = new Thread[8];
                for (int i = 0; i < threads.Length; i++)
                {
                    int at = i;
                    threads[i] = new Thread(() =>
                    {
                        while (!Volatile.Read(ref stop))
                        {
                            reads[at]++;
                            if (client.IsAllowed(Voice))
                            {
                                allowed[at]++;
                            }
                            Access access = client.GetAccess(Voice);
                            bool isKnown = access == Access.Allowed || access == Access.AskParent;
                            if (!isKnown || client.IsAllowed(Never) || client.Decide(Never).IsAllowed)
                            {
                                Interlocked.Increment(ref wrong);
                            }
                        }
                    });
                    threads[i].Start();
                }
                Stopwatch since = Stopwatch.StartNew();
                int refreshes = 0;
                while (since.ElapsedMilliseconds < 1500 || refreshes < 40)
                {
                    bool on = refreshes++ % 2 == 1;
                    host.Transport.Session = World.SessionJson("s-eight", on ? "voice-chat+guardian" : "voice-chat-guardian",
                        "never-allowed-guardian");
                    World.Ok(World.Await(client, client.RefreshAfterPushAsync()), "refresh");
                    Check.Equal(on, client.IsAllowed(Voice), "voice chat");
                }
                Volatile.Write(ref stop, true);
                long all = 0;
                for (int i = 0; i < threads.Length; i++)
                {
                    threads[i].Join();
                    all += reads[i];
                    Check.That(reads[i] > 0, "thread " + i + " has read");
                }
                Check.Equal(0, wrong, "wrong answers in " + all);
                Check.That(refreshes >= 40, "refreshes");
            }
        }

        public static void EightThreadsReadWhileItEnds()
        {
            for (int round = 0; round < 20; round++)
            {
                OwnHost host = new OwnHost();
                host.Transport.Session = World.SessionJson("s-ends", "voice-chat+guardian");
                PlaygateClient client = host.Open();
                World.Until(client, () => client.IsAllowed(Voice), "voice chat is allowed");
                Check.That(client.HasTable, "decisions are read from a table");
                bool ended = false;
                int wrong = 0;
                Thread[] threads = new Thread[8];
                for (int i = 0; i < threads.Length; i++)
                {
                    threads[i] = new Thread(() =>
                    {
                        for (int n = 0; n < 2000; n++)
                        {
                            bool before = Volatile.Read(ref ended);
                            if ((client.IsAllowed(Voice) || client.Decide(Voice).IsAllowed) && before)
                            {
                                Interlocked.Increment(ref wrong);
                            }
                        }
                    });
                    threads[i].Start();
                }
                client.Dispose();
                Volatile.Write(ref ended, true);
                foreach (Thread thread in threads)
                {
                    thread.Join();
                }
                Check.Equal(0, wrong, "allowed after the end");
            }
        }
    }
}
