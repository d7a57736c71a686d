using System;
using System.Collections.Generic;
using System.Text;
using System.Threading;

namespace Playgate.Tests
{
    /// <summary>A studio's own HTTP: each exchange on a thread of the pool, which also completes it.</summary>
    public sealed class SocketTransport : ITransport
    {
        public int Started;
        public int Ended;
        public int Cancelled;

        public void Start(HttpExchange exchange)
        {
            Interlocked.Increment(ref Started);
            ThreadPool.QueueUserWorkItem(Carry, exchange);
        }

        public void Cancel(HttpExchange exchange)
        {
            Interlocked.Increment(ref Cancelled);
        }

        private void Carry(object state)
        {
            HttpExchange exchange = (HttpExchange)state;
            try
            {
                HttpAnswer answer = Http.Call(exchange.Method, exchange.Url, exchange.Headers, exchange.Body,
                    (int)exchange.Timeout.TotalMilliseconds);
                exchange.Complete(answer.Status, answer.Headers, answer.Body);
            }
            catch (Exception error)
            {
                exchange.Fail(Result.ErrorUnreachable, error.GetType().Name);
            }
            Interlocked.Increment(ref Ended);
        }
    }

    /// <summary>A studio's server in a test's own memory. It answers from inside Start, or keeps what it is asked.</summary>
    public sealed class ScriptedTransport : ITransport
    {
        /// <summary>The session that the server has; null: none yet.</summary>
        public string Session;
        /// <summary>Not 0: every request gets this status.</summary>
        public int Status;
        /// <summary>Not Ok: no request gets an answer, for this reason.</summary>
        public Result Failure = Result.Ok;
        /// <summary>Whether requests are kept.</summary>
        public bool Holds;
        /// <summary>Called first in each function.</summary>
        public Action Called;
        public readonly List<HttpExchange> Held = new List<HttpExchange>();
        public readonly List<HttpExchange> Asked = new List<HttpExchange>();
        public int Cancelled;

        private static readonly KeyValuePair<string, string>[] NoHeaders = new KeyValuePair<string, string>[0];

        public void Start(HttpExchange exchange)
        {
            if (Called != null)
            {
                Called();
            }
            lock (Asked)
            {
                Asked.Add(exchange);
            }
            if (Holds)
            {
                Held.Add(exchange);
                return;
            }
            Answer(exchange);
        }

        public void Cancel(HttpExchange exchange)
        {
            if (Called != null)
            {
                Called();
            }
            Cancelled++;
        }

        /// <summary>Answers everything that was kept.</summary>
        public void Release()
        {
            Holds = false;
            List<HttpExchange> held = new List<HttpExchange>(Held);
            Held.Clear();
            foreach (HttpExchange exchange in held)
            {
                Answer(exchange);
            }
        }

        private void Answer(HttpExchange exchange)
        {
            if (Failure != Result.Ok)
            {
                exchange.Fail(Failure, "as the test wants it");
                return;
            }
            if (Status != 0)
            {
                exchange.Complete(Status, NoHeaders, Encoding.UTF8.GetBytes("{}"));
                return;
            }
            KeyValuePair<string, string>[] headers =
            {
                new KeyValuePair<string, string>("Content-Type", "application/json"),
            };
            string body = Session ?? "{\"needsConsent\":true}";
            exchange.Complete(200, headers, Encoding.UTF8.GetBytes(body));
        }
    }

    /// <summary>A studio's own storage, in memory; it can be full, away, or slow.</summary>
    public sealed class MemoryStorage : IStorage
    {
        public readonly Dictionary<string, byte[]> Kept = new Dictionary<string, byte[]>();
        public readonly List<Action> Waiting = new List<Action>();
        /// <summary>Not Ok: every operation fails so.</summary>
        public Result Failure = Result.Ok;
        /// <summary>Whether only writing fails.</summary>
        public bool OnlyWrites;
        /// <summary>Whether answers wait until they are asked for.</summary>
        public bool IsSlow;
        public int Writes;
        public Action Called;

        /// <summary>
        /// The same for all: a record at a place has a decision table for the life of the process, and there are 64.
        /// </summary>
        public string Place
        {
            get { return "memory"; }
        }

        public void Read(StorageOperation operation, string key)
        {
            Do(() =>
            {
                byte[] bytes;
                if (Failure != Result.Ok && !OnlyWrites)
                {
                    operation.Fail(Failure);
                }
                else if (Kept.TryGetValue(key, out bytes))
                {
                    operation.Found(bytes);
                }
                else
                {
                    operation.NotFound();
                }
            });
        }

        public void Write(StorageOperation operation, string key, byte[] bytes)
        {
            Writes++;
            Do(() =>
            {
                if (Failure != Result.Ok)
                {
                    operation.Fail(Failure);
                    return;
                }
                Kept[key] = bytes;
                operation.Done();
            });
        }

