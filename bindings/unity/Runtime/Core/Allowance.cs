using Playgate.Native;

namespace Playgate
{
    /// <summary>A preference that a trusted adult set.</summary>
    public sealed class Allowance
    {
        internal Allowance(ref playgate_allowance allowance)
        {
            Name = NativeText.Copy(allowance.name);
            TypeText = NativeText.Copy(allowance.type_text);
            Kind = (AllowanceKind)allowance.value_kind;
            Number = allowance.number;
            Selection = NativeText.Copy(allowance.selection);
        }

        /// <summary>The allowance's name.</summary>
        public string Name { get; private set; }

        /// <summary>Its type as the server wrote it.</summary>
        public string TypeText { get; private set; }

        /// <summary>What kind of value it has.</summary>
        public AllowanceKind Kind { get; private set; }

        /// <summary>The value of a number, else 0.</summary>
        public double Number { get; private set; }

        /// <summary>The value of a selection, else empty.</summary>
        public string Selection { get; private set; }
    }
}
