using System;

namespace Playgate.Tests
{
    /// <summary>What the cases before this one have seen together.</summary>
    public static class CoverageCases
    {
        /// <summary>Every type of event came out of a client of C#, but completions, which are Tasks.</summary>
        public static void EveryEventWasSeen()
        {
            EventType[] types =
            {
                EventType.SessionChanged, EventType.NoticeReady, EventType.SessionEnded, EventType.ConsentNeeded,
                EventType.TokenRefused, EventType.ServerReachable, EventType.ServerUnreachable, EventType.StorageFailed,
                EventType.StorageRecovered, EventType.RecordSetAside, EventType.RecordUnusable, EventType.RecordTakenOver,
                EventType.UpgradeChanged, EventType.GameSessionChanged,
            };
            foreach (EventType type in types)
            {
                Check.That(World.Seen[(int)type], "no case has seen the event " + (int)type);
            }
            Check.That(!World.Seen[(int)EventType.Completed], "completions of Tasks are no events");
        }
    }
}
