using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading;

namespace Playgate.Unity.Tests
{
    /// <summary>A server on this machine that answers by a script, and keeps what it was asked.</summary>
    internal sealed class LoopbackServer : IDisposable
    {
        /// <summary>The answer that never comes.</summary>
        internal const string Hang = "hang";

        private readonly TcpListener listener = new TcpListener(IPAddress.Loopback, 0);
        private readonly List<TcpClient> clients = new List<TcpClient>();
        private readonly List<string> heads = new List<string>();
        private readonly List<string> bodies = new List<string>();
        private readonly ManualResetEvent released = new ManualResetEvent(false);
        private readonly Func<string, string> answer;
        private volatile bool isEnding;

        /// <param name="answer">From a request's first line to all bytes of the answer, one per character.</param>
        internal LoopbackServer(Func<string, string> answer)
        {
            this.answer = answer;
            listener.Start();
            Thread thread = new Thread(Accept);
            thread.IsBackground = true;
            thread.Start();
        }

        internal string Url
        {
            get { return "http://127.0.0.1:" + ((IPEndPoint)listener.LocalEndpoint).Port; }
        }

        internal int Count
        {
            get
            {
                lock (heads)
                {
                    return heads.Count;
                }
            }
        }

        internal static string Http(int status, string headers, string body)
        {
            return "HTTP/1.1 " + status + " Said\r\n" + headers + "Content-Length: " + body.Length + "\r\nConnection: close\r\n\r\n" + body;
        }

        /// <summary>The request's first line and headers.</summary>
        internal string Head(int index)
        {
            lock (heads)
            {
                return heads[index];
            }
        }

        internal string Body(int index)
        {
            lock (heads)
            {
                return bodies[index];
            }
        }

        /// <summary>What hangs is answered now, with an empty object.</summary>
        internal void Release()
        {
            released.Set();
        }

        public void Dispose()
        {
            isEnding = true;
            released.Set();
            listener.Stop();
            lock (clients)
            {
                foreach (TcpClient client in clients)
                {
                    client.Close();
                }
            }
        }

        private void Accept()
        {
            while (!isEnding)
            {
                TcpClient client;
                try
                {
                    client = listener.AcceptTcpClient();
                }
                catch (SocketException)
                {
                    return;
                }
                catch (ObjectDisposedException)
                {
                    return;
                }
                lock (clients)
                {
                    clients.Add(client);
                }
                Thread thread = new Thread(() => Serve(client));
                thread.IsBackground = true;
                thread.Start();
            }
        }

        private void Serve(TcpClient client)
        {
            try
            {
                Stream stream = client.GetStream();
                string head = ReadHead(stream);
                if (head.Length == 0)
                {
                    return;
                }
                string body = ReadBody(stream, head);
                lock (heads)
                {
                    heads.Add(head);
                    bodies.Add(body);
                }
                string said = answer(head.Substring(0, head.IndexOf('\r')));
                if (said == Hang)
                {
                    released.WaitOne();
                    said = Http(200, "", "{}");
                }
                byte[] bytes = new byte[said.Length];
                for (int i = 0; i < bytes.Length; i++)
                {
                    bytes[i] = (byte)said[i];
                }
                stream.Write(bytes, 0, bytes.Length);
                client.Close();
            }
            catch (IOException)
            {
                // The other side hung up.
            }
            catch (ObjectDisposedException)
            {
                // The test is over.
            }
        }

        private static string ReadHead(Stream stream)
        {
            StringBuilder head = new StringBuilder();
            int one;
            while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && (one = stream.ReadByte()) >= 0)
            {
                head.Append((char)one);
            }
            return head.ToString();
        }

        private static string ReadBody(Stream stream, string head)
        {
            int length = 0;
            foreach (string line in head.Split('\n'))
            {
                if (line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                {
                    length = int.Parse(line.Substring(15).Trim());
                }
            }
            StringBuilder body = new StringBuilder();
            while (body.Length < length)
            {
                body.Append((char)stream.ReadByte());
            }
            return body.ToString();
        }
    }
}
