using System.Collections.Generic;
using Playgate.Native;

namespace Playgate.Testing
{
    /// <summary>A request that a scripted server got.</summary>
    public sealed unsafe class MockRequest
    {
        internal MockRequest(ref playgate_mock_request_info info)
        {
            Method = NativeText.Copy(info.method);
            Url = NativeText.Copy(info.url);
            Body = NativeText.Copy(info.body);
            KeyValuePair<string, string>[] headers = new KeyValuePair<string, string>[info.header_count];
            for (uint i = 0; i < headers.Length; i++)
            {
                headers[i] = new KeyValuePair<string, string>(
                    NativeText.Copy(info.headers[i].name), NativeText.Copy(info.headers[i].value));
            }
            Headers = headers;
        }

        /// <summary>"GET", "POST" or "PUT".</summary>
        public string Method { get; private set; }

        /// <summary>The absolute URL.</summary>
        public string Url { get; private set; }

        /// <summary>The body: JSON, or empty.</summary>
        public string Body { get; private set; }

        /// <summary>The headers, in the order of sending.</summary>
        public IReadOnlyList<KeyValuePair<string, string>> Headers { get; private set; }
    }
}
