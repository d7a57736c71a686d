namespace Playgate
{
    /// <summary>A QR code, to be drawn with a quiet zone of at least four light modules around it.</summary>
    public sealed class QrCode
    {
        private readonly byte[] _modules;

        internal QrCode(int size, byte[] modules)
        {
            Size = size;
            _modules = modules;
        }

        /// <summary>The number of modules along a side: 21 to 177.</summary>
        public int Size { get; private set; }

        /// <summary>Whether a module is dark, from the top left. Outside of the code everything is light.</summary>
        public bool IsDark(int x, int y)
        {
            return x >= 0 && y >= 0 && x < Size && y < Size && _modules[y * Size + x] == 1;
        }

        /// <summary>A copy of all modules, row by row from the top left: 1 is dark, 0 is light.</summary>
        public byte[] GetModules()
        {
            return (byte[])_modules.Clone();
        }
    }
}
