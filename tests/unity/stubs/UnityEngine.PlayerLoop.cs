// UnityEngine.LowLevel and UnityEngine.PlayerLoop, as in Unity 2019.4.

using System;
using System.Collections.Generic;

using UnityStubs;

namespace UnityEngine.LowLevel
{
    public struct PlayerLoopSystem
    {
        public delegate void UpdateFunction();

        public Type type;
        public PlayerLoopSystem[] subSystemList;
        public UpdateFunction updateDelegate;
        public IntPtr updateFunction;
        public IntPtr loopConditionFunction;
    }

    public static class PlayerLoop
    {
        private static PlayerLoopSystem current = GetDefaultPlayerLoop();

        public static PlayerLoopSystem GetDefaultPlayerLoop()
        {
            return Of(null,
                Of(typeof(UnityEngine.PlayerLoop.Initialization)),
                Of(typeof(UnityEngine.PlayerLoop.EarlyUpdate)),
                Of(typeof(UnityEngine.PlayerLoop.FixedUpdate)),
                Of(typeof(UnityEngine.PlayerLoop.PreUpdate)),
                Of(typeof(UnityEngine.PlayerLoop.Update),
                    Of(typeof(UnityEngine.PlayerLoop.Update.ScriptRunBehaviourUpdate)),
                    Of(typeof(UnityEngine.PlayerLoop.Update.ScriptRunDelayedTasks))),
                Of(typeof(UnityEngine.PlayerLoop.PreLateUpdate),
                    Of(typeof(UnityEngine.PlayerLoop.PreLateUpdate.ScriptRunBehaviourLateUpdate))),
                Of(typeof(UnityEngine.PlayerLoop.PostLateUpdate)));
        }

        // A copy, as from native code: changing it changes nothing until it is set.
        public static PlayerLoopSystem GetCurrentPlayerLoop()
        {
            return Copy(current);
        }

        public static void SetPlayerLoop(PlayerLoopSystem loop)
        {
            current = Copy(loop);
        }

        internal static void Run()
        {
            // One that is set meanwhile counts from the next frame on.
            Run(current);
        }

        private static void Run(PlayerLoopSystem system)
        {
            if (system.type == typeof(UnityEngine.PlayerLoop.Update.ScriptRunBehaviourUpdate))
            {
                Engine.RunUpdates();
            }
            else if (system.type == typeof(UnityEngine.PlayerLoop.Update.ScriptRunDelayedTasks))
            {
                Engine.RunPosted();
            }
            else if (system.type == typeof(UnityEngine.PlayerLoop.PreLateUpdate.ScriptRunBehaviourLateUpdate))
            {
                Engine.RunLateUpdates();
            }
            if (system.updateDelegate != null)
            {
                Engine.GuardSystem(system.updateDelegate);
            }
            PlayerLoopSystem[] below = system.subSystemList;
            if (below != null)
            {
                for (int i = 0; i < below.Length; i++)
                {
                    Run(below[i]);
                }
            }
        }

        private static PlayerLoopSystem Of(Type type, params PlayerLoopSystem[] below)
        {
            PlayerLoopSystem system = new PlayerLoopSystem();
            system.type = type;
            system.subSystemList = below.Length == 0 ? null : below;
            return system;
        }

        private static PlayerLoopSystem Copy(PlayerLoopSystem system)
        {
            if (system.subSystemList != null)
            {
                List<PlayerLoopSystem> below = new List<PlayerLoopSystem>();
                foreach (PlayerLoopSystem one in system.subSystemList)
                {
                    below.Add(Copy(one));
                }
                system.subSystemList = below.ToArray();
            }
            return system;
        }
    }
}

namespace UnityEngine.PlayerLoop
{
    public struct Initialization
    {
    }

    public struct EarlyUpdate
    {
    }

    public struct FixedUpdate
    {
    }

    public struct PreUpdate
    {
    }

    public struct Update
    {
        public struct ScriptRunBehaviourUpdate
        {
        }

        public struct ScriptRunDelayedTasks
        {
        }
    }

    public struct PreLateUpdate
    {
        public struct ScriptRunBehaviourLateUpdate
        {
        }
    }

    public struct PostLateUpdate
    {
    }
}
