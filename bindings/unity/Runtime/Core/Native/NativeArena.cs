using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace Playgate.Native
{
    /// <summary>
    /// Memory that is lent to the library for one call: wiped and given back at the end, since tokens and keys go through it.
    /// </summary>
    internal sealed unsafe class NativeArena : IDisposable
    {
        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, true);

        private readonly List<Block> _blocks = new List<Block>();

        /// <summary>Text that ends in a NUL; null stays null.</summary>
        /// <exception cref="ArgumentException">The text holds a NUL or half a character.</exception>
        internal byte* Text(string text, string parameter)
        {
            if (text == null)
            {
                return null;
            }
            if (text.IndexOf('\0') >= 0)
            {
                throw new ArgumentException("The text holds a NUL character.", parameter);
            }
            int len = Length(text, parameter);
            byte* bytes = Take(len + 1);
            Write(text, bytes, len);
            return bytes;
        }

        /// <summary>Text by pointer and length, which may hold a NUL.</summary>
        /// <exception cref="ArgumentException">The text holds half a character.</exception>
        internal byte* Counted(string text, string parameter, out UIntPtr length)
        {
            int len = Length(text, parameter);
            byte* bytes = Take(len + 1);
            Write(text, bytes, len);
            length = (UIntPtr)(uint)len;
            return bytes;
        }

        /// <summary>A copy of bytes; null stays null.</summary>
        internal byte* Bytes(byte[] bytes)
        {
            if (bytes == null)
            {
                return null;
            }
            byte* copy = Take(bytes.Length + 1);
            Marshal.Copy(bytes, 0, (IntPtr)copy, bytes.Length);
            return copy;
        }

        /// <summary>Headers as the library takes them; null when there are none.</summary>
        internal playgate_http_header* Headers(IEnumerable<KeyValuePair<string, string>> headers, out UIntPtr count)
        {
            count = UIntPtr.Zero;
            if (headers == null)
            {
                return null;
            }
            List<KeyValuePair<string, string>> all = new List<KeyValuePair<string, string>>(headers);
            if (all.Count == 0)
            {
                return null;
            }
            playgate_http_header* first = (playgate_http_header*)Take(all.Count * sizeof(playgate_http_header));
            for (int i = 0; i < all.Count; i++)
            {
                if (all[i].Key == null || all[i].Value == null)
                {
                    throw new ArgumentException("A header has no name or no value.", "headers");
                }
                first[i].name = Text(all[i].Key, "headers");
                first[i].value = Text(all[i].Value, "headers");
            }
            count = (UIntPtr)(uint)all.Count;
            return first;
        }

        /// <summary>Memory for a struct, all zero.</summary>
        internal byte* Take(int size)
        {
            IntPtr address = Marshal.AllocHGlobal(size);
            _blocks.Add(new Block(address, size));
            Wipe((byte*)address, size);
            return (byte*)address;
        }

        /// <summary>Wipes everything and gives it back.</summary>
        public void Dispose()
        {
            foreach (Block block in _blocks)
            {
                Wipe((byte*)block.Address, block.Size);
                Marshal.FreeHGlobal(block.Address);
            }
            _blocks.Clear();
        }

        private static int Length(string text, string parameter)
        {
            if (text == null)
            {
                throw new ArgumentNullException(parameter);
            }
            try
            {
                return Strict.GetByteCount(text);
            }
            catch (EncoderFallbackException)
            {
                // The original exception quotes what it met.
                throw new ArgumentException("The text holds half a character: a surrogate without its other half.", parameter);
            }
        }

        private static void Write(string text, byte* bytes, int len)
        {
            fixed (char* chars = text)
            {
                if (len > 0)
                {
                    Strict.GetBytes(chars, text.Length, bytes, len);
                }
            }
        }

        private static void Wipe(byte* bytes, int size)
        {
            for (int i = 0; i < size; i++)
            {
                System.Threading.Volatile.Write(ref bytes[i], (byte)0);
            }
        }

        private struct Block
        {
            internal readonly IntPtr Address;
            internal readonly int Size;

            internal Block(IntPtr address, int size)
            {
                Address = address;
                Size = size;
            }
        }
    }
}
