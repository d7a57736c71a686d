using System;
using System.Collections.Generic;
using System.IO;
using System.Text;

namespace Playgate.Tests
{
    /// <summary>What a feature may do in a vector's session.</summary>
    public struct VectorDecision
    {
        public string Feature;
        public int Access;
        public int Reason;
        public int NextStep;
        public string ManagedBy;
        public int AgeThreshold;

        public VectorDecision(string feature, int access, int reason, int nextStep, string managedBy, int ageThreshold)
        {
            Feature = feature;
            Access = access;
            Reason = reason;
            NextStep = nextStep;
            ManagedBy = managedBy;
            AgeThreshold = ageThreshold;
        }
    }

    /// <summary>One case of decisions.json.</summary>
    public sealed class VectorSession
    {
        public readonly string Name;
        public readonly string Session;
        public readonly string Json;
        public readonly VectorDecision[] Cases;

        public VectorSession(string name, string session, string json, VectorDecision[] cases)
        {
            Name = name;
            Session = session;
            Json = json;
            Cases = cases;
        }
    }

    /// <summary>One change of a comparison.</summary>
    public struct VectorChange
    {
        public int Kind;
        public string Permission;
        public int Direction;

        public VectorChange(int kind, string permission, int direction)
        {
            Kind = kind;
            Permission = permission;
            Direction = direction;
        }
    }

    /// <summary>One case of changes.json.</summary>
    public sealed class VectorComparison
    {
        public readonly string Name;
        public readonly string Before;
        public readonly string After;
        public readonly string Json;
        public readonly VectorChange[] Changes;

        public VectorComparison(string name, string before, string after, string json, VectorChange[] changes)
        {
            Name = name;
            Before = before;
            After = after;
            Json = json;
            Changes = changes;
        }
    }

    /// <summary>One case of notices.json.</summary>
    public sealed class VectorNotice
    {
        public readonly string Name;
        public readonly string Told;
        public readonly string Now;
        public readonly int Kind;
        public readonly string[] Off;
        public readonly string[] On;
        public readonly string[] MayChoose;

        public VectorNotice(string name, string told, string now, int kind, string[] off, string[] on, string[] mayChoose)
        {
            Name = name;
            Told = told;
            Now = now;
            Kind = kind;
            Off = off;
            On = on;
            MayChoose = mayChoose;
        }
    }

    /// <summary>A part of a document, so often.</summary>
    public struct VectorPart
    {
        public byte[] Bytes;
        public int Times;

        public VectorPart(byte[] bytes, int times)
        {
            Bytes = bytes;
            Times = times;
        }
    }

    /// <summary>One case of errors.json.</summary>
    public sealed class VectorError
    {
        public readonly string Name;
        public readonly VectorPart[] Parts;
        public readonly bool IsOk;
        public readonly string[] Contains;
        public readonly string[] MustNotContain;

        public VectorError(string name, VectorPart[] parts, bool isOk, string[] contains, string[] mustNotContain)
        {
            Name = name;
            Parts = parts;
            IsOk = isOk;
            Contains = contains;
            MustNotContain = mustNotContain;
        }
    }

    /// <summary>Runs tests/vectors. The data is generated: `Vectors.Sessions`, `Comparisons` and `Errors`.</summary>
    public static class VectorCases
    {
        public static void Decisions()
        {
            Check.That(Vectors.Sessions.Length > 50, "there are vectors");
            foreach (VectorSession vector in Vectors.Sessions)
            {
                using (Session session = Session.Parse(vector.Session))
                {
                    if (vector.Json != null)
                    {
                        Check.Equal(vector.Json, session.Json, vector.Name);
                    }
                    Check.That(vector.Cases.Length > 0, vector.Name + " has cases");
                    foreach (VectorDecision expected in vector.Cases)
                    {
                        Look(session, expected, vector.Name + ", " + expected.Feature);
                    }
                }
            }
        }

        private static void Look(Session session, VectorDecision expected, string name)
        {
            Check.Equal(expected.Access, (int)session.GetAccess(expected.Feature), name + ": access");
            Decision decision = session.Decide(expected.Feature);
            Check.Equal(expected.Access, (int)decision.Access, name + ": decided access");
            Check.Equal(expected.Reason, (int)decision.Reason, name + ": reason");
            Check.Equal(expected.NextStep, (int)decision.NextStep, name + ": next step");
            Check.Equal(expected.AgeThreshold, decision.AgeThreshold, name + ": age threshold");
            Check.Equal(Manager(expected.ManagedBy), decision.ManagedBy, name + ": managed by");
            Check.Equal(Freshness.Cached, decision.Freshness, name + ": freshness");
            Check.Equal(decision.Access == Access.Allowed, decision.IsAllowed, name + ": allowed");
            Check.Equal(decision.IsAllowed, decision.Text.Length == 0, name + ": a text where it is locked");
        }

