using System;
using System.Collections.Generic;

namespace Playgate.Tests
{
    /// <summary>What the library has a fixed number of. After all others: decision tables are for the life of the process.</summary>
    public static class LimitCases
    {
        private static readonly Feature Voice = Feature.Of("voice-chat");

        /// <summary>When 64 players of this process have had tables, the next one's client asks by calls.</summary>
        public static void WithoutATableItAsksByCalls()
        {
            for (int i = 0; i < 70; i++)
            {
                PlaygateClientOptions options = new PlaygateClientOptions();
                options.Player = "table-" + i;
                using (PlaygateClient client = World.Open(options))
                {
                    Check.That(!client.IsAllowed(Voice), "nothing is allowed");
                    if (client.HasTable)
                    {
                        Check.That(i < 64, "64 tables");
                        continue;
                    }
                    World.Adopt(client, World.SessionJson("s-calls", "voice-chat+guardian"));
                    Check.That(client.IsAllowed(Voice), "allowed by a call");
                    Check.Equal(Access.Allowed, client.GetAccess(Voice), "access by a call");
                    long before = GC.GetAllocatedBytesForCurrentThread();
                    for (int n = 0; n < 1000; n++)
                    {
                        client.IsAllowed(Voice);
                        client.GetAccess(Voice);
                    }
                    Check.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before, "bytes in 1,000 checks by calls");
                    client.Dispose();
                    Check.That(!client.IsAllowed(Voice), "denied at the end");
                    Check.Equal(Access.Unavailable, client.GetAccess(Voice), "unavailable at the end");
                    return;
                }
            }
            throw new CheckFailed("70 players have tables");
        }

        public static void SixtyFourClients()
        {
            List<PlaygateClient> open = new List<PlaygateClient>();
            Result refused = Result.Ok;
            for (int i = 0; i < 70 && refused == Result.Ok; i++)
            {
                PlaygateClientOptions options = new PlaygateClientOptions();
                options.Player = "table-" + i;
                try
                {
                    open.Add(PlaygateClient.Open(options));
                }
                catch (PlaygateException limit)
                {
                    refused = limit.Result;
                }
            }
            Check.Equal(Result.ErrorLimit, refused, "one client too many");
            Check.That(PlaygateLibrary.CloseAll(TimeSpan.FromSeconds(5)), "all are closed");
            foreach (PlaygateClient client in open)
            {
                Check.That(client.IsDisposed, "each is disposed of");
            }
        }

        /// <summary>After the end of the game nothing of the library is left, and it can be used again.</summary>
        public static void ShutdownLeavesNothing()
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Check.That(PlaygateLibrary.Shutdown(TimeSpan.FromSeconds(10)), "everything has ended");
            PlaygateClientOptions options = new PlaygateClientOptions();
            options.Player = "table-1";
            using (PlaygateClient client = PlaygateClient.Open(options))
            {
                World.Ok(World.Await(client, client.FlushAsync()), "flush");
            }
            Check.That(PlaygateLibrary.Shutdown(TimeSpan.FromSeconds(10)), "everything has ended again");
        }
    }
}
