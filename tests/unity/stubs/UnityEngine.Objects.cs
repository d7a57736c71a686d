// UnityEngine, as in Unity 2019.4: objects, components and their messages.

using System;
using System.Collections.Generic;
using System.Reflection;

using UnityStubs;

namespace UnityEngine
{
    [Flags]
    public enum HideFlags
    {
        None = 0,
        HideInHierarchy = 1,
        DontSave = 52,
        HideAndDontSave = 61
    }

    public class Object
    {
        internal bool isDestroyed;

        public string name { get; set; }

        public HideFlags hideFlags { get; set; }

        public static bool operator ==(Object x, Object y)
        {
            bool isXNull = ReferenceEquals(x, null) || x.isDestroyed;
            bool isYNull = ReferenceEquals(y, null) || y.isDestroyed;
            return isXNull || isYNull ? isXNull && isYNull : ReferenceEquals(x, y);
        }

        public static bool operator !=(Object x, Object y)
        {
            return !(x == y);
        }

        public static implicit operator bool(Object exists)
        {
            return exists != null;
        }

        public override bool Equals(object other)
        {
            return this == (other as Object);
        }

        public override int GetHashCode()
        {
            return base.GetHashCode();
        }

        public static void Destroy(Object obj)
        {
            if (!Application.isPlaying)
            {
                throw new InvalidOperationException("Destroy may not be called from edit mode! Use DestroyImmediate instead.");
            }
            Engine.DestroyAtEndOfFrame(obj);
        }

        public static void DestroyImmediate(Object obj)
        {
            Engine.DestroyNow(obj);
        }

        public static void DontDestroyOnLoad(Object target)
        {
            if (!Application.isPlaying)
            {
                throw new InvalidOperationException("DontDestroyOnLoad can only be used in play mode.");
            }
            GameObject gameObject = target as GameObject;
            if (gameObject != null)
            {
                gameObject.outlivesScenes = true;
            }
        }
    }

    public class ScriptableObject : Object
    {
        public static T CreateInstance<T>() where T : ScriptableObject
        {
            return Activator.CreateInstance<T>();
        }
    }

    public class Component : Object
    {
        public GameObject gameObject { get; internal set; }

        public T GetComponent<T>()
        {
            return gameObject.GetComponent<T>();
        }
    }

    public class Behaviour : Component
    {
        private bool isEnabled = true;

        public bool enabled
        {
            get { return isEnabled; }
            set
            {
                if (isEnabled != value)
                {
                    isEnabled = value;
                    Settle();
                }
            }
        }

        public bool isActiveAndEnabled
        {
            get { return isEnabled && gameObject != null && gameObject.activeSelf && !isDestroyed; }
        }

        internal virtual void Settle()
        {
        }
    }

    public class MonoBehaviour : Behaviour
    {
        private bool isAwake;
        private bool isOn;
        private bool hasStarted;
        private Action update;
        private Action lateUpdate;

        internal override void Settle()
        {
            bool wanted = isActiveAndEnabled;
            if (wanted && !isAwake)
            {
                isAwake = true;
                Send("Awake");
                wanted = isActiveAndEnabled;
            }
            if (wanted == isOn)
            {
                return;
            }
            isOn = wanted;
            Send(wanted ? "OnEnable" : "OnDisable");
        }

        internal void TurnOff()
        {
            if (isOn)
            {
                isOn = false;
                Send("OnDisable");
            }
        }

        internal void End()
        {
            TurnOff();
            if (isAwake)
            {
                Send("OnDestroy");
            }
        }

        internal void RunUpdate()
        {
            if (!isOn)
            {
                return;
            }
            if (!hasStarted)
            {
                hasStarted = true;
                update = Message("Update");
                lateUpdate = Message("LateUpdate");
                Send("Start");
            }
            if (update != null && isOn)
            {
                Engine.Guard(update);
            }
        }

        internal void RunLateUpdate()
        {
            if (isOn && hasStarted && lateUpdate != null)
            {
                Engine.Guard(lateUpdate);
            }
        }

        internal void Send(string message)
        {
            Action call = Message(message);
            if (call != null)
            {
                Engine.Guard(call);
            }
        }

        internal void Send(string message, bool argument)
        {
            MethodInfo method = Find(message);
            if (method != null && isOn)
            {
                Action<bool> call = (Action<bool>)Delegate.CreateDelegate(typeof(Action<bool>), this, method);
                Engine.Guard(() => call(argument));
            }
        }

        private Action Message(string message)
        {
            MethodInfo method = Find(message);
            return method == null ? null : (Action)Delegate.CreateDelegate(typeof(Action), this, method);
        }

