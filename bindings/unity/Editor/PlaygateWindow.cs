using System.Collections.Generic;
using UnityEditor;
using UnityEngine;

using Playgate.Unity;

namespace Playgate.Unity.Editor
{
    /// <summary>Window > Playgate: the session, the decisions and the events of the game, and a parent to play.</summary>
    internal sealed class PlaygateWindow : EditorWindow
    {
        private const string UrlKey = "Playgate.SandboxUrl";
        private static readonly string[] managers = { "GUARDIAN", "PLAYER", "PROHIBITED" };
        private PlaygateWindowModel model;
        private Vector2 scroll;
        private int age = 18;
        private int threshold = 0;
        private int manager = 0;
        private bool isOn = false;
        private string feature = "voice-chat";

        [MenuItem("Window/Playgate")]
        private static void Open()
        {
            GetWindow<PlaygateWindow>("Playgate");
        }

        private void OnEnable()
        {
            model = new PlaygateWindowModel(EditorPrefs.GetString(UrlKey, "http://127.0.0.1:7411"));
        }

        private void OnDisable()
        {
            model.Close();
        }

        private void OnInspectorUpdate()
        {
            model.Tick();
            Repaint();
        }

        private void OnGUI()
        {
            scroll = EditorGUILayout.BeginScrollView(scroll);
            EditorGUILayout.LabelField("Session", EditorStyles.boldLabel);
            EditorGUILayout.LabelField(model.SessionLine ?? "");
            EditorGUILayout.LabelField("Decisions", EditorStyles.boldLabel);
            foreach (PlaygateWindowModel.FeatureRow row in model.Rows)
            {
                Decision decision = row.Decision;
                EditorGUILayout.LabelField(row.Name, decision.Access + ", " + decision.Reason + ", next: " + decision.NextStep
                    + ", " + decision.Freshness);
            }
            DrawParent();
            EditorGUILayout.LabelField("Events", EditorStyles.boldLabel);
            IReadOnlyList<string> events = model.Events;
            for (int i = events.Count - 1; i >= 0; i--)
            {
                EditorGUILayout.LabelField(events[i]);
            }
            EditorGUILayout.EndScrollView();
        }

        private void DrawParent()
        {
            EditorGUILayout.LabelField("The parent, at the sandbox", EditorStyles.boldLabel);
            string url = EditorGUILayout.TextField("Sandbox", model.SandboxUrl);
            if (url != model.SandboxUrl)
            {
                model.SandboxUrl = url;
                EditorPrefs.SetString(UrlKey, url);
            }
            if (model.Problem != null)
            {
                EditorGUILayout.HelpBox(model.Problem, MessageType.Warning);
            }
            if (!model.HasPlayer)
            {
                return;
            }
            age = EditorGUILayout.IntField("Age at an age check", age);
            if (GUILayout.Button("Look for challenges"))
            {
                model.List();
            }
            foreach (SandboxChallenge challenge in model.Challenges)
            {
                EditorGUILayout.BeginHorizontal();
                EditorGUILayout.LabelField(string.Join(", ", challenge.permissions ?? new string[0]), challenge.answeredBy + ", " + challenge.status);
                if (challenge.IsOpen)
                {
                    DrawAnswers(challenge);
                }
                EditorGUILayout.EndHorizontal();
            }
            EditorGUILayout.BeginHorizontal();
            foreach (string word in new[] { "hold", "release", "revoke" })
            {
                if (GUILayout.Button(word))
                {
                    model.Act(word);
                }
            }
            if (GUILayout.Button("consent"))
            {
                model.Consent();
            }
            EditorGUILayout.EndHorizontal();
            feature = EditorGUILayout.TextField("Permission", feature);
            manager = EditorGUILayout.Popup("Managed by", manager, managers);
            threshold = EditorGUILayout.IntField("Verified age (0: none)", threshold);
            isOn = EditorGUILayout.Toggle("Enabled", isOn);
            if (GUILayout.Button("Change the permission"))
            {
                SandboxPermission permission = new SandboxPermission();
                permission.Enabled = isOn;
                permission.ManagedBy = managers[manager];
                permission.VerifiedAgeThreshold = threshold > 0 ? threshold : (int?)null;
                model.SetPermission(feature, permission);
            }
        }

        private void DrawAnswers(SandboxChallenge challenge)
        {
            if (GUILayout.Button("Open"))
            {
                model.Open(challenge);
            }
            if (GUILayout.Button("Approve"))
            {
                model.Approve(challenge, age);
            }
            if (GUILayout.Button("Refuse"))
            {
                model.Refuse(challenge);
            }
            if (GUILayout.Button("Expire"))
            {
                model.Expire(challenge);
            }
        }
    }
}
