// Generated from include/playgate.abi and include/playgate.h by `cargo xtask csharp`.

namespace Playgate
{
    /// <summary>
    /// What a feature may do. An open set: treat unknown values as Access.Unavailable.
    /// </summary>
    public enum Access
    {
        /// <summary>
        /// Denied: no session, on hold, not in the session, or something went wrong.
        /// </summary>
        Unavailable = 0,

        /// <summary>
        /// The feature is on.
        /// </summary>
        Allowed = 1,

        /// <summary>
        /// Off; a parent can enable it.
        /// </summary>
        AskParent = 2,

        /// <summary>
        /// Off; the player must verify their age first.
        /// </summary>
        VerifyAge = 3,

        /// <summary>
        /// Off; the player may enable it.
        /// </summary>
        PlayerMayEnable = 4,

        /// <summary>
        /// Off, and nobody can enable it.
        /// </summary>
        Prohibited = 5,
    }

    /// <summary>
    /// Who must act. An open set.
    /// </summary>
    public enum Actor
    {
        /// <summary>
        /// A parent or another trusted adult: show the URL as a QR code, or the code with the site to type it
        /// at, or have a message sent. Never open the URL on the player's device by itself.
        /// </summary>
        Parent = 1,

        /// <summary>
        /// The player: open the URL in the system's browser; when it is closed, call
        /// PlaygateClient.CheckChallengeAsync.
        /// </summary>
        Player = 2,
    }

    /// <summary>
    /// What kind of value an allowance has. An open set.
    /// </summary>
    public enum AllowanceKind
    {
        /// <summary>
        /// None, or of a kind that this library does not know.
        /// </summary>
        None = 0,

        /// <summary>
        /// A number.
        /// </summary>
        Number = 1,

        /// <summary>
        /// A choice among words.
        /// </summary>
        Selection = 2,
    }

    /// <summary>
    /// What kind of change. An open set.
    /// </summary>
    public enum ChangeKind
    {
        /// <summary>
        /// The permission is new.
        /// </summary>
        Added = 1,

        /// <summary>
        /// It was off and is on.
        /// </summary>
        Enabled = 2,

        /// <summary>
        /// It was on and is off.
        /// </summary>
        Disabled = 3,

        /// <summary>
        /// Somebody else manages it.
        /// </summary>
        Management = 4,

        /// <summary>
        /// It is gone.
        /// </summary>
        Removed = 5,

        /// <summary>
        /// Its verified age threshold is another.
        /// </summary>
        Threshold = 6,

        /// <summary>
        /// The player's age status is another.
        /// </summary>
        AgeStatus = 7,

        /// <summary>
        /// The session's status is another.
        /// </summary>
        Status = 8,

        /// <summary>
        /// The jurisdiction is another.
        /// </summary>
        Jurisdiction = 9,

        /// <summary>
        /// It is another session, or there was or is none.
        /// </summary>
        SessionReplaced = 10,
    }

    /// <summary>
    /// Which way a change went. An open set.
    /// </summary>
    public enum Direction
    {
        /// <summary>
        /// Neither looser nor tighter.
        /// </summary>
        Neither = 0,

        /// <summary>
        /// More is possible than before.
        /// </summary>
        Loosened = 1,

        /// <summary>
        /// Less is possible than before.
        /// </summary>
        Tightened = 2,
    }

    /// <summary>
    /// What happened. An open set: ignore unknown values.
    /// </summary>
    public enum EventType
    {
        /// <summary>
        /// A request ended: exactly one for each request. `Result`, `HttpStatus` and `Text` say how.
        /// </summary>
        Completed = 1,

        /// <summary>
        /// What features may do has changed: look at what your user interface shows.
        /// </summary>
        SessionChanged = 2,

        /// <summary>
        /// There is something to tell the player: PlaygateClient.GetNotice has it.
        /// </summary>
        NoticeReady = 3,

        /// <summary>
        /// The session has ended; the age gate comes next.
        /// </summary>
        SessionEnded = 4,

        /// <summary>
        /// The server says that the player has no session, or not this one: the age gate comes next. May come
        /// again. A client without a server does not get it: ask PlaygateClient.Decide for the next step.
        /// </summary>
        ConsentNeeded = 5,

        /// <summary>
        /// The server refused the player's token: set a new one.
        /// </summary>
        TokenRefused = 6,

