using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Threading;
using System.Threading.Tasks;
using NUnit.Framework;
using UnityEngine;
using UnityEngine.Networking;
using UnityStubs;

namespace Playgate.Unity.Tests
{
    /// <summary>UnityWebRequest carries the library's requests, over real HTTP on this machine.</summary>
    [TestFixture]
    public sealed class TransportTests
    {
        private PlaygateSettings settings;
        private UnityWebRequestTransport transport;
        private string[] expected;

        [SetUp]
        public void Begin()
        {
            expected = new string[0];
            settings = Play.Begin();
            PlaygateHooks.Transport = () => transport = new UnityWebRequestTransport();
            PlaygateHooks.Configure = options => options.RequestTimeout = TimeSpan.FromMilliseconds(700);
        }

        [TearDown]
        public void End()
        {
            Play.End(expected);
            Assert.AreEqual(0, transport.InFlight);
            Stopwatch clock = Stopwatch.StartNew();
            while (UnityWebRequest.Alive > 0 && clock.Elapsed < Play.Patience)
            {
                Thread.Sleep(5);
            }
            Assert.AreEqual(0, UnityWebRequest.Alive, "requests that were never disposed");
        }

        private RequestOutcome Refresh(LoopbackServer server)
        {
            settings.ServerUrl = server.Url;
            PlaygateManager.Start("ann", "secret-token");
            Task<RequestOutcome> task = PlaygateManager.Client.RefreshAfterPushAsync();
            Play.Until("the refresh", () => task.IsCompleted);
            return task.Result;
        }

