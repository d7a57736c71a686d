using System;
using System.Collections.Generic;
using Playgate.Native;

namespace Playgate
{
    /// <summary>
    /// A feature's number, which stands for its name in the whole process. Get it once with <see cref="Of"/>, keep it in a
    /// static field, and ask with it each frame. The default value is no feature, and always denied.
    /// </summary>
    public readonly struct Feature : IEquatable<Feature>
    {
        private static readonly Dictionary<string, uint> Numbers = new Dictionary<string, uint>(StringComparer.Ordinal);
        private static readonly Dictionary<uint, string> Names = new Dictionary<uint, string>();

        private readonly uint _number;

        private Feature(uint number)
        {
            _number = number;
        }

        /// <summary>The number: 1 to 1,023, or 0 for none. It holds for this process only: do not store it.</summary>
        public uint Number
        {
            get { return _number; }
        }

        /// <summary>The name, or an empty text for no feature.</summary>
        public string Name
        {
            get
            {
                lock (Numbers)
                {
                    string name;
                    return Names.TryGetValue(_number, out name) ? name : string.Empty;
                }
            }
        }

        /// <summary>Whether this is no feature.</summary>
        public bool IsNone
        {
            get { return _number == 0; }
        }

        /// <summary>
        /// The feature of a name: 1 to 256 bytes of UTF-8, opaque and case-sensitive; it need not be in any session. Any
        /// thread; not for the frame path.
        /// </summary>
        /// <exception cref="ArgumentException">The name is empty, too long, or no text.</exception>
        /// <exception cref="PlaygateException">The library is not there, or all 1,023 numbers are used up.</exception>
        public static Feature Of(string name)
        {
            if (name == null)
            {
                throw new ArgumentNullException("name");
            }
            lock (Numbers)
            {
                uint number;
                if (!Numbers.TryGetValue(name, out number))
                {
                    number = Intern(name);
                    Numbers.Add(name, number);
                    Names[number] = name;
                }
                return new Feature(number);
            }
        }

        private static unsafe uint Intern(string name)
        {
            Calls.EnsureCompatible();
            using (NativeArena arena = new NativeArena())
            {
                uint number;
                int result = NativeMethods.playgate_feature_intern(arena.Text(name, "name"), &number);
                if (result == (int)Result.ErrorInvalidArgument)
                {
                    throw new ArgumentException(NativeText.Copy(NativeMethods.playgate_last_error()), "name");
                }
                Calls.Check(result);
                return number;
            }
        }

        /// <summary>Whether both are the same feature.</summary>
        public bool Equals(Feature other)
        {
            return _number == other._number;
        }

        /// <summary>Whether the other one is the same feature.</summary>
        public override bool Equals(object other)
        {
            return other is Feature && Equals((Feature)other);
        }

        /// <summary>The number.</summary>
        public override int GetHashCode()
        {
            return (int)_number;
        }

        /// <summary>The name.</summary>
        public override string ToString()
        {
            return Name;
        }

        /// <summary>Whether both are the same feature.</summary>
        public static bool operator ==(Feature left, Feature right)
        {
            return left._number == right._number;
        }

        /// <summary>Whether they are different features.</summary>
        public static bool operator !=(Feature left, Feature right)
        {
            return left._number != right._number;
        }
    }
}
