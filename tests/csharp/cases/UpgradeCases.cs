using System;
using System.Collections.Generic;
using System.Threading.Tasks;

namespace Playgate.Tests
{
    /// <summary>A player asks for a permission; a parent, or the player's age, decides.</summary>
    public static class UpgradeCases
    {
        private static readonly Feature Voice = Feature.Of("voice-chat");
        private static readonly Feature Name = Feature.Of("custom-username");
        private static readonly Feature Purchases = Feature.Of("in-game-purchases");

        public static void PlayerTurnsItOn()
        {
            Player player = World.Child("voice-chat-guardian", "custom-username-player");
            using (PlaygateClient client = Ready(player))
            {
                List<PlaygateEvent> steps = new List<PlaygateEvent>();
                client.UpgradeChanged += steps.Add;
                Check.Equal(Access.PlayerMayEnable, client.GetAccess(Name), "access");
                World.Ok(World.Await(client, client.RequestPermissionAsync(Name)), "request");
                World.Until(client, () => client.IsAllowed(Name), "it is on");
                World.Until(client, () => Has(steps, Progress.Enabled), "an event says so");
                Check.Equal("custom-username", steps[steps.Count - 1].Feature, "of that feature");
            }
        }

        public static void ParentApproves()
        {
            Player player = World.Child("voice-chat-guardian");
            PlaygateClientOptions options = World.Options(player);
            options.CodeSite = "code.example";
            using (PlaygateClient client = World.Open(options))
            {
                Bind(client, player);
                List<PlaygateEvent> steps = new List<PlaygateEvent>();
                client.UpgradeChanged += steps.Add;
                Check.That(client.GetChallenge(Voice) == null, "no challenge yet");
                Task<RequestOutcome> asked = client.RequestPermissionAsync(Voice);
                Check.Equal(Result.ChallengeOpen, World.Await(client, asked).Result, "request");
                using (Challenge challenge = client.GetChallenge(Voice))
                {
                    Look(challenge, client);
                    World.Answer(challenge, "open");
                    World.Answer(challenge, "approve");
                    Task<RequestOutcome> looked = client.CheckChallengeAsync(challenge);
                    World.Until(client, () => client.IsAllowed(Voice), "it is on");
                    World.Ok(World.Await(client, looked), "check");
                }
                World.Until(client, () => Has(steps, Progress.Enabled), "an event says so");
                World.Until(client, () => client.GetNotice() != null, "there is a notice");
                Check.Equal(NoticeKind.Enabled, client.GetNotice().Kind, "notice");
            }
        }

        private static void Look(Challenge challenge, PlaygateClient client)
        {
            Check.Equal(Actor.Parent, challenge.Actor, "actor");
            Check.Equal(Progress.Asked, challenge.Progress, "progress");
            Check.Equal("voice-chat", challenge.Feature, "feature");
            Check.Equal("CHALLENGE_SESSION_UPGRADE", challenge.Type, "type");
            Check.That(challenge.Id.Length > 0 && challenge.Code.Length > 0, "id and code");
            Check.Equal("code.example", challenge.CodeSite, "code site");
            Check.Contains("/family/authorize?otp=", challenge.Url, "URL");
            Check.That(challenge.CodeExpires > DateTimeOffset.UtcNow, "the code is valid");
            DateTimeOffset asked = challenge.Asked.Value;
            Check.That(asked > DateTimeOffset.UtcNow.AddMinutes(-1) && asked < DateTimeOffset.UtcNow.AddMinutes(1), "asked now");
            QrCode code = challenge.GetQr();
            Check.That(code.Size >= 21 && code.Size <= 177, "size of the QR code");
            Check.Equal(code.Size * code.Size, code.GetModules().Length, "modules");
            // The finder pattern in the corner: dark, light, dark.
            Check.That(code.IsDark(0, 0) && !code.IsDark(1, 1) && code.IsDark(2, 2) && code.IsDark(code.Size - 1, 0), "finders");
            Check.Equal(code.GetModules()[0] != 0, code.IsDark(0, 0), "modules and squares are the same");
            Notice notice = challenge.GetNotice();
            Check.Equal(NoticeKind.Asked, notice.Kind, "the challenge's notice");
            Check.That(notice.Message.Length > 0, "it says something");
            IReadOnlyList<Challenge> all = client.GetChallenges();
            Check.Equal(1, all.Count, "open challenges");
            Check.Equal(challenge.Id, all[0].Id, "the same");
            all[0].Dispose();
        }

        public static void ParentRefuses()
        {
            Player player = World.Child("voice-chat-guardian");
            HastyHost hasty = new HastyHost();
            using (PlaygateClient client = hasty.OpenBound(player, Voice))
            {
                List<PlaygateEvent> steps = new List<PlaygateEvent>();
                client.UpgradeChanged += steps.Add;
                World.Await(client, client.RequestPermissionAsync(Voice));
                using (Challenge challenge = client.GetChallenge(Voice))
                {
                    World.Answer(challenge, "refuse");
                    hasty.Await(client.CheckChallengeAsync(challenge));
                }
                hasty.Until(() => Has(steps, Progress.Refused), "an event says so");
                Check.That(!client.IsAllowed(Voice), "it stays off");
                World.Until(client, () => client.GetNotice() != null, "there is a notice");
                Notice notice = client.GetNotice();
                Check.Equal(NoticeKind.Refused, notice.Kind, "notice");
                Check.Equal("voice-chat", notice.Asked[0].Name, "what was asked for");
                World.Ok(World.Await(client, client.AcknowledgeAsync()), "acknowledge");
            }
        }

