using System;
using System.Collections.Generic;
using System.IO;

namespace Playgate.Tests
{
    /// <summary>A player's client with the library's own threads, HTTP and files, against the studio's server and k-ID.</summary>
    public static class ClientCases
    {
        private static readonly Feature Voice = Feature.Of("voice-chat");
        private static readonly Feature Mods = Feature.Of("mods");

        public static void ConsentThenOffline()
        {
            Player player = World.Child("voice-chat+guardian", "mods-guardian");
            PlaygateClientOptions options = World.Options(player);
            using (PlaygateClient client = World.Open(options))
            {
                int consents = 0;
                int changes = 0;
                client.ConsentNeeded += () => consents++;
                client.SessionChanged += () => changes++;
                Check.That(!client.IsAllowed(Voice), "nothing is allowed before there is a session");
                Check.That(client.GetSession() == null, "there is no session");
                World.Until(client, () => consents > 0, "the server says that there is no session");
                Check.Equal(NextStep.StartAgeGate, client.Decide(Voice).NextStep, "next step");
                Check.Equal(Reason.NoSession, client.Decide(Voice).Reason, "reason");
                World.Adopt(client, player.Consent);
                World.Until(client, () => changes > 0 && client.IsAllowed(Voice), "voice chat is allowed");
                Check.That(client.IsAllowedByName("voice-chat"), "by its name too");
                foreach (string name in new[] { null, string.Empty, "mods", "Voice-chat", "voice-chat\0", "\ud800", new string('é', 200) })
                {
                    Check.That(!client.IsAllowedByName(name), "another name is not");
                }
                Check.Equal(Access.AskParent, client.GetAccess(Mods), "mods");
                using (Session session = client.GetSession())
                {
                    Check.Equal(Json.Text(player.Consent, "sessionId"), session.SessionId, "the session that was adopted");
                }
                Check.That(client.Dispose(TimeSpan.FromSeconds(5)), "it closes");
            }
            options.NetworkAllowed = false;
            using (PlaygateClient client = World.Open(options))
            {
                Check.That(client.IsAllowed(Voice), "allowed from the first frame, offline");
                Check.That(client.IsAllowedByName("voice-chat"), "and by its name");
                Check.That(!client.IsAllowed(Mods), "mods are not");
                Check.Equal(Freshness.Cached, client.Decide(Voice).Freshness, "freshness");
            }
        }

        public static void ParentSwitchesAndPlayerIsTold()
        {
            Player player = World.Child("voice-chat+guardian", "mods-guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                World.Until(client, () => client.IsAllowed(Voice), "voice chat is allowed");
                Tell(client);
                int notices = 0;
                client.NoticeReady += () => notices++;
                World.ParentSwitches(player, "voice-chat", false);
                World.ParentSwitches(player, "mods", true);
                World.Ok(World.Await(client, client.RefreshAfterPushAsync()), "refresh");
                World.Until(client, () => notices > 0 && client.IsAllowed(Mods), "mods are allowed and there is a notice");
                Check.That(!client.IsAllowed(Voice), "voice chat is not");
                Notice notice = client.GetNotice();
                Check.Equal(NoticeKind.Mixed, notice.Kind, "kind");
                Check.Equal(1, notice.Off.Count, "features off");
                Check.Equal("voice-chat", notice.Off[0].Name, "what went off");
                Check.Equal("Voice Chat", notice.Off[0].Shown, "as it is shown");
                Check.Equal(1, notice.On.Count, "features on");
                Check.Equal("mods", notice.On[0].Name, "what came on");
                Check.That(notice.Title.Length > 0 && notice.Message.Length > 0 && notice.Revision > 0, "it says something");
                Check.Contains("Voice Chat", notice.Message, "the message");
                Check.Equal(2, client.GetChanges().Count, "changes");
                Check.Contains("voice-chat", client.GetChangesJson(), "changes as JSON");
                World.Ok(World.Await(client, client.AcknowledgeAsync()), "acknowledge");
                Check.That(client.GetNotice() == null, "the player was told");
                Check.Equal(0, client.GetChanges().Count, "no changes");
            }
        }

        private static void Tell(PlaygateClient client)
        {
            if (client.GetNotice() != null)
            {
                World.Ok(World.Await(client, client.AcknowledgeAsync()), "acknowledge");
            }
        }

