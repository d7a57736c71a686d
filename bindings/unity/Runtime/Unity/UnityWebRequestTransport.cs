using System;
using System.Collections.Generic;
using System.Diagnostics;
using UnityEngine;
using UnityEngine.Networking;

namespace Playgate.Unity
{
    /// <summary>
    /// Carries the library's requests by UnityWebRequest: for WebGL, where there are no sockets, for consoles, and where
    /// a game's requests have to look alike. It passes all headers on, follows no redirect, takes no longer answer than
    /// the library does, and ends an exchange at its time limit to the millisecond while frames go on. Certificates are
    /// the platform's matter. Main thread: a client with a transport has no threads and calls it inside its pump.
    /// </summary>
    public sealed class UnityWebRequestTransport : ITransport, IPlaygateTicked
    {
        // What the engine or the browser sets by itself, and refuses to be told.
        private static readonly HashSet<string> ownHeaders = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
        {
            "accept-charset", "accept-encoding", "connection", "content-length", "date", "expect", "host", "keep-alive",
            "te", "trailer", "transfer-encoding", "upgrade", "via"
        };

        private readonly List<Flight> flights = new List<Flight>();
        private readonly Stopwatch clock = Stopwatch.StartNew();

        /// <summary>How many exchanges are under way.</summary>
        public int InFlight
        {
            get { return flights.Count; }
        }

        /// <inheritdoc/>
        public void Start(HttpExchange exchange)
        {
            if (exchange == null)
            {
                throw new ArgumentNullException("exchange");
            }
            Flight flight = new Flight(this, exchange, clock.Elapsed + exchange.Timeout);
            flights.Add(flight);
            try
            {
                flight.Send();
            }
            catch (Exception)
            {
                // A URL or a header that the engine refuses, or plain http where the project's settings forbid it.
                flights.Remove(flight);
                flight.Close();
                exchange.Fail(Result.ErrorNotPermitted, "UnityWebRequest refuses this request");
            }
        }

        /// <inheritdoc/>
        public void Cancel(HttpExchange exchange)
        {
            for (int i = 0; i < flights.Count; i++)
            {
                if (flights[i].Exchange == exchange)
                {
                    Flight flight = flights[i];
                    flights.RemoveAt(i);
                    flight.Close();
                    return;
                }
            }
        }

        void IPlaygateTicked.Tick()
        {
            if (flights.Count == 0)
            {
                return;
            }
            TimeSpan now = clock.Elapsed;
            for (int i = flights.Count - 1; i >= 0; i--)
            {
                Flight flight = flights[i];
                if (now >= flight.Deadline)
                {
                    flights.RemoveAt(i);
                    flight.Close();
                    flight.Exchange.Fail(Result.ErrorTimedOut, "no answer within the time limit");
                }
            }
        }

        // The client is gone: nothing of it may stay under way.
        void IPlaygateTicked.End()
        {
            for (int i = flights.Count - 1; i >= 0; i--)
            {
                flights[i].Close();
            }
            flights.Clear();
        }

        // Collects an answer, up to the limit.
        private sealed class Body : DownloadHandlerScript
        {
            private byte[] bytes = new byte[4096];
            private int length;

            internal bool IsTooLong { get; private set; }

            internal byte[] ToArray()
            {
                byte[] all = new byte[length];
                Buffer.BlockCopy(bytes, 0, all, 0, length);
                return all;
            }

            protected override bool ReceiveData(byte[] data, int dataLength)
            {
                if (dataLength > HttpExchange.MaxResponseBytes - length)
                {
                    IsTooLong = true;
                    return false;
                }
                if (length + dataLength > bytes.Length)
                {
                    Array.Resize(ref bytes, Math.Max(length + dataLength, 2 * bytes.Length));
                }
                Buffer.BlockCopy(data, 0, bytes, length, dataLength);
                length += dataLength;
                return true;
            }
        }

        private sealed class Flight
        {
            internal readonly HttpExchange Exchange;
            internal readonly TimeSpan Deadline;
            private readonly UnityWebRequestTransport owner;
            private readonly Body body = new Body();
            private UnityWebRequest request;

            internal Flight(UnityWebRequestTransport owner, HttpExchange exchange, TimeSpan deadline)
            {
                this.owner = owner;
                Exchange = exchange;
                Deadline = deadline;
            }

