//! The database of one test: a file, or, where `PLAYGATE_TEST_POSTGRES` names a PostgreSQL server, a database there.

use std::sync::{
    Mutex,
    atomic::{AtomicU32, Ordering},
};

use sqlx::{AssertSqlSafe, Connection, Row, postgres::PgConnection};

/// Where the tests find a PostgreSQL server, as a URL without a database's name.
pub const POSTGRES: &str = "PLAYGATE_TEST_POSTGRES";

pub enum Database {
    File(tempfile::TempDir),
    /// The server's URL, and the database's name there.
    Postgres(String, String),
}

impl Database {
    /// A fresh database. Fails where a server is named and cannot be used.
    pub fn fresh() -> Self {
        match std::env::var(POSTGRES) {
            Ok(server) => Self::at(&server),
            Err(_) => Self::file(),
        }
    }

    /// A fresh file, whatever is named.
    pub fn file() -> Self {
        Self::File(tempfile::tempdir().unwrap())
    }

    /// A database at a PostgreSQL server that no other test has at the moment, and that is empty.
    pub fn at(server: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let mut left = LEFT.lock().unwrap();
        if let Some(at) = left.iter().position(|(at, _)| at == server) {
            let (server, name) = left.swap_remove(at);
            return Self::Postgres(server, name);
        }
        drop(left);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{count}", std::process::id());
        execute(
            server,
            "postgres",
            &[&format!("CREATE DATABASE {name} TEMPLATE template0")],
        );
        Self::Postgres(server.to_owned(), name)
    }

    pub fn url(&self) -> String {
        match self {
            Self::File(folder) => folder.path().join("sessions.sqlite").to_str().unwrap().to_owned(),
            Self::Postgres(server, name) => format!("{server}/{name}"),
        }
    }

    /// Everything that is stored: all bytes of the files, or all rows of all tables as text.
    pub fn at_rest(&self) -> Vec<u8> {
        match self {
            Self::File(folder) => {
                let files = std::fs::read_dir(folder.path()).unwrap();
                let bytes: Vec<u8> = files
                    .flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
                    .collect();
                assert!(!bytes.is_empty());
                bytes
            }
            Self::Postgres(..) => {
                let url = self.url();
                wait(async move {
                    let mut connection = PgConnection::connect(&url).await.unwrap();
                    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
                    let tables = sqlx::query(tables).fetch_all(&mut connection).await.unwrap();
                    assert!(tables.len() >= 4);
                    let mut all = Vec::new();
                    for table in tables {
                        let table: String = table.get(0);
                        let rows = AssertSqlSafe(format!("SELECT t::text FROM {table} t"));
                        for row in sqlx::query(rows).fetch_all(&mut connection).await.unwrap() {
                            all.extend(row.get::<String, _>(0).into_bytes());
                        }
                    }
                    all
                })
            }
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres(server, name) = self
            && !std::thread::panicking()
        {
            // To make a database takes a second; to empty one does not.
            execute(
                server,
                name,
                &[
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                    "DROP SCHEMA public CASCADE",
                    "CREATE SCHEMA public",
                ],
            );
            LEFT.lock().unwrap().push((server.clone(), name.clone()));
        }
    }
}

/// Servers and names of databases that were used before and are empty.
static LEFT: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

fn execute(server: &str, database: &str, statements: &[&str]) {
    wait(async move {
        let connected = PgConnection::connect(&format!("{server}/{database}")).await;
        let mut connection =
            connected.unwrap_or_else(|error| panic!("{POSTGRES} is set, and there is no server: {error}"));
        for sql in statements {
            let done = sqlx::query(AssertSqlSafe((*sql).to_owned()))
                .execute(&mut connection)
                .await;
            done.unwrap();
        }
    });
}

fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.unwrap().block_on(work)
}
