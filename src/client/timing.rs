//! When to ask again: backoff with full jitter, a circuit breaker, birthdays.

use jiff::{civil::Date, tz::Offset};

/// The first backoff's upper bound, in milliseconds.
const BASE_MS: u64 = 1_000;
/// The longest backoff, in milliseconds.
const LONGEST_MS: u64 = 300_000;
/// So many failures in a row open the circuit.
const BREAKER_FAILURES: u32 = 5;
/// How long the circuit stays open the first time, in milliseconds; doubled each time.
const BREAKER_MS: u64 = 30_000;
/// The longest that the circuit stays open, in milliseconds.
const BREAKER_LONGEST_MS: u64 = 600_000;

/// The two clocks at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Now {
    /// Wall clock, Unix milliseconds. May jump.
    pub wall_ms: i64,
    /// Monotonic clock that counts time asleep, milliseconds from any start.
    pub mono_ms: u64,
    /// The local time zone's offset from UTC, seconds east.
    pub utc_offset_s: i32,
}

/// The earliest of these times, if one is set. Compares only times that are set: checkers of memory take the
/// optimised comparison of two options for one of bytes that were never written.
pub fn earliest<const N: usize>(times: [Option<u64>; N]) -> Option<u64> {
    let first = times.map(|at| at.unwrap_or(u64::MAX)).into_iter().min();
    first.filter(|&at| at != u64::MAX)
}

/// How long to wait after the `failures`th failure in a row: uniformly between 0 and a bound that doubles, but at least
/// what the server asked for.
pub fn backoff_ms(failures: u32, asked_ms: Option<u64>, random: &mut fastrand::Rng) -> u64 {
    let bound = BASE_MS
        .saturating_mul(1u64 << failures.saturating_sub(1).min(20))
        .min(LONGEST_MS);
    // A wait of nothing would send the retries of a whole crowd at once.
    let jittered = random.u64(100..=bound.max(101));
    asked_ms.map_or(jittered, |asked| asked.saturating_add(jittered.min(BASE_MS)))
}

/// Stops asking a server that stays down. Closed: ask. Open: do not. After a while one try is let through.
#[derive(Debug, Clone, Copy, Default)]
pub struct Breaker {
    failures: u32,
    openings: u32,
    open_until: Option<u64>,
}

impl Breaker {
    /// A request succeeded.
    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// A request failed.
    pub fn failed(&mut self, mono_ms: u64) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= BREAKER_FAILURES {
            let open = BREAKER_MS
                .saturating_mul(1u64 << self.openings.min(10))
                .min(BREAKER_LONGEST_MS);
            self.openings = self.openings.saturating_add(1);
            self.open_until = Some(mono_ms.saturating_add(open));
        }
    }

    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Until when nothing is asked, if the circuit is open.
    pub fn open_until(&self, mono_ms: u64) -> Option<u64> {
        self.open_until.filter(|until| *until > mono_ms)
    }

    /// Whether the circuit was opened and no request has succeeded since: one try at a time.
    pub fn is_probing(&self) -> bool {
        self.open_until.is_some()
    }

    /// Lets the next request through: connectivity came back, so earlier failures say little.
    pub fn close_for_one_try(&mut self) {
        self.open_until = self.open_until.map(|_| 0);
    }
}

