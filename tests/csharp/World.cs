using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Playgate.Tests
{
    /// <summary>A child who plays: known to the studio's login, and to k-ID once a parent has consented.</summary>
    public sealed class Player
    {
        public string Name;
        public string Token;
        public string Folder;
        public string Kuid;
        public string Consent;
    }

    /// <summary>The servers around the cases, the parent, and what all cases do.</summary>
    public static class World
    {
        /// <summary>How long anything may take that is waited for.</summary>
        public const int PatienceMs = 20000;

        /// <summary>Every type of event that any case has seen, by its number.</summary>
        public static readonly bool[] Seen = new bool[64];

        private static readonly object Lock = new object();
        private static int players;
        private static int folders;

        /// <summary>The studio's server.</summary>
        public static string Backend
        {
            get { return Setting("PLAYGATE_TEST_BACKEND"); }
        }

        /// <summary>The simulated k-ID and ad service.</summary>
        public static string Sandbox
        {
            get { return Setting("PLAYGATE_TEST_SANDBOX"); }
        }

        public static string Setting(string name)
        {
            string value = Environment.GetEnvironmentVariable(name);
            Check.That(!string.IsNullOrEmpty(value), name + " is not set; `cargo xtask test C#` sets it");
            return value;
        }

        /// <summary>A player whom nobody else has: with a token of the studio's login, and without a session.</summary>
        public static Player Stranger()
        {
            string[] tokens = Setting("PLAYGATE_TEST_TOKENS").Split(' ');
            lock (Lock)
            {
                Check.That(players < tokens.Length, "there are only " + tokens.Length + " tokens");
                Player player = new Player();
                player.Name = "csharp-" + players;
                player.Token = tokens[players++];
                player.Folder = FreshFolder();
                return player;
            }
        }

        /// <summary>A player with a parent's consent; permissions are "name+guardian", "name-player" and so on.</summary>
        public static Player Child(params string[] permissions)
        {
            Player player = Stranger();
            string born = Control("POST", "players", "{\"name\":\"" + player.Name + "\",\"dateOfBirth\":\"2012-01-15\","
                + "\"permissions\":" + Permissions(permissions) + "}");
            player.Kuid = Json.Text(born, "kuid");
            player.Consent = Json.Get(born, "session");
            return player;
        }

        /// <summary>A list of permissions as k-ID writes it, from "name+guardian" (on) and "name-player" (off).</summary>
        public static string Permissions(params string[] permissions)
        {
            StringBuilder list = new StringBuilder();
            foreach (string permission in permissions)
            {
                int sign = Math.Max(permission.LastIndexOf('+'), permission.LastIndexOf('-'));
                list.Append(list.Length == 0 ? "[" : ",");
                list.Append("{\"name\":\"" + permission.Substring(0, sign) + "\",\"enabled\":" + (permission[sign] == '+' ? "true"
                    : "false") + ",\"managedBy\":\"" + permission.Substring(sign + 1).ToUpperInvariant() + "\"}");
            }
            return list.Length == 0 ? "[]" : list.Append("]").ToString();
        }

        /// <summary>A session that no server knows.</summary>
        public static string SessionJson(string id, params string[] permissions)
        {
            return "{\"sessionId\":\"" + id + "\",\"status\":\"ACTIVE\",\"ageStatus\":\"DIGITAL_MINOR\",\"jurisdiction\":\"US-CA\","
                + "\"permissions\":" + Permissions(permissions) + "}";
        }

        /// <summary>One call of the sandbox's control API, by which a case plays the parent.</summary>
        public static string Control(string method, string path, string body)
        {
            KeyValuePair<string, string>[] headers =
            {
                new KeyValuePair<string, string>("Content-Type", "application/json"),
            };
            byte[] bytes = body == null ? null : Encoding.UTF8.GetBytes(body);
            HttpAnswer answer = Http.Call(method, Sandbox + "/control/" + path, headers, bytes, PatienceMs);
            Check.Equal(200, answer.Status, method + " " + path + ": " + answer.Text);
            return answer.Text;
        }

        /// <summary>The parent switches a permission.</summary>
        public static void ParentSwitches(Player player, string permission, bool on)
        {
            Control("PUT", "players/" + player.Kuid + "/permissions/" + permission, "{\"enabled\":" + (on ? "true" : "false") + "}");
        }

        /// <summary>How often k-ID and the ad service were called by everybody.</summary>
        public static long ServerCalls()
        {
            return Json.Number(Control("GET", "requests?limit=0", null), "total");
        }

        public static string FreshFolder()
        {
            string folder = Path.Combine(Setting("PLAYGATE_TEST_FOLDER"), "player-" + Interlocked.Increment(ref folders));
            Directory.CreateDirectory(folder);
            return folder;
        }

        /// <summary>Options for a player's client on the library's own threads, HTTP and files.</summary>
        public static PlaygateClientOptions Options(Player player)
        {
            PlaygateClientOptions options = new PlaygateClientOptions();
            options.Player = player.Name;
            options.ServerUrl = Backend;
            options.Token = player.Token;
            options.Folder = player.Folder;
            options.NetworkAllowed = true;
            return options;
        }

        /// <summary>Opens a client whose events are noted.</summary>
        public static PlaygateClient Open(PlaygateClientOptions options)
        {
            PlaygateClient client = PlaygateClient.Open(options);
            client.EventReceived += Note;
            return client;
        }

        /// <summary>Opens a client that has the player's session from the consent flow.</summary>
        public static PlaygateClient OpenWithConsent(Player player)
        {
            PlaygateClient client = Open(Options(player));
            Adopt(client, player.Consent);
            return client;
        }

        public static void Adopt(PlaygateClient client, string session)
        {
            Ok(Await(client, client.AdoptAsync(session)), "adopt");
        }

        public static void Note(PlaygateEvent happened)
        {
            int number = (int)happened.Type;
            if (number >= 0 && number < Seen.Length)
            {
                Seen[number] = true;
            }
        }

        /// <summary>Pumps until something is so.</summary>
        public static void Until(PlaygateClient client, Func<bool> isSo, string what)
        {
            Stopwatch since = Stopwatch.StartNew();
            while (!isSo())
            {
                Check.That(since.ElapsedMilliseconds < PatienceMs, "not within " + PatienceMs + " ms: " + what);
                if (!client.Pump())
                {
                    Thread.Sleep(1);
                }
            }
        }

        /// <summary>Pumps until a request has ended, and gives how.</summary>
        public static RequestOutcome Await(PlaygateClient client, Task<RequestOutcome> task)
        {
            Until(client, () => task.IsCompleted, "a request ends");
            return task.Result;
        }

        /// <summary>Pumps for so long.</summary>
        public static void PumpFor(PlaygateClient client, int milliseconds)
        {
            Stopwatch since = Stopwatch.StartNew();
            while (since.ElapsedMilliseconds < milliseconds)
            {
                if (!client.Pump())
                {
                    Thread.Sleep(1);
                }
            }
        }

        /// <summary>Pumps until nothing is left to do, for clients without threads and transports that answer at once.</summary>
        public static void Settle(PlaygateClient client)
        {
            for (int i = 0; client.Pump(); i++)
            {
                Check.That(i < 10000, "there is always more to do");
            }
        }

        public static void Ok(RequestOutcome outcome, string what)
        {
            Check.That(outcome.IsOk, what + " ended: " + outcome.Result + ", HTTP " + outcome.HttpStatus + ", " + outcome.Text);
        }

        /// <summary>The answer to a challenge about a permission, as its page gives it: open, approve, refuse or expire.</summary>
        public static void Answer(Challenge challenge, string word)
        {
            Control("POST", "challenges/" + challenge.Id + "/" + word, null);
        }
    }
}
