using System;
using System.Collections.Generic;
using System.Text;
using Playgate.Native;

namespace Playgate
{
    /// <summary>The texts that the library gives for players, and what features are called on screen. Any thread.</summary>
    public static unsafe class PlaygateTexts
    {
        /// <summary>
        /// Chooses the language of all texts by a BCP 47 tag, of which the first part decides. English and German are built in;
        /// other languages are registered with <see cref="SetText"/>.
        /// </summary>
        /// <returns>Whether the language is built in; else it stays as it was.</returns>
        public static bool SetLanguage(string tag)
        {
            using (NativeArena arena = new NativeArena())
            {
                Calls.EnsureCompatible();
                int result = NativeMethods.playgate_set_language(arena.Text(NotNull(tag, "tag"), "tag"));
                if (result == (int)Result.ErrorUnsupported)
                {
                    return false;
                }
                Calls.Check(result);
                return true;
            }
        }

        /// <summary>Registers the game's own wording for a text; null takes it back.</summary>
        /// <exception cref="PlaygateException">
        /// <see cref="Result.ErrorNotFound"/>: no such key. <see cref="Result.ErrorLimit"/>: too much text.
        /// </exception>
        public static void SetText(string key, string text)
        {
            using (NativeArena arena = new NativeArena())
            {
                Calls.EnsureCompatible();
                byte* name = arena.Text(NotNull(key, "key"), "key");
                Calls.Check(NativeMethods.playgate_set_text(name, arena.Text(text, "text")));
            }
        }

        /// <summary>A text as it is used now.</summary>
        /// <exception cref="PlaygateException"><see cref="Result.ErrorNotFound"/>: no such key.</exception>
        public static string GetText(string key)
        {
            using (NativeArena arena = new NativeArena())
            {
                Calls.EnsureCompatible();
                byte* name = arena.Text(NotNull(key, "key"), "key");
                return Read(name, false, arena);
            }
        }

        /// <summary>The keys of all texts, for tools that translate.</summary>
        public static IReadOnlyList<string> GetKeys()
        {
            Calls.EnsureCompatible();
            List<string> keys = new List<string>();
            for (uint index = 0; ; index++)
            {
                playgate_text key;
                int result = NativeMethods.playgate_get_text_key((UIntPtr)index, &key);
                if (result == (int)Result.ErrorNotFound)
                {
                    return keys;
                }
                Calls.Check(result);
                keys.Add(NativeText.Copy(key));
            }
        }

        /// <summary>Registers what to show for a feature; null takes it back.</summary>
        public static void SetDisplayName(string feature, string shown)
        {
            using (NativeArena arena = new NativeArena())
            {
                Calls.EnsureCompatible();
                byte* name = arena.Text(NotNull(feature, "feature"), "feature");
                Calls.Check(NativeMethods.playgate_set_display_name(name, arena.Text(shown, "shown")));
            }
        }

        /// <summary>What to show for a feature: the game's own name, else the built-in one, else the name itself.</summary>
        public static string GetDisplayName(string feature)
        {
            using (NativeArena arena = new NativeArena())
            {
                Calls.EnsureCompatible();
                byte* name = arena.Text(NotNull(feature, "feature"), "feature");
                return Read(name, true, arena);
            }
        }

        /// <summary>A text by its key, or a feature's display name. It may change while it is read.</summary>
        private static string Read(byte* name, bool isFeature, NativeArena arena)
        {
            byte* buffer = null;
            uint capacity = 0;
            while (true)
            {
                UIntPtr len;
                Calls.Check(isFeature
                    ? NativeMethods.playgate_get_display_name(name, buffer, (UIntPtr)capacity, &len)
                    : NativeMethods.playgate_get_text(name, buffer, (UIntPtr)capacity, &len));
                if ((uint)len < capacity)
                {
                    return (uint)len == 0 ? string.Empty : Encoding.UTF8.GetString(buffer, (int)(uint)len);
                }
                capacity = (uint)len + 1;
                buffer = arena.Take((int)capacity);
            }
        }

        private static string NotNull(string text, string parameter)
        {
            if (text == null)
            {
                throw new ArgumentNullException(parameter);
            }
            return text;
        }
    }
}
