//! Opening the database and bringing it up to date.

use std::{fmt, path::Path, sync::Once, time::Duration};

use sqlx::{
    AnyPool, ConnectOptions, Executor, SqlSafeStr,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::{Migration, MigrationType, Migrator},
};

use super::{Dialect, Store};
use crate::{config::Config, error::StartError};

/// How long a request waits for a connection to the database.
const PATIENCE: Duration = Duration::from_secs(5);
/// A connection that was idle for longer is tried before it is used.
const TRUSTED: Duration = Duration::from_secs(1);
/// What each connection is told. FULL: a deletion that was answered is still a deletion after a power cut. Deleted
/// documents are overwritten, not only unlinked.
const SQLITE: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON";
/// The same without waiting for the disk: for what may be forgotten in a power cut.
const SQLITE_LIGHT: &str =
    "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON";
/// A statement that hangs does not hold its connection for ever.
const POSTGRES: &str = "SET statement_timeout = '10s'; SET idle_in_transaction_session_timeout = '20s'";
/// The same without waiting for the disk.
const POSTGRES_LIGHT: &str = "SET statement_timeout = '10s'; SET synchronous_commit = off";

/// Where a database is.
pub enum Place<'a> {
    /// A file of SQLite's.
    File(&'a str),
    /// SQLite in memory.
    Memory,
    /// A PostgreSQL server, by URL.
    Postgres(&'a str),
    /// Something else.
    Unknown,
}

impl<'a> Place<'a> {
    /// What `PLAYGATE_DATABASE` names.
    pub fn of(database: &'a str) -> Self {
        if ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| database.starts_with(scheme))
        {
            return Self::Postgres(database);
        }
        let path = database
            .strip_prefix("sqlite://")
            .or_else(|| database.strip_prefix("sqlite:"));
        match path.unwrap_or(database) {
            ":memory:" => Self::Memory,
            path if path.contains("://") => Self::Unknown,
            path => Self::File(path),
        }
    }
}

impl fmt::Display for Place<'_> {
    /// Without user and password, which a URL may hold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f.write_str(path),
            Self::Memory => f.write_str("in memory"),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or("", |(_, rest)| rest);
                let rest = rest.split(['?', '#']).next().unwrap_or_default();
                let server = rest.rsplit_once('@').map_or(rest, |(_, server)| server);
                write!(f, "PostgreSQL at {server}")
            }
            Self::Unknown => f.write_str("(unknown)"),
        }
    }
}

impl Store {
    /// Opens the database, makes it if it is not there, and brings it up to date. Of several servers that start at once
    /// on one PostgreSQL, one does.
    ///
    /// # Errors
    /// The address is neither SQLite's nor PostgreSQL's, it cannot be opened, is no database, or is of a newer server.
    pub async fn open(config: &Config) -> Result<Self, StartError> {
        static DRIVERS: Once = Once::new();
        DRIVERS.call_once(sqlx::any::install_default_drivers);
        let failed = |error: &dyn fmt::Display| StartError::Database(error.to_string());
        let place = Place::of(&config.database);
        let (url, dialect) = match place {
            Place::Postgres(url) => (url.to_owned(), Dialect::Postgres),
            Place::Memory => ("sqlite::memory:".to_owned(), Dialect::Sqlite),
            Place::File(path) => (sqlite_url(path).map_err(|error| failed(&error))?, Dialect::Sqlite),
            Place::Unknown => {
                return Err(failed(
                    &"PLAYGATE_DATABASE is neither a path, nor an address of SQLite or PostgreSQL",
                ));
            }
        };
        let options: AnyConnectOptions = url
            .parse()
            .map_err(|_| failed(&"PLAYGATE_DATABASE is not a URL that can be read"))?;
        let options = options.disable_statement_logging();
        let is_memory = matches!(place, Place::Memory);
        let size = match dialect {
            Dialect::Sqlite => config.database_pool.unwrap_or(4),
            Dialect::Postgres => config.database_pool.unwrap_or(10),
        };
        let mut many = pool(match dialect {
            Dialect::Sqlite => SQLITE,
            Dialect::Postgres => POSTGRES,
        });
        many = if is_memory {
            // Each connection would be a database of its own, and gone with it.
            many.max_connections(1)
                .min_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
        } else {
            many.max_connections(size)
        };
        let many = many
            .connect_with(options.clone())
            .await
            .map_err(|error| failed(&error))?;
        let light = if is_memory {
            many.clone()
        } else {
            let light = pool(match dialect {
                Dialect::Sqlite => SQLITE_LIGHT,
                Dialect::Postgres => POSTGRES_LIGHT,
            });
            light.max_connections(2).connect_lazy_with(options)
        };
        migrations(dialect).run(&many).await.map_err(|error| failed(&error))?;
        Ok(Self {
            pool: many,
            light,
            dialect,
        })
    }

    /// How many connections there are, and how many of them nobody uses.
    pub fn connections(&self) -> (u32, usize) {
        let all = |pool: &AnyPool| (pool.size(), pool.num_idle());
        let ((many, many_idle), (light, light_idle)) = (all(&self.pool), all(&self.light));
        (many.saturating_add(light), many_idle.saturating_add(light_idle))
    }
}

fn pool(settings: &'static str) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .acquire_timeout(PATIENCE)
        .test_before_acquire(false)
        .before_acquire(|connection, meta| {
            Box::pin(async move {
                use sqlx::Connection;
                if meta.idle_for > TRUSTED {
                    // An error has the connection replaced by a new one.
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(settings).await?;
                Ok(())
            })
        })
}

fn migrations(dialect: Dialect) -> Migrator {
    let step = |version, name: &'static str, sql: &'static str| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(vec![
        step(1, "sessions", include_str!("../../migrations/0001_sessions.sql")),
        step(2, "challenges", include_str!("../../migrations/0002_challenges.sql")),
        match dialect {
            Dialect::Sqlite => step(3, "fleet", include_str!("../../migrations/sqlite/0003_fleet.sql")),
            Dialect::Postgres => step(3, "fleet", include_str!("../../migrations/postgres/0003_fleet.sql")),
        },
    ])
}

/// Makes the file, if it is not there, for this user alone, and gives its URL; SQLite gives the files beside it the same
/// rights.
fn sqlite_url(path: &str) -> std::io::Result<String> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    let whole = Path::new(path).canonicalize()?;
    let whole = whole
        .to_str()
        .ok_or_else(|| std::io::Error::other("the path of the database is not UTF-8"))?;
    let mut url = String::from("sqlite://");
    for byte in whole.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            url.push(char::from(byte));
        } else {
            url.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_shown_without_its_password() {
        for (database, shown) in [
            ("x.sqlite", "x.sqlite"),
            ("sqlite:a/b", "a/b"),
            ("sqlite::memory:", "in memory"),
            (
                "postgres://u:p@ss@db.example:5432/play?sslmode=require&password=p",
                "PostgreSQL at db.example:5432/play",
            ),
            ("postgresql://db.example/play", "PostgreSQL at db.example/play"),
            ("mysql://u:p@x/y", "(unknown)"),
        ] {
            assert_eq!(Place::of(database).to_string(), shown);
        }
    }

    #[test]
    fn odd_paths_become_urls() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a b?c#d%e.sqlite");
        let url = sqlite_url(path.to_str().unwrap()).unwrap();
        assert!(url.ends_with("/a%20b%3Fc%23d%25e.sqlite"), "{url}");
        assert!(path.exists());
    }
}