        private MethodInfo Find(string message)
        {
            for (Type type = GetType(); type != null && type != typeof(MonoBehaviour); type = type.BaseType)
            {
                MethodInfo method = type.GetMethod(message,
                    BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
                if (method != null)
                {
                    return method;
                }
            }
            return null;
        }
    }

    public sealed class GameObject : Object
    {
        internal readonly List<Component> components = new List<Component>();
        internal bool outlivesScenes;

        public GameObject() : this("New Game Object")
        {
        }

        public GameObject(string name)
        {
            this.name = name;
            activeSelf = true;
            Engine.objects.Add(this);
        }

        public bool activeSelf { get; private set; }

        public T AddComponent<T>() where T : Component
        {
            T component = Activator.CreateInstance<T>();
            component.gameObject = this;
            component.name = name;
            components.Add(component);
            Behaviour behaviour = component as Behaviour;
            if (behaviour != null)
            {
                behaviour.Settle();
            }
            return component;
        }

        public T GetComponent<T>()
        {
            foreach (Component component in components)
            {
                if (component is T)
                {
                    return (T)(object)component;
                }
            }
            return default(T);
        }

        public void SetActive(bool value)
        {
            if (activeSelf == value)
            {
                return;
            }
            activeSelf = value;
            foreach (Component component in components.ToArray())
            {
                Behaviour behaviour = component as Behaviour;
                if (behaviour != null)
                {
                    behaviour.Settle();
                }
            }
        }
    }

    public sealed class CanvasGroup : Behaviour
    {
        public CanvasGroup()
        {
            alpha = 1f;
            interactable = true;
            blocksRaycasts = true;
        }

        public float alpha { get; set; }

        public bool interactable { get; set; }

        public bool blocksRaycasts { get; set; }
    }

    [AttributeUsage(AttributeTargets.Field)]
    public sealed class SerializeField : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Field)]
    public sealed class TooltipAttribute : Attribute
    {
        public TooltipAttribute(string tooltip)
        {
        }
    }

    [AttributeUsage(AttributeTargets.Field)]
    public sealed class RangeAttribute : Attribute
    {
        public RangeAttribute(float min, float max)
        {
        }
    }

    [AttributeUsage(AttributeTargets.Field)]
    public sealed class MinAttribute : Attribute
    {
        public MinAttribute(float min)
        {
        }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class AddComponentMenu : Attribute
    {
        public AddComponentMenu(string menuName)
        {
        }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class DisallowMultipleComponent : Attribute
    {
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class CreateAssetMenuAttribute : Attribute
    {
        public string fileName { get; set; }

        public string menuName { get; set; }
    }

    public enum RuntimeInitializeLoadType
    {
        AfterSceneLoad,
        BeforeSceneLoad,
        AfterAssembliesLoaded,
        BeforeSplashScreen,
        SubsystemRegistration
    }

    [AttributeUsage(AttributeTargets.Method)]
    public class RuntimeInitializeOnLoadMethodAttribute : Attribute
    {
        public RuntimeInitializeOnLoadMethodAttribute()
        {
            loadType = RuntimeInitializeLoadType.AfterSceneLoad;
        }

        public RuntimeInitializeOnLoadMethodAttribute(RuntimeInitializeLoadType loadType)
        {
            this.loadType = loadType;
        }

        public RuntimeInitializeLoadType loadType { get; private set; }
    }
}

namespace UnityEngine.Scripting
{
    public class PreserveAttribute : Attribute
    {
    }

    // Since Unity 2019.2.
    [AttributeUsage(AttributeTargets.Assembly)]
    public class AlwaysLinkAssemblyAttribute : Attribute
    {
    }
}

namespace UnityEngine.Events
{
    public delegate void UnityAction();

    public delegate void UnityAction<T0>(T0 arg0);

    [Serializable]
    public class UnityEvent
    {
        private readonly List<UnityAction> calls = new List<UnityAction>();

        public void AddListener(UnityAction call)
        {
            calls.Add(call);
        }

        public void RemoveListener(UnityAction call)
        {
            calls.Remove(call);
        }

        public void Invoke()
        {
            foreach (UnityAction call in calls.ToArray())
            {
                call();
            }
        }
    }

    [Serializable]
    public class UnityEvent<T0>
    {
        private readonly List<UnityAction<T0>> calls = new List<UnityAction<T0>>();

        public void AddListener(UnityAction<T0> call)
        {
            calls.Add(call);
        }

        public void RemoveListener(UnityAction<T0> call)
        {
            calls.Remove(call);
        }

        public void Invoke(T0 arg0)
        {
            foreach (UnityAction<T0> call in calls.ToArray())
            {
                call(arg0);
            }
        }
    }
}
