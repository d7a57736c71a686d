//! The two clocks and the local time zone.
#![allow(unsafe_code, reason = "the operating system's clocks are C functions")]

use std::time::{SystemTime, UNIX_EPOCH};

use crate::client::Now;

/// Tells the time. The system's clocks and a host's own are written against it.
pub trait Clock: Send + Sync {
    /// Both clocks and the local time zone's offset, now. Returns at once; any thread.
    fn now(&self) -> Now;

    /// Whether it runs on by itself, as fast as the system's: who sleeps by that one wakes in time. Otherwise time is
    /// looked at with every pump.
    fn runs_by_itself(&self) -> bool;
}

/// The operating system's clocks.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Now {
        now()
    }

    fn runs_by_itself(&self) -> bool {
        true
    }
}

/// The system's clocks now.
pub fn now() -> Now {
    let wall_ms = match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    };
    Now {
        wall_ms,
        mono_ms: mono_ms(),
        utc_offset_s: utc_offset_s(wall_ms.div_euclid(1000)),
    }
}

/// A monotonic clock that counts time asleep, in milliseconds.
#[cfg(unix)]
fn mono_ms() -> u64 {
    // On Apple systems CLOCK_MONOTONIC counts time asleep; on Linux and Android CLOCK_BOOTTIME does.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const CLOCK: libc::clockid_t = libc::CLOCK_BOOTTIME;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const CLOCK: libc::clockid_t = libc::CLOCK_MONOTONIC;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for a timespec for the whole call.
    if unsafe { libc::clock_gettime(CLOCK, &raw mut time) } != 0 {
        return instant_ms();
    }
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000_000
}

/// On Windows the performance counter behind `Instant` counts time asleep.
#[cfg(not(unix))]
fn mono_ms() -> u64 {
    instant_ms()
}

fn instant_ms() -> u64 {
    use std::time::Instant;
    static START: once_cell::sync::Lazy<Instant> = once_cell::sync::Lazy::new(Instant::now);
    u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The local time zone's offset at that time, in seconds east of UTC; 0 where it cannot be found.
#[cfg(unix)]
fn utc_offset_s(at_s: i64) -> i32 {
    #[allow(clippy::unnecessary_cast, reason = "time_t is narrower on some systems")]
    let at = at_s as libc::time_t;
    // SAFETY: an all-zero tm is a valid value of that plain C struct.
    let mut local: libc::tm = unsafe { core::mem::zeroed() };
    // SAFETY: both pointers are valid for the call; localtime_r writes to `local` only.
    if unsafe { libc::localtime_r(&raw const at, &raw mut local) }.is_null() {
        return 0;
    }
    #[cfg(not(target_env = "newlib"))]
    let offset_s = i32::try_from(local.tm_gmtoff).unwrap_or(0);
    #[cfg(target_env = "newlib")]
    let offset_s = offset_by_fields(&local, at_s);
    offset_s
}

#[cfg(windows)]
fn utc_offset_s(at_s: i64) -> i32 {
    let at: libc::time_t = at_s;
    // SAFETY: an all-zero tm is a valid value of that plain C struct.
    let mut local: libc::tm = unsafe { core::mem::zeroed() };
    // SAFETY: both pointers are valid for the call; localtime_s writes to `local` only.
    if unsafe { libc::localtime_s(&raw mut local, &raw const at) } != 0 {
        return 0;
    }
    offset_by_fields(&local, at_s)
}

/// How far the local time is from that time, where the system does not say it.
#[cfg(any(windows, target_env = "newlib", test))]
fn offset_by_fields(local: &libc::tm, at_s: i64) -> i32 {
    let field = |value: libc::c_int| i8::try_from(value).unwrap_or(0);
    let year = i16::try_from(local.tm_year + 1900).unwrap_or(1970);
    let local = jiff::civil::DateTime::new(
        year,
        field(local.tm_mon + 1),
        field(local.tm_mday),
        field(local.tm_hour),
        field(local.tm_min),
        field(local.tm_sec.min(59)),
        0,
    );
    local
        .ok()
        .and_then(|l| jiff::tz::Offset::UTC.to_timestamp(l).ok())
        .and_then(|l| i32::try_from(l.as_second() - at_s).ok())
        .unwrap_or(0)
}

#[cfg(not(any(unix, windows)))]
fn utc_offset_s(_at_s: i64) -> i32 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_can_be_told_from_the_local_time() {
        for at_s in [0, 1_709_164_800, 1_767_225_599, 4_102_444_800] {
            for offset_s in [0, 3600, 19_800, 50_400, -12_600, -43_200] {
                let stamp = jiff::Timestamp::from_second(at_s + i64::from(offset_s)).expect("a time");
                let there = jiff::tz::Offset::UTC.to_datetime(stamp);
                // SAFETY: an all-zero tm is a valid value of that plain C struct.
                let mut local: libc::tm = unsafe { core::mem::zeroed() };
                local.tm_year = i32::from(there.year()) - 1900;
                local.tm_mon = i32::from(there.month()) - 1;
                local.tm_mday = i32::from(there.day());
                local.tm_hour = i32::from(there.hour());
                local.tm_min = i32::from(there.minute());
                local.tm_sec = i32::from(there.second());
                assert_eq!(offset_by_fields(&local, at_s), offset_s, "{at_s}");
            }
        }
    }

    #[test]
    fn both_clocks_go_on_and_the_offset_is_one_that_exists() {
        let first = now();
        let second = now();
        assert!(second.mono_ms >= first.mono_ms);
        assert!(first.wall_ms > 1_700_000_000_000);
        assert!(first.utc_offset_s.abs() <= 14 * 3600);
    }
}
