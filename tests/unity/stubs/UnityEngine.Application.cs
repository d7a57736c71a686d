// UnityEngine, as in Unity 2019.4: the application, time, logs, PlayerPrefs, resources, JSON.

using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.Serialization.Json;
using System.Text;

using UnityStubs;

namespace UnityEngine
{
    public enum NetworkReachability
    {
        NotReachable = 0,
        ReachableViaCarrierDataNetwork = 1,
        ReachableViaLocalAreaNetwork = 2
    }

    public enum SystemLanguage
    {
        Afrikaans = 0, Arabic = 1, Basque = 2, Belarusian = 3, Bulgarian = 4, Catalan = 5, Chinese = 6, Czech = 7, Danish = 8,
        Dutch = 9, English = 10, Estonian = 11, Faroese = 12, Finnish = 13, French = 14, German = 15, Greek = 16, Hebrew = 17,
        Hungarian = 18, Icelandic = 19, Indonesian = 20, Italian = 21, Japanese = 22, Korean = 23, Latvian = 24,
        Lithuanian = 25, Norwegian = 26, Polish = 27, Portuguese = 28, Romanian = 29, Russian = 30, SerboCroatian = 31,
        Slovak = 32, Slovenian = 33, Spanish = 34, Swedish = 35, Thai = 36, Turkish = 37, Ukrainian = 38, Vietnamese = 39,
        ChineseSimplified = 40, ChineseTraditional = 41, Unknown = 42
    }

    public static class Application
    {
        static Application()
        {
            systemLanguage = SystemLanguage.English;
            internetReachability = NetworkReachability.ReachableViaLocalAreaNetwork;
            isEditor = true;
        }

        public static event Action quitting;

        // For Unity as a library: Application.Unload.
        public static event Action unloading;

        public static event Action<bool> focusChanged;

        public static bool isPlaying { get; internal set; }

        public static bool isEditor { get; internal set; }

        public static string persistentDataPath { get; internal set; }

        public static SystemLanguage systemLanguage { get; internal set; }

        public static NetworkReachability internetReachability
        {
            get
            {
                ReachabilityLooks++;
                return reachability;
            }
            internal set { reachability = value; }
        }

        private static NetworkReachability reachability;

        internal static int ReachabilityLooks { get; set; }

        public static void OpenURL(string url)
        {
            Engine.OpenedUrl = url;
        }

        internal static void RaiseQuitting()
        {
            Raise(quitting);
        }

        internal static void RaiseUnloading()
        {
            Raise(unloading);
        }

        internal static void RaiseFocusChanged(bool hasFocus)
        {
            Action<bool> handlers = focusChanged;
            if (handlers != null)
            {
                Engine.Guard(() => handlers(hasFocus));
            }
        }

        internal static int Listeners
        {
            get { return Count(quitting) + Count(unloading) + Count(focusChanged); }
        }

        private static int Count(Delegate handlers)
        {
            return handlers == null ? 0 : handlers.GetInvocationList().Length;
        }

        private static void Raise(Action handlers)
        {
            if (handlers != null)
            {
                foreach (Delegate handler in handlers.GetInvocationList())
                {
                    Engine.Guard((Action)handler);
                }
            }
        }
    }

    public static class Time
    {
        public static float realtimeSinceStartup
        {
            get { return Engine.Seconds; }
        }
    }

    public static class Debug
    {
        public static void Log(object message)
        {
            Engine.Logs.Add("Log: " + message);
        }

        public static void LogWarning(object message)
        {
            Engine.Logs.Add("Warning: " + message);
        }

        public static void LogWarning(object message, Object context)
        {
            LogWarning(message);
        }

        public static void LogError(object message)
        {
            Engine.Logs.Add("Error: " + message);
        }

        public static void LogException(Exception exception)
        {
            Engine.Logs.Add("Exception: " + exception);
        }

        public static void LogException(Exception exception, Object context)
        {
            LogException(exception);
        }
    }

    public static class Resources
    {
        internal static readonly Dictionary<string, Object> assets = new Dictionary<string, Object>();

        public static T Load<T>(string path) where T : Object
        {
            Object found;
            return assets.TryGetValue(path, out found) ? found as T : null;
        }
    }

    public class PlayerPrefsException : Exception
    {
        public PlayerPrefsException(string error) : base(error)
        {
        }
    }

    public static class PlayerPrefs
    {
        // What a browser gives a game.
        internal const int Limit = 1024 * 1024;
        internal static readonly Dictionary<string, string> values = new Dictionary<string, string>();
        internal static Dictionary<string, string> saved = new Dictionary<string, string>();

        public static bool HasKey(string key)
        {
            return values.ContainsKey(key);
        }

        public static string GetString(string key)
        {
            string value;
            return values.TryGetValue(key, out value) ? value : "";
        }

        public static void SetString(string key, string value)
        {
            int size = key.Length + value.Length;
            foreach (KeyValuePair<string, string> other in values)
            {
                size += other.Key == key ? 0 : other.Key.Length + other.Value.Length;
            }
            if (size > Limit)
            {
                throw new PlayerPrefsException("Could not store preference value");
            }
            values[key] = value;
        }

        public static void DeleteKey(string key)
        {
            values.Remove(key);
        }

        public static void Save()
        {
            saved = new Dictionary<string, string>(values);
        }
    }

    // Fields of [Serializable] classes; unknown ones are passed over.
    public static class JsonUtility
    {
        public static T FromJson<T>(string json)
        {
            using (MemoryStream stream = new MemoryStream(Encoding.UTF8.GetBytes(json)))
            {
                return (T)new DataContractJsonSerializer(typeof(T)).ReadObject(stream);
            }
        }
    }

    public class AsyncOperation
    {
        private Action<AsyncOperation> handlers;

        public event Action<AsyncOperation> completed
        {
            add
            {
                if (isDone)
                {
                    value(this);
                }
                else
                {
                    handlers += value;
                }
            }
            remove { handlers -= value; }
        }

        public bool isDone { get; private set; }

        internal void Complete()
        {
            isDone = true;
            Action<AsyncOperation> all = handlers;
            handlers = null;
            if (all != null)
            {
                Engine.Guard(() => all(this));
            }
        }
    }
}
