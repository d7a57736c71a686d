namespace Playgate
{
    /// <summary>
    /// Carries the library's requests by the game's own HTTP: where the built-in one is not to be had, or not wanted. Called on
    /// the thread that pumps alone, inside <see cref="PlaygateClient.Open"/>, <see cref="PlaygateClient.Pump"/> and
    /// <see cref="PlaygateClient.Dispose()"/>. Check certificates, and follow no redirect to another origin: requests carry the
    /// player's token.
    /// </summary>
    public interface ITransport
    {
        /// <summary>
        /// Begins to send a request and returns at once. The answer goes to the exchange, now or later. Inside, only questions
        /// about features and the exchange itself may be used.
        /// </summary>
        void Start(HttpExchange exchange);

        /// <summary>The library wants no answer to this exchange any more.</summary>
        void Cancel(HttpExchange exchange);
    }
}
