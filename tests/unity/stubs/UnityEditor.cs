// UnityEditor, as in Unity 2019.4; from 2021.2 on the linker's callback has less.

using System;
using System.Collections.Generic;
using System.Reflection;

using UnityEngine;
using UnityStubs;

namespace UnityEditor
{
    [AttributeUsage(AttributeTargets.Class)]
    public class InitializeOnLoadAttribute : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Method)]
    public sealed class MenuItem : Attribute
    {
        public MenuItem(string itemName)
        {
        }
    }

    public static class AssemblyReloadEvents
    {
        public delegate void AssemblyReloadCallback();

        public static event AssemblyReloadCallback beforeAssemblyReload;

        internal static void RaiseBefore()
        {
            if (beforeAssemblyReload != null)
            {
                foreach (Delegate handler in beforeAssemblyReload.GetInvocationList())
                {
                    AssemblyReloadCallback one = (AssemblyReloadCallback)handler;
                    Engine.Guard(() => one());
                }
            }
        }
    }

    public enum PlayModeStateChange
    {
        EnteredEditMode = 0,
        ExitingEditMode = 1,
        EnteredPlayMode = 2,
        ExitingPlayMode = 3
    }

    public static class EditorApplication
    {
        public static event Action<PlayModeStateChange> playModeStateChanged;

        public static event Action quitting;

        internal static void Raise(PlayModeStateChange change)
        {
            if (playModeStateChanged != null)
            {
                foreach (Delegate handler in playModeStateChanged.GetInvocationList())
                {
                    Action<PlayModeStateChange> one = (Action<PlayModeStateChange>)handler;
                    Engine.Guard(() => one(change));
                }
            }
        }

        internal static void RaiseQuitting()
        {
            if (quitting != null)
            {
                quitting();
            }
        }
    }

    public static class EditorPrefs
    {
        private static readonly Dictionary<string, string> values = new Dictionary<string, string>();

        public static string GetString(string key, string defaultValue)
        {
            string value;
            return values.TryGetValue(key, out value) ? value : defaultValue;
        }

        public static void SetString(string key, string value)
        {
            values[key] = value;
        }
    }

    public class EditorWindow : ScriptableObject
    {
        public static T GetWindow<T>(string title) where T : EditorWindow
        {
            return CreateInstance<T>();
        }

        public void Repaint()
        {
        }
    }

    public static class EditorStyles
    {
        public static GUIStyle boldLabel
        {
            get { return null; }
        }
    }

    public enum MessageType
    {
        None = 0,
        Info = 1,
        Warning = 2,
        Error = 3
    }

    public static class EditorGUILayout
    {
        public static Vector2 BeginScrollView(Vector2 scrollPosition, params GUILayoutOption[] options)
        {
            return scrollPosition;
        }

        public static void EndScrollView()
        {
        }

        public static Rect BeginHorizontal(params GUILayoutOption[] options)
        {
            return default(Rect);
        }

        public static void EndHorizontal()
        {
        }

        public static void LabelField(string label, params GUILayoutOption[] options)
        {
        }

        public static void LabelField(string label, GUIStyle style, params GUILayoutOption[] options)
        {
        }

        public static void LabelField(string label, string label2, params GUILayoutOption[] options)
        {
        }

        public static string TextField(string label, string text, params GUILayoutOption[] options)
        {
            return text;
        }

        public static int IntField(string label, int value, params GUILayoutOption[] options)
        {
            return value;
        }

        public static int Popup(string label, int selectedIndex, string[] displayedOptions, params GUILayoutOption[] options)
        {
            return selectedIndex;
        }

        public static bool Toggle(string label, bool value, params GUILayoutOption[] options)
        {
            return value;
        }

        public static void HelpBox(string message, MessageType type)
        {
        }

        public static bool PropertyField(SerializedProperty property, bool includeChildren, params GUILayoutOption[] options)
        {
            return false;
        }
    }

    public class SerializedObject : IDisposable
    {
        public SerializedObject(UnityEngine.Object obj)
        {
        }

        public SerializedProperty GetIterator()
        {
            return new SerializedProperty();
        }

        public bool ApplyModifiedProperties()
        {
            return false;
        }

        public void Dispose()
        {
        }
    }

    public class SerializedProperty
    {
        public string name
        {
            get { return ""; }
        }

        public bool NextVisible(bool enterChildren)
        {
            return false;
        }
    }

    public enum SettingsScope
    {
        User = 0,
        Project = 1
    }

    [AttributeUsage(AttributeTargets.Method)]
    public class SettingsProviderAttribute : Attribute
    {
    }

    public class SettingsProvider
    {
        public SettingsProvider(string path, SettingsScope scopes, IEnumerable<string> keywords = null)
        {
        }

        public string label { get; set; }

        public IEnumerable<string> keywords { get; set; }

        public Action<string> guiHandler { get; set; }
    }

    public static class AssetDatabase
    {
        public static void CreateAsset(UnityEngine.Object asset, string path)
        {
            Resources.assets[System.IO.Path.GetFileNameWithoutExtension(path)] = asset;
        }

        public static void SaveAssets()
        {
        }
    }

    public enum BuildTarget
    {
        StandaloneOSX = 2,
        StandaloneWindows = 5,
        iOS = 9,
        Android = 13,
        StandaloneWindows64 = 19,
        WebGL = 20,
        StandaloneLinux64 = 24,
        PS4 = 31,
        XboxOne = 33,
        tvOS = 37,
        Switch = 38,
#if UNITY_2021_2_OR_NEWER
        GameCoreXboxSeries = 42,
        GameCoreXboxOne = 43,
        PS5 = 44,
#endif
    }
}

