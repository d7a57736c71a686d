//! When a stored session that no webhook has disputed is compared with k-ID all the same: after a while, since webhooks
//! can be lost, and around birthdays, of which there is no webhook.

use std::time::Duration;

use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use playgate::session::Session;

/// Whether a session that k-ID confirmed at `compared_ms` is to be compared with k-ID now.
pub fn is_due(session: &Session, compared_ms: i64, now_ms: i64, every: Duration) -> bool {
    let age_ms = now_ms.saturating_sub(compared_ms);
    // A time ahead is that of a clock that has been set back since.
    if age_ms < 0 || age_ms.unsigned_abs() >= u64::try_from(every.as_millis()).unwrap_or(u64::MAX) {
        return true;
    }
    session
        .date_of_birth()
        .is_some_and(|born| may_have_birthday(born, compared_ms, now_ms))
}

/// Whether a birthday may lie between two times, wherever on earth the player is. An unreadable date may be any.
fn may_have_birthday(born: &str, since_ms: i64, until_ms: i64) -> bool {
    let day = |ms, ahead: i64| {
        let date = Timestamp::from_millisecond(ms).ok()?.to_zoned(TimeZone::UTC).date();
        date.checked_add(ahead.days()).ok()
    };
    let (Some(since), Some(until), Some((month, day_of_month))) = (day(since_ms, -1), day(until_ms, 1), parts(born))
    else {
        return true;
    };
    (since.year()..=until.year()).any(|year| {
        let birthday = Date::new(year, month, day_of_month).or_else(|_| Date::new(year, 3, 1));
        birthday.is_ok_and(|birthday| since <= birthday && birthday <= until)
    })
}

/// Month and day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; what is left out is the first.
fn parts(born: &str) -> Option<(i8, i8)> {
    let mut parts = born.split('-');
    let year: i16 = parts.next()?.parse().ok()?;
    let month = parts.next().map_or(Some(1), |month| month.parse().ok())?;
    let day = parts.next().map_or(Some(1), |day| day.parse().ok())?;
    let is_date = parts.next().is_none() && Date::new(year, month, day).is_ok();
    is_date.then_some((month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn birthdays_count_wherever_they_are_kept() {
        let between = |born, since, until| may_have_birthday(born, at(since), at(until));
        let (since, until) = ("2026-05-03T12:00:00Z", "2026-05-05T12:00:00Z");
        for born in ["2012-05-02", "2012-05-04", "2012-05-06", "soon", "2012-05-06-07"] {
            assert!(between(born, since, until), "{born}");
        }
        for born in ["2012-05-01", "2012-05-07", "2012", "2012-05", "2012-11-04"] {
            assert!(!between(born, since, until), "{born}");
        }
        assert!(between("2012-01-01", "2025-12-31T00:00:00Z", "2026-01-02T00:00:00Z"));
        assert!(between("2012", "2025-12-31T00:00:00Z", "2026-01-02T00:00:00Z"));
        assert!(between("2012-02-29", "2026-02-28T12:00:00Z", "2026-02-28T13:00:00Z"));
        assert!(!between("2012-02-29", "2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z"));
    }

    #[test]
    fn a_while_is_a_while() {
        let session = Session::parse(br#"{"sessionId":"s","permissions":[]}"#).unwrap();
        let due = |compared, now| is_due(&session, compared, now, Duration::from_secs(60));
        assert!(!due(1000, 60_999) && due(1000, 61_000) && due(1001, 1000) && due(0, at("2026-01-01T00:00:00Z")));
    }
}
