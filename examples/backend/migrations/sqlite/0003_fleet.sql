-- When k-ID last confirmed the document, in Unix milliseconds; 0: not known.
ALTER TABLE sessions ADD COLUMN compared_at BIGINT NOT NULL DEFAULT 0;

-- Whether a player ever had a session.
CREATE INDEX sessions_of_player ON sessions (player_id);

-- How much of a window's requests a player has used, at all instances together.
CREATE TABLE rate_limits (
    player_id TEXT NOT NULL PRIMARY KEY,
    window_start BIGINT NOT NULL,
    used BIGINT NOT NULL
);

CREATE INDEX rate_limits_by_age ON rate_limits (window_start);

-- What k-ID last said about a jurisdiction's default permissions, for new players while it is down.
CREATE TABLE default_permissions (
    jurisdiction TEXT NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,
    fetched_at BIGINT NOT NULL
);
