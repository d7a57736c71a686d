// UnityEngine.Networking, as in Unity 2019.4; from 2020.2 on with `result`. Real HTTP on this machine, by System.Net.

using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading;

using UnityStubs;

namespace UnityEngine.Networking
{
    public class UploadHandler : IDisposable
    {
        internal byte[] bytes;

        public void Dispose()
        {
        }
    }

    public sealed class UploadHandlerRaw : UploadHandler
    {
        public UploadHandlerRaw(byte[] data)
        {
            bytes = data;
        }
    }

    public class DownloadHandler : IDisposable
    {
        public void Dispose()
        {
        }

        public virtual string text
        {
            get { return ""; }
        }

        internal virtual bool Take(byte[] data, int length)
        {
            return true;
        }
    }

    public sealed class DownloadHandlerBuffer : DownloadHandler
    {
        private readonly MemoryStream all = new MemoryStream();

        public override string text
        {
            get { return System.Text.Encoding.UTF8.GetString(all.ToArray()); }
        }

        internal override bool Take(byte[] data, int length)
        {
            all.Write(data, 0, length);
            return true;
        }
    }

    public class DownloadHandlerScript : DownloadHandler
    {
        internal override bool Take(byte[] data, int length)
        {
            return ReceiveData(data, length);
        }

        // False aborts the request.
        protected virtual bool ReceiveData(byte[] data, int dataLength)
        {
            return true;
        }
    }

    public class UnityWebRequestAsyncOperation : AsyncOperation
    {
    }

    public class UnityWebRequest : IDisposable
    {
        private const int Chunk = 16 * 1024;
        private readonly Dictionary<string, string> headers = new Dictionary<string, string>();
        private readonly UnityWebRequestAsyncOperation operation = new UnityWebRequestAsyncOperation();
        private Dictionary<string, string> answered;
        private HttpWebRequest carrier;
        private Timer limit;
        private bool isSent;
        private bool isDone;
        private bool isAborted;
        private bool isLate;
        private bool isDisposed;
        private bool isBroken;
        private bool isGarbled;

        public UnityWebRequest(string url, string method)
        {
            this.url = url;
            this.method = method;
            redirectLimit = 32;
            useHttpContinue = true;
        }

        public string url { get; set; }

        public string method { get; set; }

        public int redirectLimit { get; set; }

        public int timeout { get; set; }

        public bool useHttpContinue { get; set; }

        public bool disposeDownloadHandlerOnDispose { get; set; }

        public bool disposeUploadHandlerOnDispose { get; set; }

        public DownloadHandler downloadHandler { get; set; }

        public UploadHandler uploadHandler { get; set; }

        public long responseCode { get; private set; }

        public string error { get; private set; }

#if UNITY_2020_2_OR_NEWER
        public enum Result
        {
            InProgress = 0,
            Success = 1,
            ConnectionError = 2,
            ProtocolError = 3,
            DataProcessingError = 4
        }

        public Result result
        {
            get
            {
                return !isDone ? Result.InProgress : isGarbled ? Result.DataProcessingError : isBroken ? Result.ConnectionError
                    : responseCode >= 400 ? Result.ProtocolError : Result.Success;
            }
        }
#else
        public bool isNetworkError
        {
            get { return isBroken || isGarbled; }
        }

        public bool isHttpError
        {
            get { return !isBroken && responseCode >= 400; }
        }
#endif

        // How many requests were made and are neither done nor disposed.
        internal static int Alive
        {
            get { return alive; }
        }

        private static int alive;

        public void SetRequestHeader(string name, string value)
        {
            if (isSent)
            {
                throw new InvalidOperationException("UnityWebRequest has already been sent and its request headers cannot be altered");
            }
            switch (name.ToLowerInvariant())
            {
                case "accept-charset":
                case "accept-encoding":
                case "connection":
                case "content-length":
                case "date":
                case "expect":
                case "host":
                case "keep-alive":
                case "te":
                case "trailer":
                case "transfer-encoding":
                case "upgrade":
                case "via":
                    throw new InvalidOperationException("Cannot override system-specified headers");
            }
            headers[name] = value;
        }

        public Dictionary<string, string> GetResponseHeaders()
        {
            return answered;
        }

