using System;
using System.Collections.Generic;
using System.Text;

namespace Playgate.Tests
{
    /// <summary>Sessions without a client: what they say, and what changed between two.</summary>
    public static class SessionCases
    {
        private const string Document = "{\"sessionId\":\"s-1\",\"status\":\"ACTIVE\",\"ageStatus\":\"DIGITAL_MINOR\","
            + "\"ageCategory\":\"CHILD\",\"jurisdiction\":\"US-CA\",\"hasApproverEmail\":true,\"permissions\":["
            + "{\"name\":\"voice-chat\",\"enabled\":true,\"managedBy\":\"GUARDIAN\"},"
            + "{\"name\":\"purchases\",\"enabled\":false,\"managedBy\":\"PLAYER\",\"verifiedAgeThreshold\":18},"
            + "{\"name\":\"\u00fcber-\\ud83d\\ude00\",\"enabled\":false,\"managedBy\":\"PROHIBITED\"}],"
            + "\"unknown\":{\"kept\":1}}";

        public static void SaysWhatItHolds()
        {
            using (Session session = Session.Parse(Document))
            {
                Check.Equal("s-1", session.SessionId, "id");
                Check.Equal("ACTIVE", session.Status, "status");
                Check.Equal("DIGITAL_MINOR", session.AgeStatus, "age status");
                Check.Equal("CHILD", session.AgeCategory, "age category");
                Check.Equal("US-CA", session.Jurisdiction, "jurisdiction");
                Check.That(session.IsInForce, "it is in force");
                Check.Contains("\"unknown\":{\"kept\":1}", session.Json, "unknown fields are kept");
                Check.Equal(3, session.Permissions.Count, "permissions");
                Permission purchases = session.Permissions[1];
                Check.Equal("purchases", purchases.Name, "name");
                Check.That(!purchases.Enabled, "it is off");
                Check.Equal(ManagedBy.Player, purchases.ManagedBy, "manager");
                Check.Equal(18, purchases.AgeThreshold, "threshold");
                Check.Equal(Access.VerifyAge, purchases.Access, "access");
                Check.Equal("\u00fcber-\ud83d\ude00", session.Permissions[2].Name, "a name beyond the basic plane");
                Check.Equal(Access.Prohibited, session.GetAccess("\u00fcber-\ud83d\ude00"), "looked up by that name");
            }
        }

        public static void BytesAreReadAsText()
        {
            using (Session fromText = Session.Parse(Document))
            using (Session fromBytes = Session.Parse(Encoding.UTF8.GetBytes(Document)))
            {
                Check.Equal(fromText.Json, fromBytes.Json, "the same document");
            }
        }

        public static void DecidesByName()
        {
            using (Session session = Session.Parse(Document))
            {
                Check.Equal(Access.Allowed, session.GetAccess("voice-chat"), "voice chat");
                Check.Equal(Access.Unavailable, session.GetAccess("nobody-knows"), "an unknown feature");
                Decision decision = session.Decide("purchases");
                Check.Equal(Access.VerifyAge, decision.Access, "access");
                Check.Equal(Reason.AgeVerification, decision.Reason, "reason");
                Check.Equal(NextStep.VerifyAge, decision.NextStep, "next step");
                Check.Equal(18, decision.AgeThreshold, "threshold");
                Check.That(!decision.IsAllowed && decision.Text.Length > 0, "it is denied with a text");
                Check.That(session.Decide("voice-chat").IsAllowed, "voice chat is allowed");
            }
        }

        public static void AllowancesAreListed()
        {
            using (Session session = Session.Parse("{\"sessionId\":\"s\",\"permissions\":[],\"allowances\":["
                + "{\"name\":\"playtime\",\"type\":\"NUMBER\",\"value\":90},"
                + "{\"name\":\"chat-with\",\"type\":\"SELECTION\",\"value\":\"friends\"}]}"))
            {
                Check.Equal(2, session.Allowances.Count, "allowances");
                Check.Equal("playtime", session.Allowances[0].Name, "name");
                Check.Equal("chat-with", session.Allowances[1].Name, "name");
            }
        }

        public static void ChangesAreFound()
        {
            using (Session before = Session.Parse(World.SessionJson("s", "voice-chat+guardian", "mods-player")))
            using (Session after = Session.Parse(World.SessionJson("s", "voice-chat-guardian", "mods-player", "trading+guardian")))
            {
                IReadOnlyList<Change> changes = Session.Compare(before, after);
                Check.Equal(2, changes.Count, "changes");
                Check.Equal(ChangeKind.Disabled, changes[0].Kind, "kind");
                Check.Equal("voice-chat", changes[0].Permission, "permission");
                Check.Equal(Direction.Tightened, changes[0].Direction, "direction");
                Check.Equal(Access.Allowed, changes[0].AccessBefore, "access before");
                Check.Equal(Access.AskParent, changes[0].AccessAfter, "access after");
                Check.That(changes[0].EnabledBefore && !changes[0].EnabledAfter, "it was on and is off");
                Check.Equal(ChangeKind.Added, changes[1].Kind, "kind");
                Check.Contains("\"voice-chat\"", Session.CompareJson(before, after), "as JSON");
                Check.Equal(0, Session.Compare(after, after).Count, "nothing changes from itself to itself");
                Check.Equal(0, Session.Compare(null, null).Count, "nothing changes from none to none");
                Check.That(Session.Compare(null, after).Count > 0, "there was none before");
            }
        }

        public static void NoSessionIsRefused()
        {
            Check.Throws(typeof(ArgumentNullException), () => Session.Parse((string)null), "null text");
            Check.Throws(typeof(ArgumentNullException), () => Session.Parse((byte[])null), "null bytes");
            Check.Refused(Result.ErrorInvalidSession, () => Session.Parse(""), "an empty text");
            Check.Refused(Result.ErrorInvalidSession, () => Session.Parse("{\"permissions\":3}"), "a number for a list");
            Check.Refused(Result.ErrorInvalidSession, () => Session.Parse(new byte[] { 0xff, 0xfe }), "no UTF-8");
            Check.Refused(Result.ErrorInvalidSession, () => Session.Parse("{}\0"), "a NUL behind it");
        }

        public static void NothingIsReadAfterDispose()
        {
            Session session = Session.Parse(Document);
            session.Dispose();
            session.Dispose();
            bool isDenied;
            try
            {
                isDenied = session.GetAccess("voice-chat") != Access.Allowed;
            }
            catch (ObjectDisposedException)
            {
                isDenied = true;
            }
            Check.That(isDenied, "a disposed session allows nothing");
        }

        public static void ThousandsAreReadAndFinalised()
        {
            ulong before = PlaygateLibrary.GetMemoryStats().LiveAllocations;
            for (int i = 0; i < 2000; i++)
            {
                Session session = Session.Parse(Document);
                Check.Equal(Access.Allowed, session.GetAccess("voice-chat"), "voice chat");
                if (i % 500 == 499)
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                }
            }
            GC.Collect();
            GC.WaitForPendingFinalizers();
            ulong after = PlaygateLibrary.GetMemoryStats().LiveAllocations;
            // Mono scans stacks conservatively, so a few may still be in sight.
            Check.That(after < before + 1000, "finalisers free sessions: " + before + " allocations before, " + after + " after");
        }
    }
}