        public static void SecondDeviceGetsTheSession()
        {
            Player player = World.Child("voice-chat+guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                // The server has it once the adopted session is bound.
                World.Until(client, () => client.Decide(Voice).Freshness == Freshness.Live, "the session is bound");
            }
            PlaygateClientOptions options = World.Options(player);
            options.Folder = World.FreshFolder();
            using (PlaygateClient client = World.Open(options))
            {
                World.Until(client, () => client.IsAllowed(Voice), "the other device has the session");
            }
        }

        public static void RevokedSessionEnds()
        {
            Player player = World.Child("voice-chat+guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                World.Until(client, () => client.Decide(Voice).Freshness == Freshness.Live, "the session is bound");
                int ended = 0;
                client.SessionEnded += () => ended++;
                World.Control("POST", "players/" + player.Kuid + "/revoke", null);
                World.Await(client, client.RefreshAfterPushAsync());
                World.Until(client, () => ended > 0, "the session ends");
                Check.That(!client.IsAllowed(Voice), "nothing is allowed");
                Check.That(client.GetSession() == null, "there is no session");
                Check.Equal(NextStep.StartAgeGate, client.Decide(Voice).NextStep, "next step");
                Check.Equal(NoticeKind.SessionEnded, client.GetNotice().Kind, "notice");
            }
        }

        public static void HoldDeniesAndKeeps()
        {
            Player player = World.Child("voice-chat+guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                World.Until(client, () => client.Decide(Voice).Freshness == Freshness.Live, "the session is bound");
                World.Control("POST", "players/" + player.Kuid + "/hold", null);
                World.Await(client, client.RefreshAfterPushAsync());
                World.Until(client, () => !client.IsAllowed(Voice), "a session on hold allows nothing");
                Check.Equal(Reason.OnHold, client.Decide(Voice).Reason, "reason");
                using (Session session = client.GetSession())
                {
                    Check.That(!session.IsInForce, "it is not in force");
                    Check.Equal("HOLD", session.Status, "status");
                }
                World.Control("POST", "players/" + player.Kuid + "/release", null);
                World.Await(client, client.RefreshAfterPushAsync());
                World.Until(client, () => client.IsAllowed(Voice), "a released one does");
            }
        }

        public static void TroubleIsTold()
        {
            Player player = World.Child("voice-chat+guardian");
            HastyHost hasty = new HastyHost();
            using (PlaygateClient client = hasty.OpenBound(player, Voice))
            {
                int down = 0;
                int up = 0;
                client.ServerUnreachable += () => down++;
                client.ServerReachable += () => up++;
                World.Control("PUT", "faults", "{\"kind\":\"500\"}");
                try
                {
                    RequestOutcome outcome = hasty.Await(client.RefreshAfterPushAsync());
                    Check.Equal(Result.ErrorServer, outcome.Result, "result");
                    Check.Equal(Operation.Refresh, outcome.Operation, "operation");
                    Check.That(!outcome.IsOk && outcome.HttpStatus >= 500 && outcome.Text.Length > 0, "it says what was wrong");
                    Check.Refused(Result.ErrorServer, () => outcome.ThrowIfFailed(), "thrown when it is asked for");
                    hasty.Until(() => down > 0, "the server has trouble");
                    Check.That(client.IsAllowed(Voice), "the stored session counts");
                }
                finally
                {
                    World.Control("DELETE", "faults", null);
                }
                hasty.Await(client.RefreshAfterPushAsync());
                hasty.Until(() => up > 0, "the server is back");
            }
        }

        public static void RefusedTokenIsReplaced()
        {
            Player player = World.Child("voice-chat+guardian");
            PlaygateClientOptions options = World.Options(player);
            options.Token = "not-a-token";
            using (PlaygateClient client = World.Open(options))
            {
                int refused = 0;
                client.TokenRefused += () => refused++;
                World.Until(client, () => refused > 0, "the token is refused");
                Check.Equal(Result.ErrorUnauthorized, World.Await(client, client.RefreshAfterPushAsync()).Result, "refresh");
                client.SetToken(player.Token);
                World.Adopt(client, player.Consent);
                World.Until(client, () => client.Decide(Voice).Freshness == Freshness.Live, "the new token does");
                client.SetToken(null);
                Check.That(client.IsAllowed(Voice), "without a token the stored session counts");
            }
        }

