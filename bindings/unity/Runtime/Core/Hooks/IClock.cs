namespace Playgate
{
    /// <summary>Tells the time in place of the system's clocks. Called on the thread that pumps alone; returns at once.</summary>
    public interface IClock
    {
        /// <summary>The wall clock in Unix milliseconds. May jump.</summary>
        long WallMilliseconds { get; }

        /// <summary>A monotonic clock in milliseconds from any start, which counts time asleep.</summary>
        ulong MonotonicMilliseconds { get; }

        /// <summary>The local time zone's offset from UTC, in seconds east.</summary>
        int UtcOffsetSeconds { get; }
    }
}