        private static ManagedBy Manager(string word)
        {
            return word == "PLAYER" ? ManagedBy.Player : word == "GUARDIAN" ? ManagedBy.Guardian : word == "PROHIBITED"
                ? ManagedBy.Prohibited : ManagedBy.Unknown;
        }

        public static void Comparisons()
        {
            Check.That(Vectors.Comparisons.Length > 50, "there are vectors");
            foreach (VectorComparison vector in Vectors.Comparisons)
            {
                using (Session before = vector.Before == null ? null : Session.Parse(vector.Before))
                using (Session after = vector.After == null ? null : Session.Parse(vector.After))
                {
                    Check.Equal(vector.Json, Session.CompareJson(before, after), vector.Name);
                    IReadOnlyList<Change> changes = Session.Compare(before, after);
                    Check.Equal(vector.Changes.Length, changes.Count, vector.Name + ": changes");
                    for (int i = 0; i < changes.Count; i++)
                    {
                        Check.Equal(vector.Changes[i].Kind, (int)changes[i].Kind, vector.Name + ": kind");
                        Check.Equal(vector.Changes[i].Permission, changes[i].Permission, vector.Name + ": permission");
                        Check.Equal(vector.Changes[i].Direction, (int)changes[i].Direction, vector.Name + ": direction");
                    }
                }
            }
        }

        /// <summary>
        /// Lived through by a client: it adopts what the player was told, acknowledges it, and adopts what holds now. Left out are
        /// those that begin or end without a session that can be adopted; Rust runs them all.
        /// </summary>
        public static void Notices()
        {
            int lived = 0;
            foreach (VectorNotice vector in Vectors.Notices)
            {
                if (vector.Told == null || vector.Now == null)
                {
                    continue;
                }
                PlaygateClientOptions options = new OwnHost().Options();
                options.ServerUrl = null;
                options.Token = null;
                options.Transport = null;
                // Without a key, what is not stored is not compared.
                options.Key = new byte[32];
                using (PlaygateClient client = World.Open(options))
                {
                    if (!World.Await(client, client.AdoptAsync(vector.Told)).IsOk)
                    {
                        continue;
                    }
                    if (client.GetNotice() != null)
                    {
                        World.Ok(World.Await(client, client.AcknowledgeAsync()), vector.Name + ": acknowledge");
                    }
                    if (World.Await(client, client.AdoptAsync(vector.Now)).IsOk)
                    {
                        Told(client.GetNotice(), vector);
                        lived++;
                    }
                }
            }
            Check.That(lived >= 30, "only " + lived + " notices were lived through");
        }

        private static void Told(Notice notice, VectorNotice vector)
        {
            Check.Equal(vector.Kind, notice == null ? 0 : (int)notice.Kind, vector.Name + ": kind");
            if (notice != null)
            {
                Same(vector.Off, notice.Off, vector.Name + ": off");
                Same(vector.On, notice.On, vector.Name + ": on");
                Same(vector.MayChoose, notice.MayChoose, vector.Name + ": may choose");
            }
        }

        private static void Same(string[] expected, IReadOnlyList<NoticeFeature> features, string what)
        {
            Check.Equal(expected.Length, features.Count, what);
            for (int i = 0; i < expected.Length; i++)
            {
                Check.Equal(expected[i], features[i].Name, what);
            }
        }

        public static void Errors()
        {
            Check.That(Vectors.Errors.Length > 50, "there are vectors");
            foreach (VectorError vector in Vectors.Errors)
            {
                MemoryStream document = new MemoryStream();
                foreach (VectorPart part in vector.Parts)
                {
                    for (int i = 0; i < part.Times; i++)
                    {
                        document.Write(part.Bytes, 0, part.Bytes.Length);
                    }
                }
                Read(document.ToArray(), vector);
            }
        }

        private static void Read(byte[] document, VectorError vector)
        {
            PlaygateException refused = null;
            try
            {
                Session.Parse(document).Dispose();
            }
            catch (PlaygateException thrown)
            {
                refused = thrown;
            }
            if (vector.IsOk)
            {
                Check.That(refused == null, vector.Name + ": is refused: " + refused);
                return;
            }
            Check.That(refused != null, vector.Name + ": is not refused");
            bool isKnown = refused.Result == Result.ErrorInvalidSession || refused.Result == Result.ErrorInvalidArgument;
            Check.That(isKnown, vector.Name + ": " + refused.Result);
            foreach (string part in vector.Contains)
            {
                Check.Contains(part, refused.Message, vector.Name);
            }
            foreach (string part in vector.MustNotContain)
            {
                Check.Lacks(part, refused.Message, vector.Name);
            }
        }
    }
}
