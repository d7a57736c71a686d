using System;
using System.Runtime.InteropServices;

namespace Playgate.Native
{
    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal unsafe delegate void TransportStart(IntPtr user, ulong exchange, playgate_http_request* request);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate void TransportCancel(IntPtr user, ulong exchange);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal unsafe delegate void StorageRead(IntPtr user, ulong operation, byte* key);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal unsafe delegate void StorageWrite(IntPtr user, ulong operation, byte* key, byte* bytes, UIntPtr len);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal unsafe delegate void StorageRemove(IntPtr user, ulong operation, byte* key);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate long ClockWall(IntPtr user);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate ulong ClockMonotonic(IntPtr user);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal delegate int ClockOffset(IntPtr user);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    internal unsafe delegate int RandomFill(IntPtr user, byte* bytes, UIntPtr len);

    /// <summary>
    /// The functions that the library calls, on the thread that pumps alone. Each is static, kept by a static field, and throws
    /// nothing.
    /// </summary>
    internal static unsafe class HookTables
    {
        private static readonly TransportStart OnTransportStart = StartTransport;
        private static readonly TransportCancel OnTransportCancel = CancelTransport;
        private static readonly StorageRead OnStorageRead = ReadStorage;
        private static readonly StorageWrite OnStorageWrite = WriteStorage;
        private static readonly StorageRemove OnStorageRemove = RemoveStorage;
        private static readonly ClockWall OnClockWall = WallClock;
        private static readonly ClockMonotonic OnClockMonotonic = MonotonicClock;
        private static readonly ClockOffset OnClockOffset = OffsetOfClock;
        private static readonly RandomFill OnRandomFill = FillRandom;

        internal static playgate_transport_hook* Transport(NativeArena arena, IntPtr hooks)
        {
            playgate_transport_hook* table = (playgate_transport_hook*)arena.Take(sizeof(playgate_transport_hook));
            NativeMethods.playgate_transport_hook_init(table, (uint)sizeof(playgate_transport_hook));
            table->user = (void*)hooks;
            table->start = Marshal.GetFunctionPointerForDelegate(OnTransportStart);
            table->cancel = Marshal.GetFunctionPointerForDelegate(OnTransportCancel);
            return table;
        }

        internal static playgate_storage_hook* Storage(NativeArena arena, IntPtr hooks, string place)
        {
            playgate_storage_hook* table = (playgate_storage_hook*)arena.Take(sizeof(playgate_storage_hook));
            NativeMethods.playgate_storage_hook_init(table, (uint)sizeof(playgate_storage_hook));
            table->user = (void*)hooks;
            table->place = arena.Text(place, "Storage");
            table->read = Marshal.GetFunctionPointerForDelegate(OnStorageRead);
            table->write = Marshal.GetFunctionPointerForDelegate(OnStorageWrite);
            table->remove = Marshal.GetFunctionPointerForDelegate(OnStorageRemove);
            return table;
        }

        internal static playgate_clock_hook* Clock(NativeArena arena, IntPtr hooks)
        {
            playgate_clock_hook* table = (playgate_clock_hook*)arena.Take(sizeof(playgate_clock_hook));
            NativeMethods.playgate_clock_hook_init(table, (uint)sizeof(playgate_clock_hook));
            table->user = (void*)hooks;
            table->wall_ms = Marshal.GetFunctionPointerForDelegate(OnClockWall);
            table->monotonic_ms = Marshal.GetFunctionPointerForDelegate(OnClockMonotonic);
            table->utc_offset_s = Marshal.GetFunctionPointerForDelegate(OnClockOffset);
            return table;
        }

        internal static playgate_random_hook* Random(NativeArena arena, IntPtr hooks)
        {
            playgate_random_hook* table = (playgate_random_hook*)arena.Take(sizeof(playgate_random_hook));
            NativeMethods.playgate_random_hook_init(table, (uint)sizeof(playgate_random_hook));
            table->user = (void*)hooks;
            table->fill = Marshal.GetFunctionPointerForDelegate(OnRandomFill);
            return table;
        }

        /// <summary>A copy of bytes that the library lends.</summary>
        internal static byte[] Copy(byte* bytes, UIntPtr len)
        {
            byte[] copy = new byte[(uint)len];
            if (copy.Length > 0)
            {
                Marshal.Copy((IntPtr)bytes, copy, 0, copy.Length);
            }
            return copy;
        }