        public static void CodesAndMessages()
        {
            Player player = World.Child("voice-chat-guardian");
            using (PlaygateClient client = Ready(player))
            {
                World.Await(client, client.RequestPermissionAsync(Voice));
                string before;
                using (Challenge challenge = client.GetChallenge(Voice))
                {
                    before = challenge.Code;
                    World.Ok(World.Await(client, client.RenewCodeAsync(challenge)), "a new code");
                }
                using (Challenge challenge = client.GetChallenge(Voice))
                {
                    Check.That(challenge.Code != before && challenge.Code.Length > 0, "another code");
                    World.Ok(World.Await(client, client.EmailParentAsync(challenge, "parent@example.com", "de")), "a message");
                    Check.Contains("parent@example.com", World.Control("GET", "emails", null), "the sandbox's mail");
                    Result result = OutcomeOf(client, () => client.EmailParentAsync(challenge, "no address"));
                    Check.Equal(Result.ErrorInvalidArgument, result, "what is no address");
                    World.Ok(World.Await(client, client.CancelChallengeAsync(challenge)), "cancel");
                    Check.That(client.GetChallenge(Voice) == null, "it is given up");
                    Check.Equal(Result.ErrorNotFound, OutcomeOf(client, () => client.RenewCodeAsync(challenge)), "one that was given up");
                }
            }
        }

        public static void WhatNobodyCanTurnOn()
        {
            Player player = World.Child("voice-chat-prohibited");
            using (PlaygateClient client = Ready(player))
            {
                Check.Equal(Result.ErrorProhibited, World.Await(client, client.RequestPermissionAsync(Voice)).Result, "prohibited");
                Feature unknown = Feature.Of("nobody-knows-this");
                Check.Equal(Result.ErrorNotFound, World.Await(client, client.RequestPermissionAsync(unknown)).Result, "unknown");
            }
        }

        public static void AgeSignalSparesTheCheck()
        {
            Player player = World.Child("voice-chat-guardian");
            World.Control("PUT", "players/" + player.Kuid + "/permissions/in-game-purchases",
                "{\"enabled\":false,\"managedBy\":\"PLAYER\",\"verifiedAgeThreshold\":13}");
            player.Consent = Json.Get(World.Control("GET", "players/" + player.Kuid, null), "session");
            using (PlaygateClient client = Ready(player))
            {
                Check.Equal(Access.VerifyAge, client.GetAccess(Purchases), "access");
                AgeSignal wrong = new AgeSignal();
                wrong.Name = "google-play";
                wrong.AgeLow = 18;
                wrong.AgeHigh = 3;
                Result result = Result.Ok;
                try
                {
                    client.RequestPermissionAsync(Purchases, wrong);
                }
                catch (PlaygateException refused)
                {
                    result = refused.Result;
                    Check.That(refused.Message.Length > 0, "it names the rule");
                }
                catch (ArgumentException)
                {
                    result = Result.ErrorInvalidArgument;
                }
                Check.Equal(Result.ErrorInvalidArgument, result, "an age range that ends before it begins");
                AgeSignal signal = new AgeSignal();
                signal.Name = "google-play";
                signal.AgeLow = 13;
                signal.AgeHigh = 15;
                signal.DeclarationType = "VERIFIED";
                RequestOutcome outcome = World.Await(client, client.RequestPermissionAsync(Purchases, signal));
                World.Ok(outcome, "with a verified age");
                World.Until(client, () => client.IsAllowed(Purchases), "it is on");
            }
        }

        public static void PlayerVerifiesTheirAge()
        {
            Player player = World.Child("voice-chat-guardian");
            World.Control("PUT", "players/" + player.Kuid + "/permissions/in-game-purchases",
                "{\"enabled\":false,\"managedBy\":\"PLAYER\",\"verifiedAgeThreshold\":13}");
            player.Consent = Json.Get(World.Control("GET", "players/" + player.Kuid, null), "session");
            HastyHost hasty = new HastyHost();
            using (PlaygateClient client = hasty.OpenBound(player, Voice))
            {
                Check.Equal(Result.ChallengeOpen, World.Await(client, client.RequestPermissionAsync(Purchases)).Result, "request");
                using (Challenge challenge = client.GetChallenge(Purchases))
                {
                    Check.Equal(Actor.Player, challenge.Actor, "actor");
                    Check.Equal("", challenge.Code, "no code for a parent");
                    Check.Contains("/age-assurance?token=", challenge.Url, "URL");
                    World.Control("POST", "challenges/" + challenge.Id + "/approve", "{\"age\":16}");
                    World.Ok(hasty.Await(client.CheckChallengeAsync(challenge)), "check");
                }
                hasty.Until(() => client.IsAllowed(Purchases), "it is on");
            }
        }

        private static bool Has(List<PlaygateEvent> steps, Progress progress)
        {
            foreach (PlaygateEvent step in steps)
            {
                if (step.Progress == progress)
                {
                    return true;
                }
            }
            return false;
        }

        private static Result OutcomeOf(PlaygateClient client, Func<Task<RequestOutcome>> call)
        {
            try
            {
                return World.Await(client, call()).Result;
            }
            catch (PlaygateException refused)
            {
                return refused.Result;
            }
        }

        private static PlaygateClient Ready(Player player)
        {
            PlaygateClient client = World.Open(World.Options(player));
            Bind(client, player);
            return client;
        }

        private static void Bind(PlaygateClient client, Player player)
        {
            World.Adopt(client, player.Consent);
            World.Until(client, () => client.Decide(Voice).Freshness == Freshness.Live, "the session is bound");
        }
    }
}
