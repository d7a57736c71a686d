use std::ffi::c_char;

use super::{
    challenge::{self, playgate_challenge},
    client::playgate_client,
    client_state::request,
    event::playgate_request,
    feature::playgate_feature,
    memory::{init_struct, plain, read_struct},
    result::{Failure, playgate_result},
    text::optional,
};
use crate::{
    client::{Addressee, Command},
    host::features,
    protocol::age_signal::AgeSignal,
};

/// An age of a playgate_age_signal that is not given.
pub const PLAYGATE_AGE_NONE: i32 = -1;

/// The longest text in an age signal, in bytes.
const MAX_SIGNAL_TEXT: usize = 256;
/// The longest e-mail address, in bytes (RFC 5321 section 4.5.3.1).
pub(super) const MAX_ADDRESS: usize = 254;
/// The longest language tag, in bytes.
pub(super) const MAX_LOCALE: usize = 35;

/// What a platform says about the player's age, in k-ID's form: a category, or both ends of an age range. It is checked
/// by k-ID's rules before anything is sent, and neither stored nor logged.
///
/// Apple: "apple-ios", the range (an open lower end is 0, an open upper end 100), and the age range declaration as
/// `declaration_type`. Google: "google-play", the range, and the user status. Xbox: "xbox", category "child", "teen" or
/// "adult". Meta: "meta-horizon", category "CH", "TN" or "AD". k-ID itself: "k-id" with `verification_id`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_age_signal {
    /// sizeof(playgate_age_signal); set by playgate_age_signal_init.
    pub struct_size: u32,
    /// Zero.
    pub reserved0: u32,
    /// The platform.
    pub name: *const c_char,
    /// The platform's age category, or NULL.
    pub category: *const c_char,
    /// How the platform knows, for example "paymentChecked" or "VERIFIED", or NULL.
    pub declaration_type: *const c_char,
    /// The id of k-ID's own verification, or NULL.
    pub verification_id: *const c_char,
    /// The lower end of the age range in years, or PLAYGATE_AGE_NONE.
    pub age_low: i32,
    /// The upper end of the age range in years, or PLAYGATE_AGE_NONE.
    pub age_high: i32,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_age_signal);

/// What the player asks for. Make it ready with playgate_permission_request_init. Everything is copied.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct playgate_permission_request {
    /// sizeof(playgate_permission_request); set by playgate_permission_request_init.
    pub struct_size: u32,
    /// The feature.
    pub feature: playgate_feature,
    /// What the platform says about the player's age, or NULL. It may spare the player an age check.
    pub age_signal: *const playgate_age_signal,
    /// Zero.
    pub reserved: [u64; 4],
}
plain!(playgate_permission_request);

/// Makes the struct ready for use: no texts and no ages, with its size. Pass sizeof(playgate_age_signal). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_age_signal_init(signal: *mut playgate_age_signal, struct_size: u32) {
    if init_struct(signal, struct_size) {
        // SAFETY: init_struct has checked that the struct is there and as large as its first version.
        unsafe {
            (&raw mut (*signal).age_low).write_unaligned(PLAYGATE_AGE_NONE);
            (&raw mut (*signal).age_high).write_unaligned(PLAYGATE_AGE_NONE);
        }
    }
}

/// Makes the struct ready for use: all zero, with its size. Pass sizeof(playgate_permission_request). Any thread.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_permission_request_init(request: *mut playgate_permission_request, struct_size: u32) {
    init_struct(request, struct_size);
}

impl playgate_age_signal {
    /// Copies the signal and checks it.
    pub(super) fn read(&self) -> Result<AgeSignal, Failure> {
        if self.reserved0 != 0 || self.reserved.iter().any(|word| *word != 0) {
            return Err(reserved_is_used());
        }
        let text = |at, what| Ok::<_, Failure>(optional(at, MAX_SIGNAL_TEXT, what)?.map(Box::from));
        let age = |age: i32| (age != PLAYGATE_AGE_NONE).then_some(i64::from(age));
        let signal = AgeSignal {
            name: text(self.name, "the age signal's name")?.unwrap_or_default(),
            category: text(self.category, "the age signal's category")?,
            age_low: age(self.age_low),
            age_high: age(self.age_high),
            declaration_type: text(self.declaration_type, "the age signal's declaration_type")?,
            verification_id: text(self.verification_id, "the age signal's verification_id")?,
        };
        signal.check().map_err(|rule| Failure::argument(rule.to_string()))?;
        Ok(signal)
    }
}

fn reserved_is_used() -> Failure {
    Failure::argument("the struct's reserved space is not zero; call its _init function first")
}

/// The feature's name.
fn name(feature: playgate_feature) -> Result<Box<str>, Failure> {
    let name = features::name_of(feature);
    name.map(Box::from)
        .ok_or_else(|| Failure::argument("the feature number was not given out by playgate_feature_intern"))
}

