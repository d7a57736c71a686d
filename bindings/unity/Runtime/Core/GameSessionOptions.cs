namespace Playgate
{
    /// <summary>How to begin the ad service's game session.</summary>
    public sealed class GameSessionOptions
    {
        /// <summary>Required: the ad service's base URL, "https://…/api", or "http://…" for loopback.</summary>
        public string ServiceUrl { get; set; }

        /// <summary>Required: the ad service's token for this player. Sent to it alone; never stored or logged.</summary>
        public string AuthToken { get; set; }

        /// <summary>The feature that the k-ID session must allow; null: "targeted-ads".</summary>
        public string Feature { get; set; }

        /// <summary>Whether it runs whatever the k-ID session says. The game answers for it.</summary>
        public bool Ungated { get; set; }
    }
}