            internal void Send()
            {
                request = new UnityWebRequest(Exchange.Url, Exchange.Method);
                request.downloadHandler = body;
                request.disposeDownloadHandlerOnDispose = true;
                request.disposeUploadHandlerOnDispose = true;
                request.redirectLimit = 0;
                request.useHttpContinue = false;
                // Whole seconds; the tick is more exact, this one holds while the game does not run frames.
                request.timeout = Math.Max(1, (int)Math.Ceiling(Exchange.Timeout.TotalSeconds));
                if (Exchange.Body != null && Exchange.Body.Length > 0)
                {
                    request.uploadHandler = new UploadHandlerRaw(Exchange.Body);
                }
                foreach (KeyValuePair<string, string> header in Exchange.Headers)
                {
                    if (!ownHeaders.Contains(header.Key))
                    {
                        request.SetRequestHeader(header.Key, header.Value);
                    }
                }
                request.SendWebRequest().completed += Completed;
            }

            internal void Close()
            {
                UnityWebRequest open = request;
                request = null;
                if (open != null)
                {
                    open.Abort();
                    open.Dispose();
                }
            }

            private void Completed(AsyncOperation operation)
            {
                UnityWebRequest done = request;
                if (done == null)
                {
                    // Cancelled, or over its time limit.
                    return;
                }
                request = null;
                owner.flights.Remove(this);
                try
                {
                    Answer(done);
                }
                finally
                {
                    done.Dispose();
                }
            }

            private void Answer(UnityWebRequest done)
            {
                int status = (int)done.responseCode;
                if (body.IsTooLong)
                {
                    Exchange.Fail(Result.ErrorLimit, "the answer is longer than is taken");
                }
                else if (status >= 300 && status < 400)
                {
                    // "Redirect limit exceeded" to the engine; an answer like any other here.
                    Exchange.Complete(status, Headers(done), body.ToArray());
                }
                else if (IsBroken(done) || status == 0)
                {
                    FailWith(done.error ?? "");
                }
                else if (WasRedirected(done))
                {
                    // A browser follows by itself. The token has been where it should not; the answer counts for nothing.
                    Exchange.Fail(Result.ErrorNotPermitted, "the server sent the request elsewhere");
                }
                else
                {
                    Exchange.Complete(status, Headers(done), body.ToArray());
                }
            }

            private static IEnumerable<KeyValuePair<string, string>> Headers(UnityWebRequest done)
            {
                return done.GetResponseHeaders() ?? new Dictionary<string, string>();
            }

            // Whether the exchange failed below HTTP: a 404 or 500 is an answer.
            private static bool IsBroken(UnityWebRequest done)
            {
#if UNITY_2020_2_OR_NEWER
                return done.result == UnityWebRequest.Result.ConnectionError
                    || done.result == UnityWebRequest.Result.DataProcessingError;
#else
                return done.isNetworkError;
#endif
            }

            // The engine's words are not passed on: they may name the host.
            private void FailWith(string error)
            {
                if (Contains(error, "timeout") || Contains(error, "timed out"))
                {
                    Exchange.Fail(Result.ErrorTimedOut, "no answer within the time limit");
                }
                else if (Contains(error, "SSL") || Contains(error, "TLS") || Contains(error, "certificate"))
                {
                    Exchange.Fail(Result.ErrorTls, "no trusted connection");
                }
                else if (Contains(error, "malformed") || Contains(error, "Failed to receive"))
                {
                    Exchange.Fail(Result.ErrorProtocol, "the answer is cut short, or not HTTP");
                }
                else
                {
                    Exchange.Fail(Result.ErrorUnreachable, "the server cannot be reached");
                }
            }

            private bool WasRedirected(UnityWebRequest done)
            {
                Uri asked;
                Uri came;
                return Uri.TryCreate(Exchange.Url, UriKind.Absolute, out asked)
                    && Uri.TryCreate(done.url, UriKind.Absolute, out came)
                    && Uri.Compare(asked, came, UriComponents.HttpRequestUrl, UriFormat.Unescaped, StringComparison.Ordinal) != 0;
            }

            private static bool Contains(string text, string word)
            {
                return text.IndexOf(word, StringComparison.OrdinalIgnoreCase) >= 0;
            }
        }
    }
}