namespace UnityEditor.Build
{
    public interface IOrderedCallback
    {
        int callbackOrder { get; }
    }

    public interface IPreprocessBuildWithReport : IOrderedCallback
    {
        void OnPreprocessBuild(UnityEditor.Build.Reporting.BuildReport report);
    }

    public interface IUnityLinkerProcessor : IOrderedCallback
    {
        string GenerateAdditionalLinkXmlFile(
            UnityEditor.Build.Reporting.BuildReport report, UnityEditor.UnityLinker.UnityLinkerBuildPipelineData data);

#if !UNITY_2021_2_OR_NEWER
        void OnBeforeRun(
            UnityEditor.Build.Reporting.BuildReport report, UnityEditor.UnityLinker.UnityLinkerBuildPipelineData data);

        void OnAfterRun(
            UnityEditor.Build.Reporting.BuildReport report, UnityEditor.UnityLinker.UnityLinkerBuildPipelineData data);
#endif
    }

    public class BuildFailedException : Exception
    {
        public BuildFailedException(string message) : base(message)
        {
        }
    }
}

namespace UnityEditor.Build.Reporting
{
    public struct BuildSummary
    {
        public BuildTarget platform { get; internal set; }
    }

    public class BuildReport : UnityEngine.Object
    {
        public BuildSummary summary { get; internal set; }
    }
}

namespace UnityEditor.UnityLinker
{
    public class UnityLinkerBuildPipelineData
    {
    }
}

namespace UnityStubs
{
    /// <summary>The Editor around the engine.</summary>
    public static class EditorEngine
    {
        /// <summary>The Editor loads the domain's assemblies.</summary>
        public static void LoadAssemblies()
        {
            Application.isEditor = true;
            Assembly.Load("Playgate.Editor");
            foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
            {
                if (!assembly.GetName().Name.StartsWith("Playgate", StringComparison.Ordinal))
                {
                    continue;
                }
                foreach (Type type in assembly.GetTypes())
                {
                    if (Attribute.IsDefined(type, typeof(UnityEditor.InitializeOnLoadAttribute)))
                    {
                        System.Runtime.CompilerServices.RuntimeHelpers.RunClassConstructor(type.TypeHandle);
                    }
                }
            }
        }

        /// <summary>Play, with Enter Play Mode Options that leave the domain as it is.</summary>
        public static void Play(string dataPath)
        {
            UnityEditor.EditorApplication.Raise(UnityEditor.PlayModeStateChange.ExitingEditMode);
            Engine.Begin(dataPath);
            UnityEditor.EditorApplication.Raise(UnityEditor.PlayModeStateChange.EnteredPlayMode);
        }

        /// <summary>Play ends.</summary>
        public static void StopPlaying()
        {
            UnityEditor.EditorApplication.Raise(UnityEditor.PlayModeStateChange.ExitingPlayMode);
            Engine.Quit();
            UnityEditor.EditorApplication.Raise(UnityEditor.PlayModeStateChange.EnteredEditMode);
        }

        /// <summary>Scripts were compiled: what the domain hears before it goes.</summary>
        public static void BeforeReload()
        {
            UnityEditor.AssemblyReloadEvents.RaiseBefore();
        }

        /// <summary>The Editor quits.</summary>
        public static void Quit()
        {
            UnityEditor.EditorApplication.RaiseQuitting();
        }
    }
}
