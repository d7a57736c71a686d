use std::{ffi::c_char, sync::Arc};

#[cfg(feature = "http")]
use super::connections::{self, Connections};
#[cfg(not(all(feature = "http", feature = "file-store")))]
use super::result::PLAYGATE_ERROR_UNSUPPORTED;
use super::{
    hooks::{
        HostClock, HostRandom, HostStorage, playgate_clock_hook, playgate_random_hook, playgate_storage_hook,
        playgate_thread_options,
    },
    memory::{bytes, init_struct, plain, read_struct},
    result::{Failure, PLAYGATE_ERROR_ABI_VERSION},
    text::{optional, required},
    transport::{HostTransport, playgate_http_header, playgate_transport_hook, read_headers},
};
#[cfg(feature = "http")]
use crate::host::threads::Threads;
use crate::{
    client::Config,
    host::{
        Clock, OpenOptions, OpenRecords, Store, SystemClock,
        random::{Random, SystemRandom},
        record::{Keys, RecordKey, Records},
        storage::{KeyedStorage, MemoryStorage, Storage},
        transport::Transport,
    },
    protocol::{http::Headers, is_loopback, join_path},
};

/// The ABI version of this header; the library's own is playgate_abi_version().
pub const PLAYGATE_ABI_VERSION: u32 = 1;

/// Flag: if another client of this process has the player's record open, close it and take its place. For an editor
/// that reloads scripts.
pub const PLAYGATE_CLIENT_TAKE_OVER: u32 = 1;
/// Flag: the network may be used from the start. Without it no byte leaves before playgate_client_set_network_allowed.
pub const PLAYGATE_CLIENT_NETWORK_ALLOWED: u32 = 2;
/// Flag: a record that is not sealed is accepted although a key is given, and sealed at the next save. For the one
/// release of a game that starts to use a key.
pub const PLAYGATE_CLIENT_MIGRATE_UNSEALED: u32 = 4;
/// Flag: trust the given root certificates alone.
pub const PLAYGATE_CLIENT_ONLY_EXTRA_ROOTS: u32 = 8;

/// Flag: the client has no threads: everything happens inside its own functions, above all playgate_client_pump. With a
/// server it needs a transport hook. A build without HTTP of its own has no threads anyway.
pub const PLAYGATE_CLIENT_NO_THREADS: u32 = 16;

const CLIENT_FLAGS: u32 = PLAYGATE_CLIENT_TAKE_OVER
    | PLAYGATE_CLIENT_NETWORK_ALLOWED
    | PLAYGATE_CLIENT_MIGRATE_UNSEALED
    | PLAYGATE_CLIENT_ONLY_EXTRA_ROOTS
    | PLAYGATE_CLIENT_NO_THREADS;

/// Flag: as PLAYGATE_CLIENT_MIGRATE_UNSEALED.
pub const PLAYGATE_STORE_MIGRATE_UNSEALED: u32 = 4;

/// How many bytes a storage key has.
pub const PLAYGATE_KEY_BYTES: u32 = 32;

const MAX_PLAYER: usize = 1024;
pub(super) const MAX_URL: usize = 2048;
/// k-ID's site for one-time codes.
const CODE_SITE: &str = "asktoplay.com";
const MAX_TOKEN: usize = 16 * 1024;
const MAX_PATH: usize = 32 * 1024;
/// A day: longer time limits are a mistake in units.
const MAX_TIMEOUT_MS: u32 = 24 * 60 * 60 * 1000;