        [Test]
        public void All_headers_go_out_and_come_back()
        {
            string session = Sessions.With("voice-chat", true);
            string body = "{\"hasChanged\":true,\"changes\":[],\"session\":" + session + "}";
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Http(200, "ETag: \"one\"\r\n", body)))
            {
                PlaygateHooks.Configure = options => options.ExtraHeaders = new Dictionary<string, string> { { "X-Gateway", "seven" } };
                Assert.AreEqual(Result.Ok, Refresh(server).Result);
                Assert.IsTrue(PlaygateManager.IsAllowed(Feature.Of("voice-chat")));
                string head = server.Head(0);
                Assert.That(head, Is.StringStarting("GET /api/session"));
                Assert.That(head, Is.StringContaining("Authorization: Bearer secret-token").IgnoreCase);
                Assert.That(head, Is.StringContaining("X-Gateway: seven").IgnoreCase);
                Assert.That(head, Is.Not.StringContaining("Expect: ").IgnoreCase);
                // The entity tag came back: the next request carries it.
                Task<RequestOutcome> again = PlaygateManager.Client.RefreshAfterPushAsync();
                Play.Until("the second refresh", () => again.IsCompleted);
                Assert.That(server.Head(server.Count - 1), Is.StringContaining("If-None-Match: ").IgnoreCase);
            }
        }

        [Test]
        public void A_body_goes_out()
        {
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Http(503, "", "{}")))
            {
                settings.ServerUrl = server.Url;
                PlaygateManager.Start("ann", "secret-token");
                LifecycleTests.Adopt(Sessions.With("voice-chat", true));
                Play.Until("the session is bound", () => Find(server, "PUT /api/session") >= 0);
                Assert.That(server.Body(Find(server, "PUT /api/session")), Is.StringContaining("608616da-4fd2-4742-82bf-ec1d4ffd8187"));
            }
        }

        [Test]
        public void An_error_status_is_an_answer()
        {
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Http(401, "", "{}")))
            {
                RequestOutcome outcome = Refresh(server);
                Assert.AreEqual(Result.ErrorUnauthorized, outcome.Result);
                Assert.AreEqual(401, outcome.HttpStatus);
            }
        }

        [Test]
        public void No_redirect_is_followed()
        {
            int stolen = 0;
            using (LoopbackServer other = new LoopbackServer(line =>
            {
                stolen++;
                return LoopbackServer.Http(200, "", "{\"needsConsent\":true}");
            }))
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Http(302, "Location: " + other.Url + "/\r\n", "")))
            {
                RequestOutcome outcome = Refresh(server);
                Assert.IsFalse(outcome.IsOk);
                Assert.AreEqual(302, outcome.HttpStatus);
                Assert.AreEqual(0, stolen);
            }
        }

        [Test]
        public void A_silent_server_is_given_up_at_the_time_limit()
        {
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Hang))
            {
                Stopwatch clock = Stopwatch.StartNew();
                RequestOutcome outcome = Refresh(server);
                Assert.AreEqual(Result.ErrorTimedOut, outcome.Result);
                Assert.Less(clock.Elapsed.TotalSeconds, 6.0);
                Assert.AreEqual(0, transport.InFlight);
                // The answer comes after all, to nobody.
                server.Release();
                Thread.Sleep(100);
                Play.Frames(20);
                Assert.IsTrue(PlaygateManager.IsStarted);
            }
        }

        [Test]
        public void Stopping_cancels_and_late_answers_are_harmless()
        {
            PlaygateHooks.Configure = null;
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Hang))
            {
                settings.ServerUrl = server.Url;
                PlaygateManager.Start("ann", "token");
                Task<RequestOutcome> task = PlaygateManager.Client.RefreshAfterPushAsync();
                Play.Until("the request is at the server", () => server.Count == 1);
                Assert.AreEqual(1, transport.InFlight);
                Stopwatch clock = Stopwatch.StartNew();
                PlaygateManager.Stop();
                Assert.Less(clock.Elapsed.TotalSeconds, 1.0, "stopping waits for no network");
                Assert.IsTrue(task.IsCanceled);
                Assert.AreEqual(0, transport.InFlight);
                server.Release();
                Thread.Sleep(100);
                Play.Frames(20);
            }
        }

        [Test]
        public void A_cancelled_token_ends_its_task()
        {
            PlaygateHooks.Configure = null;
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Hang))
            using (CancellationTokenSource source = new CancellationTokenSource())
            {
                settings.ServerUrl = server.Url;
                PlaygateManager.Start("ann", "token");
                Task<RequestOutcome> task = PlaygateManager.Client.RefreshAfterPushAsync(source.Token);
                Play.Until("the request is at the server", () => server.Count == 1);
                source.Cancel();
                Play.Until("the task ends", () => task.IsCompleted);
                Assert.IsTrue(task.IsCanceled);
            }
        }

        [Test]
        public void An_endless_answer_is_cut_off()
        {
            string huge = new string('x', HttpExchange.MaxResponseBytes + 1);
            PlaygateHooks.Configure = null;
            using (LoopbackServer server = new LoopbackServer(line => LoopbackServer.Http(200, "", huge)))
            {
                RequestOutcome outcome = Refresh(server);
                Assert.AreEqual(Result.ErrorProtocol, outcome.Result);
                Assert.That(outcome.Text, Is.StringContaining("long"));
            }
        }

        [Test]
        public void A_server_that_is_not_there_is_unreachable()
        {
            string url;
            using (LoopbackServer server = new LoopbackServer(line => ""))
            {
                url = server.Url;
            }
            settings.ServerUrl = url;
            PlaygateManager.Start("ann", "token");
            Task<RequestOutcome> task = PlaygateManager.Client.RefreshAfterPushAsync();
            Play.Until("the refresh", () => task.IsCompleted);
            Assert.AreEqual(Result.ErrorUnreachable, task.Result.Result);
            Assert.That(task.Result.Text, Is.Not.StringContaining("token"));
        }

        [Test]
        public void What_is_not_HTTP_is_an_error()
        {
            using (LoopbackServer server = new LoopbackServer(line => "\u0001\u0002nonsense\r\n\r\n"))
            {
                RequestOutcome outcome = Refresh(server);
                Assert.IsTrue(outcome.Result == Result.ErrorProtocol || outcome.Result == Result.ErrorUnreachable, outcome.Result.ToString());
            }
        }

        private static int Find(LoopbackServer server, string start)
        {
            for (int i = 0; i < server.Count; i++)
            {
                if (server.Head(i).StartsWith(start, StringComparison.Ordinal))
                {
                    return i;
                }
            }
            return -1;
        }
    }
}
