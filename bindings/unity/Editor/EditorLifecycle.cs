using UnityEditor;

using Playgate.Unity;

namespace Playgate.Unity.Editor
{
    /// <summary>
    /// Closes every client before scripts are reloaded, when play ends and when the Editor quits: the library outlives the
    /// domain, and must not find anything of it that is gone.
    /// </summary>
    [InitializeOnLoad]
    internal static class EditorLifecycle
    {
        static EditorLifecycle()
        {
            AssemblyReloadEvents.beforeAssemblyReload += PlaygateManager.CloseAll;
            EditorApplication.playModeStateChanged += PlayModeChanged;
            EditorApplication.quitting += PlaygateManager.CloseAll;
        }

        private static void PlayModeChanged(PlayModeStateChange change)
        {
            // Entered edit mode too: what objects opened while they were being destroyed.
            if (change == PlayModeStateChange.ExitingPlayMode || change == PlayModeStateChange.EnteredEditMode)
            {
                PlaygateManager.CloseAll();
            }
        }
    }
}