        public void Remove(StorageOperation operation, string key)
        {
            Do(() =>
            {
                if (Failure != Result.Ok)
                {
                    operation.Fail(Failure);
                    return;
                }
                Kept.Remove(key);
                operation.Done();
            });
        }

        /// <summary>Gives the answers that wait.</summary>
        public void AnswerNow()
        {
            List<Action> waiting = new List<Action>(Waiting);
            Waiting.Clear();
            foreach (Action one in waiting)
            {
                one();
            }
        }

        private void Do(Action work)
        {
            if (Called != null)
            {
                Called();
            }
            if (IsSlow)
            {
                Waiting.Add(work);
                return;
            }
            work();
        }
    }

    /// <summary>A clock that moves by hand.</summary>
    public sealed class HandClock : IClock
    {
        private long milliseconds;
        public int Asked;
        public Action Called;
        private readonly long start;

        /// <summary>It starts at the real time, so that servers and tokens fit.</summary>
        public HandClock()
        {
            start = (long)(DateTime.UtcNow - new DateTime(1970, 1, 1, 0, 0, 0, DateTimeKind.Utc)).TotalMilliseconds;
        }

        public void Move(long by)
        {
            Interlocked.Add(ref milliseconds, by);
        }

        public long WallMilliseconds
        {
            get
            {
                Ask();
                return start + Interlocked.Read(ref milliseconds);
            }
        }

        public ulong MonotonicMilliseconds
        {
            get
            {
                Ask();
                return 1000 + (ulong)Interlocked.Read(ref milliseconds);
            }
        }

        public int UtcOffsetSeconds
        {
            get { return 3600; }
        }

        private void Ask()
        {
            Asked++;
            if (Called != null)
            {
                Called();
            }
        }
    }

    /// <summary>Random bytes that are the same each time. For tests only.</summary>
    public sealed class CountingRandom : IRandomSource
    {
        private uint state = 12345;
        public int Asked;
        public bool IsEmpty;
        public Action Called;

        public bool Fill(byte[] bytes)
        {
            Asked++;
            if (Called != null)
            {
                Called();
            }
            for (int i = 0; i < bytes.Length; i++)
            {
                state = state * 1664525 + 1013904223;
                bytes[i] = (byte)(state >> 24);
            }
            return !IsEmpty;
        }
    }

    /// <summary>A client without threads, with everything of its host in C#.</summary>
    public sealed class OwnHost
    {
        public readonly ScriptedTransport Transport = new ScriptedTransport();
        public readonly MemoryStorage Storage = new MemoryStorage();
        public readonly HandClock Clock = new HandClock();
        public readonly CountingRandom Random = new CountingRandom();

        /// <summary>Whose client it is. Clients that are open together are of different players.</summary>
        public string Player = "own-host";

        public PlaygateClientOptions Options()
        {
            PlaygateClientOptions options = new PlaygateClientOptions();
            options.Player = Player;
            options.ServerUrl = "https://game.example";
            options.Token = "a-token";
            options.NetworkAllowed = true;
            options.NoThreads = true;
            options.Transport = Transport;
            options.Storage = Storage;
            options.Clock = Clock;
            options.RandomSource = Random;
            return options;
        }

        public PlaygateClient Open()
        {
            return World.Open(Options());
        }
    }

    /// <summary>
    /// A client without threads over sockets, whose clock runs ahead when nothing is under way: what the library waits for,
    /// seconds between two questions, is over at once.
    /// </summary>
    public sealed class HastyHost
    {
        public readonly OwnHost Host = new OwnHost();
        public readonly SocketTransport Sockets = new SocketTransport();
        public PlaygateClient Client;

        /// <summary>Opens a client that has the player's session, bound to the player at the studio's server.</summary>
        public PlaygateClient OpenBound(Player player, Feature any)
        {
            PlaygateClientOptions options = Host.Options();
            options.Player = player.Name;
            options.Token = player.Token;
            options.ServerUrl = World.Backend;
            options.CodeSite = "code.example";
            options.Transport = Sockets;
            Client = World.Open(options);
            World.Adopt(Client, player.Consent);
            Until(() => Client.Decide(any).Freshness == Freshness.Live, "the session is bound");
            return Client;
        }

        /// <summary>Pumps until something is so, and moves the clock meanwhile.</summary>
        public void Until(Func<bool> isSo, string what)
        {
            World.Until(Client, () =>
            {
                if (Volatile.Read(ref Sockets.Started) == Volatile.Read(ref Sockets.Ended))
                {
                    Host.Clock.Move(100);
                }
                return isSo();
            }, what);
        }

        public RequestOutcome Await(System.Threading.Tasks.Task<RequestOutcome> task)
        {
            Until(() => task.IsCompleted, "a request ends");
            return task.Result;
        }
    }
}
