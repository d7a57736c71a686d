using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Playgate.Tests.Editor")]
