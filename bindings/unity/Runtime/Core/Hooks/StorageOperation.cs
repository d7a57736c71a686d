using Playgate.Native;

namespace Playgate
{
    /// <summary>One operation of a storage, and where its answer goes. From any thread; twice does no harm.</summary>
    public sealed unsafe class StorageOperation
    {
        private readonly ulong _id;

        internal StorageOperation(ulong id)
        {
            _id = id;
        }

        /// <summary>The answer to a read that found something.</summary>
        public void Found(byte[] bytes)
        {
            if (bytes == null)
            {
                NotFound();
                return;
            }
            fixed (byte* first = bytes)
            {
                Give(Result.Ok, first, bytes.Length);
            }
        }

        /// <summary>The answer to a read: nothing is stored under the key. Never for "I cannot read it".</summary>
        public void NotFound()
        {
            Give(Result.ErrorNotFound, null, 0);
        }

        /// <summary>The answer to a write or a removal that is durable.</summary>
        public void Done()
        {
            Give(Result.Ok, null, 0);
        }

        /// <summary>The operation failed.</summary>
        /// <param name="why">
        /// <see cref="Result.ErrorStorageFull"/>, <see cref="Result.ErrorStorageUnavailable"/> (not mounted yet),
        /// <see cref="Result.ErrorNotPermitted"/> or <see cref="Result.ErrorStorage"/>; any other counts as the last.
        /// </param>
        public void Fail(Result why)
        {
            bool isKnown = why == Result.ErrorStorageFull || why == Result.ErrorStorageUnavailable || why == Result.ErrorNotPermitted;
            Give(isKnown ? why : Result.ErrorStorage, null, 0);
        }

        private void Give(Result result, byte* bytes, int len)
        {
            // What was answered before is ignored.
            NativeMethods.playgate_storage_complete(_id, (int)result, bytes, (System.UIntPtr)(uint)len);
        }
    }
}
