using System;
using System.Text;
using UnityEngine;

namespace Playgate.Unity
{
    /// <summary>
    /// Keeps records in PlayerPrefs, as Base64: for WebGL, where the browser keeps them in its IndexedDB, and for
    /// platforms where a game may not write files. Each write is followed by <c>PlayerPrefs.Save</c>. A browser stores a
    /// moment later than it says, holds 1 MB for all PlayerPrefs of a game, and forgets all when its data is cleared.
    /// Main thread.
    /// </summary>
    public sealed class PlayerPrefsStorage : IStorage
    {
        private readonly string prefix;

        /// <summary>Records are kept under keys that begin with "playgate/".</summary>
        public PlayerPrefsStorage() : this("playgate/")
        {
        }

        /// <summary>Records are kept under keys that begin with that.</summary>
        /// <param name="prefix">For example "playgate/"; not null.</param>
        public PlayerPrefsStorage(string prefix)
        {
            if (prefix == null)
            {
                throw new ArgumentNullException("prefix");
            }
            this.prefix = prefix;
        }

        /// <summary>Names the place, so that a record that is open is found to be.</summary>
        public string Place
        {
            get { return "PlayerPrefs:" + prefix; }
        }

        /// <inheritdoc/>
        public void Read(StorageOperation op, string key)
        {
            string name = prefix + key;
            if (!PlayerPrefs.HasKey(name))
            {
                op.NotFound();
                return;
            }
            string text = PlayerPrefs.GetString(name);
            byte[] bytes;
            try
            {
                bytes = Convert.FromBase64String(text);
            }
            catch (FormatException)
            {
                // The library finds that it is no record, sets it aside and says so.
                bytes = Encoding.UTF8.GetBytes(text);
            }
            op.Found(bytes);
        }

        /// <inheritdoc/>
        public void Write(StorageOperation op, string key, byte[] bytes)
        {
            string name = prefix + key;
            bool had = PlayerPrefs.HasKey(name);
            string before = PlayerPrefs.GetString(name);
            try
            {
                PlayerPrefs.SetString(name, Convert.ToBase64String(bytes));
                PlayerPrefs.Save();
                op.Done();
            }
            catch (PlayerPrefsException)
            {
                PutBack(name, had, before);
                op.Fail(Result.ErrorStorageFull);
            }
        }

        /// <inheritdoc/>
        public void Remove(StorageOperation op, string key)
        {
            PlayerPrefs.DeleteKey(prefix + key);
            PlayerPrefs.Save();
            op.Done();
        }

        private static void PutBack(string name, bool had, string before)
        {
            try
            {
                if (had)
                {
                    PlayerPrefs.SetString(name, before);
                }
                else
                {
                    PlayerPrefs.DeleteKey(name);
                }
            }
            catch (PlayerPrefsException error)
            {
                Debug.LogException(error);
            }
        }
    }
}
