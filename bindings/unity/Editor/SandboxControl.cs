using System;
using System.Text;
using System.Threading.Tasks;
using UnityEngine;
using UnityEngine.Networking;

namespace Playgate.Unity.Editor
{
    /// <summary>
    /// Plays the parent: calls of the sandbox's control API (examples/sandbox). Their tasks end on the main thread; a failure
    /// is the task's exception, with a sentence for the developer.
    /// </summary>
    internal sealed class SandboxControl
    {
        private const int TimeoutSeconds = 5;
        private readonly string root;

        internal SandboxControl(string url)
        {
            root = (url ?? "").TrimEnd('/') + "/control/";
        }

        internal Task<SandboxChallenge[]> Challenges(string player)
        {
            string path = "challenges?limit=100" + (player == null ? "" : "&player=" + Uri.EscapeDataString(player));
            TaskCompletionSource<SandboxChallenge[]> source = new TaskCompletionSource<SandboxChallenge[]>();
            Call("GET", path, null, source, text => JsonUtility.FromJson<SandboxChallenges>(text).challenges ?? new SandboxChallenge[0]);
            return source.Task;
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

        /// <summary>Hold, release, revoke or consent, of the player with that session id or kuid; gives the player.</summary>
        internal Task<string> Act(string player, string word)
        {
            string path = "players/" + Uri.EscapeDataString(player) + "/" + word;
            return Send("POST", path, "{}");
        }

        /// <summary>Changes a permission, or adds it.</summary>
        internal Task SetPermission(string player, string feature, SandboxPermission permission)
        {
            string path = "players/" + Uri.EscapeDataString(player) + "/permissions/" + Uri.EscapeDataString(feature);
            string threshold = permission.VerifiedAgeThreshold.HasValue ? permission.VerifiedAgeThreshold.Value.ToString() : "null";
            string body = "{\"enabled\":" + (permission.Enabled ? "true" : "false") + ",\"managedBy\":\"" + permission.ManagedBy
                + "\",\"verifiedAgeThreshold\":" + threshold + "}";
            return Send("PUT", path, body);
        }

        private Task Post(string path, string body)
        {
            return Send("POST", path, body);
        }

        private Task<string> Send(string method, string path, string body)
        {
            TaskCompletionSource<string> source = new TaskCompletionSource<string>();
            Call(method, path, body, source, text => text);
            return source.Task;
        }

        private void Call<T>(string method, string path, string body, TaskCompletionSource<T> source, Func<string, T> read)
        {
            UnityWebRequest request = new UnityWebRequest(root + path, method);
            request.timeout = TimeoutSeconds;
            request.downloadHandler = new DownloadHandlerBuffer();
            if (body != null)
            {
                request.uploadHandler = new UploadHandlerRaw(Encoding.UTF8.GetBytes(body));
                request.SetRequestHeader("Content-Type", "application/json");
            }
            request.SendWebRequest().completed += operation =>
            {
                try
                {
                    source.SetResult(read(Text(request)));
                }
                catch (Exception error)
                {
                    source.SetException(error);
                }
                finally
                {
                    request.Dispose();
                }
            };
        }

        private static string Text(UnityWebRequest answered)
        {
            if (answered.responseCode == 0)
            {
                throw new InvalidOperationException(
                    "The sandbox does not answer (" + answered.error + "). Start it with cargo run -p playgate-sandbox.");
            }
            if (answered.responseCode != 200)
            {
                throw new InvalidOperationException("The sandbox refuses: " + answered.downloadHandler.text);
            }
            return answered.downloadHandler.text;
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
        public string[] permissions = null;
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

    /// <summary>Who a session is about; the field's name is k-ID's.</summary>
    [Serializable]
    internal sealed class SandboxIdentity
    {
        public string kuid = "";
    }
}
