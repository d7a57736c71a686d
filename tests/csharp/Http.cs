using System;
using System.Collections.Generic;
using System.IO;
using System.Net.Sockets;
using System.Text;

namespace Playgate.Tests
{
    /// <summary>What a server answered.</summary>
    public sealed class HttpAnswer
    {
        public int Status;
        public List<KeyValuePair<string, string>> Headers = new List<KeyValuePair<string, string>>();
        public byte[] Body = new byte[0];

        public string Text
        {
            get { return Encoding.UTF8.GetString(Body); }
        }
    }

    /// <summary>HTTP over a socket, one connection a call, to the servers on this machine.</summary>
    public static class Http
    {
        /// <exception cref="SocketException">Nobody listens there.</exception>
        /// <exception cref="IOException">The connection ended before the answer did, or took too long.</exception>
        public static HttpAnswer Call(string method, string url, IEnumerable<KeyValuePair<string, string>> headers, byte[] body,
            int timeoutMs)
        {
            Uri uri = new Uri(url);
            using (Socket socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
            {
                socket.SendTimeout = timeoutMs;
                socket.ReceiveTimeout = timeoutMs;
                socket.Connect(System.Net.IPAddress.Loopback, uri.Port);
                StringBuilder head = new StringBuilder();
                head.Append(method + " " + uri.PathAndQuery + " HTTP/1.1\r\nHost: " + uri.Authority + "\r\nConnection: close\r\n");
                if (headers != null)
                {
                    foreach (KeyValuePair<string, string> header in headers)
                    {
                        head.Append(header.Key + ": " + header.Value + "\r\n");
                    }
                }
                int length = body == null ? 0 : body.Length;
                if (length > 0 || method != "GET")
                {
                    head.Append("Content-Length: " + length + "\r\n");
                }
                head.Append("\r\n");
                Send(socket, Encoding.UTF8.GetBytes(head.ToString()));
                if (length > 0)
                {
                    Send(socket, body);
                }
                return Read(ToEnd(socket));
            }
        }

        private static void Send(Socket socket, byte[] bytes)
        {
            for (int sent = 0; sent < bytes.Length;)
            {
                sent += socket.Send(bytes, sent, bytes.Length - sent, SocketFlags.None);
            }
        }

        private static byte[] ToEnd(Socket socket)
        {
            MemoryStream all = new MemoryStream();
            byte[] part = new byte[8192];
            int count;
            try
            {
                while ((count = socket.Receive(part)) > 0)
                {
                    all.Write(part, 0, count);
                }
            }
            catch (SocketException error)
            {
                throw new IOException("no answer: " + error.SocketErrorCode);
            }
            return all.ToArray();
        }

        private static HttpAnswer Read(byte[] all)
        {
            int end = 0;
            while (end + 4 <= all.Length && !(all[end] == 13 && all[end + 1] == 10 && all[end + 2] == 13 && all[end + 3] == 10))
            {
                end++;
            }
            if (end + 4 > all.Length)
            {
                throw new IOException("the answer has no head");
            }
            string[] lines = Encoding.UTF8.GetString(all, 0, end).Split('\n');
            HttpAnswer answer = new HttpAnswer();
            answer.Status = int.Parse(lines[0].Split(' ')[1]);
            int length = all.Length - end - 4;
            for (int i = 1; i < lines.Length; i++)
            {
                int colon = lines[i].IndexOf(':');
                string name = lines[i].Substring(0, colon);
                string value = lines[i].Substring(colon + 1).Trim();
                answer.Headers.Add(new KeyValuePair<string, string>(name, value));
                if (name.ToLowerInvariant() == "content-length" && int.Parse(value) != length)
                {
                    throw new IOException("the answer was cut short");
                }
                if (name.ToLowerInvariant() == "transfer-encoding")
                {
                    throw new IOException("the answer comes in chunks, which these tests do not read");
                }
            }
            answer.Body = new byte[length];
            Array.Copy(all, end + 4, answer.Body, 0, length);
            return answer;
        }
    }
}
