using System;

namespace Playgate
{
    /// <summary>A call that the library refused. Holds no personal data.</summary>
    public sealed class PlaygateException : Exception
    {
        /// <summary>What was wrong, as a code.</summary>
        public Result Result { get; private set; }

        internal PlaygateException(Result result, string text, Exception inner)
            : base(string.IsNullOrEmpty(text) ? result.ToString() : text + " (" + result + ")", inner)
        {
            Result = result;
        }
    }
}
