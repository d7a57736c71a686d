namespace Playgate.Unity
{
    /// <summary>
    /// Where the key is kept with which a player's record is sealed on disk. Give it to
    /// <see cref="PlaygateHooks.KeyStore"/> before <see cref="PlaygateManager.Start"/>.
    /// </summary>
    /// <remarks>
    /// <para>iOS, tvOS, macOS: the Keychain, with <c>kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly</c>, so that the
    /// game can start while the device is locked.</para>
    /// <para>Android: a key in the Android Keystore cannot be read out. Make 32 random bytes, encrypt them with a key of
    /// the Keystore, keep what comes out in <c>noBackupFilesDir</c>.</para>
    /// <para>Windows: DPAPI (<c>CryptProtectData</c>) for the current user. Linux: the Secret Service, where there is
    /// one.</para>
    /// <para>Consoles: the platform's secure save data.</para>
    /// <para>WebGL: a browser has no such place; leave the hook out. Records then hold no personal data, and whoever can
    /// edit them can edit them.</para>
    /// </remarks>
    public interface IPlaygateKeyStore
    {
        /// <summary>
        /// The player's key: 32 random bytes that are the same at each start. Called on the main thread by
        /// <see cref="PlaygateManager.Start"/>, which passes on what this throws. Null: there is none, and records are in
        /// clear; say so only where it is meant, since a record that was sealed does not open without its key.
        /// </summary>
        /// <param name="player">The player, as given to <see cref="PlaygateManager.Start"/>.</param>
        byte[] GetKey(string player);
    }
}
