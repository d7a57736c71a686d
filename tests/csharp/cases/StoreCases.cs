using System;
using System.IO;

namespace Playgate.Tests
{
    /// <summary>Sessions stored by player, without a client.</summary>
    public static class StoreCases
    {
        public static void SavesAndLoads()
        {
            PlaygateStoreOptions options = new PlaygateStoreOptions();
            options.Folder = World.FreshFolder();
            options.Key = new byte[32];
            using (PlaygateStore store = PlaygateStore.Open(options))
            using (Session session = Session.Parse(World.SessionJson("s-store", "voice-chat+guardian")))
            {
                Check.That(store.Load("ann") == null, "nothing is stored");
                store.Save("ann", session);
                using (Session loaded = store.Load("ann"))
                {
                    Check.Equal(Access.Allowed, loaded.GetAccess("voice-chat"), "what was stored");
                }
                Check.That(store.Load("ben") == null, "another player has nothing");
                store.Forget("ann");
                Check.That(store.Load("ann") == null, "forgotten");
                store.Forget("ann");
            }
            options.Key = null;
            using (PlaygateStore store = PlaygateStore.Open(options))
            using (Session session = Session.Parse(World.SessionJson("s-store", "voice-chat+guardian")))
            {
                store.Save("carl", session);
            }
        }

        public static void ClientFindsWhatAStoreSaved()
        {
            PlaygateStoreOptions options = new PlaygateStoreOptions();
            options.Folder = World.FreshFolder();
            using (PlaygateStore store = PlaygateStore.Open(options))
            using (Session session = Session.Parse(World.SessionJson("s-store", "voice-chat+guardian")))
            {
                store.Save("dora", session);
                PlaygateClientOptions clients = new PlaygateClientOptions();
                clients.Player = "dora";
                clients.Folder = options.Folder;
                using (PlaygateClient client = World.Open(clients))
                {
                    Check.That(client.IsAllowed(Feature.Of("voice-chat")), "it is on");
                    Check.Refused(Result.ErrorRecordLocked, () => store.Save("dora", session), "a client has the record");
                }
            }
        }

        public static void WhatIsWrongIsRefused()
        {
            Check.Throws(typeof(ArgumentNullException), () => PlaygateStore.Open(null), "no options");
            bool refused = false;
            try
            {
                PlaygateStore.Open(new PlaygateStoreOptions()).Dispose();
            }
            catch (ArgumentException)
            {
                refused = true;
            }
            catch (PlaygateException error)
            {
                refused = error.Result == Result.ErrorInvalidArgument;
            }
            Check.That(refused, "a store without a folder");
            PlaygateStoreOptions options = new PlaygateStoreOptions();
            options.Folder = Path.Combine(World.FreshFolder(), "sealed");
            options.Key = new byte[32];
            PlaygateStore store = PlaygateStore.Open(options);
            using (Session session = Session.Parse(World.SessionJson("s-store", "voice-chat+guardian")))
            {
                Check.Throws(typeof(ArgumentNullException), () => store.Save("ann", null), "no session");
                Check.Throws(typeof(ArgumentNullException), () => store.Save(null, session), "no player");
                store.Save("ann", session);
                store.Dispose();
                store.Dispose();
                Check.Throws(typeof(ObjectDisposedException), () => store.Load("ann"), "disposed of");
                options.Key = new byte[] { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
                using (PlaygateStore other = PlaygateStore.Open(options))
                {
                    Check.Refused(Result.ErrorWrongKey, () => other.Load("ann"), "the wrong key");
                }
            }
        }
    }
}
