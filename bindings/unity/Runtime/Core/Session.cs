using System;
using System.Collections.Generic;
using Playgate.Native;

namespace Playgate
{
    /// <summary>A session: it never changes. Dispose of it when it is not needed any more. Any thread.</summary>
    public sealed unsafe class Session : IDisposable
    {
        private readonly SessionOwner _owner;

        internal Session(ulong handle)
        {
            _owner = new SessionOwner(handle);
            playgate_session_info info;
            NativeMethods.playgate_session_info_init(&info, (uint)sizeof(playgate_session_info));
            Calls.Check(NativeMethods.playgate_session_get_info(handle, &info));
            IsInForce = info.is_in_force == 1;
            HasApproverEmail = info.has_approver_email == 1;
            SessionId = NativeText.Copy(info.session_id);
            Status = NativeText.Copy(info.status);
            AgeStatus = NativeText.Copy(info.age_status);
            AgeCategory = NativeText.Copy(info.age_category);
            Jurisdiction = NativeText.Copy(info.jurisdiction);
            Permissions = ReadPermissions(handle, info.permission_count);
            Allowances = ReadAllowances(handle, info.allowance_count);
        }

        /// <summary>
        /// Reads a session from JSON: a bare session, or {"session":…,"status":…} whose outer status is ignored. At most
        /// 1 MiB, 10,000 permissions and 64 levels.
        /// </summary>
        /// <exception cref="PlaygateException"><see cref="Result.ErrorInvalidSession"/>; the text says where.</exception>
        public static Session Parse(string json)
        {
            if (json == null)
            {
                throw new ArgumentNullException("json");
            }
            Calls.EnsureCompatible();
            using (NativeArena arena = new NativeArena())
            {
                UIntPtr len;
                byte* text = arena.Counted(json, "json", out len);
                return Parse(text, len);
            }
        }

        /// <summary>The same from UTF-8, as it came from a server or a file.</summary>
        /// <exception cref="PlaygateException"><see cref="Result.ErrorInvalidSession"/>; the text says where.</exception>
        public static Session Parse(byte[] json)
        {
            if (json == null)
            {
                throw new ArgumentNullException("json");
            }
            Calls.EnsureCompatible();
            fixed (byte* bytes = json)
            {
                return Parse(bytes, (UIntPtr)(uint)json.Length);
            }
        }

        private static Session Parse(byte* json, UIntPtr len)
        {
            ulong session;
            Calls.Check(NativeMethods.playgate_session_parse(json, len, &session));
            return new Session(session);
        }

        /// <summary>The session's id.</summary>
        public string SessionId { get; private set; }

        /// <summary>Whether the session's status is active: else nothing is allowed.</summary>
        public bool IsInForce { get; private set; }

        /// <summary>Whether the servers know an address of a trusted adult.</summary>
        public bool HasApproverEmail { get; private set; }

        /// <summary>The status as the server wrote it; "ACTIVE" when it wrote none.</summary>
        public string Status { get; private set; }

        /// <summary>The age status as the server wrote it; empty when it wrote none.</summary>
        public string AgeStatus { get; private set; }

        /// <summary>The age category as the server wrote it; empty when it wrote none.</summary>
        public string AgeCategory { get; private set; }

        /// <summary>The jurisdiction, for example "US-CA"; empty when it is not known.</summary>
        public string Jurisdiction { get; private set; }

        /// <summary>The permissions, in the session's order, each name once.</summary>
        public IReadOnlyList<Permission> Permissions { get; private set; }

        /// <summary>The allowances, in the session's order.</summary>
        public IReadOnlyList<Allowance> Allowances { get; private set; }

        /// <summary>The session as JSON as it came, unknown fields included. May hold personal data.</summary>
        /// <exception cref="ObjectDisposedException">The session was disposed of.</exception>
        public string Json
        {
            get
            {
                playgate_text json;
                Calls.Check(NativeMethods.playgate_session_json(Handles.InUse(_owner, "Session"), &json));
                string text = NativeText.Copy(json);
                GC.KeepAlive(this);
                return text;
            }
        }

        /// <summary>
        /// What a feature may do by this session alone; unavailable once it was disposed of. In a game ask the client, which
        /// also knows what happened since.
        /// </summary>
        public Access GetAccess(string feature)
        {
            using (NativeArena arena = new NativeArena())
            {
                int access = 0;
                NativeMethods.playgate_session_access(_owner.Handle, arena.Text(feature, "feature"), &access);
                GC.KeepAlive(this);
                return (Access)access;
            }
        }

        /// <summary>The decision about a feature by this session alone; denied once it was disposed of.</summary>
        public Decision Decide(string feature)
        {
            using (NativeArena arena = new NativeArena())
            {
                playgate_decision decision = default(playgate_decision);
                decision.struct_size = (uint)sizeof(playgate_decision);
                NativeMethods.playgate_session_decide(_owner.Handle, arena.Text(feature, "feature"), &decision);
                GC.KeepAlive(this);
                return new Decision(ref decision);
            }
        }

        /// <summary>The changes from one session to another; null stands for "no session" on either side.</summary>
        /// <exception cref="ObjectDisposedException">A session was disposed of.</exception>
        public static IReadOnlyList<Change> Compare(Session before, Session after)
        {
            return Changes.List(Compared(before, after));
        }

        /// <summary>The same as JSON, in the form of k-ID's guide.</summary>
        /// <exception cref="ObjectDisposedException">A session was disposed of.</exception>
        public static string CompareJson(Session before, Session after)
        {
            return Changes.Json(Compared(before, after));
        }

        private static ulong Compared(Session before, Session after)
        {
            Calls.EnsureCompatible();
            ulong left = before == null ? 0 : Handles.InUse(before._owner, "Session");
            ulong right = after == null ? 0 : Handles.InUse(after._owner, "Session");
            ulong changes;
            Calls.Check(NativeMethods.playgate_session_compare(left, right, &changes));
            GC.KeepAlive(before);
            GC.KeepAlive(after);
            return changes;
        }

        /// <summary>The native handle, for a store; throws once the session was disposed of.</summary>
        internal ulong Handle
        {
            get { return Handles.InUse(_owner, "Session"); }
        }

        /// <summary>Frees the session. Twice is ok.</summary>
        public void Dispose()
        {
            _owner.Dispose();
        }

        private static IReadOnlyList<Permission> ReadPermissions(ulong handle, uint count)
        {
            Permission[] permissions = new Permission[count];
            for (uint index = 0; index < count; index++)
            {
                playgate_permission permission;
                NativeMethods.playgate_permission_init(&permission, (uint)sizeof(playgate_permission));
                Calls.Check(NativeMethods.playgate_session_get_permission(handle, (UIntPtr)index, &permission));
                permissions[index] = new Permission(ref permission);
            }
            return permissions;
        }

        private static IReadOnlyList<Allowance> ReadAllowances(ulong handle, uint count)
        {
            Allowance[] allowances = new Allowance[count];
            for (uint index = 0; index < count; index++)
            {
                playgate_allowance allowance;
                NativeMethods.playgate_allowance_init(&allowance, (uint)sizeof(playgate_allowance));
                Calls.Check(NativeMethods.playgate_session_get_allowance(handle, (UIntPtr)index, &allowance));
                allowances[index] = new Allowance(ref allowance);
            }
            return allowances;
        }
    }
}
