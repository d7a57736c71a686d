using System;
using System.Collections.Generic;

namespace Playgate.Tests
{
    /// <summary>The ad service's game session.</summary>
    public static class GameSessionCases
    {
        private static readonly Feature Ads = Feature.Of("targeted-ads");

        public static void RunsAndEnds()
        {
            Player player = World.Child("targeted-ads+guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                List<PlaygateEvent> states = new List<PlaygateEvent>();
                client.GameSessionChanged += states.Add;
                Check.Equal(GameSessionState.Idle, client.GameSessionState, "before");
                World.Until(client, () => client.IsAllowed(Ads), "the session allows it");
                client.StartGameSession(Begin(player.Name));
                World.Until(client, () => client.GameSessionState == GameSessionState.Active, "it is active");
                World.Until(client, () => states.Count > 0 && states[states.Count - 1].GameSessionState == GameSessionState.Active,
                    "an event says so");
                World.Ok(World.Await(client, client.EndGameSessionAsync()), "end");
                World.Until(client, () => client.GameSessionState == GameSessionState.Idle, "it has ended");
                Check.Equal(Operation.EndGameSession, World.Await(client, client.EndGameSessionAsync()).Operation, "once more");
            }
        }

        public static void NotWhereItIsDenied()
        {
            Player player = World.Child("targeted-ads-guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                List<PlaygateEvent> states = new List<PlaygateEvent>();
                client.GameSessionChanged += states.Add;
                GameSessionOptions options = Begin(player.Name);
                client.StartGameSession(options);
                World.Until(client, () => client.GameSessionState == GameSessionState.Stopped, "it is stopped");
                World.Until(client, () => states.Count > 0, "an event says so");
                Check.Equal(GameSessionStop.NotAllowed, states[states.Count - 1].GameSessionStop, "why");
                options.Ungated = true;
                client.StartGameSession(options);
                World.Until(client, () => client.GameSessionState == GameSessionState.Active, "where the host answers for it");
            }
        }

        public static void NewTokenGoesOn()
        {
            Player player = World.Child("targeted-ads+guardian");
            using (PlaygateClient client = World.OpenWithConsent(player))
            {
                List<PlaygateEvent> states = new List<PlaygateEvent>();
                client.GameSessionChanged += states.Add;
                GameSessionOptions options = Begin(player.Name);
                string token = options.AuthToken;
                options.AuthToken = "refused";
                options.Feature = "targeted-ads";
                client.StartGameSession(options);
                World.Until(client, () => client.GameSessionState == GameSessionState.Stopped && states.Count > 0
                    && states[states.Count - 1].GameSessionStop == GameSessionStop.TokenRefused, "the token is refused");
                client.SetGameSessionToken(token);
                World.Until(client, () => client.GameSessionState == GameSessionState.Active, "the new token does");
            }
        }

        private static GameSessionOptions Begin(string name)
        {
            GameSessionOptions options = new GameSessionOptions();
            options.ServiceUrl = World.Sandbox + "/api";
            options.AuthToken = Json.Text(World.Control("POST", "ads/users", "{\"name\":\"" + name + "\"}"), "authToken");
            return options;
        }
    }
}
