using Playgate.Native;

namespace Playgate
{
    /// <summary>What the native library has allocated.</summary>
    public readonly struct MemoryStats
    {
        internal MemoryStats(ref playgate_memory_stats stats)
        {
            LiveBytes = stats.live_bytes;
            PeakBytes = stats.peak_bytes;
            LiveAllocations = stats.live_allocations;
            TotalAllocations = stats.total_allocations;
        }

        /// <summary>Bytes that are allocated now.</summary>
        public ulong LiveBytes { get; }

        /// <summary>The most that <see cref="LiveBytes"/> ever was.</summary>
        public ulong PeakBytes { get; }

        /// <summary>Blocks that are allocated now.</summary>
        public ulong LiveAllocations { get; }

        /// <summary>How often memory was asked for.</summary>
        public ulong TotalAllocations { get; }
    }
}
