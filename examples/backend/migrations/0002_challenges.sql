-- Challenges: what a parent, or the player, must answer before a permission is enabled. k-ID may answer two permissions
-- of a session with the same challenge; then there is a row for each.
CREATE TABLE challenges (
    challenge_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    player_id TEXT NOT NULL,
    permission TEXT NOT NULL,
    -- k-ID's word for the type; it says whether a parent or the player must act.
    type TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'IN_PROGRESS', 'PASS', 'FAIL')),
    -- The challenge as the game gets it, with URL and one-time code. Kept while it is open only.
    document TEXT,
    -- When k-ID was last asked for the status, and when it was last asked to write to a parent; Unix milliseconds.
    checked_at BIGINT NOT NULL,
    emailed_at BIGINT NOT NULL,
    -- The session that a challenge was approved for, where k-ID named one; 1 while it is not yet bound to the player.
    granted_session TEXT,
    unbound BIGINT NOT NULL,
    -- When the status changed last, in Unix milliseconds.
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (challenge_id, permission),
    CHECK ((status IN ('PENDING', 'IN_PROGRESS')) = (document IS NOT NULL)),
    CHECK (unbound = 0 OR granted_session IS NOT NULL)
);

CREATE UNIQUE INDEX challenges_one_open_per_permission ON challenges (session_id, permission)
    WHERE status IN ('PENDING', 'IN_PROGRESS');
CREATE INDEX challenges_unbound ON challenges (player_id) WHERE unbound = 1;
CREATE INDEX challenges_by_age ON challenges (changed_at) WHERE document IS NULL;
