using System.Collections.Generic;
using System.IO;
using UnityEditor;
using UnityEditor.Build;
using UnityEditor.Build.Reporting;

namespace Playgate.Unity.Editor
{
    /// <summary>Fails a build in which the native library is missing or there twice, instead of the game at its start.</summary>
    internal sealed class PlaygateBuildCheck : IPreprocessBuildWithReport
    {
        /// <inheritdoc/>
        public int callbackOrder
        {
            get { return 0; }
        }

        /// <inheritdoc/>
        public void OnPreprocessBuild(BuildReport report)
        {
            Check(report.summary.platform);
        }

        internal static void Check(BuildTarget target)
        {
            List<string> problems = PluginCheck.Problems(target.ToString(), Exists);
            if (problems.Count > 0)
            {
                throw new BuildFailedException(string.Join("\n", problems.ToArray()));
            }
        }

        // The Editor maps paths that begin with Packages to where the package lies.
        private static bool Exists(string path)
        {
            return File.Exists(Path.GetFullPath(path));
        }
    }
}
