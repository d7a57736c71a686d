using System;
using System.IO;
using System.Net;
using System.Text;
using System.Threading.Tasks;
using UnityEngine;

namespace Playgate.Unity.Editor
{
    /// <summary>
    /// Plays the parent: calls of the sandbox's control API (examples/sandbox). They run off the main thread; a failure is
    /// the task's exception, with a sentence for the developer.
    /// </summary>
    internal sealed class SandboxControl
    {
        private const int TimeoutMilliseconds = 5000;
        private readonly string root;

        internal SandboxControl(string url)
        {
            root = (url ?? "").TrimEnd('/') + "/control/";
        }

        internal Task<SandboxChallenge[]> Challenges(string player)
        {
            string path = "challenges?limit=100" + (player == null ? "" : "&player=" + Uri.EscapeDataString(player));
            return Task.Run(() => JsonUtility.FromJson<SandboxChallenges>(Call("GET", path, null)).challenges ?? new SandboxChallenge[0]);
        }

        internal Task Open(string challenge)
        {
            return Post("challenges/" + Uri.EscapeDataString(challenge) + "/open", "{}");
        }

        /// <summary>Passes a challenge; an age below the threshold fails an age check.</summary>
        internal Task Approve(string challenge, int? age)
        {
            string body = age.HasValue ? "{\"age\":" + age.Value + "}" : "{}";
            return Post("challenges/" + Uri.EscapeDataString(challenge) + "/approve", body);
        }

        internal Task Refuse(string challenge)
        {
            return Post("challenges/" + Uri.EscapeDataString(challenge) + "/refuse", "{}");
        }

        internal Task Expire(string challenge)
        {
            return Post("challenges/" + Uri.EscapeDataString(challenge) + "/expire", "{}");
        }

        /// <summary>Hold, release, revoke or consent, of the player with that session id or kuid.</summary>
        internal Task Act(string player, string word)
        {
            return Post("players/" + Uri.EscapeDataString(player) + "/" + word, "{}");
        }

        /// <summary>Changes a permission, or adds it.</summary>
        internal Task SetPermission(string player, string feature, SandboxPermission permission)
        {
            string path = "players/" + Uri.EscapeDataString(player) + "/permissions/" + Uri.EscapeDataString(feature);
            string threshold = permission.VerifiedAgeThreshold.HasValue ? permission.VerifiedAgeThreshold.Value.ToString() : "null";
            string body = "{\"enabled\":" + (permission.Enabled ? "true" : "false") + ",\"managedBy\":\"" + permission.ManagedBy
                + "\",\"verifiedAgeThreshold\":" + threshold + "}";
            return Task.Run(() => { Call("PUT", path, body); });
        }

        private Task Post(string path, string body)
        {
            return Task.Run(() => { Call("POST", path, body); });
        }

        private string Call(string method, string path, string body)
        {
            HttpWebRequest request = (HttpWebRequest)WebRequest.Create(root + path);
            request.Method = method;
            request.Timeout = TimeoutMilliseconds;
            request.Proxy = null;
            if (body != null)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(body);
                request.ContentType = "application/json";
                request.ContentLength = bytes.Length;
                using (Stream stream = request.GetRequestStream())
                {
                    stream.Write(bytes, 0, bytes.Length);
                }
            }
            try
            {
                using (WebResponse answer = request.GetResponse())
                {
                    return Text(answer);
                }
            }
            catch (WebException error)
            {
                if (error.Response == null)
                {
                    throw new InvalidOperationException(
                        "The sandbox does not answer (" + error.Status + "). Start it with cargo run -p playgate-sandbox.");
                }
                using (error.Response)
                {
                    throw new InvalidOperationException("The sandbox refuses: " + Text(error.Response));
                }
            }
        }

        private static string Text(WebResponse answer)
        {
            using (StreamReader reader = new StreamReader(answer.GetResponseStream(), Encoding.UTF8))
            {
                return reader.ReadToEnd();
            }
        }
    }

    /// <summary>How a permission is to be.</summary>
    internal struct SandboxPermission
    {
        /// <summary>Whether it is on.</summary>
        internal bool Enabled;

        /// <summary>GUARDIAN, PLAYER or PROHIBITED.</summary>
        internal string ManagedBy;

        /// <summary>The age that has to be verified; null: none.</summary>
        internal int? VerifiedAgeThreshold;
    }

    /// <summary>The sandbox's answer to a list of challenges; the fields' names are the API's.</summary>
    [Serializable]
    internal sealed class SandboxChallenges
    {
        public SandboxChallenge[] challenges = null;
    }

    /// <summary>A challenge at the sandbox; the fields' names are the API's.</summary>
    [Serializable]
    internal sealed class SandboxChallenge
    {
        public string challengeId = "";
        public string answeredBy = "";
        public string status = "";
        public string player = "";
        public string[] permissions = null;
        public int ageAskedFor = 0;
        public bool expired = false;

        internal bool IsOpen
        {
            get { return status == "PENDING" || status == "IN_PROGRESS"; }
        }

        internal bool IsForThePlayer
        {
            get { return answeredBy == "player"; }
        }
    }
}
