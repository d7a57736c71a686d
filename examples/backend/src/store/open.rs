//! Opening the database and bringing it up to date.

use std::{path::Path, time::Duration};

use sqlx::{
    SqlSafeStr,
    migrate::{Migration, MigrationType, Migrator},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::Store;
use crate::error::StartError;

impl Store {
    /// Opens the database, makes it if it is not there, and brings it up to date.
    ///
    /// # Errors
    /// The address is not SQLite's, the file cannot be opened, is no database, or is of a newer server.
    pub async fn open(database: &str) -> Result<Self, StartError> {
        let failed = |error: &dyn std::fmt::Display| StartError::Database(error.to_string());
        let path = database
            .strip_prefix("sqlite://")
            .or_else(|| database.strip_prefix("sqlite:"));
        let path = path.unwrap_or(database);
        if path.contains("://") {
            return Err(failed(
                &"PLAYGATE_DATABASE is not an address of SQLite, the only database that is built in",
            ));
        }
        let in_memory = path == ":memory:";
        let mut options = SqliteConnectOptions::new();
        if in_memory {
            options = options.in_memory(true);
        } else {
            make_private(Path::new(path)).map_err(|error| failed(&error))?;
            options = options.filename(path).journal_mode(SqliteJournalMode::Wal);
        }
        // FULL: a deletion that was answered is still a deletion after a power cut.
        options = options
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            // Deleted documents are overwritten, not only unlinked.
            .pragma("secure_delete", "ON");
        let mut pool = SqlitePoolOptions::new().acquire_timeout(Duration::from_secs(5));
        if in_memory {
            // Each connection would be a database of its own, and gone with it.
            pool = pool
                .max_connections(1)
                .min_connections(1)
                .idle_timeout(None)
                .max_lifetime(None);
        } else {
            pool = pool.max_connections(4);
        }
        let pool = pool.connect_with(options).await.map_err(|error| failed(&error))?;
        let step = |version, name: &'static str, sql: &'static str| {
            Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
        };
        let migrator = Migrator::with_migrations(vec![
            step(1, "sessions", include_str!("../../migrations/0001_sessions.sql")),
            step(2, "challenges", include_str!("../../migrations/0002_challenges.sql")),
        ]);
        migrator.run(&pool).await.map_err(|error| failed(&error))?;
        Ok(Self { pool })
    }
}

/// Makes the file, if it is not there, for this user alone; SQLite gives the files beside it the same rights.
fn make_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}
