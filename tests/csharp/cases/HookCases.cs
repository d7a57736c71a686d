using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Playgate.Tests
{
    /// <summary>HTTP, storage, clock and random bytes in C#, for a client without threads.</summary>
    public static class HookCases
    {
        private static readonly Feature Voice = Feature.Of("voice-chat");

        public static void WholeEveningOnOwnHost()
        {
            Player player = World.Child("voice-chat+guardian");
            OwnHost host = new OwnHost();
            SocketTransport sockets = new SocketTransport();
            PlaygateClientOptions options = host.Options();
            options.Player = player.Name;
            options.Token = player.Token;
            options.ServerUrl = World.Backend;
            options.Transport = sockets;
            options.Key = new byte[32];
            using (PlaygateClient client = World.Open(options))
            {
                int consents = 0;
                client.ConsentNeeded += () => consents++;
                World.Until(client, () => consents > 0, "the server says that there is no session");
                World.Adopt(client, player.Consent);
                World.Until(client, () => client.Decide(Voice).Freshness == Freshness.Live, "the session is bound");
                Check.That(client.IsAllowed(Voice), "voice chat is allowed");
                World.ParentSwitches(player, "voice-chat", false);
                World.Ok(World.Await(client, client.RefreshAfterPushAsync()), "refresh");
                Check.That(!client.IsAllowed(Voice), "voice chat is not");
                Check.Equal(Result.ChallengeOpen, World.Await(client, client.RequestPermissionAsync(Voice)).Result, "request");
                using (Challenge challenge = client.GetChallenge(Voice))
                {
                    World.Answer(challenge, "approve");
                    // The clock of this client moves by hand: the floor of 5 s passes at once.
                    World.Until(client, () =>
                    {
                        host.Clock.Move(1000);
                        return client.IsAllowed(Voice);
                    }, "the parent's answer arrives");
                }
                Check.That(sockets.Started > 3 && host.Storage.Writes > 0 && host.Clock.Asked > 0 && host.Random.Asked > 0,
                    "everything went through the host");
                Check.That(client.Dispose(TimeSpan.FromSeconds(5)), "it closes");
            }
            Check.That(host.Storage.Kept.Count > 0, "something is kept");
            options.NetworkAllowed = false;
            using (PlaygateClient client = World.Open(options))
            {
                Check.That(client.IsAllowed(Voice), "and is found again");
            }
        }

        public static void ExchangesSayWhatTheyAre()
        {
            OwnHost host = new OwnHost();
            host.Transport.Holds = true;
            PlaygateClientOptions options = host.Options();
            options.ExtraHeaders = Headers("X-Gateway", "blue");
            options.RequestTimeout = TimeSpan.FromSeconds(7);
            using (PlaygateClient client = World.Open(options))
            {
                World.Settle(client);
                HttpExchange exchange = host.Transport.Asked[0];
                Check.Equal("GET", exchange.Method, "method");
                Check.Equal("https://game.example/api/session", exchange.Url, "URL");
                Check.That(exchange.Id != 0, "an id");
                Check.That(exchange.Timeout > TimeSpan.Zero && exchange.Timeout <= TimeSpan.FromSeconds(7), "timeout");
                Check.Equal("Bearer a-token", Header(exchange, "authorization"), "token");
                Check.Equal("blue", Header(exchange, "x-gateway"), "extra header");
                Check.That(exchange.Body == null || exchange.Body.Length == 0, "no body");
                exchange.Tag = host;
                Check.That(ReferenceEquals(host, exchange.Tag), "the host's own object");
            }
        }

        private static IDictionary<string, string> Headers(string name, string value)
        {
            Dictionary<string, string> headers = new Dictionary<string, string>();
            headers.Add(name, value);
            return headers;
        }

        private static string Header(HttpExchange exchange, string name)
        {
            foreach (KeyValuePair<string, string> header in exchange.Headers)
            {
                if (header.Key.ToLowerInvariant() == name)
                {
                    return header.Value;
                }
            }
            return null;
        }

        public static void LateAndTwiceAreHarmless()
        {
            OwnHost host = new OwnHost();
            host.Transport.Holds = true;
            host.Transport.Session = World.SessionJson("s-late", "voice-chat+guardian");
            PlaygateClient client = host.Open();
            World.Settle(client);
            HttpExchange exchange = host.Transport.Held[0];
            KeyValuePair<string, string>[] none = new KeyValuePair<string, string>[0];
            byte[] body = Encoding.UTF8.GetBytes(host.Transport.Session);
            exchange.Complete(200, none, body);
            exchange.Complete(500, none, null);
            exchange.Fail(Result.ErrorTls);
            World.Until(client, () => client.IsAllowed(Voice), "the first answer counts");
            Task<RequestOutcome> task = client.RefreshAfterPushAsync();
            World.Settle(client);
            HttpExchange second = host.Transport.Held[host.Transport.Held.Count - 1];
            Check.That(second.Id != exchange.Id, "another exchange");
            client.Dispose();
            Check.That(task.IsCanceled, "the request is cancelled");
            second.Complete(200, none, body);
            second.Fail(Result.ErrorUnreachable);
            Check.That(!client.IsAllowed(Voice), "what comes after the end changes nothing");
        }

        public static void FailuresOfTransport()
        {
            Result[] failures =
            {
                Result.ErrorUnreachable, Result.ErrorTimedOut, Result.ErrorTls, Result.ErrorProtocol, Result.ErrorLimit,
                Result.ErrorNotPermitted,
            };
            OwnHost host = new OwnHost();
            host.Transport.Session = World.SessionJson("s-failing", "voice-chat+guardian");
            using (PlaygateClient client = host.Open())
            {
                World.Until(client, () => client.IsAllowed(Voice), "the session is there");
                foreach (Result failure in failures)
                {
                    host.Transport.Failure = failure;
                    Task<RequestOutcome> task = client.RefreshAfterPushAsync();
                    World.Until(client, () =>
                    {
                        host.Clock.Move(1000);
                        return task.IsCompleted;
                    }, "a refresh ends");
                    Result result = task.Result.Result;
                    Check.That(result == failure || failure == Result.ErrorLimit && result == Result.ErrorProtocol,
                        failure + " is told as " + result);
                    Check.That(client.IsAllowed(Voice), "the stored session counts");
                    // A circuit breaker pauses after several failures.
                    host.Transport.Failure = Result.Ok;
                    host.Clock.Move(700000);
                    task = client.RefreshAfterPushAsync();
                    World.Until(client, () =>
                    {
                        host.Clock.Move(1000);
                        return task.IsCompleted;
                    }, "a refresh ends");
                    World.Ok(task.Result, "refresh after " + failure);
                }
            }
        }

        public static void FullStorageIsTold()
        {
            OwnHost host = new OwnHost();
            using (PlaygateClient client = host.Open())
            {
                World.Settle(client);
                List<PlaygateEvent> failed = new List<PlaygateEvent>();
                int recovered = 0;
                client.StorageFailed += failed.Add;
                client.StorageRecovered += e => recovered++;
                host.Storage.Failure = Result.ErrorStorageFull;
                host.Transport.Session = World.SessionJson("s-full", "voice-chat+guardian");
                Task<RequestOutcome> task = client.AdoptAsync(World.SessionJson("s-full", "voice-chat+guardian"));
                World.Until(client, () =>
                {
                    host.Clock.Move(500);
                    return failed.Count > 0 && task.IsCompleted;
                }, "storing fails");
                Check.Equal(Result.ErrorStorageFull, failed[0].Result, "why");
                Check.That(client.IsAllowed(Voice), "it counts for this process");
                host.Storage.Failure = Result.Ok;
                World.Until(client, () =>
                {
                    host.Clock.Move(1000);
                    return recovered > 0;
                }, "storing is tried again");
                Check.That(host.Storage.Kept.Count > 0, "and is done");
            }
        }

        public static void StorageThatComesLater()
        {
            OwnHost host = new OwnHost();
            host.Storage.Failure = Result.ErrorStorageUnavailable;
            PlaygateClientOptions options = host.Options();
            options.ServerUrl = null;
            options.Transport = null;
            options.Token = null;
            using (PlaygateClient client = World.Open(options))
            {
                World.Settle(client);
                int taken = 0;
                client.RecordTakenOver += e => taken++;
                Check.Equal(Reason.RecordUnavailable, client.Decide(Voice).Reason, "reason");
                host.Storage.Failure = Result.Ok;
                World.Until(client, () =>
                {
                    host.Clock.Move(1000);
                    return taken > 0;
                }, "the record is there");
                World.Adopt(client, World.SessionJson("s-later", "voice-chat+guardian"));
                Check.That(client.IsAllowed(Voice), "it can be used");
            }
        }

        public static void SlowStorageIsWaitedFor()
        {
            OwnHost host = new OwnHost();
            host.Storage.IsSlow = true;
            host.Transport.Session = World.SessionJson("s-slow", "voice-chat+guardian");
            using (PlaygateClient client = host.Open())
            {
                World.Settle(client);
                Check.Equal(NextStep.Wait, client.Decide(Voice).NextStep, "decisions say wait");
                Task<RequestOutcome> task = client.AdoptAsync(World.SessionJson("s-slow", "voice-chat+guardian"));
                for (int i = 0; i < 20; i++)
                {
                    client.Pump();
                }
                Check.That(!task.IsCompleted && !client.IsAllowed(Voice), "nothing counts before it was read");
                World.Until(client, () =>
                {
                    host.Storage.AnswerNow();
                    return task.IsCompleted;
                }, "adopting ends");
                World.Ok(task.Result, "adopt");
                Check.That(client.IsAllowed(Voice), "it is on");
                task = client.AdoptAsync(World.SessionJson("s-slow", "voice-chat-guardian"));
                World.Until(client, () => host.Storage.Waiting.Count > 0, "storing begins");
                Check.That(!client.Dispose(TimeSpan.Zero), "a close waits for the storage");
                Check.That(!client.IsAllowed(Voice) && task.IsCanceled, "denied, and no request is left");
                host.Storage.IsSlow = false;
                host.Storage.AnswerNow();
                Check.That(PlaygateLibrary.CloseAll(TimeSpan.FromSeconds(2)), "then it is closed");
            }
        }

        public static void NoRandomBytes()
        {
            OwnHost host = new OwnHost();
            host.Random.IsEmpty = true;
            PlaygateClientOptions options = host.Options();
            options.Key = new byte[32];
            Result result = Result.Ok;
            try
            {
                using (PlaygateClient client = World.Open(options))
                {
                    Task<RequestOutcome> task = client.AdoptAsync(World.SessionJson("s-random", "voice-chat+guardian"));
                    World.Until(client, () =>
                    {
                        host.Clock.Move(1000);
                        return task.IsCompleted;
                    }, "adopting ends");
                    result = task.Result.Result;
                }
            }
            catch (PlaygateException refused)
            {
                result = refused.Result;
            }
            Check.That(result != Result.Ok, "nothing is sealed without random bytes");
            Check.Equal(0, host.Storage.Writes == 0 ? 0 : host.Storage.Kept.Count, "records");
        }

        public static void HooksThatThrow()
        {
            OwnHost host = new OwnHost();
            host.Transport.Session = World.SessionJson("s-throwing", "voice-chat+guardian");
            using (PlaygateClient client = host.Open())
            {
                World.Until(client, () => client.IsAllowed(Voice), "the session is there");
                int thrown = 0;
                Action throws = () =>
                {
                    thrown++;
                    throw new InvalidOperationException("a hook of the test throws");
                };
                host.Transport.Called = throws;
                host.Storage.Called = throws;
                host.Clock.Called = throws;
                host.Random.Called = throws;
                Task<RequestOutcome> refresh = client.RefreshAfterPushAsync();
                for (int i = 0; i < 200 && !refresh.IsCompleted; i++)
                {
                    PumpWhatThrows(client);
                }
                Check.That(thrown > 0, "hooks were called");
                Check.That(client.IsAllowed(Voice), "nothing changed");
                host.Transport.Called = null;
                host.Storage.Called = null;
                host.Clock.Called = null;
                host.Random.Called = null;
                World.Until(client, () =>
                {
                    host.Clock.Move(1000);
                    return refresh.IsCompleted;
                }, "the refresh ends");
                Check.That(!refresh.IsFaulted, "a failure is an outcome");
                World.Adopt(client, World.SessionJson("s-after", "voice-chat-guardian"));
                Check.That(!client.IsAllowed(Voice), "the client goes on");
            }
        }

        private static void PumpWhatThrows(PlaygateClient client)
        {
            try
            {
                client.Pump();
            }
            catch (AggregateException)
            {
                // What hooks threw comes out here, on the game's side of the boundary.
            }
        }

        public static void InsideAHookOnlyTheFramePath()
        {
            OwnHost host = new OwnHost();
            host.Transport.Session = World.SessionJson("s-inside", "voice-chat+guardian");
            PlaygateClient client = host.Open();
            World.Until(client, () => client.IsAllowed(Voice), "the session is there");
            bool wasAllowed = false;
            Exception refused = null;
            host.Transport.Called = () =>
            {
                wasAllowed = client.IsAllowed(Voice);
                try
                {
                    client.RefreshAsync();
                }
                catch (Exception thrown)
                {
                    refused = thrown;
                }
            };
            World.Await(client, client.RefreshAfterPushAsync());
            Check.That(wasAllowed, "the frame path answers inside a hook");
            Check.That(refused is PlaygateException, "anything else is refused: " + refused);
            Check.Equal(Result.ErrorBusy, ((PlaygateException)refused).Result, "result");
            host.Transport.Called = () => client.Dispose();
            Task<RequestOutcome> task = client.RefreshAfterPushAsync();
            for (int i = 0; i < 50; i++)
            {
                PumpWhatThrows(client);
            }
            Check.That(!client.IsAllowed(Voice), "disposed of inside a hook: denied");
            Check.That(task.IsCompleted, "its requests have ended");
            host.Transport.Called = null;
            client.Dispose();
            Check.That(PlaygateLibrary.CloseAll(TimeSpan.FromSeconds(2)), "it is closed when the hook has returned");
            using (PlaygateClient again = host.Open())
            {
                Check.That(again.IsAllowed(Voice), "its record is free");
            }
        }

        public static void CompletedFromManyThreads()
        {
            OwnHost host = new OwnHost();
            host.Transport.Session = World.SessionJson("s-threads", "voice-chat+guardian");
            using (PlaygateClient client = host.Open())
            {
                for (int round = 0; round < 20; round++)
                {
                    host.Transport.Holds = true;
                    Task<RequestOutcome> task = client.RefreshAfterPushAsync();
                    World.Until(client, () => host.Transport.Held.Count > 0, "it is asked");
                    HttpExchange exchange = host.Transport.Held[0];
                    host.Transport.Held.Clear();
                    byte[] body = Encoding.UTF8.GetBytes(host.Transport.Session);
                    Thread[] threads = new Thread[4];
                    for (int i = 0; i < threads.Length; i++)
                    {
                        threads[i] = new Thread(() => exchange.Complete(200, new KeyValuePair<string, string>[0], body));
                        threads[i].Start();
                    }
                    foreach (Thread thread in threads)
                    {
                        thread.Join();
                    }
                    World.Ok(World.Await(client, task), "refresh");
                }
            }
        }
    }
}
