using System;
using System.Text;
using UnityEngine;
using UnityEngine.Networking;

namespace PlaygateSamples
{
    /// <summary>How k-ID decides about a feature.</summary>
    public enum SandboxOutcome
    {
        /// <summary>A parent has to allow it.</summary>
        Parent = 0,

        /// <summary>The player has to prove an age.</summary>
        VerifyAge = 1,

        /// <summary>The player may switch it on.</summary>
        PlayerMayEnable = 2,

        /// <summary>Nobody may.</summary>
        Prohibited = 3
    }

    /// <summary>A family at the simulated k-ID, for samples and tests. A shipped game has nothing of the kind.</summary>
    public sealed class SandboxFamily
    {
        private readonly string root;

        /// <param name="url">The sandbox's URL.</param>
        public SandboxFamily(string url)
        {
            root = url.TrimEnd('/') + "/control/";
        }

        /// <summary>A child with a session in which a parent decides about the feature.</summary>
        /// <param name="feature">The permission.</param>
        /// <param name="done">Gets what the consent flow hands to the game, or null.</param>
        public void Consent(string feature, Action<string> done)
        {
            string body = "{\"name\":\"Ann\",\"dateOfBirth\":\"2012-01-15\",\"permissions\":[{\"name\":\"" + feature
                + "\",\"managedBy\":\"GUARDIAN\"}]}";
            Send("POST", "players", body, done);
        }

        /// <summary>Changes how k-ID decides about the feature.</summary>
        /// <param name="session">The session's id.</param>
        /// <param name="feature">The permission.</param>
        /// <param name="outcome">How.</param>
        /// <param name="done">Gets whether the sandbox did it.</param>
        public void Decide(string session, string feature, SandboxOutcome outcome, Action<bool> done)
        {
            string manager = outcome == SandboxOutcome.Parent ? "GUARDIAN"
                : outcome == SandboxOutcome.Prohibited ? "PROHIBITED" : "PLAYER";
            string threshold = outcome == SandboxOutcome.VerifyAge ? "14" : "null";
            string body = "{\"enabled\":false,\"managedBy\":\"" + manager + "\",\"verifiedAgeThreshold\":" + threshold + "}";
            Send("PUT", "players/" + session + "/permissions/" + feature, body, json => done(json != null));
        }

        private void Send(string method, string path, string body, Action<string> done)
        {
            UnityWebRequest request = new UnityWebRequest(root + path, method);
            request.downloadHandler = new DownloadHandlerBuffer();
            request.uploadHandler = new UploadHandlerRaw(Encoding.UTF8.GetBytes(body));
            request.SetRequestHeader("Content-Type", "application/json");
            request.SendWebRequest().completed += operation =>
            {
                string text = request.responseCode == 200 ? request.downloadHandler.text : null;
                request.Dispose();
                done(text);
            };
        }
    }
}