        [MonoPInvokeCallback(typeof(TransportStart))]
        private static void StartTransport(IntPtr user, ulong id, playgate_http_request* request)
        {
            HookTarget target = HookTarget.Of(user);
            if (target == null)
            {
                return;
            }
            HttpExchange exchange = null;
            try
            {
                exchange = new HttpExchange(target, id, request);
                target.Began(exchange);
                target.Transport.Start(exchange);
            }
            catch (Exception failed)
            {
                target.Failed(failed);
                if (exchange != null)
                {
                    Refuse(exchange, target);
                }
            }
        }

        private static void Refuse(HttpExchange exchange, HookTarget target)
        {
            try
            {
                exchange.Fail(Result.ErrorUnreachable, "the game's transport failed");
            }
            catch (Exception failed)
            {
                target.Failed(failed);
            }
        }

        [MonoPInvokeCallback(typeof(TransportCancel))]
        private static void CancelTransport(IntPtr user, ulong id)
        {
            HookTarget target = HookTarget.Of(user);
            HttpExchange exchange = target == null ? null : target.Ended(id);
            if (exchange == null)
            {
                return;
            }
            try
            {
                target.Transport.Cancel(exchange);
            }
            catch (Exception failed)
            {
                target.Failed(failed);
            }
        }

        /// <summary>The operation, and who does it; when nobody is there any more, the library is told.</summary>
        private static StorageOperation Operation(IntPtr user, ulong id, out HookTarget target)
        {
            target = HookTarget.Of(user);
            StorageOperation operation = new StorageOperation(id);
            if (target == null)
            {
                operation.Fail(Result.ErrorStorageUnavailable);
            }
            return operation;
        }

        [MonoPInvokeCallback(typeof(StorageRead))]
        private static void ReadStorage(IntPtr user, ulong id, byte* key)
        {
            HookTarget target;
            StorageOperation operation = Operation(user, id, out target);
            if (target == null)
            {
                return;
            }
            try
            {
                target.Storage.Read(operation, NativeText.Copy(key));
            }
            catch (Exception failed)
            {
                target.Failed(failed, operation);
            }
        }

        [MonoPInvokeCallback(typeof(StorageWrite))]
        private static void WriteStorage(IntPtr user, ulong id, byte* key, byte* bytes, UIntPtr len)
        {
            HookTarget target;
            StorageOperation operation = Operation(user, id, out target);
            if (target == null)
            {
                return;
            }
            try
            {
                target.Storage.Write(operation, NativeText.Copy(key), Copy(bytes, len));
            }
            catch (Exception failed)
            {
                target.Failed(failed, operation);
            }
        }

        [MonoPInvokeCallback(typeof(StorageRemove))]
        private static void RemoveStorage(IntPtr user, ulong id, byte* key)
        {
            HookTarget target;
            StorageOperation operation = Operation(user, id, out target);
            if (target == null)
            {
                return;
            }
            try
            {
                target.Storage.Remove(operation, NativeText.Copy(key));
            }
            catch (Exception failed)
            {
                target.Failed(failed, operation);
            }
        }

        [MonoPInvokeCallback(typeof(ClockWall))]
        private static long WallClock(IntPtr user)
        {
            HookTarget target = HookTarget.Of(user);
            try
            {
                return target == null ? 0 : target.Clock.WallMilliseconds;
            }
            catch (Exception failed)
            {
                target.Failed(failed);
                return 0;
            }
        }

        [MonoPInvokeCallback(typeof(ClockMonotonic))]
        private static ulong MonotonicClock(IntPtr user)
        {
            HookTarget target = HookTarget.Of(user);
            try
            {
                return target == null ? 0 : target.Clock.MonotonicMilliseconds;
            }
            catch (Exception failed)
            {
                target.Failed(failed);
                return 0;
            }
        }

        [MonoPInvokeCallback(typeof(ClockOffset))]
        private static int OffsetOfClock(IntPtr user)
        {
            HookTarget target = HookTarget.Of(user);
            try
            {
                return target == null ? 0 : target.Clock.UtcOffsetSeconds;
            }
            catch (Exception failed)
            {
                target.Failed(failed);
                return 0;
            }
        }

        [MonoPInvokeCallback(typeof(RandomFill))]
        private static int FillRandom(IntPtr user, byte* bytes, UIntPtr len)
        {
            HookTarget target = HookTarget.Of(user);
            try
            {
                byte[] random = new byte[(uint)len];
                if (target == null || !target.RandomSource.Fill(random))
                {
                    return (int)Result.ErrorUnsupported;
                }
                Marshal.Copy(random, 0, (IntPtr)bytes, random.Length);
                Array.Clear(random, 0, random.Length);
                return (int)Result.Ok;
            }
            catch (Exception failed)
            {
                target.Failed(failed);
                return (int)Result.ErrorInternal;
            }
        }
    }
}
