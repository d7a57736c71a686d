using System;
using System.Threading.Tasks;
using Playgate.Testing;

namespace Playgate.Tests
{
    /// <summary>What a game's own tests use: a library with PLAYGATE_BUILD_MOCK.</summary>
    public static class MockCases
    {
        private static readonly Feature Voice = Feature.Of("voice-chat");
        private static int players;

        public static void AnswersByScript()
        {
            Check.That(PlaygateLibrary.HasMock, "this library has the mock transport");
            using (MockTransport mock = new MockTransport())
            {
                mock.SetSession(World.SessionJson("s-mock", "voice-chat-guardian"));
                using (PlaygateClient client = Open(mock, false))
                {
                    World.Settle(client);
                    Check.Equal(Access.AskParent, client.GetAccess(Voice), "voice chat");
                    Check.That(mock.Count("GET", "/api/session") == 1 && mock.Count(null, null) >= 1, "requests");
                    mock.SetSession(World.SessionJson("s-mock", "voice-chat+guardian"));
                    World.Ok(World.Await(client, client.RefreshAfterPushAsync()), "refresh");
                    Check.That(client.IsAllowed(Voice), "voice chat is allowed");
                }
            }
        }

        public static void FailsAndHolds()
        {
            using (MockTransport mock = new MockTransport())
            using (PlaygateClient client = Open(mock, false))
            {
                World.Settle(client);
                mock.SetSession(World.SessionJson("s-mock", "voice-chat+guardian"));
                mock.Hold(null, "*");
                Task<RequestOutcome> held = client.RefreshAfterPushAsync();
                World.Settle(client);
                Check.That(!held.IsCompleted, "it is held");
                mock.Release();
                World.Ok(World.Await(client, held), "refresh");
                mock.AnswerOnce("GET", "/api/session/s-mock", 401, "{}");
                Check.Equal(Result.ErrorUnauthorized, World.Await(client, client.RefreshAfterPushAsync()).Result, "refresh");
                Check.That(mock.Count("GET", "/api/session/s-mock") > 0, "it was asked");
                mock.Clear();
                Check.Equal(0, mock.Count(null, null), "forgotten");
                mock.Answer("GET", "*", 404, "{}");
                mock.Fail(null, "*", Result.ErrorUnreachable);
            }
        }

        public static void OverridesFeatures()
        {
            using (MockTransport mock = new MockTransport())
            {
                mock.SetSession(World.SessionJson("s-mock", "voice-chat-guardian"));
                using (PlaygateClient client = Open(mock, false))
                {
                    World.Settle(client);
                    foreach (Access access in new Access[] { Access.Allowed, Access.Prohibited, Access.VerifyAge })
                    {
                        client.OverrideFeature(Voice, access);
                        Check.Equal(access, client.GetAccess(Voice), "access");
                        Check.Equal(access, client.Decide(Voice).Access, "decided");
                        Check.Equal(access == Access.Allowed, client.IsAllowed(Voice), "allowed");
                    }
                    client.ClearOverrides();
                    Check.Equal(Access.AskParent, client.GetAccess(Voice), "the session again");
                    client.OverrideFeature(Voice, Access.Allowed);
                    client.Dispose();
                    Check.That(!client.IsAllowed(Voice), "denied at the end all the same");
                }
            }
        }

        public static void WorksWithThreads()
        {
            using (MockTransport mock = new MockTransport())
            {
                mock.SetSession(World.SessionJson("s-mock", "voice-chat+guardian"));
                using (PlaygateClient client = Open(mock, true))
                {
                    World.Until(client, () => client.IsAllowed(Voice), "voice chat is allowed");
                    Task<RequestOutcome> task = client.RefreshAfterPushAsync();
                    mock.Dispose();
                    World.Await(client, task);
                    Check.That(client.IsAllowed(Voice), "it may outlive the mock transport");
                }
                mock.Dispose();
            }
        }

        private static PlaygateClient Open(MockTransport mock, bool threads)
        {
            PlaygateClientOptions options = new PlaygateClientOptions();
            options.Player = "mock-" + players++;
            options.ServerUrl = "https://studio.example";
            options.Token = "t";
            options.NetworkAllowed = true;
            options.NoThreads = !threads;
            options.Mock = mock;
            return World.Open(options);
        }

        /// <summary>In a library that ships, nothing of this is there.</summary>
        public static void NotInALibraryThatShips()
        {
            Check.That(!PlaygateLibrary.HasMock, "this library ships");
            Check.Refused(Result.ErrorUnsupported, () => new MockTransport(), "a mock transport");
            PlaygateClientOptions options = new PlaygateClientOptions();
            options.Player = "no-overrides";
            using (PlaygateClient client = World.Open(options))
            {
                Check.Refused(Result.ErrorUnsupported, () => client.OverrideFeature(Voice, Access.Allowed), "an override");
                Check.That(!client.IsAllowed(Voice), "denied");
            }
        }
    }
}