        /// <summary>
        /// The server can be reached again.
        /// </summary>
        ServerReachable = 7,

        /// <summary>
        /// The server cannot be reached, or has trouble; the stored session counts.
        /// </summary>
        ServerUnreachable = 8,

        /// <summary>
        /// What is known could not be stored, or not in time; it holds for this process only, and storing is
        /// tried again.
        /// </summary>
        StorageFailed = 9,

        /// <summary>
        /// What is known is stored again.
        /// </summary>
        StorageRecovered = 10,

        /// <summary>
        /// The stored record was damaged and was set aside.
        /// </summary>
        RecordSetAside = 11,

        /// <summary>
        /// The stored record cannot be used; `Result` and `Text` say why. It was left as it is.
        /// </summary>
        RecordUnusable = 12,

        /// <summary>
        /// The record, which another process held or which was not there yet, is this client's now.
        /// </summary>
        RecordTakenOver = 13,

        /// <summary>
        /// A request for a permission has come further: `Feature` names it, `Progress` says how far, `Result`
        /// and `Text` why it came to nothing. Of one permission the newest waits only.
        /// </summary>
        UpgradeChanged = 14,

        /// <summary>
        /// The ad service's game session has another state: `GameSessionState` and, when it is stopped,
        /// `GameSessionStop`; `Result` and `Text` say what was wrong. Of one state the newest waits only.
        /// </summary>
        GameSessionChanged = 15,
    }

    /// <summary>
    /// How fresh the knowledge behind an answer is. An open set.
    /// </summary>
    public enum Freshness
    {
        /// <summary>
        /// There is no session.
        /// </summary>
        None = 0,

        /// <summary>
        /// The server confirmed it a short while ago.
        /// </summary>
        Live = 1,

        /// <summary>
        /// From the stored record, or not confirmed lately.
        /// </summary>
        Cached = 2,

        /// <summary>
        /// Older than the host's limit.
        /// </summary>
        Stale = 3,
    }

    /// <summary>
    /// Why a wanted game session is stopped. An open set.
    /// </summary>
    public enum GameSessionStop
    {
        /// <summary>
        /// It is not.
        /// </summary>
        None = 0,

        /// <summary>
        /// The k-ID session does not allow the feature that it depends on: off, on hold, absent, or no session.
        /// It begins by itself once the session does.
        /// </summary>
        NotAllowed = 1,

        /// <summary>
        /// The ad service refused the token: PlaygateClient.SetGameSessionToken with a new one goes on.
        /// </summary>
        TokenRefused = 2,

        /// <summary>
        /// The client is suspended or offline, or the network is not allowed. It goes on by itself.
        /// </summary>
        Unreachable = 3,
    }

    /// <summary>
    /// Where the ad service's game session stands. An open set: treat unknown values as
    /// GameSessionState.Stopped.
    /// </summary>
    public enum GameSessionState
    {
        /// <summary>
        /// None is wanted, or the client is closed.
        /// </summary>
        Idle = 0,

        /// <summary>
        /// Being begun.
        /// </summary>
        Starting = 1,

        /// <summary>
        /// Alive: advertisements may be asked for.
        /// </summary>
        Active = 2,

        /// <summary>
        /// Lost, or perhaps lost; begun again as soon as the service answers.
        /// </summary>
        Recovering = 3,

        /// <summary>
        /// Being ended.
        /// </summary>
        Ending = 4,

        /// <summary>
        /// Wanted, but not possible now; the event's `GameSessionStop` says why.
        /// </summary>
        Stopped = 5,
    }

    /// <summary>
    /// How important a line of the log is.
    /// </summary>
    public enum LogLevel
    {
        /// <summary>
        /// Nothing is logged.
        /// </summary>
        Off = 0,

        /// <summary>
        /// Something failed.
        /// </summary>
        Error = 1,

        /// <summary>
        /// Something is not as it should be, and was dealt with.
        /// </summary>
        Warn = 2,

        /// <summary>
        /// What a studio wants to see in its own log. The default.
        /// </summary>
        Info = 3,

        /// <summary>
        /// For finding out what is wrong.
        /// </summary>
        Debug = 4,
    }

    /// <summary>
    /// Who manages a permission. An open set.
    /// </summary>
    public enum ManagedBy
    {
        /// <summary>
        /// Nobody that this library knows, or the session does not say.
        /// </summary>
        Unknown = 0,

