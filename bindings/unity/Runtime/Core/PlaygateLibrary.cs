using System;
using Playgate.Native;

namespace Playgate
{
    /// <summary>The native library as a whole.</summary>
    public static unsafe class PlaygateLibrary
    {
        /// <summary>The native library's version, for example "0.1.0". Any thread.</summary>
        public static string Version
        {
            get
            {
                Calls.EnsureCompatible();
                return NativeText.Copy(NativeMethods.playgate_version());
            }
        }

        /// <summary>Whether the library has HTTP and threads of its own. Without, a client needs a transport. Any thread.</summary>
        public static bool HasHttp
        {
            get { return HasBuildFlag(NativeConstants.BuildHttp); }
        }

        /// <summary>Whether the library can keep records as files. Any thread.</summary>
        public static bool HasFiles
        {
            get { return HasBuildFlag(NativeConstants.BuildFileStore); }
        }

        /// <summary>Whether the library is one for tests of games. Never ship such a build. Any thread.</summary>
        public static bool HasMock
        {
            get { return HasBuildFlag(NativeConstants.BuildMock); }
        }

        /// <summary>Throws with a clear text when the native library is missing or does not fit this package. Any thread.</summary>
        /// <exception cref="PlaygateException">It does not fit.</exception>
        public static void ThrowIfNotCompatible()
        {
            Calls.EnsureCompatible();
        }

        /// <summary>Changes which lines the library writes to a native log hook. Any thread.</summary>
        public static void SetLogLevel(LogLevel level)
        {
            Calls.EnsureCompatible();
            Calls.Check(NativeMethods.playgate_set_log_level((int)level));
        }

        /// <summary>What the library has allocated. Costs next to nothing. Any thread.</summary>
        public static MemoryStats GetMemoryStats()
        {
            Calls.EnsureCompatible();
            playgate_memory_stats stats;
            NativeMethods.playgate_memory_stats_init(&stats, (uint)sizeof(playgate_memory_stats));
            Calls.Check(NativeMethods.playgate_get_memory_stats(&stats));
            return new MemoryStats(ref stats);
        }

        /// <summary>
        /// Disposes every client that this program has open, within this time together. For hosts that reload scripts; the
        /// library can be used again afterwards. From the thread that pumps.
        /// </summary>
        /// <returns>Whether all of them are closed: else something is still being stored.</returns>
        public static bool CloseAll(TimeSpan drain)
        {
            return OpenClients.CloseAll(drain);
        }

        /// <summary>
        /// The end of the game: disposes every client, waits until the library's threads are gone, at most this long. The
        /// library can be used again afterwards. From the thread that pumps.
        /// </summary>
        /// <returns>Whether everything has ended; else call again to wait on.</returns>
        public static bool Shutdown(TimeSpan drain)
        {
            DateTime end = DateTime.UtcNow + drain;
            bool isClosed = OpenClients.CloseAll(drain);
            TimeSpan left = end - DateTime.UtcNow;
            int result = NativeMethods.playgate_shutdown(Calls.Drain(left));
            Calls.Check(result);
            return isClosed && result == (int)Result.Ok;
        }

        private static bool HasBuildFlag(uint flag)
        {
            Calls.EnsureCompatible();
            return (NativeMethods.playgate_build_flags() & flag) != 0;
        }
    }
}