/// How to open a client. Make it ready with playgate_client_options_init. Everything is copied: nothing need outlive
/// the call of playgate_client_open. Texts are NUL-terminated UTF-8; 0 and NULL stand for the default.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_client_options {
    /// sizeof(playgate_client_options); set by playgate_client_options_init.
    pub struct_size: u32,
    /// PLAYGATE_ABI_VERSION; set by playgate_client_options_init.
    pub abi_version: u32,
    /// Flags PLAYGATE_CLIENT_….
    pub flags: u32,
    /// The least time between two refreshes that the game asks for; default 30,000.
    pub poll_floor_ms: u32,
    /// Required: the player's key, any text that is the same for the same player, for example the account's id. At most
    /// 1,024 bytes. It is hashed before it becomes a file name.
    pub player: *const c_char,
    /// The studio's server, "https://…", or "http://…" for loopback. NULL: no server; the client lives on what it
    /// stored and what playgate_client_adopt gives it.
    pub server_url: *const c_char,
    /// The player's token for the server, sent as a bearer token; may be set later.
    pub token: *const c_char,
    /// The folder for records; it is created if its parent is there. NULL: memory only, nothing survives the client.
    pub folder: *const c_char,
    /// PLAYGATE_KEY_BYTES bytes from the platform's keystore: records are sealed with it. NULL: records are in clear
    /// and hold no personal data, and whoever can edit files can edit them.
    pub key: *const u8,
    /// How many bytes `key` has: 0 or PLAYGATE_KEY_BYTES.
    pub key_len: usize,
    /// The key before this one: opens what was sealed with it; the next save seals with `key`.
    pub previous_key: *const u8,
    /// How many bytes `previous_key` has: 0 or PLAYGATE_KEY_BYTES.
    pub previous_key_len: usize,
    /// Root certificates in PEM that are trusted besides Mozilla's.
    pub extra_roots_pem: *const c_char,
    /// How many bytes `extra_roots_pem` has.
    pub extra_roots_pem_len: usize,
    /// An HTTP proxy, "http://[user:password@]host:port". The environment's proxy variables are not read.
    pub proxy_url: *const c_char,
    /// The time limit of one exchange with the server; default 15,000.
    pub request_timeout_ms: u32,
    /// The time limit of a new connection; default 10,000.
    pub connect_timeout_ms: u32,
    /// The longest time without a byte of an answer; default 15,000.
    pub read_timeout_ms: u32,
    /// The time between two refreshes in long play; default 900,000.
    pub periodic_refresh_ms: u32,
    /// After so long without the server's confirmation, what a parent or an age verification allowed becomes
    /// unavailable. 0: never.
    pub stale_after_ms: u64,
    /// Where a parent types a challenge's one-time code in, as it is shown with the code; default "asktoplay.com".
    pub code_site: *const c_char,
    /// Headers that every request to the studio's server carries besides the library's own, for example of a gateway.
    /// Not sent to the ad service.
    pub extra_headers: *const playgate_http_header,
    /// How many extra headers there are; at most 256.
    pub extra_header_count: usize,
    /// Carries requests by the host's own HTTP; NULL: the built-in one. Then extra_roots_pem, proxy_url and the time
    /// limits of connections are for the host, and must not be given.
    pub transport: *const playgate_transport_hook,
    /// Keeps records in the host's own storage; NULL: files in `folder`, or memory. Not together with `folder`.
    pub storage: *const playgate_storage_hook,
    /// Tells the time; NULL: the system's clocks.
    pub clock: *const playgate_clock_hook,
    /// Gives random bytes; NULL: the operating system's.
    pub random: *const playgate_random_hook,
    /// How threads are made; NULL: as usual. Not together with PLAYGATE_CLIENT_NO_THREADS.
    pub threads: *const playgate_thread_options,
    /// Zero.
    pub reserved: [u64; 8],
}
plain!(playgate_client_options);

/// How to open a store. Make it ready with playgate_store_options_init. Everything is copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_store_options {
    /// sizeof(playgate_store_options); set by playgate_store_options_init.
    pub struct_size: u32,
    /// PLAYGATE_ABI_VERSION; set by playgate_store_options_init.
    pub abi_version: u32,
    /// Flags PLAYGATE_STORE_….
    pub flags: u32,
    /// Zero.
    pub reserved0: u32,
    /// Required unless there is a storage hook: the folder for records; it is created if its parent is there.
    pub folder: *const c_char,
    /// PLAYGATE_KEY_BYTES bytes from the platform's keystore, or NULL; see playgate_client_options.
    pub key: *const u8,
    /// How many bytes `key` has: 0 or PLAYGATE_KEY_BYTES.
    pub key_len: usize,
    /// The key before this one.
    pub previous_key: *const u8,
    /// How many bytes `previous_key` has: 0 or PLAYGATE_KEY_BYTES.
    pub previous_key_len: usize,
    /// Keeps records in the host's own storage, which must answer from inside its functions; NULL: files in `folder`.
    pub storage: *const playgate_storage_hook,
    /// Gives random bytes; NULL: the operating system's.
    pub random: *const playgate_random_hook,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_store_options);