        /// <summary>
        /// The player.
        /// </summary>
        Player = 1,

        /// <summary>
        /// A parent or another trusted adult.
        /// </summary>
        Guardian = 2,

        /// <summary>
        /// Nobody: it is prohibited.
        /// </summary>
        Prohibited = 3,
    }

    /// <summary>
    /// What to do next. An open set: treat unknown values as NextStep.Nothing.
    /// </summary>
    public enum NextStep
    {
        /// <summary>
        /// Nothing.
        /// </summary>
        Nothing = 0,

        /// <summary>
        /// Start the age gate.
        /// </summary>
        StartAgeGate = 1,

        /// <summary>
        /// Ask a parent.
        /// </summary>
        AskParent = 2,

        /// <summary>
        /// Have the player verify their age.
        /// </summary>
        VerifyAge = 3,

        /// <summary>
        /// Offer the player to enable it.
        /// </summary>
        Enable = 4,

        /// <summary>
        /// Wait for what is on its way.
        /// </summary>
        Wait = 5,

        /// <summary>
        /// Refresh: ask the server.
        /// </summary>
        Refresh = 6,
    }

    /// <summary>
    /// A list of a notice's features. An open set.
    /// </summary>
    public enum NoticeList
    {
        /// <summary>
        /// Features that were on and are off.
        /// </summary>
        Off = 0,

        /// <summary>
        /// Features that were off and are on.
        /// </summary>
        On = 1,

        /// <summary>
        /// Features that are off and that the player may now enable, but could not before.
        /// </summary>
        MayChoose = 2,

        /// <summary>
        /// Features that the player asked for, in a notice about an answer that did not turn them on.
        /// </summary>
        Asked = 3,
    }

    /// <summary>
    /// What kind of notice. An open set.
    /// </summary>
    public enum NoticeKind
    {
        /// <summary>
        /// Nothing to tell.
        /// </summary>
        None = 0,

        /// <summary>
        /// The session ended; the age gate comes next.
        /// </summary>
        SessionEnded = 1,

        /// <summary>
        /// The player reached a higher age status.
        /// </summary>
        AgedUp = 2,

        /// <summary>
        /// Features went off, or the age status was lowered.
        /// </summary>
        Restricted = 3,

        /// <summary>
        /// Features came on, or the player may now choose.
        /// </summary>
        OpenedUp = 4,

        /// <summary>
        /// Some features went off and some came on.
        /// </summary>
        Mixed = 5,

        /// <summary>
        /// A question was put, to a parent or to the player. Of a challenge only: Challenge.GetNotice.
        /// </summary>
        Asked = 6,

        /// <summary>
        /// Somebody has opened the question. Of a challenge only.
        /// </summary>
        Waiting = 7,

        /// <summary>
        /// The answer was yes; the features are on as soon as a session says so. Of a challenge only.
        /// </summary>
        Approved = 8,

        /// <summary>
        /// What the player asked for stays off.
        /// </summary>
        Refused = 9,

        /// <summary>
        /// What the player asked for is on.
        /// </summary>
        Enabled = 10,
    }

    /// <summary>
    /// What a request was for. An open set.
    /// </summary>
    public enum Operation
    {
        /// <summary>
        /// None: the event is not a completion.
        /// </summary>
        None = 0,

        /// <summary>
        /// A refresh.
        /// </summary>
        Refresh = 1,

        /// <summary>
        /// A session from the consent flow.
        /// </summary>
        Adopt = 2,

        /// <summary>
        /// The player has seen a notice.
        /// </summary>
        Acknowledge = 3,

        /// <summary>
        /// Forget the player.
        /// </summary>
        Forget = 4,

        /// <summary>
        /// Everything so far is to be durable.
        /// </summary>
        Flush = 5,

        /// <summary>
        /// A permission is to be enabled.
        /// </summary>
        RequestPermission = 6,

        /// <summary>
        /// A challenge's new one-time code.
        /// </summary>
        RenewCode = 7,

        /// <summary>
        /// A message to the parent.
        /// </summary>
        EmailParent = 8,

        /// <summary>
        /// A challenge is given up on this device.
        /// </summary>
        CancelChallenge = 9,

        /// <summary>
        /// The player closed a challenge's page.
        /// </summary>
        CheckChallenge = 10,

