// Drives the stubs as Unity drives a game. Unity has nothing of the kind.

using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Threading;

using UnityEngine;
using UnityEngine.LowLevel;

[assembly: InternalsVisibleTo("UnityEditor")]
[assembly: InternalsVisibleTo("UnityEngine.UI")]
[assembly: InternalsVisibleTo("Playgate.Tests.Editor")]

namespace UnityStubs
{
    /// <summary>The engine: frames, and what the platform tells a game.</summary>
    public static class Engine
    {
        internal static readonly List<GameObject> objects = new List<GameObject>();
        private static readonly List<UnityEngine.Object> doomed = new List<UnityEngine.Object>();
        private static readonly Queue<Action> arrived = new Queue<Action>();
        private static readonly Stopwatch clock = Stopwatch.StartNew();
        private static readonly MainContext context = new MainContext();
        private static readonly MonoBehaviour[] running = new MonoBehaviour[256];
        private static float skipped;

        /// <summary>What was logged, in order; each line begins with its kind.</summary>
        public static readonly List<string> Logs = new List<string>();

        /// <summary>What was opened last in the system's browser.</summary>
        public static string OpenedUrl { get; internal set; }

        internal static float Seconds
        {
            get { return (float)clock.Elapsed.TotalSeconds + skipped; }
        }

        /// <summary>Lets the frame's clock jump.</summary>
        public static void Skip(float seconds)
        {
            skipped += seconds;
        }

        /// <summary>A player starts: not the Editor.</summary>
        public static void StartPlayer(string dataPath)
        {
            Application.isEditor = false;
            Begin(dataPath);
        }

        /// <summary>What happens when play begins, up to the first frame.</summary>
        internal static void Begin(string dataPath)
        {
            Application.persistentDataPath = dataPath;
            Application.isPlaying = true;
            Assembly.Load("Playgate.Unity");
            SynchronizationContext.SetSynchronizationContext(context);
            Initialize(RuntimeInitializeLoadType.SubsystemRegistration);
            Initialize(RuntimeInitializeLoadType.AfterAssembliesLoaded);
            Initialize(RuntimeInitializeLoadType.BeforeSplashScreen);
            Initialize(RuntimeInitializeLoadType.BeforeSceneLoad);
            Initialize(RuntimeInitializeLoadType.AfterSceneLoad);
        }

        /// <summary>One frame.</summary>
        public static void Frame()
        {
            Arrive();
            UnityEngine.LowLevel.PlayerLoop.Run();
            if (doomed.Count > 0)
            {
                foreach (UnityEngine.Object one in doomed.ToArray())
                {
                    DestroyNow(one);
                }
                doomed.Clear();
            }
        }

        /// <summary>The platform pauses the game, or lets it go on.</summary>
        public static void Pause(bool isPaused)
        {
            foreach (MonoBehaviour behaviour in Behaviours())
            {
                behaviour.Send("OnApplicationPause", isPaused);
            }
        }

        /// <summary>The window gets or loses the focus.</summary>
        public static void Focus(bool hasFocus)
        {
            Application.RaiseFocusChanged(hasFocus);
            foreach (MonoBehaviour behaviour in Behaviours())
            {
                behaviour.Send("OnApplicationFocus", hasFocus);
            }
        }

        /// <summary>The game quits: OnApplicationQuit, quitting, then the objects go.</summary>
        public static void Quit()
        {
            foreach (MonoBehaviour behaviour in Behaviours())
            {
                behaviour.Send("OnApplicationQuit");
            }
            Application.RaiseQuitting();
            foreach (GameObject one in objects.ToArray())
            {
                DestroyNow(one);
            }
            doomed.Clear();
            Application.isPlaying = false;
        }

        /// <summary>The app around unloads Unity: there is no OnApplicationQuit.</summary>
        public static void Unload()
        {
            foreach (GameObject one in objects.ToArray())
            {
                DestroyNow(one);
            }
            Application.RaiseUnloading();
            Application.isPlaying = false;
        }

        /// <summary>Another scene: what is not kept goes.</summary>
        public static void LoadScene()
        {
            foreach (GameObject one in objects.ToArray())
            {
                if (!one.outlivesScenes)
                {
                    DestroyNow(one);
                }
            }
        }

