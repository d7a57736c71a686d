using System;
using System.Threading;
using System.Threading.Tasks;

namespace Playgate.Tests
{
    /// <summary>Requests as Tasks: where they go on, how they are cancelled, and what handlers throw.</summary>
    public static class TaskCases
    {
        private static readonly Feature Voice = Feature.Of("voice-chat");

        public static void GoOnInsideThePump()
        {
            OwnHost host = new OwnHost();
            host.Transport.Session = World.SessionJson("s-tasks", "voice-chat+guardian");
            using (PlaygateClient client = host.Open())
            {
                World.Settle(client);
                int thread = 0;
                Task<RequestOutcome> task = client.RefreshAfterPushAsync();
                task.ContinueWith(_ => thread = Thread.CurrentThread.ManagedThreadId, TaskContinuationOptions.ExecuteSynchronously);
                Check.That(!task.IsCompleted, "not before a pump");
                World.Until(client, () => task.IsCompleted, "it ends");
                Check.Equal(Thread.CurrentThread.ManagedThreadId, thread, "the thread that pumps");
                host.Transport.Session = World.SessionJson("s-tasks", "voice-chat-guardian");
                Task<int> story = Story(client);
                World.Until(client, () => story.IsCompleted, "a method with await ends");
                Check.Equal(Thread.CurrentThread.ManagedThreadId, story.Result, "the thread that pumps");
            }
        }

        private static async Task<int> Story(PlaygateClient client)
        {
            World.Ok(await client.FlushAsync(), "flush");
            World.Ok(await client.AdoptAsync(World.SessionJson("s-tasks", "voice-chat-guardian")), "adopt");
            Check.That(!client.IsAllowed(Voice), "voice chat is off");
            return Thread.CurrentThread.ManagedThreadId;
        }

        public static void CancelledBeforeItBegins()
        {
            OwnHost host = new OwnHost();
            using (PlaygateClient client = host.Open())
            using (CancellationTokenSource source = new CancellationTokenSource())
            {
                World.Settle(client);
                int before = host.Transport.Asked.Count;
                source.Cancel();
                Task<RequestOutcome> task = client.RefreshAfterPushAsync(source.Token);
                World.Until(client, () => task.IsCompleted, "it ends");
                Check.That(task.IsCanceled, "it is cancelled");
                Check.Equal(before, host.Transport.Asked.Count, "nothing is asked");
            }
        }

        public static void CancelledUnderWay()
        {
            OwnHost host = new OwnHost();
            host.Transport.Holds = true;
            using (PlaygateClient client = host.Open())
            using (CancellationTokenSource source = new CancellationTokenSource())
            {
                World.Settle(client);
                host.Transport.Release();
                World.Settle(client);
                host.Transport.Holds = true;
                Task<RequestOutcome> cancelled = client.RefreshAfterPushAsync(source.Token);
                World.Settle(client);
                Check.That(!cancelled.IsCompleted, "it waits for the server");
                source.Cancel();
                World.Until(client, () => cancelled.IsCompleted, "it ends");
                Check.That(cancelled.IsCanceled, "it is cancelled");
                host.Transport.Release();
                World.Ok(World.Await(client, client.FlushAsync()), "the client goes on");
                source.Cancel();
            }
        }

        public static void CancelledFromAnotherThread()
        {
            OwnHost host = new OwnHost();
            using (PlaygateClient client = host.Open())
            {
                World.Settle(client);
                for (int round = 0; round < 50; round++)
                {
                    CancellationTokenSource source = new CancellationTokenSource();
                    Task<RequestOutcome> task = client.RefreshAfterPushAsync(source.Token);
                    Thread other = new Thread(source.Cancel);
                    other.Start();
                    World.Until(client, () => task.IsCompleted, "it ends");
                    other.Join();
                    Check.That(!task.IsFaulted, "cancelled or done");
                    source.Dispose();
                }
            }
        }

        public static void HandlersThatThrow()
        {
            OwnHost host = new OwnHost();
            host.Transport.Session = World.SessionJson("s-handlers", "voice-chat+guardian");
            using (PlaygateClient client = host.Open())
            {
                int called = 0;
                client.EventReceived += e =>
                {
                    throw new InvalidOperationException("the first handler of the test throws");
                };
                client.SessionChanged += () => called++;
                client.EventReceived += e => called++;
                Task<RequestOutcome> task = client.RefreshAfterPushAsync();
                AggregateException thrown = null;
                for (int i = 0; i < 50 && thrown == null; i++)
                {
                    try
                    {
                        client.Pump();
                    }
                    catch (AggregateException error)
                    {
                        thrown = error;
                    }
                }
                Check.That(thrown != null, "the pump gives on what handlers threw");
                Check.Contains("the first handler", thrown.ToString(), "what was thrown");
                Check.That(called > 0, "the other handlers were called");
                for (int i = 0; i < 50 && !task.IsCompleted; i++)
                {
                    try
                    {
                        client.Pump();
                    }
                    catch (AggregateException)
                    {
                        // Again.
                    }
                }
                World.Ok(task.Result, "refresh");
                Check.That(client.IsAllowed(Voice), "and its effect");
            }
        }

        public static void ManyAtOnce()
        {
            OwnHost host = new OwnHost();
            using (PlaygateClient client = host.Open())
            {
                World.Settle(client);
                Task<RequestOutcome>[] tasks = new Task<RequestOutcome>[200];
                for (int i = 0; i < tasks.Length; i++)
                {
                    tasks[i] = client.FlushAsync();
                }
                foreach (Task<RequestOutcome> task in tasks)
                {
                    World.Ok(World.Await(client, task), "flush");
                }
                Result limit = Result.Ok;
                Task<RequestOutcome>[] more = new Task<RequestOutcome>[400];
                for (int i = 0; i < more.Length && limit == Result.Ok; i++)
                {
                    try
                    {
                        more[i] = client.FlushAsync();
                    }
                    catch (PlaygateException refused)
                    {
                        limit = refused.Result;
                    }
                }
                Check.Equal(Result.ErrorLimit, limit, "more than the library takes");
                foreach (Task<RequestOutcome> task in more)
                {
                    if (task != null)
                    {
                        World.Ok(World.Await(client, task), "flush");
                    }
                }
            }
        }

        public static void RequestsInsideHandlers()
        {
            OwnHost host = new OwnHost();
            host.Transport.Session = World.SessionJson("s-inside", "voice-chat+guardian");
            using (PlaygateClient client = host.Open())
            {
                Task<RequestOutcome> inner = null;
                client.SessionChanged += () => inner = inner ?? client.FlushAsync();
                World.Until(client, () => inner != null && inner.IsCompleted, "a request from a handler ends");
                World.Ok(inner.Result, "flush");
                int depth = 0;
                int deepest = 0;
                int events = 0;
                client.EventReceived += e =>
                {
                    events++;
                    deepest = Math.Max(deepest, ++depth);
                    client.Pump();
                    depth--;
                };
                host.Transport.Session = World.SessionJson("s-inside", "voice-chat-guardian", "mods+guardian");
                World.Adopt(client, host.Transport.Session);
                World.Until(client, () => events > 1, "events");
                Check.Equal(1, deepest, "a pump inside a pump does nothing");
            }
        }
    }
}