        /// <summary>
        /// The player switches something off, or on again.
        /// </summary>
        SwitchFeature = 11,

        /// <summary>
        /// The ad service's game session is ended.
        /// </summary>
        EndGameSession = 12,
    }

    /// <summary>
    /// How far a request for a permission has come. An open set: treat unknown values as Progress.Waiting.
    /// </summary>
    public enum Progress
    {
        /// <summary>
        /// Nothing is under way: it could not be asked, was given up, or another session holds now.
        /// </summary>
        None = 0,

        /// <summary>
        /// The server is being asked.
        /// </summary>
        Asking = 1,

        /// <summary>
        /// A challenge is open, for a parent or the player: PlaygateClient.GetChallenge has it.
        /// </summary>
        Asked = 2,

        /// <summary>
        /// Somebody has opened the challenge.
        /// </summary>
        Waiting = 3,

        /// <summary>
        /// The challenge passed; the permission is on as soon as a session says so.
        /// </summary>
        Approved = 4,

        /// <summary>
        /// It stays off.
        /// </summary>
        Refused = 5,

        /// <summary>
        /// It is on.
        /// </summary>
        Enabled = 6,
    }

    /// <summary>
    /// Why a feature is not on. An open set.
    /// </summary>
    public enum Reason
    {
        /// <summary>
        /// It is on.
        /// </summary>
        None = 0,

        /// <summary>
        /// A parent manages it.
        /// </summary>
        Parent = 1,

        /// <summary>
        /// It is not available in this place.
        /// </summary>
        Prohibited = 2,

        /// <summary>
        /// The player is below the age it needs.
        /// </summary>
        TooYoung = 3,

        /// <summary>
        /// The player's age is to be verified first.
        /// </summary>
        AgeVerification = 4,

        /// <summary>
        /// The player has not switched it on.
        /// </summary>
        PlayerChoice = 5,

        /// <summary>
        /// An answer is being waited for: from the server, from a parent, or about the player's age.
        /// </summary>
        Pending = 6,

        /// <summary>
        /// There is no session.
        /// </summary>
        NoSession = 7,

        /// <summary>
        /// The session is on hold.
        /// </summary>
        OnHold = 8,

        /// <summary>
        /// Something went wrong.
        /// </summary>
        Error = 9,

        /// <summary>
        /// The session does not name this feature, or says of it what this library does not know.
        /// </summary>
        NotInSession = 10,

        /// <summary>
        /// The session ended: it was revoked or deleted.
        /// </summary>
        SessionEnded = 11,

        /// <summary>
        /// The stored session is older than the host's limit, or the clock ran backwards.
        /// </summary>
        Stale = 12,

        /// <summary>
        /// The stored record is damaged.
        /// </summary>
        RecordDamaged = 13,

        /// <summary>
        /// Another process holds the stored record.
        /// </summary>
        RecordLocked = 14,

        /// <summary>
        /// The place of the stored record is not there yet, or may not be read.
        /// </summary>
        RecordUnavailable = 15,

        /// <summary>
        /// The stored record is sealed and no key was given.
        /// </summary>
        KeyMissing = 16,

        /// <summary>
        /// The stored record was sealed with another key, for another player or in another place.
        /// </summary>
        WrongKey = 17,

        /// <summary>
        /// The stored record was written by a newer version of the library.
        /// </summary>
        NewerFormat = 18,

        /// <summary>
        /// The player has switched it off on this device: PlaygateClient.SwitchFeatureAsync brings it back.
        /// </summary>
        SwitchedOff = 19,
    }

    /// <summary>
    /// How a call ended: 0 is ok, negative failed, positive is "ok, but". An open set: treat unknown negative
    /// values as failures.
    /// </summary>
    public enum Result
    {
        /// <summary>
        /// All is well.
        /// </summary>
        Ok = 0,

        /// <summary>
        /// Accepted or under way; not done yet.
        /// </summary>
        Pending = 1,

        /// <summary>
        /// No event is waiting.
        /// </summary>
        NoEvent = 2,

        /// <summary>
        /// Asked again too soon; nothing was sent.
        /// </summary>
        TooSoon = 3,

        /// <summary>
        /// There is nothing to tell the player.
        /// </summary>
        NoNotice = 4,

        /// <summary>
        /// The permission is not on yet: a challenge is open that a parent or the player answers.
        /// </summary>
        ChallengeOpen = 5,

