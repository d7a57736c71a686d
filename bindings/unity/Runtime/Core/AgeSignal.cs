using Playgate.Native;

namespace Playgate
{
    /// <summary>
    /// What a platform says about the player's age, in k-ID's form: a category, or both ends of an age range. Neither stored
    /// nor logged.
    /// </summary>
    /// <remarks>
    /// Apple: "apple-ios", the range, and the age range declaration as <see cref="DeclarationType"/>. Google: "google-play",
    /// the range, and the user status. Xbox: "xbox", category "child", "teen" or "adult". Meta: "meta-horizon", category "CH",
    /// "TN" or "AD". k-ID itself: "k-id" with <see cref="VerificationId"/>.
    /// </remarks>
    public sealed class AgeSignal
    {
        /// <summary>The platform.</summary>
        public string Name { get; set; }

        /// <summary>The platform's age category, or null.</summary>
        public string Category { get; set; }

        /// <summary>How the platform knows, or null.</summary>
        public string DeclarationType { get; set; }

        /// <summary>The id of k-ID's own verification, or null.</summary>
        public string VerificationId { get; set; }

        /// <summary>The lower end of the age range in years; an open one is 0. Null: none is given.</summary>
        public int? AgeLow { get; set; }

        /// <summary>The upper end of the age range in years; an open one is 100. Null: none is given.</summary>
        public int? AgeHigh { get; set; }

        internal unsafe playgate_age_signal* Native(NativeArena arena)
        {
            playgate_age_signal* signal = (playgate_age_signal*)arena.Take(sizeof(playgate_age_signal));
            NativeMethods.playgate_age_signal_init(signal, (uint)sizeof(playgate_age_signal));
            signal->name = arena.Text(Name, "Name");
            signal->category = arena.Text(Category, "Category");
            signal->declaration_type = arena.Text(DeclarationType, "DeclarationType");
            signal->verification_id = arena.Text(VerificationId, "VerificationId");
            signal->age_low = AgeLow ?? NativeConstants.AgeNone;
            signal->age_high = AgeHigh ?? NativeConstants.AgeNone;
            return signal;
        }
    }
}