        public static void NoByteBeforeTheNetworkIsAllowed()
        {
            Player player = World.Child("voice-chat+guardian");
            PlaygateClientOptions options = World.Options(player);
            options.NetworkAllowed = false;
            using (PlaygateClient client = World.Open(options))
            {
                long before = World.ServerCalls();
                World.Adopt(client, player.Consent);
                Check.That(client.IsAllowed(Voice), "the consent flow's session counts");
                Result result;
                try
                {
                    result = World.Await(client, client.RefreshAsync()).Result;
                }
                catch (PlaygateException refused)
                {
                    result = refused.Result;
                }
                Check.Equal(Result.ErrorNetworkNotAllowed, result, "refresh");
                World.PumpFor(client, 100);
                Check.Equal(before, World.ServerCalls(), "calls at the servers");
                client.SetNetworkAllowed(true);
                World.Until(client, () => client.Decide(Voice).Freshness == Freshness.Live, "then it asks");
                Check.That(World.ServerCalls() > before, "the servers were called");
            }
        }

        public static void RefreshTooSoon()
        {
            Player player = World.Child("voice-chat+guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                World.Ok(World.Await(client, client.RefreshAfterPushAsync()), "refresh after a push");
                RequestOutcome outcome = World.Await(client, client.RefreshAsync());
                Check.Equal(Result.TooSoon, outcome.Result, "within 30 s");
                Check.That(!outcome.IsOk, "that is not Ok");
                outcome.ThrowIfFailed();
            }
        }

        public static void SuspendedIsSilent()
        {
            Player player = World.Child("voice-chat+guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                World.Until(client, () => client.Decide(Voice).Freshness == Freshness.Live, "the session is bound");
                client.Suspend();
                World.ParentSwitches(player, "voice-chat", false);
                World.PumpFor(client, 200);
                Check.That(client.IsAllowed(Voice), "nothing is asked in the background");
                client.Resume();
                World.Until(client, () => !client.IsAllowed(Voice), "resuming asks");
                client.SetOnline(false);
                World.ParentSwitches(player, "voice-chat", true);
                World.PumpFor(client, 100);
                Check.That(!client.IsAllowed(Voice), "offline nothing gets looser");
                client.SetOnline(true);
                World.Until(client, () => client.IsAllowed(Voice), "connectivity asks");
            }
        }

        public static void ForgottenForGood()
        {
            Player player = World.Child("voice-chat+guardian");
            PlaygateClientOptions options = World.Options(player);
            options.NetworkAllowed = false;
            using (PlaygateClient client = World.Open(options))
            {
                World.Adopt(client, player.Consent);
                World.Ok(World.Await(client, client.FlushAsync()), "flush");
                World.Ok(World.Await(client, client.ForgetAsync()), "forget");
                Check.That(!client.IsAllowed(Voice), "nothing is allowed");
                Check.That(client.GetSession() == null, "there is no session");
            }
            using (PlaygateClient client = World.Open(options))
            {
                Check.That(!client.IsAllowed(Voice), "nor after a restart");
            }
        }

        public static void DiagnosticsHoldNoSecret()
        {
            Player player = World.Child("voice-chat+guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                string facts = client.GetDiagnostics();
                Check.That(facts.StartsWith("{") && facts.EndsWith("}"), "a JSON object: " + facts);
                Check.Lacks(player.Token, facts, "diagnostics");
                Check.Lacks(player.Name, facts, "diagnostics");
                Check.Lacks(Json.Text(player.Consent, "sessionId"), facts, "diagnostics");
            }
        }

        public static void SealedRecordsNeedTheirKey()
        {
            Player player = World.Child("voice-chat+guardian");
            PlaygateClientOptions options = World.Options(player);
            options.NetworkAllowed = false;
            options.Key = Key(1);
            using (PlaygateClient client = World.Open(options))
            {
                World.Adopt(client, player.Consent);
                Check.That(client.Dispose(TimeSpan.FromSeconds(5)), "it closes");
            }
            options.Key = Key(2);
            using (PlaygateClient client = World.Open(options))
            {
                List<PlaygateEvent> unusable = new List<PlaygateEvent>();
                client.RecordUnusable += unusable.Add;
                Check.That(!client.IsAllowed(Voice), "the wrong key allows nothing");
                Check.Equal(Reason.WrongKey, client.Decide(Voice).Reason, "reason");
                World.Until(client, () => unusable.Count > 0, "an event tells of it");
                Check.Equal(Result.ErrorWrongKey, unusable[0].Result, "result");
                Check.Equal(EventType.RecordUnusable, unusable[0].Type, "type");
                Check.That(unusable[0].Text.Length > 0, "with a text");
            }
            options.PreviousKey = Key(1);
            using (PlaygateClient client = World.Open(options))
            {
                Check.That(client.IsAllowed(Voice), "the previous key opens it");
                World.Adopt(client, player.Consent);
                World.Ok(World.Await(client, client.FlushAsync()), "flush");
            }
            options.Key = null;
            options.PreviousKey = null;
            using (PlaygateClient client = World.Open(options))
            {
                Check.Equal(Reason.KeyMissing, client.Decide(Voice).Reason, "without a key");
            }
        }

