using System;
using UnityEngine.LowLevel;

namespace Playgate.Unity
{
    /// <summary>
    /// The place in Unity's player loop where the client is pumped: at the start of Update, before any MonoBehaviour's.
    /// <see cref="PlaygateManager"/> puts it in and takes it out. A game that replaces the whole loop after that calls
    /// <see cref="Insert"/> again. Main thread.
    /// </summary>
    public static class PlaygatePump
    {
        // Marks the system in the loop; profilers show its name.
        private struct PlaygateUpdate
        {
        }

        private static readonly PlayerLoopSystem.UpdateFunction update = PlaygateManager.Tick;

        /// <summary>Whether the pump is in the player loop that is in force.</summary>
        public static bool IsInserted
        {
            get { return Count(PlayerLoop.GetCurrentPlayerLoop()) > 0; }
        }

        /// <summary>Puts the pump into the player loop that is in force, once, however often it is called.</summary>
        public static void Insert()
        {
            PlayerLoopSystem root = PlayerLoop.GetCurrentPlayerLoop();
            Strip(ref root);
            PlayerLoopSystem pump = new PlayerLoopSystem();
            pump.type = typeof(PlaygateUpdate);
            pump.updateDelegate = update;
            PlayerLoopSystem[] phases = root.subSystemList ?? new PlayerLoopSystem[0];
            int at = Array.FindIndex(phases, IsUpdate);
            if (at >= 0)
            {
                phases[at].subSystemList = WithFirst(pump, phases[at].subSystemList);
            }
            else
            {
                // A loop of the game's own, without Unity's phases.
                phases = WithFirst(pump, phases);
            }
            root.subSystemList = phases;
            PlayerLoop.SetPlayerLoop(root);
        }

        /// <summary>Takes the pump out of the player loop that is in force; nothing happens when it is not in there.</summary>
        public static void Remove()
        {
            PlayerLoopSystem root = PlayerLoop.GetCurrentPlayerLoop();
            if (Strip(ref root))
            {
                PlayerLoop.SetPlayerLoop(root);
            }
        }

        internal static int Count(PlayerLoopSystem system)
        {
            int count = system.type == typeof(PlaygateUpdate) ? 1 : 0;
            if (system.subSystemList != null)
            {
                foreach (PlayerLoopSystem below in system.subSystemList)
                {
                    count += Count(below);
                }
            }
            return count;
        }

        private static bool IsUpdate(PlayerLoopSystem phase)
        {
            return phase.type == typeof(UnityEngine.PlayerLoop.Update);
        }

        private static bool IsOther(PlayerLoopSystem system)
        {
            return system.type != typeof(PlaygateUpdate);
        }

        private static PlayerLoopSystem[] WithFirst(PlayerLoopSystem first, PlayerLoopSystem[] rest)
        {
            int count = rest == null ? 0 : rest.Length;
            PlayerLoopSystem[] all = new PlayerLoopSystem[count + 1];
            all[0] = first;
            if (count > 0)
            {
                Array.Copy(rest, 0, all, 1, count);
            }
            return all;
        }

        private static bool Strip(ref PlayerLoopSystem system)
        {
            if (system.subSystemList == null)
            {
                return false;
            }
            PlayerLoopSystem[] kept = Array.FindAll(system.subSystemList, IsOther);
            bool isChanged = kept.Length != system.subSystemList.Length;
            for (int i = 0; i < kept.Length; i++)
            {
                isChanged |= Strip(ref kept[i]);
            }
            system.subSystemList = kept;
            return isChanged;
        }
    }
}
