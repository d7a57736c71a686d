using Playgate.Native;

namespace Playgate
{
    /// <summary>What happened to a client.</summary>
    public readonly struct PlaygateEvent
    {
        private readonly string _text;
        private readonly string _feature;

        internal PlaygateEvent(ref playgate_event happened)
        {
            Type = (EventType)happened.type;
            Request = happened.request;
            Result = (Result)happened.result;
            Operation = (Operation)happened.operation;
            HttpStatus = (int)happened.http_status;
            Progress = (Progress)happened.progress;
            GameSessionState = (GameSessionState)happened.game_session_state;
            GameSessionStop = (GameSessionStop)happened.game_session_stop;
            _text = NativeText.Copy(happened.text);
            _feature = NativeText.Copy(happened.feature);
        }

        /// <summary>What happened. An open set: ignore unknown values.</summary>
        public EventType Type { get; }

        /// <summary>The request that ended; 0 for other events.</summary>
        public ulong Request { get; }

        /// <summary>How it ended; <see cref="Playgate.Result.Ok"/> where there is nothing wrong.</summary>
        public Result Result { get; }

        /// <summary>What the request was for.</summary>
        public Operation Operation { get; }

        /// <summary>The HTTP status of the server's answer; 0 when there was none.</summary>
        public int HttpStatus { get; }

        /// <summary>How far a request for a permission has come: <see cref="EventType.UpgradeChanged"/> only.</summary>
        public Progress Progress { get; }

        /// <summary>Where the ad service's game session stands: <see cref="EventType.GameSessionChanged"/> only.</summary>
        public GameSessionState GameSessionState { get; }

        /// <summary>Why it is stopped: <see cref="EventType.GameSessionChanged"/> only.</summary>
        public GameSessionStop GameSessionStop { get; }

        /// <summary>A sentence for logs about what was wrong; empty where nothing was. Holds no personal data.</summary>
        public string Text
        {
            get { return _text ?? string.Empty; }
        }

        /// <summary>The permission's name: <see cref="EventType.UpgradeChanged"/> only, else empty.</summary>
        public string Feature
        {
            get { return _feature ?? string.Empty; }
        }
    }
}