/// Makes the options ready for use: all zero, with size and version. Pass sizeof(playgate_client_options) and
/// PLAYGATE_ABI_VERSION; playgate_client_open checks both. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_options_init(
    options: *mut playgate_client_options,
    struct_size: u32,
    abi_version: u32,
) {
    if init_struct(options, struct_size) {
        // SAFETY: init_struct has checked that the struct is there and as large as its first version.
        unsafe { (&raw mut (*options).abi_version).write_unaligned(abi_version) };
    }
}

/// Makes the options ready for use: all zero, with size and version. Pass sizeof(playgate_store_options) and
/// PLAYGATE_ABI_VERSION; playgate_store_open checks both. Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_store_options_init(
    options: *mut playgate_store_options,
    struct_size: u32,
    abi_version: u32,
) {
    if init_struct(options, struct_size) {
        // SAFETY: init_struct has checked that the struct is there and as large as its first version.
        unsafe { (&raw mut (*options).abi_version).write_unaligned(abi_version) };
    }
}

/// The header and the library fit together.
pub(super) fn check_version(version: u32) -> Result<(), Failure> {
    if version == PLAYGATE_ABI_VERSION {
        return Ok(());
    }
    let text = format!(
        "the game was built for ABI version {version}, the library has {PLAYGATE_ABI_VERSION}; use the header that came with the library"
    );
    Err(Failure::new(PLAYGATE_ERROR_ABI_VERSION, text))
}

pub(super) fn check_reserved(reserved: &[u64], flags: u32, known: u32) -> Result<(), Failure> {
    if reserved.iter().any(|word| *word != 0) {
        return Err(Failure::argument(
            "the options' reserved space is not zero; call their _init function first",
        ));
    }
    if flags & !known != 0 {
        return Err(Failure::argument(format!(
            "the flags {:#x} are not known to this version",
            flags & !known
        )));
    }
    Ok(())
}

/// One of the keys.
fn key(at: *const u8, len: usize) -> Result<Option<Secret>, Failure> {
    if at.is_null() && len == 0 {
        return Ok(None);
    }
    let given = bytes(at, len, 1 << 16)?;
    let mut secret = Secret::default();
    if given.len() != secret.len() {
        let text = format!("a key has {PLAYGATE_KEY_BYTES} bytes, but {len} were given");
        return Err(Failure::argument(text));
    }
    secret.copy_from_slice(given);
    Ok(Some(secret))
}

/// Opens the storage for a folder.
#[cfg(feature = "file-store")]
fn file_storage(folder: &str) -> Result<Arc<dyn Storage>, crate::host::storage::StorageError> {
    use crate::host::storage::{FileStorage, FileStorageOptions};
    Ok(Arc::new(FileStorage::open(
        std::path::Path::new(folder),
        FileStorageOptions::default(),
    )?))
}

#[cfg(not(feature = "file-store"))]
fn file_storage(_folder: &str) -> Result<Arc<dyn Storage>, crate::host::storage::StorageError> {
    Err(crate::host::storage::StorageError::new(
        crate::host::storage::StorageErrorKind::Unsupported,
        "this build of the library keeps no files",
    ))
}

/// A key's bytes, wiped on drop; behind a pointer, so that passing them on leaves no copies behind.
type Secret = Box<zeroize::Zeroizing<[u8; 32]>>;

/// Keys kept for opening the records, perhaps more than once; wiped on drop.
struct KeyTexts {
    key: Option<Secret>,
    previous: Option<Secret>,
    migrate_unsealed: bool,
}

impl KeyTexts {
    fn read(
        (at, len): (*const u8, usize),
        (previous_at, previous_len): (*const u8, usize),
        migrate_unsealed: bool,
    ) -> Result<Self, Failure> {
        let texts = Self {
            key: key(at, len)?,
            previous: key(previous_at, previous_len)?,
            migrate_unsealed,
        };
        if texts.key.is_none() && (texts.previous.is_some() || migrate_unsealed) {
            return Err(Failure::argument(
                "a previous key or the migration flag was given without a key",
            ));
        }
        Ok(texts)
    }

