using System;
using System.IO;
using UnityEngine;

namespace Playgate.Unity
{
    /// <summary>Where records lie on disk.</summary>
    internal static class PlaygateFolder
    {
        /// <summary>
        /// <see cref="PlaygateHooks.Folder"/>, or the folder of that name below <c>Application.persistentDataPath</c>; it
        /// is there on return.
        /// </summary>
        internal static string Resolve(string name)
        {
            string folder = PlaygateHooks.Folder;
            if (string.IsNullOrEmpty(folder))
            {
                string parent = Application.persistentDataPath;
                if (string.IsNullOrEmpty(parent))
                {
                    throw new InvalidOperationException(
                        "Playgate has no folder for players' records: Application.persistentDataPath is empty on this"
                        + " platform. Mount the save data and set PlaygateHooks.Folder, or give PlaygateHooks.Storage,"
                        + " before PlaygateManager.Start.");
                }
                folder = string.IsNullOrEmpty(name) ? parent : Path.Combine(parent, name);
            }
            Directory.CreateDirectory(folder);
            return folder;
        }
    }
}
