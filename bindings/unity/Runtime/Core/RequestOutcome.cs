namespace Playgate
{
    /// <summary>
    /// How a request ended. A server that cannot be reached, a parent who says no, a full disk: all of that is part of the
    /// game, so it is an outcome and no exception.
    /// </summary>
    public readonly struct RequestOutcome
    {
        private readonly string _text;

        internal RequestOutcome(PlaygateEvent completed)
        {
            Result = completed.Result;
            Operation = completed.Operation;
            HttpStatus = completed.HttpStatus;
            _text = completed.Text;
        }

        /// <summary>
        /// How it ended: <see cref="Playgate.Result.Ok"/>, "ok, but" (positive, for example
        /// <see cref="Playgate.Result.ChallengeOpen"/> or <see cref="Playgate.Result.TooSoon"/>), or a failure (negative).
        /// </summary>
        public Result Result { get; }

        /// <summary>What the request was for.</summary>
        public Operation Operation { get; }

        /// <summary>The HTTP status of the server's answer; 0 when there was none.</summary>
        public int HttpStatus { get; }

        /// <summary>A sentence for logs about what was wrong; empty where nothing was. Holds no personal data.</summary>
        public string Text
        {
            get { return _text ?? string.Empty; }
        }

        /// <summary>Whether it ended with <see cref="Playgate.Result.Ok"/>.</summary>
        public bool IsOk
        {
            get { return Result == Result.Ok; }
        }

        /// <summary>Whether it failed: the result is negative.</summary>
        public bool HasFailed
        {
            get { return Result < Result.Ok; }
        }

        /// <summary>Makes a failure an exception, for those who want it as one.</summary>
        /// <exception cref="PlaygateException">The request failed.</exception>
        public void ThrowIfFailed()
        {
            if (HasFailed)
            {
                throw new PlaygateException(Result, Text, null);
            }
        }

        /// <summary>The result and its text, for logs.</summary>
        public override string ToString()
        {
            return Text.Length == 0 ? Result.ToString() : Result + ": " + Text;
        }
    }
}
