-- One row per session that was ever bound to a player here. Texts and numbers only, so that it fits other databases too.
CREATE TABLE sessions (
    session_id TEXT NOT NULL PRIMARY KEY,
    -- The owner. Absent only for a deletion that k-ID reported before anybody bound the session.
    player_id TEXT,
    -- live: the player's session. replaced: the player has bound another one since. deleted: gone for good.
    state TEXT NOT NULL CHECK (state IN ('live', 'replaced', 'deleted')),
    -- The session object as k-ID gave it. Kept for live sessions only.
    document TEXT,
    -- Raised by every change and by every webhook about this session; lowered by nothing.
    revision BIGINT NOT NULL,
    -- 1 after a webhook: the next read asks k-ID for the whole session, without an etag.
    refetch BIGINT NOT NULL,
    -- When the state changed last, in Unix milliseconds.
    changed_at BIGINT NOT NULL,
    CHECK ((state = 'live') = (document IS NOT NULL)),
    CHECK (player_id IS NOT NULL OR state = 'deleted')
);

CREATE UNIQUE INDEX sessions_one_live_per_player ON sessions (player_id) WHERE state = 'live';

-- Signatures of webhooks that have had their effect, for as long as such a signature would still be fresh.
CREATE TABLE webhooks_seen (
    signature TEXT NOT NULL PRIMARY KEY,
    seen_at BIGINT NOT NULL
);

CREATE INDEX webhooks_seen_by_age ON webhooks_seen (seen_at);
