using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Text;
using System.Web.Script.Serialization;
using NUnit.Framework;

namespace Playgate.Unity.Tests
{
    /// <summary>
    /// The simulated k-ID and the studio's server, as programs, and a player who has a session. The environment names the
    /// folder that has the programs: PLAYGATE_SERVERS.
    /// </summary>
    internal sealed class Household : IDisposable
    {
        private const string TokenSecret = "the tests of the glue sign player tokens with this";
        private const string WebhookSecret = "the tests of the glue sign webhooks with this";
        private readonly List<Process> programs = new List<Process>();
        private readonly string folder;
        private int players;
        private readonly JavaScriptSerializer json = new JavaScriptSerializer();

        internal Household()
        {
            folder = Path.Combine(Path.GetTempPath(), "playgate-household-" + Guid.NewGuid().ToString("N"));
            Directory.CreateDirectory(folder);
            Sandbox = Start("playgate-sandbox", "--listen 127.0.0.1:0 --today 2026-06-10", "sandbox: ");
            Server = Start("playgate-backend", "", "backend: ");
            Control("PUT", "webhooks", new Dictionary<string, object>
            {
                { "url", Server + "/webhook/k-id" }, { "secret", WebhookSecret }, { "retryDelaysMs", new[] { 200, 500 } }
            });
        }

        /// <summary>The sandbox's URL.</summary>
        internal string Sandbox { get; private set; }

        /// <summary>The studio's server's URL.</summary>
        internal string Server { get; private set; }

        /// <summary>The player whom a parent's consent was given for last.</summary>
        internal string Player { get; private set; }

        /// <summary>The player's token.</summary>
        internal string Token { get; private set; }

        /// <summary>The player's session, as the consent flow gives it to the game.</summary>
        internal string SessionJson { get; private set; }

        /// <summary>The player's id at k-ID.</summary>
        internal string Kuid { get; private set; }

        /// <summary>Another child of 14 by consent, with these permissions.</summary>
        internal void Consent(params object[] permissions)
        {
            players++;
            Player = "ann-" + players;
            Token = Run("token --player " + Player);
            Dictionary<string, object> born = Control("POST", "players", new Dictionary<string, object>
            {
                { "name", "Ann" }, { "dateOfBirth", "2012-01-15" }, { "permissions", permissions }
            });
            Kuid = (string)born["kuid"];
            SessionJson = json.Serialize(born["session"]);
        }

        internal static Dictionary<string, object> Permission(string name, string managedBy, bool enabled = false, int? threshold = null)
        {
            Dictionary<string, object> permission = new Dictionary<string, object>
            {
                { "name", name }, { "managedBy", managedBy }, { "enabled", enabled }
            };
            if (threshold.HasValue)
            {
                permission["verifiedAgeThreshold"] = threshold.Value;
            }
            return permission;
        }

        internal void SetPermission(string name, Dictionary<string, object> how)
        {
            how.Remove("name");
            Control("PUT", "players/" + Kuid + "/permissions/" + name, how);
        }

        /// <summary>The one challenge about a permission that nobody has answered yet.</summary>
        internal string OpenChallenge(string permission)
        {
            List<string> open = new List<string>();
            Dictionary<string, object> all = Control("GET", "challenges?limit=1000", null);
            foreach (object one in (System.Collections.IEnumerable)all["challenges"])
            {
                Dictionary<string, object> challenge = (Dictionary<string, object>)one;
                string status = (string)challenge["status"];
                bool isAbout = ((System.Collections.ArrayList)challenge["permissions"]).Contains(permission);
                if (isAbout && (status == "PENDING" || status == "IN_PROGRESS"))
                {
                    open.Add((string)challenge["challengeId"]);
                }
            }
            Assert.AreEqual(1, open.Count, "open challenges about " + permission);
            return open[0];
        }

        internal void Answer(string challenge, string word, int? age = null)
        {
            Dictionary<string, object> body = new Dictionary<string, object>();
            if (age.HasValue)
            {
                body["age"] = age.Value;
            }
            Control("POST", "challenges/" + challenge + "/" + word, body);
        }

        internal Dictionary<string, object> Control(string method, string path, object body)
        {
            HttpWebRequest request = (HttpWebRequest)WebRequest.Create(Sandbox + "/control/" + path);
            request.Method = method;
            request.Proxy = null;
            request.Timeout = 10000;
            if (body != null)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(json.Serialize(body));
                request.ContentType = "application/json";
                using (Stream stream = request.GetRequestStream())
                {
                    stream.Write(bytes, 0, bytes.Length);
                }
            }
            using (WebResponse answer = request.GetResponse())
            using (StreamReader reader = new StreamReader(answer.GetResponseStream(), Encoding.UTF8))
            {
                return json.Deserialize<Dictionary<string, object>>(reader.ReadToEnd());
            }
        }

        public void Dispose()
        {
            foreach (Process program in programs)
            {
                try
                {
                    program.Kill();
                    program.WaitForExit();
                }
                catch (InvalidOperationException)
                {
                    // It has ended by itself.
                }
                program.Dispose();
            }
            Directory.Delete(folder, true);
        }

        private ProcessStartInfo Program(string name, string arguments)
        {
            string servers = Environment.GetEnvironmentVariable("PLAYGATE_SERVERS");
            Assert.IsNotNull(servers, "PLAYGATE_SERVERS does not name the folder of the servers");
            ProcessStartInfo start = new ProcessStartInfo(Path.Combine(servers, name), arguments);
            start.UseShellExecute = false;
            start.RedirectStandardOutput = true;
            start.RedirectStandardError = true;
            start.EnvironmentVariables["PLAYGATE_KID_URL"] = Sandbox + "/api/v1";
            start.EnvironmentVariables["PLAYGATE_KID_KEY"] = "sandbox-key";
            start.EnvironmentVariables["PLAYGATE_TOKEN_SECRET"] = TokenSecret;
            start.EnvironmentVariables["PLAYGATE_WEBHOOK_SECRET"] = WebhookSecret;
            start.EnvironmentVariables["PLAYGATE_KID_RECHECK_MS"] = "200";
            // The tests refresh at once, often before the webhook has come.
            start.EnvironmentVariables["PLAYGATE_READ_CACHE_MS"] = "0";
            start.EnvironmentVariables["PLAYGATE_LISTEN"] = "127.0.0.1:0";
            start.EnvironmentVariables["PLAYGATE_DATABASE"] = Path.Combine(folder, "backend.sqlite");
            return start;
        }

        private string Start(string name, string arguments, string greeting)
        {
            Process program = Process.Start(Program(name, arguments));
            programs.Add(program);
            program.ErrorDataReceived += delegate { };
            program.BeginErrorReadLine();
            string line = program.StandardOutput.ReadLine();
            Assert.IsTrue(line != null && line.StartsWith(greeting, StringComparison.Ordinal), name + " said: " + line);
            return line.Substring(greeting.Length).Trim();
        }

        private string Run(string arguments)
        {
            using (Process program = Process.Start(Program("playgate-backend", arguments)))
            {
                string said = program.StandardOutput.ReadToEnd().Trim();
                program.WaitForExit();
                Assert.AreEqual(0, program.ExitCode, "playgate-backend " + arguments);
                return said;
            }
        }
    }
}