/// The first local midnight of a birthday after `since_wall_ms`, in Unix milliseconds. A date of birth without a day
/// counts from the first of its month, one without a month from the first of January; who was born on a leap day has
/// their birthday on the first of March in other years.
pub fn next_birthday_ms(date_of_birth: &str, since_wall_ms: i64, utc_offset_s: i32) -> Option<i64> {
    let mut parts = date_of_birth.split('-');
    let born_year: i16 = parts.next()?.parse().ok()?;
    let month: i8 = parts.next().map_or(Some(1), |m| m.parse().ok())?;
    let day: i8 = parts.next().map_or(Some(1), |d| d.parse().ok())?;
    if parts.next().is_some() || Date::new(born_year, month, day).is_err() {
        return None;
    }
    let offset = Offset::from_seconds(utc_offset_s).ok()?;
    let since = jiff::Timestamp::from_millisecond(since_wall_ms).ok()?;
    let this_year = offset.to_datetime(since).date().year();
    (0..=1).find_map(|ahead| {
        let year = this_year.checked_add(ahead)?;
        let birthday = Date::new(year, month, day).or_else(|_| Date::new(year, 3, 1)).ok()?;
        let midnight = offset
            .to_timestamp(birthday.to_datetime(jiff::civil::Time::midnight()))
            .ok()?;
        (midnight > since).then(|| midnight.as_millisecond())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn birthdays_are_local_midnights() {
        let next = |dob, since, offset| next_birthday_ms(dob, at(since), offset);
        assert_eq!(
            next("2010-05-06", "2026-05-05T12:00:00Z", 0),
            Some(at("2026-05-06T00:00:00Z"))
        );
        assert_eq!(
            next("2010-05-06", "2026-05-06T00:00:00Z", 0),
            Some(at("2027-05-06T00:00:00Z"))
        );
        assert_eq!(
            next("2010-05-06", "2026-05-05T12:00:00Z", 7200),
            Some(at("2026-05-05T22:00:00Z"))
        );
        assert_eq!(
            next("2012-02-29", "2026-02-01T00:00:00Z", 0),
            Some(at("2026-03-01T00:00:00Z"))
        );
        assert_eq!(
            next("2012-02-29", "2028-02-01T00:00:00Z", 0),
            Some(at("2028-02-29T00:00:00Z"))
        );
        assert_eq!(
            next("2010-07", "2026-05-05T12:00:00Z", 0),
            Some(at("2026-07-01T00:00:00Z"))
        );
        assert_eq!(
            next("2010", "2026-05-05T12:00:00Z", 0),
            Some(at("2027-01-01T00:00:00Z"))
        );
        for bad in ["", "x", "2010-13-01", "2010-02-30", "2010-1-1-1", "99999-01-01"] {
            assert_eq!(next(bad, "2026-05-05T12:00:00Z", 0), None, "{bad}");
        }
        assert_eq!(next_birthday_ms("2010-05-06", i64::MAX, 0), None);
        assert_eq!(next_birthday_ms("2010-05-06", 0, i32::MAX), None);
    }

    #[test]
    fn backoff_is_full_jitter_within_a_doubling_bound() {
        let mut random = fastrand::Rng::with_seed(7);
        for failures in 1..40 {
            let bound = (1_000u64 << (failures - 1).min(20)).min(300_000);
            let waits: Vec<u64> = (0..200).map(|_| backoff_ms(failures, None, &mut random)).collect();
            assert!(waits.iter().all(|w| (100..=bound).contains(w)));
            assert!(waits.iter().any(|w| *w < bound / 3) && waits.iter().any(|w| *w > bound / 3 * 2));
            assert!(backoff_ms(failures, Some(60_000), &mut random) >= 60_000);
        }
    }

    #[test]
    fn the_circuit_opens_longer_each_time_and_lets_one_try_through() {
        let mut breaker = Breaker::default();
        (0..4).for_each(|_| breaker.failed(0));
        assert_eq!(breaker.open_until(0), None);
        breaker.failed(0);
        assert_eq!(breaker.open_until(0), Some(30_000));
        assert_eq!(breaker.open_until(30_000), None);
        assert!(breaker.is_probing());
        breaker.failed(30_000);
        assert_eq!(breaker.open_until(30_000), Some(90_000));
        (0..30).for_each(|_| breaker.failed(90_000));
        assert_eq!(breaker.open_until(90_000), Some(690_000));
        breaker.succeeded();
        assert_eq!((breaker.open_until(0), breaker.failures()), (None, 0));
    }
}
