using System.Runtime.CompilerServices;

#if UNITY_2019_2_OR_NEWER
// Nothing in a scene need name this assembly: it is looked at all the same, so that the statics are reset.
[assembly: UnityEngine.Scripting.AlwaysLinkAssembly]
#endif
[assembly: InternalsVisibleTo("Playgate.Editor")]
[assembly: InternalsVisibleTo("Playgate.Tests.Runtime")]
[assembly: InternalsVisibleTo("Playgate.Tests.Editor")]