    fn keys(&self) -> Keys {
        let make = |secret: &Option<Secret>| secret.as_ref().and_then(|s| RecordKey::from_slice(s.as_slice()));
        Keys {
            key: make(&self.key),
            previous_key: make(&self.previous),
            migrate_unsealed: self.migrate_unsealed,
        }
    }
}

/// Where records are kept: the place's name within this process, how to open them, and the storage when it is a host's.
struct Kept {
    place: String,
    open: OpenRecords,
    deferred: Option<Arc<KeyedStorage>>,
}

impl Kept {
    /// A host's storage, a folder, or memory.
    fn new(
        storage: *const playgate_storage_hook,
        folder: Option<&str>,
        keys: KeyTexts,
        random: Arc<dyn Random>,
    ) -> Result<Self, Failure> {
        let open_in = move |storage: Arc<dyn Storage>| {
            Records::open_with(storage, keys.keys(), Arc::clone(&random)).map(Arc::new)
        };
        if !storage.is_null() {
            if folder.is_some() {
                return Err(Failure::argument("both a folder and a storage hook were given"));
            }
            let deferred = Arc::new(KeyedStorage::new(Box::new(HostStorage::new(&read_struct(storage)?)?)));
            let storage: Arc<dyn Storage> = Arc::clone(&deferred) as _;
            return Ok(Self {
                place: deferred.place(),
                open: Box::new(move || open_in(Arc::clone(&storage))),
                deferred: Some(deferred),
            });
        }
        let Some(folder) = folder else {
            let storage: Arc<dyn Storage> = Arc::new(MemoryStorage::new());
            return Ok(Self {
                place: "memory".to_owned(),
                open: Box::new(move || open_in(Arc::clone(&storage))),
                deferred: None,
            });
        };
        if folder.is_empty() {
            return Err(Failure::argument("folder is empty"));
        }
        let place = place_of(folder)?;
        let folder = folder.to_owned();
        Ok(Self {
            place,
            open: Box::new(move || open_in(file_storage(&folder)?)),
            deferred: None,
        })
    }
}

/// The same folder has the same name, however it is spelled; one that is not there yet has a spelling only.
#[cfg(feature = "file-store")]
fn place_of(folder: &str) -> Result<String, Failure> {
    let absolute = std::fs::canonicalize(folder)
        .or_else(|_| std::path::absolute(folder))
        .map_err(|_| Failure::argument("folder cannot be made an absolute path"))?;
    Ok(absolute.to_string_lossy().into_owned())
}

#[cfg(not(feature = "file-store"))]
fn place_of(_folder: &str) -> Result<String, Failure> {
    let text = "a folder was given, but this build of the library keeps no files; give a storage hook";
    Err(Failure::new(PLAYGATE_ERROR_UNSUPPORTED, text))
}

/// The host's random bytes, or the operating system's.
fn random(hook: *const playgate_random_hook) -> Result<Arc<dyn Random>, Failure> {
    if hook.is_null() {
        return Ok(Arc::new(SystemRandom));
    }
    Ok(Arc::new(HostRandom::new(&read_struct(hook)?)?))
}

