using System;
using System.Collections.Generic;
using System.Text;

namespace Playgate.Native
{
    /// <summary>Text that the library lends, as strings, and short names as the library takes them.</summary>
    internal static unsafe class NativeText
    {
        /// <summary>Static texts that were read before, by address. They are few: those of decisions.</summary>
        private static readonly Dictionary<IntPtr, string> Known = new Dictionary<IntPtr, string>();

        /// <summary>A copy; never null.</summary>
        internal static string Copy(playgate_text text)
        {
            int len = (int)(uint)text.len;
            return text.ptr == null || len == 0 ? string.Empty : Encoding.UTF8.GetString(text.ptr, len);
        }

        /// <summary>Text that stays where it is for the life of the process: copied once.</summary>
        internal static string Static(playgate_text text)
        {
            if (text.ptr == null || text.len == UIntPtr.Zero)
            {
                return string.Empty;
            }
            lock (Known)
            {
                string known;
                if (!Known.TryGetValue((IntPtr)text.ptr, out known))
                {
                    known = Copy(text);
                    Known.Add((IntPtr)text.ptr, known);
                }
                return known;
            }
        }

        /// <summary>A copy of text that ends in a NUL; never null.</summary>
        internal static string Copy(byte* text)
        {
            if (text == null)
            {
                return string.Empty;
            }
            int len = 0;
            while (text[len] != 0)
            {
                len++;
            }
            return len == 0 ? string.Empty : Encoding.UTF8.GetString(text, len);
        }

        /// <summary>Writes text as UTF-8 without allocating: its length in bytes, or 0 when it is longer or has half a character.</summary>
        internal static int Utf8(string text, byte* bytes, int capacity)
        {
            for (int i = 0; i < text.Length; i++)
            {
                if (char.IsSurrogate(text[i]))
                {
                    if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                    {
                        return 0;
                    }
                    i++;
                }
            }
            if (Encoding.UTF8.GetByteCount(text) > capacity)
            {
                return 0;
            }
            fixed (char* chars = text)
            {
                return Encoding.UTF8.GetBytes(chars, text.Length, bytes, capacity);
            }
        }
    }
}