        internal static void Guard(Action call)
        {
            try
            {
                call();
            }
            catch (Exception error)
            {
                UnityEngine.Debug.LogException(error);
            }
        }

        internal static void GuardSystem(PlayerLoopSystem.UpdateFunction call)
        {
            try
            {
                call();
            }
            catch (Exception error)
            {
                UnityEngine.Debug.LogException(error);
            }
        }

        // From any thread: to be done on the main thread, before the next frame.
        internal static void Post(Action call)
        {
            lock (arrived)
            {
                arrived.Enqueue(call);
            }
        }

        internal static void RunUpdates()
        {
            int count = Collect();
            for (int i = 0; i < count; i++)
            {
                running[i].RunUpdate();
            }
        }

        internal static void RunLateUpdates()
        {
            int count = Collect();
            for (int i = 0; i < count; i++)
            {
                running[i].RunLateUpdate();
            }
        }

        internal static void RunPosted()
        {
            context.Run();
        }

        internal static void DestroyAtEndOfFrame(UnityEngine.Object obj)
        {
            doomed.Add(obj);
        }

        internal static void DestroyNow(UnityEngine.Object obj)
        {
            if (obj == null)
            {
                return;
            }
            GameObject gameObject = obj as GameObject;
            if (gameObject != null)
            {
                objects.Remove(gameObject);
                // First all of them are disabled: each still finds the others.
                foreach (Component component in gameObject.components.ToArray())
                {
                    MonoBehaviour one = component as MonoBehaviour;
                    if (one != null)
                    {
                        one.TurnOff();
                    }
                }
                foreach (Component component in gameObject.components.ToArray())
                {
                    DestroyNow(component);
                }
            }
            MonoBehaviour behaviour = obj as MonoBehaviour;
            if (behaviour != null)
            {
                behaviour.End();
                behaviour.gameObject.components.Remove(behaviour);
            }
            obj.isDestroyed = true;
        }

        private static void Arrive()
        {
            while (true)
            {
                Action call;
                lock (arrived)
                {
                    if (arrived.Count == 0)
                    {
                        return;
                    }
                    call = arrived.Dequeue();
                }
                Guard(call);
            }
        }

        // Without allocation, so that what a frame of the game allocates can be measured.
        private static int Collect()
        {
            int count = 0;
            for (int i = 0; i < objects.Count; i++)
            {
                List<Component> components = objects[i].components;
                for (int j = 0; j < components.Count && count < running.Length; j++)
                {
                    MonoBehaviour behaviour = components[j] as MonoBehaviour;
                    if (!ReferenceEquals(behaviour, null))
                    {
                        running[count++] = behaviour;
                    }
                }
            }
            return count;
        }

        private static MonoBehaviour[] Behaviours()
        {
            int count = Collect();
            MonoBehaviour[] all = new MonoBehaviour[count];
            Array.Copy(running, all, count);
            return all;
        }

        private static void Initialize(RuntimeInitializeLoadType type)
        {
            foreach (Assembly assembly in AppDomain.CurrentDomain.GetAssemblies())
            {
                if (!assembly.GetName().Name.StartsWith("Playgate", StringComparison.Ordinal))
                {
                    continue;
                }
                foreach (Type one in assembly.GetTypes())
                {
                    const BindingFlags Any = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
                    foreach (MethodInfo method in one.GetMethods(Any))
                    {
                        RuntimeInitializeOnLoadMethodAttribute mark = (RuntimeInitializeOnLoadMethodAttribute)Attribute
                            .GetCustomAttribute(method, typeof(RuntimeInitializeOnLoadMethodAttribute));
                        if (mark != null && mark.loadType == type)
                        {
                            MethodInfo found = method;
                            Guard(() => { found.Invoke(null, null); });
                        }
                    }
                }
            }
        }

        // As Unity's: what is posted runs in the next Update.
        private sealed class MainContext : SynchronizationContext
        {
            private readonly Queue<Action> posted = new Queue<Action>();

            public override void Post(SendOrPostCallback d, object state)
            {
                lock (posted)
                {
                    posted.Enqueue(() => d(state));
                }
            }

            internal void Run()
            {
                while (true)
                {
                    Action call;
                    lock (posted)
                    {
                        if (posted.Count == 0)
                        {
                            return;
                        }
                        call = posted.Dequeue();
                    }
                    Guard(call);
                }
            }
        }
    }
}
