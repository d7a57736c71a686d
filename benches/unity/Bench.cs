using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Playgate.Benches
{
    /// <summary>
    /// What asking for a feature costs, in one process and in turns: IsAllowed against a look-up in a Dictionary, the same
    /// question by a plain P/Invoke, and a managed call that is not inlined. `bench PREFIX CALLS TIMES`.
    /// </summary>
    public static class Bench
    {
        [DllImport("playgate", CallingConvention = CallingConvention.Cdecl, ExactSpelling = true)]
        private static extern int playgate_client_allowed(ulong client, uint feature);

        private delegate int Contestant(int calls);

        private static PlaygateClient client;
        private static Feature voice;
        private static Dictionary<string, bool> dictionary;
        private static string name;
        private static bool flag;

        public static int Main(string[] arguments)
        {
            string prefix = arguments[0];
            int calls = int.Parse(arguments[1]);
            double[][] times = new double[4][];
            for (int i = 0; i < times.Length; i++)
            {
                times[i] = new double[int.Parse(arguments[2])];
            }
            PlaygateClientOptions options = new PlaygateClientOptions();
            options.Player = "bench";
            using (client = PlaygateClient.Open(options))
            {
                voice = Feature.Of("voice-chat");
                name = "voice-chat";
                client.AdoptAsync("{\"sessionId\":\"s\",\"permissions\":[{\"name\":\"voice-chat\",\"enabled\":true,"
                    + "\"managedBy\":\"GUARDIAN\"}]}");
                Stopwatch since = Stopwatch.StartNew();
                while (!client.IsAllowed(voice) && since.ElapsedMilliseconds < 10000)
                {
                    client.Pump();
                }
                if (!client.IsAllowed(voice) || !client.HasTable)
                {
                    Console.Error.WriteLine("there is no decision table that allows");
                    return 1;
                }
                dictionary = new Dictionary<string, bool>(StringComparer.Ordinal);
                foreach (string other in new string[] { "voice-chat", "text-chat", "mods", "trading", "custom-username", "ads" })
                {
                    dictionary.Add(other, true);
                }
                flag = true;
                return Race(prefix, calls, times);
            }
        }

        /// <summary>
        /// One round for each line that comes in: the contestants take turns, so often as there are times, and the medians are
        /// what a call took.
        /// </summary>
        private static int Race(string prefix, int calls, double[][] times)
        {
            string[] names = { "allowed", "managed", "dictionary", "native" };
            Contestant[] contestants = { AskTable, AskManaged, AskDictionary, AskNative };
            for (int i = 0; i < contestants.Length; i++)
            {
                if (contestants[i](10000) != 10000)
                {
                    Console.Error.WriteLine(names[i] + " did not always say yes");
                    return 1;
                }
            }
            while (Console.ReadLine() != null)
            {
                for (int turn = 0; turn < times[0].Length; turn++)
                {
                    for (int i = 0; i < contestants.Length; i++)
                    {
                        Stopwatch watch = Stopwatch.StartNew();
                        contestants[i](calls);
                        times[i][turn] = watch.Elapsed.TotalMilliseconds * 1000000 / calls;
                    }
                }
                for (int i = 0; i < contestants.Length; i++)
                {
                    Array.Sort(times[i]);
                    Console.WriteLine(prefix + names[i] + " "
                        + times[i][times[i].Length / 2].ToString("0.0000", System.Globalization.CultureInfo.InvariantCulture));
                }
                Console.WriteLine(".");
                Console.Out.Flush();
            }
            return 0;
        }

        private static int AskTable(int calls)
        {
            PlaygateClient asked = client;
            Feature feature = voice;
            int yes = 0;
            for (int i = 0; i < calls; i++)
            {
                if (asked.IsAllowed(feature))
                {
                    yes++;
                }
            }
            return yes;
        }

        private static int AskManaged(int calls)
        {
            int yes = 0;
            for (int i = 0; i < calls; i++)
            {
                if (IsOn())
                {
                    yes++;
                }
            }
            return yes;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        private static bool IsOn()
        {
            return flag;
        }

        private static int AskDictionary(int calls)
        {
            Dictionary<string, bool> asked = dictionary;
            string feature = name;
            int yes = 0;
            for (int i = 0; i < calls; i++)
            {
                bool on;
                if (asked.TryGetValue(feature, out on) && on)
                {
                    yes++;
                }
            }
            return yes;
        }

        private static int AskNative(int calls)
        {
            ulong handle = client.Handle;
            uint feature = voice.Number;
            int yes = 0;
            for (int i = 0; i < calls; i++)
            {
                if (playgate_client_allowed(handle, feature) == 1)
                {
                    yes++;
                }
            }
            return yes;
        }
    }
}