        /// <summary>
        /// An argument is wrong: NULL, not UTF-8, too long, out of range, a wrong struct size or unknown flags.
        /// </summary>
        ErrorInvalidArgument = -1,

        /// <summary>
        /// The handle is none, was freed or closed, or is of another kind.
        /// </summary>
        ErrorInvalidHandle = -2,

        /// <summary>
        /// The call does not fit the state: stopped, nothing to acknowledge, no server given, no session to ask
        /// for, a challenge that is closed or not for a parent.
        /// </summary>
        ErrorInvalidState = -3,

        /// <summary>
        /// Somebody else is using it: the record is open in this process, or the call came from inside a hook.
        /// </summary>
        ErrorBusy = -4,

        /// <summary>
        /// A fixed number is used up: clients, feature numbers, tables, requests under way, permissions asked
        /// for; or a buffer is too small.
        /// </summary>
        ErrorLimit = -5,

        /// <summary>
        /// There is none.
        /// </summary>
        ErrorNotFound = -6,

        /// <summary>
        /// The JSON is no session; the text says where.
        /// </summary>
        ErrorInvalidSession = -7,

        /// <summary>
        /// This build or platform cannot do that.
        /// </summary>
        ErrorUnsupported = -8,

        /// <summary>
        /// The header and the library do not fit together.
        /// </summary>
        ErrorAbiVersion = -9,

        /// <summary>
        /// The library met a defect of its own. The client concerned denies everything from here on.
        /// </summary>
        ErrorPanic = -10,

        /// <summary>
        /// Cancelled, stopped or closed before it was done.
        /// </summary>
        ErrorCancelled = -11,

        /// <summary>
        /// The host has not allowed the network.
        /// </summary>
        ErrorNetworkNotAllowed = -13,

        /// <summary>
        /// The server cannot be reached.
        /// </summary>
        ErrorUnreachable = -14,

        /// <summary>
        /// A time limit ran out.
        /// </summary>
        ErrorTimedOut = -15,

        /// <summary>
        /// TLS failed: the server's certificate is not trusted, has expired, or is for another name.
        /// </summary>
        ErrorTls = -16,

        /// <summary>
        /// The server refused the player's token; set a new one.
        /// </summary>
        ErrorUnauthorized = -17,

        /// <summary>
        /// The server asks to come back later.
        /// </summary>
        ErrorRateLimited = -18,

        /// <summary>
        /// The server has trouble (HTTP 5xx).
        /// </summary>
        ErrorServer = -19,

        /// <summary>
        /// The server's answer cannot be understood, or is about another session.
        /// </summary>
        ErrorProtocol = -20,

        /// <summary>
        /// Storing or reading failed.
        /// </summary>
        ErrorStorage = -21,

        /// <summary>
        /// There is no room on the storage medium.
        /// </summary>
        ErrorStorageFull = -22,

        /// <summary>
        /// The folder or medium is not there (yet).
        /// </summary>
        ErrorStorageUnavailable = -23,

        /// <summary>
        /// The stored record is damaged.
        /// </summary>
        ErrorRecordDamaged = -24,

        /// <summary>
        /// The stored record was sealed with another key.
        /// </summary>
        ErrorWrongKey = -25,

        /// <summary>
        /// The stored record is sealed and no key was given.
        /// </summary>
        ErrorKeyMissing = -26,

        /// <summary>
        /// The stored record was written by a newer version of the library.
        /// </summary>
        ErrorNewerFormat = -27,

        /// <summary>
        /// Another process, or an open client, holds the stored record.
        /// </summary>
        ErrorRecordLocked = -28,

        /// <summary>
        /// Not permitted: by the operating system, by the rules for URLs and redirects, or by the storage
        /// options.
        /// </summary>
        ErrorNotPermitted = -29,

        /// <summary>
        /// The record or session belongs to another player.
        /// </summary>
        ErrorOfAnotherPlayer = -30,

        /// <summary>
        /// The permission is prohibited: it is not available here, or the player is too young. Nothing can be
        /// asked.
        /// </summary>
        ErrorProhibited = -31,

        /// <summary>
        /// The permission stays off: the challenge was refused or failed, or the server did not enable it.
        /// </summary>
        ErrorNotEnabled = -32,

        /// <summary>
        /// Something that should not happen did.
        /// </summary>
        ErrorInternal = -34,
    }
}
