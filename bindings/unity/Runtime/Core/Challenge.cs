using System;
using Playgate.Native;

namespace Playgate
{
    /// <summary>
    /// A challenge as it was when it was asked for. URL and code let whoever has them answer: show them, but do not log or
    /// store them. Dispose of it when it is not needed any more; the question itself stays open. Any thread.
    /// </summary>
    public sealed unsafe class Challenge : IDisposable
    {
        private static readonly DateTimeOffset Epoch = new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero);

        private readonly ChallengeOwner _owner;

        internal Challenge(ulong handle)
        {
            _owner = new ChallengeOwner(handle);
            playgate_challenge_info info;
            NativeMethods.playgate_challenge_info_init(&info, (uint)sizeof(playgate_challenge_info));
            Calls.Check(NativeMethods.playgate_challenge_get_info(handle, &info));
            Actor = (Actor)info.actor;
            Progress = (Progress)info.progress;
            DataLite = info.data_lite == 1;
            UrlExpires = Time(info.url_expires_ms);
            CodeExpires = Time(info.code_expires_ms);
            Asked = Time(info.asked_ms);
            Feature = NativeText.Copy(info.feature);
            Id = NativeText.Copy(info.id);
            Type = NativeText.Copy(info.type);
            Url = NativeText.Copy(info.url);
            Code = NativeText.Copy(info.code);
            CodeSite = NativeText.Copy(info.code_site);
        }

        /// <summary>Who must act.</summary>
        public Actor Actor { get; private set; }

        /// <summary>How it stands.</summary>
        public Progress Progress { get; private set; }

        /// <summary>Whether limited play is allowed while the answer is awaited.</summary>
        public bool DataLite { get; private set; }

        /// <summary>Until when the URL is valid; null when nothing is known.</summary>
        public DateTimeOffset? UrlExpires { get; private set; }

        /// <summary>Until when the code is valid; null when there is none.</summary>
        public DateTimeOffset? CodeExpires { get; private set; }

        /// <summary>When the player asked; null when it is not known.</summary>
        public DateTimeOffset? Asked { get; private set; }

        /// <summary>The permission that it is about.</summary>
        public string Feature { get; private set; }

        /// <summary>Its id.</summary>
        public string Id { get; private set; }

        /// <summary>k-ID's word for its type, for example "CHALLENGE_SESSION_UPGRADE".</summary>
        public string Type { get; private set; }

        /// <summary>Where it is answered; empty while it is not known, right after a restart: an event follows.</summary>
        public string Url { get; private set; }

        /// <summary>The one-time code for a parent; empty when there is none.</summary>
        public string Code { get; private set; }

        /// <summary>The site where a parent types the code in; empty when there is no code.</summary>
        public string CodeSite { get; private set; }

        /// <summary>
        /// The challenge's URL as a QR code; null when it has no URL. Takes some milliseconds: not for the frame path.
        /// </summary>
        /// <exception cref="ObjectDisposedException">The challenge was disposed of.</exception>
        public QrCode GetQr()
        {
            ulong handle = Handle;
            uint size;
            int result = NativeMethods.playgate_challenge_qr(handle, null, UIntPtr.Zero, &size);
            if (result == (int)Result.ErrorNotFound)
            {
                return null;
            }
            if (result != (int)Result.ErrorLimit)
            {
                Calls.Check(result);
            }
            byte[] modules = new byte[size * size];
            fixed (byte* first = modules)
            {
                Calls.Check(NativeMethods.playgate_challenge_qr(handle, first, (UIntPtr)(size * size), &size));
            }
            GC.KeepAlive(this);
            return new QrCode((int)size, modules);
        }

        /// <summary>What the challenge's screen may say. It needs no acknowledgement.</summary>
        /// <exception cref="ObjectDisposedException">The challenge was disposed of.</exception>
        public Notice GetNotice()
        {
            ulong notice;
            Calls.Check(NativeMethods.playgate_challenge_notice(Handle, &notice));
            GC.KeepAlive(this);
            return Notice.Take(notice);
        }

        /// <summary>The native handle; throws once the challenge was disposed of.</summary>
        internal ulong Handle
        {
            get { return Handles.InUse(_owner, "Challenge"); }
        }

        /// <summary>Frees the challenge. Twice is ok.</summary>
        public void Dispose()
        {
            _owner.Dispose();
        }

        private static DateTimeOffset? Time(long milliseconds)
        {
            return milliseconds == 0 ? (DateTimeOffset?)null : Epoch.AddMilliseconds(milliseconds);
        }
    }
}
