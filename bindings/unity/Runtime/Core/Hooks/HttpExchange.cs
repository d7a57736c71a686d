using System;
using System.Collections.Generic;
using Playgate.Native;

namespace Playgate
{
    /// <summary>
    /// One request of the library's, and where its answer goes. Answers from any thread, late, twice or after the client's end
    /// do no harm.
    /// </summary>
    public sealed unsafe class HttpExchange
    {
        private readonly HookTarget _hooks;

        internal HttpExchange(HookTarget hooks, ulong id, playgate_http_request* request)
        {
            _hooks = hooks;
            Id = id;
            Method = NativeText.Copy(request->method);
            Url = NativeText.Copy(request->url);
            Timeout = TimeSpan.FromMilliseconds(request->timeout_ms);
            KeyValuePair<string, string>[] headers = new KeyValuePair<string, string>[(uint)request->header_count];
            for (int i = 0; i < headers.Length; i++)
            {
                headers[i] = new KeyValuePair<string, string>(
                    NativeText.Copy(request->headers[i].name), NativeText.Copy(request->headers[i].value));
            }
            Headers = headers;
            Body = request->body == null ? null : HookTables.Copy(request->body, request->body_len);
        }

        /// <summary>The longest response body, in bytes.</summary>
        public const int MaxResponseBytes = (int)NativeConstants.MaxResponseBytes;

        /// <summary>The exchange's number. Never reused within the process.</summary>
        public ulong Id { get; private set; }

        /// <summary>"GET", "POST" or "PUT".</summary>
        public string Method { get; private set; }

        /// <summary>The absolute URL. May hold a player's identifiers: not for logs.</summary>
        public string Url { get; private set; }

        /// <summary>
        /// Headers to be sent, all of them. One holds the player's token. Host, Content-Length and what concerns the connection
        /// are the transport's own.
        /// </summary>
        public IReadOnlyList<KeyValuePair<string, string>> Headers { get; private set; }

        /// <summary>The body; null when there is none.</summary>
        public byte[] Body { get; private set; }

        /// <summary>The time limit of the whole exchange.</summary>
        public TimeSpan Timeout { get; private set; }

        /// <summary>For the transport's own use.</summary>
        public object Tag { get; set; }

        /// <summary>Gives the library the response, whatever its status.</summary>
        /// <param name="status">The HTTP status.</param>
        /// <param name="headers">All headers of the response, at most 256; the library picks what it needs.</param>
        /// <param name="body">The body, at most <see cref="MaxResponseBytes"/>; null is an empty one.</param>
        /// <exception cref="ArgumentException">The response cannot be one; the exchange is still open.</exception>
        public void Complete(int status, IEnumerable<KeyValuePair<string, string>> headers, byte[] body)
        {
            using (NativeArena arena = new NativeArena())
            {
                playgate_http_response response;
                NativeMethods.playgate_http_response_init(&response, (uint)sizeof(playgate_http_response));
                response.status = (uint)status;
                response.headers = arena.Headers(headers, out response.header_count);
                fixed (byte* bytes = body)
                {
                    response.body = bytes;
                    response.body_len = ClientOptions.Length(body);
                    Give(&response);
                }
            }
        }

        /// <summary>Tells the library that there is no response.</summary>
        /// <param name="why">
        /// <see cref="Result.ErrorUnreachable"/>, <see cref="Result.ErrorTimedOut"/>, <see cref="Result.ErrorCancelled"/>,
        /// <see cref="Result.ErrorTls"/>, <see cref="Result.ErrorProtocol"/>, <see cref="Result.ErrorLimit"/> or
        /// <see cref="Result.ErrorNotPermitted"/>; any other counts as unreachable.
        /// </param>
        /// <param name="text">A sentence for the log, or null; no token, path or query in it.</param>
        public void Fail(Result why, string text = null)
        {
            using (NativeArena arena = new NativeArena())
            {
                playgate_http_response response;
                NativeMethods.playgate_http_response_init(&response, (uint)sizeof(playgate_http_response));
                response.result = why == Result.Ok ? (int)Result.ErrorUnreachable : (int)why;
                response.text = arena.Text(text, "text");
                Give(&response);
            }
        }

        private void Give(playgate_http_response* response)
        {
            int result = NativeMethods.playgate_transport_complete(Id, response);
            if (result == (int)Result.ErrorInvalidArgument)
            {
                throw new ArgumentException(NativeText.Copy(NativeMethods.playgate_last_error()));
            }
            _hooks.Ended(Id);
        }
    }
}
