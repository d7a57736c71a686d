using UnityEngine;
using UnityEngine.Scripting;

namespace Playgate.Unity
{
    /// <summary>Hears of what Unity tells MonoBehaviours alone. Hidden, outlives scenes, made and destroyed by the manager.</summary>
    [AddComponentMenu("")]
    [Preserve]
    internal sealed class PlaygateBehaviour : MonoBehaviour
    {
        internal static PlaygateBehaviour Make()
        {
            GameObject holder = new GameObject("Playgate");
            holder.hideFlags = HideFlags.HideAndDontSave;
            DontDestroyOnLoad(holder);
            return holder.AddComponent<PlaygateBehaviour>();
        }

        [Preserve]
        private void OnApplicationPause(bool isPaused)
        {
            PlaygateManager.SetPaused(isPaused);
        }
    }
}