        private static byte[] Key(byte seed)
        {
            byte[] key = new byte[32];
            for (int i = 0; i < key.Length; i++)
            {
                key[i] = (byte)(seed + i);
            }
            return key;
        }

        public static void DamagedRecordIsSetAside()
        {
            Player player = World.Child("voice-chat+guardian");
            PlaygateClientOptions options = World.Options(player);
            options.NetworkAllowed = false;
            using (PlaygateClient client = World.Open(options))
            {
                World.Adopt(client, player.Consent);
                Check.That(client.Dispose(TimeSpan.FromSeconds(5)), "it closes");
            }
            FileInfo largest = null;
            foreach (string file in Directory.GetFiles(player.Folder))
            {
                FileInfo info = new FileInfo(file);
                largest = largest == null || info.Length > largest.Length ? info : largest;
            }
            byte[] bytes = File.ReadAllBytes(largest.FullName);
            bytes[bytes.Length / 2] ^= 0x55;
            File.WriteAllBytes(largest.FullName, bytes);
            using (PlaygateClient client = World.Open(options))
            {
                int aside = 0;
                client.RecordSetAside += e => aside++;
                Check.That(!client.IsAllowed(Voice), "a damaged record allows nothing");
                Check.Equal(Reason.RecordDamaged, client.Decide(Voice).Reason, "reason");
                World.Until(client, () => aside > 0, "an event tells of it");
            }
        }

        public static void OnePlayerOneClient()
        {
            Player player = World.Child("voice-chat+guardian");
            PlaygateClientOptions options = World.Options(player);
            options.NetworkAllowed = false;
            using (PlaygateClient first = World.Open(options))
            {
                World.Adopt(first, player.Consent);
                Check.Refused(Result.ErrorBusy, () => PlaygateClient.Open(options), "a second client");
                Check.That(first.IsAllowed(Voice), "the first goes on");
                options.TakeOver = true;
                using (PlaygateClient second = World.Open(options))
                {
                    World.Until(second, () => second.IsAllowed(Voice), "the second has the record");
                    Check.That(second.Handle != first.Handle, "they are two");
                    AggregateException told = (AggregateException)Check.Throws(typeof(AggregateException), () => first.Pump(),
                        "the first one's pump");
                    Check.Equal(Result.ErrorInvalidHandle, ((PlaygateException)told.InnerExceptions[0]).Result, "what it says");
                    Check.That(!first.Pump(), "it says so once");
                    Check.That(!first.IsDisposed, "nobody disposed of the first");
                    Check.Equal(Access.Unavailable, first.Decide(Voice).Access, "the first denies");
                    Check.That(!first.IsAllowed(Voice), "each frame, too");
                    Check.Equal(Access.Unavailable, first.GetAccess(Voice), "and for the user interface");
                    first.Dispose();
                    Check.That(second.IsAllowed(Voice), "the first one's end does not touch the second");
                }
            }
        }

        public static void PlayersOwnSwitch()
        {
            Player player = World.Child("voice-chat+player", "mods-guardian");
            PlaygateClientOptions options = World.Options(player);
            options.NetworkAllowed = false;
            using (PlaygateClient client = World.Open(options))
            {
                World.Adopt(client, player.Consent);
                Check.That(client.IsAllowed(Voice), "it is on");
                World.Ok(World.Await(client, client.SwitchFeatureAsync(Voice, false)), "switch off");
                Check.That(!client.IsAllowed(Voice), "it is off");
                Check.Equal(Reason.SwitchedOff, client.Decide(Voice).Reason, "reason");
                World.Ok(World.Await(client, client.SwitchFeatureAsync(Voice, true)), "switch on");
                Check.That(client.IsAllowed(Voice), "it is on again");
                Result result;
                try
                {
                    result = World.Await(client, client.SwitchFeatureAsync(Mods, true)).Result;
                }
                catch (PlaygateException refused)
                {
                    result = refused.Result;
                }
                Check.Equal(Result.ErrorInvalidState, result, "what a parent manages");
            }
        }

        public static void StoppedKeepsDecisions()
        {
            Player player = World.Child("voice-chat+guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                client.Stop();
                Check.That(client.IsAllowed(Voice), "decisions stay");
                Check.Refused(Result.ErrorInvalidState, () => client.RefreshAsync(), "nothing new is taken");
            }
        }
    }
}
