namespace Playgate
{
    /// <summary>
    /// Gives random bytes in place of the operating system, for salts, nonces and jitter. Called on the thread that pumps alone.
    /// </summary>
    public interface IRandomSource
    {
        /// <summary>Fills all the bytes with random ones that nobody can foretell.</summary>
        /// <returns>Whether there were any to be had.</returns>
        bool Fill(byte[] bytes);
    }
}
