using System;
using System.Threading;

namespace Playgate.Tests
{
    /// <summary>
    /// The frame path allocates nothing: counted by the runtime itself, per thread and to the byte, on Mono and CoreCLR.
    /// </summary>
    public static class AllocationCases
    {
        private const int Times = 100000;
        private static readonly Feature Voice = Feature.Of("voice-chat");
        public static object Sink;

        /// <summary>The measure sees what is allocated: 1,000 small objects, and one alone among 100,000 frames.</summary>
        public static void TheMeasureSeesOneObject()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                Sink = new byte[1];
            }
            long many = GC.GetAllocatedBytesForCurrentThread() - before;
            Check.That(many >= 1000 * 17 && many <= 1000 * 64, "1,000 arrays are " + many + " bytes");
            using (PlaygateClient client = Ready())
            {
                before = GC.GetAllocatedBytesForCurrentThread();
                for (int i = 0; i < Times; i++)
                {
                    client.Pump();
                    if (i == Times / 2)
                    {
                        Sink = new object();
                    }
                }
                long one = GC.GetAllocatedBytesForCurrentThread() - before;
                Check.That(one >= 16 && one <= 32, "one object among " + Times + " frames is " + one + " bytes");
            }
        }

        public static void IdleFrames()
        {
            using (PlaygateClient client = Ready())
            {
                int events = 0;
                client.EventReceived += e => events++;
                client.SessionChanged += () => events++;
                long bytes = Frames(client);
                Check.Equal(0, bytes, "bytes in " + Times + " idle frames");
                Check.Equal(0, events, "events");
            }
        }

        public static void IdleFramesWithThreads()
        {
            Player player = World.Child("voice-chat+guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                World.Until(client, () => client.Decide(Voice).Freshness == Freshness.Live, "the session is bound");
                World.PumpFor(client, 100);
                Check.Equal(0, Frames(client), "bytes in " + Times + " idle frames");
            }
        }

        public static void Checks()
        {
            using (PlaygateClient client = Ready())
            {
                Check.That(client.HasTable, "there is a decision table");
                Check.Equal(0, Asks(client), "bytes in " + Times + " checks");
                client.Dispose();
                Check.Equal(0, Asks(client), "bytes in " + Times + " checks after the end");
                Check.Equal(0, Frames(client), "bytes in " + Times + " frames after the end");
            }
        }

        private static long Asks(PlaygateClient client)
        {
            int allowed = 0;
            Ask(client, 10, ref allowed);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Ask(client, Times, ref allowed);
            long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            Check.Equal(client.IsAllowed(Voice) ? Times + 10 : 0, allowed, "allowed so often");
            return bytes;
        }

        private static void Ask(PlaygateClient client, int times, ref int allowed)
        {
            for (int i = 0; i < times; i++)
            {
                if (client.IsAllowed(Voice))
                {
                    allowed++;
                }
                client.GetAccess(Voice);
                client.IsAllowed(default(Feature));
                client.IsAllowedByName("voice-chat");
            }
        }

        private static long Frames(PlaygateClient client)
        {
            for (int i = 0; i < 10; i++)
            {
                client.Pump();
            }
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < Times; i++)
            {
                client.Pump();
                client.Pump(200);
            }
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        private static PlaygateClient Ready()
        {
            OwnHost host = new OwnHost();
            host.Transport.Session = World.SessionJson("s-bytes", "voice-chat+guardian");
            PlaygateClient client = host.Open();
            World.Until(client, () => client.IsAllowed(Voice), "voice chat is allowed");
            World.Settle(client);
            return client;
        }
    }
}