/// Headers that a transport or the library sets itself.
const OWN_HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "if-none-match",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl playgate_client_options {
    /// Checks everything and makes of it what the host room opens a client with.
    pub(super) fn read(&self) -> Result<OpenOptions, Failure> {
        check_version(self.abi_version)?;
        check_reserved(&self.reserved, self.flags, CLIENT_FLAGS)?;
        let player = player(self.player)?;
        let server = optional(self.server_url, MAX_URL, "server_url")?;
        if let Some(server) = server {
            check_base(server, "server_url")?;
        }
        let keys = KeyTexts::read(
            (self.key, self.key_len),
            (self.previous_key, self.previous_key_len),
            self.has(PLAYGATE_CLIENT_MIGRATE_UNSEALED),
        )?;
        let store_personal = keys.key.is_some();
        let random = random(self.random)?;
        let clock = self.clock()?;
        let folder = optional(self.folder, MAX_PATH, "folder")?;
        let kept = Kept::new(self.storage, folder, keys, Arc::clone(&random))?;
        let defaults = Config::default();
        Ok(OpenOptions {
            config: Config {
                server: server.map(str::to_owned),
                headers: Headers(self.headers()?),
                poll_floor_ms: u64::from(duration(self.poll_floor_ms, 30_000)?),
                periodic_ms: u64::from(duration(self.periodic_refresh_ms, 900_000)?),
                stale_after_ms: self.stale_after_ms,
                request_timeout_ms: duration(self.request_timeout_ms, defaults.request_timeout_ms)?,
                store_personal,
                seed: seed(&*random, &*clock),
                ..defaults
            },
            transport: self.transport(server.is_some())?,
            token: token(self.token)?,
            network_allowed: self.has(PLAYGATE_CLIENT_NETWORK_ALLOWED),
            take_over: self.has(PLAYGATE_CLIENT_TAKE_OVER),
            deferred: kept.deferred,
            clock,
            #[cfg(feature = "http")]
            threads: self.threads()?,
            ..OpenOptions::new(player, kept.place, kept.open)
        })
    }

    fn has(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    fn clock(&self) -> Result<Arc<dyn Clock>, Failure> {
        if self.clock.is_null() {
            return Ok(Arc::new(SystemClock));
        }
        Ok(Arc::new(HostClock::new(&read_struct(self.clock)?)?))
    }

    /// The extra headers, if they can be sent.
    fn headers(&self) -> Result<Vec<(String, String)>, Failure> {
        let headers = read_headers(self.extra_headers, self.extra_header_count)?;
        for (name, value) in &headers {
            let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
            let is_name = !name.is_empty() && name.bytes().all(is_token);
            let is_value = value.bytes().all(|b| b == b' ' || b == b'\t' || b.is_ascii_graphic());
            if !is_name || !is_value || OWN_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
                let text = "an extra header is not a header's name and value in ASCII, or is one that the library sets";
                return Err(Failure::argument(text));
            }
        }
        Ok(headers)
    }

    /// How threads are made; none where there are to be none.
    #[cfg(feature = "http")]
    fn threads(&self) -> Result<Option<Threads>, Failure> {
        match (self.threads.is_null(), self.has(PLAYGATE_CLIENT_NO_THREADS)) {
            (true, true) => Ok(None),
            (true, false) => Ok(Some(Threads::default())),
            (false, true) => Err(Failure::argument(
                "thread options were given together with PLAYGATE_CLIENT_NO_THREADS",
            )),
            (false, false) => Ok(Some(read_struct(self.threads)?.read()?)),
        }
    }

    /// Where a parent types a one-time code in.
    pub(super) fn code_site(&self) -> Result<Box<str>, Failure> {
        code_site(self.code_site)
    }

    /// The host's transport, the built-in one, or none where none is needed.
    fn transport(&self, is_needed: bool) -> Result<Option<Arc<dyn Transport>>, Failure> {
        if self.transport.is_null() {
            return self.built_in_transport(is_needed);
        }
        let is_for_built_in = !self.extra_roots_pem.is_null()
            || !self.proxy_url.is_null()
            || self.connect_timeout_ms != 0
            || self.read_timeout_ms != 0
            || self.has(PLAYGATE_CLIENT_ONLY_EXTRA_ROOTS);
        if is_for_built_in {
            return Err(Failure::argument(
                "certificates, proxy and time limits of connections are for the built-in HTTP, but a transport hook was given",
            ));
        }
        let transport = HostTransport::new(&read_struct(self.transport)?)?;
        Ok(Some(Arc::new(transport)))
    }

    #[cfg(feature = "http")]
    fn built_in_transport(&self, is_needed: bool) -> Result<Option<Arc<dyn Transport>>, Failure> {
        let options = Connections {
            roots: (self.extra_roots_pem, self.extra_roots_pem_len),
            only_extra_roots: (
                self.has(PLAYGATE_CLIENT_ONLY_EXTRA_ROOTS),
                "PLAYGATE_CLIENT_ONLY_EXTRA_ROOTS",
            ),
            proxy: self.proxy_url,
            connect_timeout_ms: self.connect_timeout_ms,
            read_timeout_ms: self.read_timeout_ms,
        };
        let options = options.check()?;
        let threads = self.threads()?;
        if is_needed && threads.is_none() {
            return Err(Failure::argument(
                "PLAYGATE_CLIENT_NO_THREADS was given with a server, but the built-in HTTP has threads; give a transport hook",
            ));
        }
        if !is_needed {
            return Ok(None);
        }
        connections::transport(options, threads.unwrap_or_default()).map(Some)
    }

    #[cfg(not(feature = "http"))]
    fn built_in_transport(&self, is_needed: bool) -> Result<Option<Arc<dyn Transport>>, Failure> {
        if is_needed {
            let text =
                "server_url was given, but this build of the library has no HTTP of its own; give a transport hook";
            return Err(Failure::new(PLAYGATE_ERROR_UNSUPPORTED, text));
        }
        Ok(None)
    }
}

