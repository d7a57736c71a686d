using System;

namespace Playgate.Native
{
    /// <summary>What every call of the library is checked with.</summary>
    internal static unsafe class Calls
    {
        private static volatile bool _isCompatible;

        /// <summary>Throws when the library is not there, or does not fit these declarations.</summary>
        internal static void EnsureCompatible()
        {
            if (_isCompatible)
            {
                return;
            }
            uint version;
            try
            {
                version = NativeMethods.playgate_abi_version();
            }
            catch (DllNotFoundException missing)
            {
                throw new PlaygateException(
                    Result.ErrorUnsupported,
                    "The native library \"" + NativeMethods.Library + "\" is not there. Put the file for this platform into the package's Plugins folder.",
                    missing);
            }
            catch (EntryPointNotFoundException missing)
            {
                throw new PlaygateException(
                    Result.ErrorAbiVersion,
                    "The native library \"" + NativeMethods.Library + "\" is not Playgate, or of a very different version.",
                    missing);
            }
            if (version != NativeConstants.AbiVersion)
            {
                throw new PlaygateException(
                    Result.ErrorAbiVersion,
                    "The native library has ABI version " + version + " and this package needs " + NativeConstants.AbiVersion + ". Take both from one release; after an update restart the Editor, which never unloads plugins.",
                    null);
            }
            _isCompatible = true;
        }

        /// <summary>Throws for a failure, with the library's own sentence.</summary>
        internal static void Check(int result)
        {
            if (result < 0)
            {
                throw Failed(result);
            }
        }

        /// <summary>The exception for a failure on this thread.</summary>
        internal static PlaygateException Failed(int result)
        {
            return new PlaygateException((Result)result, NativeText.Copy(NativeMethods.playgate_last_error()), null);
        }

        /// <summary>A duration in the library's milliseconds.</summary>
        internal static ulong Milliseconds(TimeSpan duration, ulong most, string parameter)
        {
            double milliseconds = Math.Ceiling(duration.TotalMilliseconds);
            if (milliseconds < 0 || milliseconds > most)
            {
                throw new ArgumentOutOfRangeException(parameter, "The duration is negative or too long.");
            }
            return (ulong)milliseconds;
        }

        /// <summary>A drain time: what is longer than the library can count is the longest that it can.</summary>
        internal static uint Drain(TimeSpan drain)
        {
            double milliseconds = Math.Ceiling(drain.TotalMilliseconds);
            return milliseconds <= 0 ? 0 : milliseconds >= int.MaxValue ? int.MaxValue : (uint)milliseconds;
        }
    }
}