/// The player taps a locked feature: asks for its permission. What is asked is stored before it is sent, so it survives
/// a crash, and is not asked twice. Completes with one of:
///
/// - PLAYGATE_OK: the feature is on. So it is for what the player manages, and where an age signal suffices.
/// - PLAYGATE_CHALLENGE_OPEN: a parent or the player must answer; playgate_client_challenge has the challenge, also for
///   a later screen and after a restart. It is looked at from then on (PLAYGATE_EVENT_UPGRADE_CHANGED); a request for a
///   feature whose challenge is open completes so at once.
/// - PLAYGATE_ERROR_PROHIBITED: nobody can turn it on; the server is not asked.
/// - PLAYGATE_ERROR_NOT_ENABLED: the server left it off. PLAYGATE_ERROR_NOT_FOUND: the session does not name it.
/// - PLAYGATE_ERROR_INVALID_STATE: there is no session that holds. PLAYGATE_ERROR_LIMIT: 32 permissions are asked for.
/// - what playgate_client_refresh may end with when the server cannot be asked.
///
/// What the player has switched off on this device is switched on again first. PLAYGATE_ERROR_INVALID_ARGUMENT at once,
/// with the rule in playgate_last_error, for an age signal that k-ID would refuse. Any thread; returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_request_permission(
    client: playgate_client,
    request: *const playgate_permission_request,
    out: *mut playgate_request,
) -> playgate_result {
    self::request(client, out, |engine| {
        let given = read_struct(request)?;
        if given.reserved.iter().any(|word| *word != 0) {
            return Err(reserved_is_used());
        }
        let signal = if given.age_signal.is_null() {
            None
        } else {
            Some(Box::new(read_struct(given.age_signal)?.read()?))
        };
        let feature = name(given.feature)?;
        Ok(engine.upgrade(Command::Permission { feature, signal })?)
    })
}

/// A new one-time code for a parent's challenge, for when the shown one has expired. Completes when
/// playgate_client_challenge gives it. PLAYGATE_ERROR_INVALID_STATE: the challenge is closed, or the player's. Any
/// thread; returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_renew_code(
    client: playgate_client,
    challenge: playgate_challenge,
    out: *mut playgate_request,
) -> playgate_result {
    about(client, challenge, out, |challenge| Ok(Command::RenewCode { challenge }))
}

/// Has a message sent to the parent about a challenge. `address` NULL: to the adult who approved last, if k-ID knows
/// one. `locale` is a BCP 47 tag, or NULL. The address is checked, passed on, and neither stored nor logged. Not tried
/// again by itself, so that nobody is written to twice. Completes when k-ID has taken it.
/// PLAYGATE_ERROR_INVALID_ARGUMENT: the address cannot be one, or k-ID refuses it. PLAYGATE_ERROR_BUSY: a message is on
/// its way. PLAYGATE_ERROR_RATE_LIMITED: not so soon again. Any thread; returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_email_parent(
    client: playgate_client,
    challenge: playgate_challenge,
    address: *const c_char,
    locale: *const c_char,
    out: *mut playgate_request,
) -> playgate_result {
    about(client, challenge, out, |challenge| {
        let to = Addressee {
            address: optional(address, MAX_ADDRESS, "the address")?.map(Box::from),
            locale: optional(locale, MAX_LOCALE, "the locale")?.map(Box::from),
        };
        if to.locale.as_ref().is_some_and(|tag| !is_language_tag(tag)) {
            return Err(Failure::argument("the locale is not a BCP 47 tag"));
        }
        Ok(Command::EmailParent { challenge, to })
    })
}

/// The player closed the challenge's page: reads the challenge's status once, as soon as the floor of 5 s lets it, and
/// refreshes. Completes when that is done; what came of it is told by events. Any thread; returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_check_challenge(
    client: playgate_client,
    challenge: playgate_challenge,
    out: *mut playgate_request,
) -> playgate_result {
    about(client, challenge, out, |challenge| Ok(Command::Check { challenge }))
}

/// Gives a challenge up on this device: it is not looked at any more, and the feature is as the session has it. k-ID's
/// challenge stays open; asked for again, the permission gives the same one. Completes when that is stored. Any thread;
/// returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_cancel_challenge(
    client: playgate_client,
    challenge: playgate_challenge,
    out: *mut playgate_request,
) -> playgate_result {
    about(client, challenge, out, |challenge| Ok(Command::Cancel { challenge }))
}

/// Switches a feature off (`on` 0) that the player manages and the session has on, or on again (not 0). It is kept on
/// this device for this player, whatever session follows, and only ever takes away: switched on again, the feature is
/// what the session says. Off counts within a moment, without a pump, on when it is stored. Decisions then have
/// PLAYGATE_REASON_SWITCHED_OFF. Completes when it is stored. PLAYGATE_ERROR_INVALID_STATE: the player does not manage
/// it, or it is the session that has it off (then use playgate_client_request_permission). Any thread; returns at once.
#[unsafe(no_mangle)]
pub extern "C" fn playgate_client_switch_feature(
    client: playgate_client,
    feature: playgate_feature,
    on: i32,
    out: *mut playgate_request,
) -> playgate_result {
    request(client, out, |engine| {
        let command = Command::Switch {
            feature: name(feature)?,
            on: on != 0,
        };
        Ok(engine.upgrade(command)?)
    })
}

/// Hands a command about a challenge in.
fn about(
    client: playgate_client,
    challenge: playgate_challenge,
    out: *mut playgate_request,
    command: impl FnOnce(Box<str>) -> Result<Command, Failure>,
) -> playgate_result {
    request(client, out, |engine| {
        let object = challenge::object(challenge)?;
        Ok(engine.upgrade(command(object.id().into())?)?)
    })
}

/// Letters and digits in parts of 1 to 8, joined by hyphens (RFC 5646 section 2.1).
fn is_language_tag(tag: &str) -> bool {
    let is_part = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
    tag.split('-').all(is_part)
}
