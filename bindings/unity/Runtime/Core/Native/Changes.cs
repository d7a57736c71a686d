using System;
using System.Collections.Generic;

namespace Playgate.Native
{
    /// <summary>Reads the library's lists of changes, and frees them.</summary>
    internal static unsafe class Changes
    {
        internal static IReadOnlyList<Change> List(ulong changes)
        {
            try
            {
                UIntPtr count;
                Calls.Check(NativeMethods.playgate_changes_count(changes, &count));
                Change[] list = new Change[(uint)count];
                for (uint index = 0; index < list.Length; index++)
                {
                    playgate_change change;
                    NativeMethods.playgate_change_init(&change, (uint)sizeof(playgate_change));
                    Calls.Check(NativeMethods.playgate_changes_get(changes, (UIntPtr)index, &change));
                    list[index] = new Change(ref change);
                }
                return list;
            }
            finally
            {
                NativeMethods.playgate_changes_free(changes);
            }
        }

        internal static string Json(ulong changes)
        {
            try
            {
                playgate_text json;
                Calls.Check(NativeMethods.playgate_changes_json(changes, &json));
                return NativeText.Copy(json);
            }
            finally
            {
                NativeMethods.playgate_changes_free(changes);
            }
        }
    }
}
