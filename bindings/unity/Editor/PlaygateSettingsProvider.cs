using System.Collections.Generic;
using System.IO;
using UnityEditor;
using UnityEngine;

using Playgate.Unity;

namespace Playgate.Unity.Editor
{
    /// <summary>Edit > Project Settings > Playgate: makes and edits the game's settings asset.</summary>
    internal static class PlaygateSettingsProvider
    {
        internal const string Folder = "Assets/Resources";
        internal const string Asset = Folder + "/" + PlaygateSettings.ResourceName + ".asset";

        [SettingsProvider]
        internal static SettingsProvider Make()
        {
            SettingsProvider provider = new SettingsProvider("Project/Playgate", SettingsScope.Project);
            provider.label = "Playgate";
            provider.keywords = new HashSet<string>(new[] { "k-ID", "permission", "parent", "age", "session" });
            provider.guiHandler = Draw;
            return provider;
        }

        /// <summary>The game's asset; a new one when there is none.</summary>
        internal static PlaygateSettings FindOrMake()
        {
            PlaygateSettings settings = Resources.Load<PlaygateSettings>(PlaygateSettings.ResourceName);
            if (settings == null)
            {
                Directory.CreateDirectory(Folder);
                settings = ScriptableObject.CreateInstance<PlaygateSettings>();
                AssetDatabase.CreateAsset(settings, Asset);
                AssetDatabase.SaveAssets();
            }
            return settings;
        }

        private static void Draw(string search)
        {
            SerializedObject asset = new SerializedObject(FindOrMake());
            SerializedProperty property = asset.GetIterator();
            bool enter = true;
            while (property.NextVisible(enter))
            {
                enter = false;
                if (property.name != "m_Script")
                {
                    EditorGUILayout.PropertyField(property, true);
                }
            }
            asset.ApplyModifiedProperties();
        }
    }
}