impl playgate_store_options {
    /// Checks everything and opens the store.
    pub(super) fn open(&self) -> Result<Store, Failure> {
        check_version(self.abi_version)?;
        let [first, second, third, fourth] = self.reserved;
        let reserved = [u64::from(self.reserved0), first, second, third, fourth];
        check_reserved(&reserved, self.flags, PLAYGATE_STORE_MIGRATE_UNSEALED)?;
        let keys = KeyTexts::read(
            (self.key, self.key_len),
            (self.previous_key, self.previous_key_len),
            self.flags & PLAYGATE_STORE_MIGRATE_UNSEALED != 0,
        )?;
        let is_sealed = keys.key.is_some();
        let folder = optional(self.folder, MAX_PATH, "folder")?;
        if folder.is_none() && self.storage.is_null() {
            return Err(Failure::argument("neither a folder nor a storage hook was given"));
        }
        let kept = Kept::new(self.storage, folder, keys, random(self.random)?)?;
        let records = (kept.open)().map_err(|error| Failure::from(crate::host::record_outcome(&error)))?;
        Ok(match kept.deferred {
            Some(hosts) => Store::over_hosts(records, is_sealed, hosts),
            None => Store::new(records, is_sealed),
        })
    }
}

/// A server's base URL: https, or http on this machine. `what` names it in the error.
pub(super) fn check_base(url: &str, what: &str) -> Result<(), Failure> {
    join_path(url, &[]).map_err(|error| Failure::argument(format!("{what}: {error}")))?;
    if url.starts_with("http://") && !is_loopback(url) {
        let text = format!("{what} must start with https://; http:// is for loopback only");
        return Err(Failure::argument(text));
    }
    Ok(())
}

/// Where a parent types a one-time code in: the caller's word, or k-ID's site.
pub(super) fn code_site(at: *const c_char) -> Result<Box<str>, Failure> {
    let site = optional(at, MAX_URL, "code_site")?.filter(|site| !site.is_empty());
    Ok(site.unwrap_or(CODE_SITE).into())
}

/// A player's token, if it can be sent in a header.
pub(super) fn token(at: *const c_char) -> Result<Option<String>, Failure> {
    let Some(token) = optional(at, MAX_TOKEN, "the token")? else {
        return Ok(None);
    };
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Failure::argument(
            "the token is empty, or has a space or a character that no bearer token has",
        ));
    }
    Ok(Some(token.to_owned()))
}

/// The player's key, checked.
pub(super) fn player<'a>(at: *const c_char) -> Result<&'a str, Failure> {
    let player = required(at, MAX_PLAYER, "player")?;
    if player.is_empty() {
        return Err(Failure::argument("player is empty"));
    }
    Ok(player)
}

pub(super) fn duration(given_ms: u32, default_ms: u32) -> Result<u32, Failure> {
    match given_ms {
        0 => Ok(default_ms),
        1..=MAX_TIMEOUT_MS => Ok(given_ms),
        _ => Err(Failure::argument(
            "a time in the options is longer than a day; is it in milliseconds?",
        )),
    }
}

/// A seed for jitter; the time where there are no random bytes.
fn seed(random: &dyn Random, clock: &dyn Clock) -> u64 {
    let mut bytes = [0u8; 8];
    match random.fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        Err(_) => clock.now().mono_ms,
    }
}
