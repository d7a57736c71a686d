using System;

namespace Playgate.Native
{
    /// <summary>
    /// The number of an object of the library, which is freed once: by the user, or by the finaliser. Freeing a number that is
    /// not in use any more does no harm, so any thread may.
    /// </summary>
    internal abstract class HandleOwner
    {
        private long _handle;

        internal HandleOwner(ulong handle)
        {
            _handle = unchecked((long)handle);
        }

        /// <summary>Frees the object, when the user did not.</summary>
        ~HandleOwner()
        {
            Free();
        }

        /// <summary>The number; 0 after the end.</summary>
        internal ulong Handle
        {
            get { return unchecked((ulong)System.Threading.Interlocked.Read(ref _handle)); }
        }

        internal void Dispose()
        {
            Free();
            GC.SuppressFinalize(this);
        }

        /// <summary>Gives the number back to the library.</summary>
        protected abstract void Free(ulong handle);

        private void Free()
        {
            ulong handle = unchecked((ulong)System.Threading.Interlocked.Exchange(ref _handle, 0));
            if (handle != 0)
            {
                Free(handle);
            }
        }
    }

    /// <summary>Owns a session.</summary>
    internal sealed class SessionOwner : HandleOwner
    {
        internal SessionOwner(ulong handle) : base(handle)
        {
        }

        protected override void Free(ulong handle)
        {
            NativeMethods.playgate_session_free(handle);
        }
    }

    /// <summary>Owns a challenge.</summary>
    internal sealed class ChallengeOwner : HandleOwner
    {
        internal ChallengeOwner(ulong handle) : base(handle)
        {
        }

        protected override void Free(ulong handle)
        {
            NativeMethods.playgate_challenge_free(handle);
        }
    }

    /// <summary>Owns a store.</summary>
    internal sealed class StoreOwner : HandleOwner
    {
        internal StoreOwner(ulong handle) : base(handle)
        {
        }

        protected override void Free(ulong handle)
        {
            NativeMethods.playgate_store_close(handle);
        }
    }

    /// <summary>Owns a scripted server.</summary>
    internal sealed class MockOwner : HandleOwner
    {
        internal MockOwner(ulong handle) : base(handle)
        {
        }

        protected override void Free(ulong handle)
        {
            NativeMethods.playgate_mock_free(handle);
        }
    }

    /// <summary>Numbers of objects, for calls.</summary>
    internal static class Handles
    {
        /// <summary>The number of an object that is in use.</summary>
        internal static ulong InUse(HandleOwner owner, string name)
        {
            ulong handle = owner.Handle;
            if (handle == 0)
            {
                throw new ObjectDisposedException(name);
            }
            return handle;
        }

        /// <summary>The number of a challenge.</summary>
        internal static ulong Of(Challenge challenge)
        {
            if (challenge == null)
            {
                throw new ArgumentNullException("challenge");
            }
            return challenge.Handle;
        }
    }
}
