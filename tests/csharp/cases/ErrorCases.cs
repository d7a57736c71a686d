using System;

namespace Playgate.Tests
{
    /// <summary>What is wrong is refused at once, by the exceptions that C# programmers expect.</summary>
    public static class ErrorCases
    {
        private static readonly Feature Voice = Feature.Of("voice-chat");

        public static void OptionsAreChecked()
        {
            Check.Throws(typeof(ArgumentNullException), () => PlaygateClient.Open(null), "no options");
            Check.Throws(typeof(ArgumentException), () => PlaygateClient.Open(new PlaygateClientOptions()), "no player");
            Refused(options => options.Player = "a\0b", "a NUL in the player");
            Refused(options => options.Player = "a\ud800b", "half a character in the player");
            Refused(options => options.Player = new string('x', 2000), "a long player");
            Refused(options => options.Token = "a\0b", "a NUL in the token");
            Refused(options => options.ServerUrl = "ftp://game.example", "a URL of another kind");
            Refused(options => options.ServerUrl = "http://game.example", "http beyond this machine");
            Refused(options => options.Key = new byte[31], "a short key");
            Refused(options => options.PreviousKey = new byte[33], "a long key");
            Refused(options => options.RequestTimeout = TimeSpan.FromSeconds(-1), "a negative time");
            Refused(options => options.StaleAfter = TimeSpan.FromDays(-1), "a negative time");
            Refused(options => options.ConnectTimeout = TimeSpan.FromDays(100), "a time that no uint holds");
        }

        private static void Refused(Action<PlaygateClientOptions> spoil, string what)
        {
            PlaygateClientOptions options = new PlaygateClientOptions();
            options.Player = "error-cases";
            spoil(options);
            try
            {
                PlaygateClient.Open(options).Dispose();
            }
            catch (ArgumentException)
            {
                return;
            }
            catch (PlaygateException refused)
            {
                Check.That(refused.Result == Result.ErrorInvalidArgument || refused.Result == Result.ErrorNotPermitted,
                    what + ": " + refused.Result);
                return;
            }
            throw new CheckFailed(what + " was not refused");
        }

        public static void FeaturesAreChecked()
        {
            Check.Throws(typeof(ArgumentNullException), () => Feature.Of(null), "null");
            Bad(() => Feature.Of(""), "an empty name");
            Bad(() => Feature.Of("a\0b"), "a NUL");
            Bad(() => Feature.Of("\udc00"), "half a character");
            Bad(() => Feature.Of(new string('x', 257)), "a long name");
            Feature none = default(Feature);
            Check.That(none.IsNone && none.Number == 0, "a default feature is none");
            Check.That(!Voice.IsNone && Voice.Number > 0, "a real one is one");
            Check.Equal("voice-chat", Voice.Name, "its name");
            Check.That(Voice.Equals(Feature.Of("voice-chat")) && !Voice.Equals(none), "equality");
            Check.That(Voice.GetHashCode() == Feature.Of("voice-chat").GetHashCode(), "hash code");
            Feature odd = Feature.Of("\u00e9t\u00e9-\ud83c\udf1e");
            Check.Equal(odd.Number, Feature.Of("\u00e9t\u00e9-\ud83c\udf1e").Number, "one number for one name");
            Check.Equal("\u00e9t\u00e9-\ud83c\udf1e", odd.Name, "beyond the basic plane");
        }

        private static void Bad(Action action, string what)
        {
            try
            {
                action();
            }
            catch (ArgumentException)
            {
                return;
            }
            catch (PlaygateException refused)
            {
                Check.Equal(Result.ErrorInvalidArgument, refused.Result, what);
                return;
            }
            throw new CheckFailed(what + " was not refused");
        }

        public static void CallsAreChecked()
        {
            using (PlaygateClient client = Local())
            {
                Check.Throws(typeof(ArgumentNullException), () => client.AdoptAsync(null), "no session");
                Check.Throws(typeof(ArgumentNullException), () => client.RenewCodeAsync(null), "no challenge");
                Check.Throws(typeof(ArgumentNullException), () => client.EmailParentAsync(null), "no challenge");
                Check.Throws(typeof(ArgumentNullException), () => client.StartGameSession(null), "no options");
                Bad(() => client.SetToken("a\0b"), "a NUL in the token");
                Bad(() => client.RequestPermissionAsync(default(Feature)), "no feature");
                Bad(() => client.SwitchFeatureAsync(default(Feature), true), "no feature");
                Check.Equal(Result.ErrorInvalidSession, World.Await(client, client.AdoptAsync("{\"permissions\":7}")).Result, "JSON");
                Check.Refused(Result.ErrorInvalidState, () => client.AcknowledgeAsync(), "nothing was handed out");
                Check.That(!client.IsAllowed(default(Feature)), "no feature is denied");
                Check.Equal(Access.Unavailable, client.GetAccess(default(Feature)), "no feature is unavailable");
                Check.That(!client.Decide(default(Feature)).IsAllowed, "no feature is denied");
                Check.Refused(Result.ErrorInvalidArgument, () => client.GetChallenge(default(Feature)), "no feature");
            }
        }

        public static void WithoutAServer()
        {
            using (PlaygateClient client = Local())
            {
                Result result;
                try
                {
                    result = World.Await(client, client.RefreshAsync()).Result;
                }
                catch (PlaygateException refused)
                {
                    result = refused.Result;
                }
                Check.Equal(Result.ErrorInvalidState, result, "refresh");
                World.Adopt(client, World.SessionJson("s-local", "voice-chat+guardian"));
                Check.That(client.IsAllowed(Voice), "it lives on what it is given");
            }
        }

        public static void ChallengeOfAnotherIsRefused()
        {
            Player player = World.Child("voice-chat-guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                World.Until(client, () => client.Decide(Voice).Freshness == Freshness.Live, "the session is bound");
                World.Await(client, client.RequestPermissionAsync(Voice));
                Challenge challenge = client.GetChallenge(Voice);
                challenge.Dispose();
                challenge.Dispose();
                try
                {
                    client.RenewCodeAsync(challenge);
                }
                catch (ObjectDisposedException)
                {
                    return;
                }
                catch (PlaygateException refused)
                {
                    Check.Equal(Result.ErrorInvalidHandle, refused.Result, "a challenge that was disposed of");
                    return;
                }
                throw new CheckFailed("a challenge that was disposed of was taken");
            }
        }

        private static PlaygateClient Local()
        {
            PlaygateClientOptions options = new PlaygateClientOptions();
            options.Player = "local-player";
            return World.Open(options);
        }
    }
}
