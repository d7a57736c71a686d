// UnityEngine.UI and UnityEngine.EventSystems: com.unity.ugui 1.0.0, as in Unity 2019.4.

using UnityEngine.Events;
using UnityEngine.EventSystems;

namespace UnityEngine.EventSystems
{
    public class EventSystem : MonoBehaviour
    {
    }

    public class BaseEventData
    {
        public BaseEventData(EventSystem eventSystem)
        {
        }
    }

    public class PointerEventData : BaseEventData
    {
        public PointerEventData(EventSystem eventSystem) : base(eventSystem)
        {
        }
    }

    public interface IEventSystemHandler
    {
    }

    public interface IPointerClickHandler : IEventSystemHandler
    {
        void OnPointerClick(PointerEventData eventData);
    }

    public interface ISubmitHandler : IEventSystemHandler
    {
        void OnSubmit(BaseEventData eventData);
    }
}

namespace UnityEngine.UI
{
    public class Graphic : MonoBehaviour
    {
    }

    public class Text : Graphic
    {
        public string text { get; set; }
    }

    public class RawImage : Graphic
    {
        public Texture texture { get; set; }
    }

    public class Selectable : MonoBehaviour
    {
        public Selectable()
        {
            interactable = true;
        }

        public bool interactable { get; set; }

        // A group on the same object, or above it, takes part.
        public virtual bool IsInteractable()
        {
            CanvasGroup group = gameObject.GetComponent<CanvasGroup>();
            return interactable && (group == null || group.interactable);
        }
    }

    public class Button : Selectable, IPointerClickHandler, ISubmitHandler
    {
        public class ButtonClickedEvent : UnityEvent
        {
        }

        private readonly ButtonClickedEvent clicked = new ButtonClickedEvent();

        public ButtonClickedEvent onClick
        {
            get { return clicked; }
        }

        public virtual void OnPointerClick(PointerEventData eventData)
        {
            Press();
        }

        public virtual void OnSubmit(BaseEventData eventData)
        {
            Press();
        }

        private void Press()
        {
            if (isActiveAndEnabled && IsInteractable())
            {
                clicked.Invoke();
            }
        }
    }
}

namespace UnityStubs
{
    /// <summary>The player's finger.</summary>
    public static class Finger
    {
        /// <summary>Clicks an element: every handler on it hears of it, whether it is locked or not.</summary>
        public static void Click(UnityEngine.GameObject element)
        {
            UnityEngine.CanvasGroup group = element.GetComponent<UnityEngine.CanvasGroup>();
            if (group != null && !group.blocksRaycasts)
            {
                return;
            }
            PointerEventData click = new PointerEventData(null);
            foreach (UnityEngine.Component component in element.components.ToArray())
            {
                IPointerClickHandler handler = component as IPointerClickHandler;
                UnityEngine.Behaviour behaviour = component as UnityEngine.Behaviour;
                if (handler != null && behaviour.isActiveAndEnabled)
                {
                    Engine.Guard(() => handler.OnPointerClick(click));
                }
            }
        }
    }
}
