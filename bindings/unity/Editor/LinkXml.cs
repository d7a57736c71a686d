using System.IO;
using UnityEditor;
using UnityEditor.Build;
using UnityEditor.Build.Reporting;
using UnityEditor.UnityLinker;

namespace Playgate.Unity.Editor
{
    /// <summary>Hands the package's link.xml to the linker, which looks for such files in Assets only.</summary>
    internal sealed class LinkXml : IUnityLinkerProcessor
    {
        private const string Asset = PluginCheck.Package + "/link.xml";

        /// <inheritdoc/>
        public int callbackOrder
        {
            get { return 0; }
        }

        /// <inheritdoc/>
        public string GenerateAdditionalLinkXmlFile(BuildReport report, UnityLinkerBuildPipelineData data)
        {
            string path = Path.GetFullPath(Asset);
            if (!File.Exists(path))
            {
                throw new BuildFailedException("Playgate's link.xml is missing from the package: " + Asset);
            }
            return path;
        }

#if !UNITY_2021_2_OR_NEWER
        /// <inheritdoc/>
        public void OnBeforeRun(BuildReport report, UnityLinkerBuildPipelineData data)
        {
        }

        /// <inheritdoc/>
        public void OnAfterRun(BuildReport report, UnityLinkerBuildPipelineData data)
        {
        }
#endif
    }
}