        public UnityWebRequestAsyncOperation SendWebRequest()
        {
            if (isSent)
            {
                throw new InvalidOperationException("UnityWebRequest has already been sent; cannot begin sending the request again");
            }
#if UNITY_2022_1_OR_NEWER
            Uri where = new Uri(url);
            if (where.Scheme == "http" && !where.IsLoopback)
            {
                throw new InvalidOperationException("Insecure connection not allowed");
            }
#endif
            isSent = true;
            Interlocked.Increment(ref alive);
            carrier = Carrier();
            if (timeout > 0)
            {
                limit = new Timer(Late, null, 1000 * timeout, Timeout.Infinite);
            }
            // Not from the pool: System.Net needs its threads.
            Thread thread = new Thread(Carry);
            thread.IsBackground = true;
            thread.Start();
            return operation;
        }

        public void Abort()
        {
            if (isSent && !isDone)
            {
                isAborted = true;
                Break();
            }
        }

        public void Dispose()
        {
            if (isDisposed)
            {
                return;
            }
            isDisposed = true;
            if (isSent)
            {
                Interlocked.Decrement(ref alive);
            }
            if (!isDone)
            {
                Abort();
            }
        }

        private HttpWebRequest Carrier()
        {
            HttpWebRequest request = (HttpWebRequest)WebRequest.Create(url);
            request.Method = method;
            request.Proxy = null;
            request.KeepAlive = false;
            request.Timeout = Timeout.Infinite;
            request.AllowAutoRedirect = redirectLimit > 0;
            request.ServicePoint.ConnectionLimit = 64;
            request.ServicePoint.Expect100Continue = useHttpContinue;
            foreach (KeyValuePair<string, string> header in headers)
            {
                switch (header.Key.ToLowerInvariant())
                {
                    case "accept":
                        request.Accept = header.Value;
                        break;
                    case "content-type":
                        request.ContentType = header.Value;
                        break;
                    case "user-agent":
                        request.UserAgent = header.Value;
                        break;
                    default:
                        request.Headers[header.Key] = header.Value;
                        break;
                }
            }
            return request;
        }

        private void Late(object state)
        {
            isLate = true;
            Break();
        }

        private void Break()
        {
            HttpWebRequest open = carrier;
            ThreadPool.QueueUserWorkItem(unused => open.Abort());
        }

        private void Carry()
        {
            HttpWebResponse answer = null;
            byte[] body = new byte[0];
            string problem = null;
            try
            {
                if (uploadHandler != null)
                {
                    carrier.ContentLength = uploadHandler.bytes.Length;
                    using (Stream stream = carrier.GetRequestStream())
                    {
                        stream.Write(uploadHandler.bytes, 0, uploadHandler.bytes.Length);
                    }
                }
                try
                {
                    answer = (HttpWebResponse)carrier.GetResponse();
                }
                catch (WebException failed)
                {
                    answer = failed.Response as HttpWebResponse;
                    if (answer == null)
                    {
                        throw;
                    }
                }
                using (MemoryStream all = new MemoryStream())
                {
                    answer.GetResponseStream().CopyTo(all);
                    body = all.ToArray();
                }
            }
            catch (WebException failed)
            {
                answer = null;
                problem = failed.Status == WebExceptionStatus.ServerProtocolViolation
                    ? "Failed to receive data" : "Cannot connect to destination host";
            }
            catch (IOException)
            {
                answer = null;
                problem = "Failed to receive data";
            }
            Engine.Post(() => Finish(answer, body, problem));
        }

        // On the main thread.
        private void Finish(HttpWebResponse answer, byte[] body, string problem)
        {
            if (limit != null)
            {
                limit.Dispose();
            }
            isDone = true;
            if (answer != null)
            {
                responseCode = (int)answer.StatusCode;
                answered = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                foreach (string name in answer.Headers.AllKeys)
                {
                    answered[name] = answer.Headers[name];
                }
                answer.Close();
            }
            if (isAborted || isLate || problem != null)
            {
                responseCode = 0;
                isBroken = true;
                error = isLate ? "Request timeout" : isAborted ? "Request aborted" : problem;
            }
            else if (responseCode >= 300 && responseCode < 400 && responseCode != 304)
            {
                isBroken = true;
                error = "Redirect limit exceeded";
            }
            else if (downloadHandler != null && !isDisposed)
            {
                Deliver(body);
            }
            operation.Complete();
        }

        private void Deliver(byte[] body)
        {
            byte[] chunk = new byte[Chunk];
            for (int at = 0; at < body.Length; at += Chunk)
            {
                int length = Math.Min(Chunk, body.Length - at);
                Buffer.BlockCopy(body, at, chunk, 0, length);
                if (!downloadHandler.Take(chunk, length))
                {
                    isGarbled = true;
                    error = "Failed writing received data to disk/application";
                    return;
                }
            }
        }
    }
}
