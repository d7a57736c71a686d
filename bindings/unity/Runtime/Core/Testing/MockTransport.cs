using System;
using System.Collections.Generic;
using Playgate.Native;

namespace Playgate.Testing
{
    /// <summary>
    /// A server that answers by a script: no socket and no network, for a game's own tests. Needs a library for tests
    /// (<see cref="PlaygateLibrary.HasMock"/>); with one that ships, making it throws. Any thread.
    /// </summary>
    public sealed unsafe class MockTransport : IDisposable
    {
        private readonly MockOwner _owner;

        /// <summary>Makes one without a script: each request gets 404 and <c>{}</c>, and is counted.</summary>
        /// <exception cref="PlaygateException"><see cref="Result.ErrorUnsupported"/>: the library is one that ships.</exception>
        public MockTransport()
        {
            Calls.EnsureCompatible();
            ulong mock;
            Calls.Check(NativeMethods.playgate_mock_create(&mock));
            _owner = new MockOwner(mock);
        }

        /// <summary>
        /// Answers as a studio's server does whose player has this session. Call it again with what a parent has changed.
        /// </summary>
        /// <exception cref="PlaygateException"><see cref="Result.ErrorInvalidSession"/>: it is none.</exception>
        public void SetSession(string json)
        {
            using (NativeArena arena = new NativeArena())
            {
                UIntPtr len;
                byte* text = arena.Counted(json, "json", out len);
                Check(NativeMethods.playgate_mock_session(Handle, text, len));
            }
        }

        /// <summary>What requests of this method to this path get from now on.</summary>
        /// <param name="method">"GET", "POST" or "PUT"; null: any.</param>
        /// <param name="path">The path without the query; a <c>*</c> at its end stands for whatever follows.</param>
        /// <param name="status">The HTTP status.</param>
        /// <param name="body">The body.</param>
        /// <param name="headers">The headers; null: Content-Type: application/json.</param>
        public void Answer(
            string method, string path, int status, string body, IEnumerable<KeyValuePair<string, string>> headers = null)
        {
            Script(method, path, status, body, headers, false);
        }

        /// <summary>
        /// What the next request of this method to this path gets. Several are given out in their order, before what
        /// <see cref="Answer"/> and <see cref="Fail"/> say.
        /// </summary>
        public void AnswerOnce(
            string method, string path, int status, string body, IEnumerable<KeyValuePair<string, string>> headers = null)
        {
            Script(method, path, status, body, headers, true);
        }

        /// <summary>Requests of this method to this path get no response from now on, for this reason.</summary>
        public void Fail(string method, string path, Result why)
        {
            using (NativeArena arena = new NativeArena())
            {
                byte* verb = arena.Text(method, "method");
                Check(NativeMethods.playgate_mock_fail(Handle, verb, arena.Text(path, "path"), (int)why));
            }
        }

        /// <summary>Keeps requests of this method to this path unanswered until <see cref="Release"/>, as a slow server does.</summary>
        public void Hold(string method, string path)
        {
            using (NativeArena arena = new NativeArena())
            {
                byte* verb = arena.Text(method, "method");
                Check(NativeMethods.playgate_mock_hold(Handle, verb, arena.Text(path, "path")));
            }
        }

        /// <summary>Ends every hold: what is held gets what the script says of it now.</summary>
        public void Release()
        {
            Check(NativeMethods.playgate_mock_release(Handle));
        }

        /// <summary>How many requests of this method to this path came; null is any method, and every path.</summary>
        public int Count(string method = null, string path = null)
        {
            using (NativeArena arena = new NativeArena())
            {
                UIntPtr count;
                byte* verb = arena.Text(method, "method");
                Check(NativeMethods.playgate_mock_count(Handle, verb, arena.Text(path, "path"), &count));
                return (int)(uint)count;
            }
        }

        /// <summary>The requests that came, in the order of asking. The player's token is among the headers.</summary>
        public IReadOnlyList<MockRequest> GetRequests()
        {
            List<MockRequest> requests = new List<MockRequest>();
            for (uint index = 0; ; index++)
            {
                playgate_mock_request_info info;
                NativeMethods.playgate_mock_request_info_init(&info, (uint)sizeof(playgate_mock_request_info));
                int result = NativeMethods.playgate_mock_request(Handle, (UIntPtr)index, &info);
                if (result == (int)Result.ErrorNotFound)
                {
                    GC.KeepAlive(this);
                    return requests;
                }
                Check(result);
                requests.Add(new MockRequest(ref info));
            }
        }

        /// <summary>Forgets the script and what was asked.</summary>
        public void Clear()
        {
            Check(NativeMethods.playgate_mock_clear(Handle));
        }

        /// <summary>Ends it. Clients may still be open on it: their server is unreachable from here on. Twice is ok.</summary>
        public void Dispose()
        {
            _owner.Dispose();
        }

        /// <summary>The transport hook, whose functions are the library's own.</summary>
        internal playgate_transport_hook* Hook(NativeArena arena)
        {
            playgate_transport_hook* hook = (playgate_transport_hook*)arena.Take(sizeof(playgate_transport_hook));
            NativeMethods.playgate_transport_hook_init(hook, (uint)sizeof(playgate_transport_hook));
            Check(NativeMethods.playgate_mock_transport(Handle, hook));
            return hook;
        }

        private ulong Handle
        {
            get { return Handles.InUse(_owner, "MockTransport"); }
        }

        private void Script(
            string method, string path, int status, string body, IEnumerable<KeyValuePair<string, string>> headers, bool isOnce)
        {
            using (NativeArena arena = new NativeArena())
            {
                UIntPtr count;
                UIntPtr len;
                byte* verb = arena.Text(method, "method");
                byte* place = arena.Text(path, "path");
                byte* text = arena.Counted(body, "body", out len);
                playgate_http_header* first = arena.Headers(headers, out count);
                Check(isOnce
                    ? NativeMethods.playgate_mock_answer_once(Handle, verb, place, (uint)status, first, count, text, len)
                    : NativeMethods.playgate_mock_answer(Handle, verb, place, (uint)status, first, count, text, len));
            }
        }

        /// <summary>Throws for a failure, and keeps this object until the call is over.</summary>
        private void Check(int result)
        {
            GC.KeepAlive(this);
            if (result == (int)Result.ErrorInvalidArgument)
            {
                throw new ArgumentException(NativeText.Copy(NativeMethods.playgate_last_error()));
            }
            Calls.Check(result);
        }
    }
}
