//! Ages, and what k-ID derives from them.

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};

/// The two ages at which a jurisdiction changes what a player may do alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgeRules {
    /// From this age on a player may consent to data processing.
    pub digital_consent_age: u8,
    /// From this age on a player is a legal adult.
    pub civil_age: u8,
}

impl Default for AgeRules {
    fn default() -> Self {
        Self {
            digital_consent_age: 13,
            civil_age: 18,
        }
    }
}

impl AgeRules {
    /// The status of a player of `age` full years.
    pub fn status(self, age: u8) -> AgeStatus {
        if age >= self.civil_age {
            AgeStatus::LegalAdult
        } else if age >= self.digital_consent_age {
            AgeStatus::DigitalYouth
        } else {
            AgeStatus::DigitalMinor
        }
    }
}

/// `ageStatus` of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AgeStatus {
    DigitalMinor,
    DigitalYouth,
    LegalAdult,
}

impl AgeStatus {
    /// The same as `ageCategory` of a session says it.
    pub fn category(self) -> &'static str {
        match self {
            Self::DigitalMinor => "digital-minor",
            Self::DigitalYouth => "digital-youth",
            Self::LegalAdult => "adult",
        }
    }
}

/// A date of birth as k-ID takes it: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
///
/// A part that is missing counts as late as it can be, so that nobody is taken for older than they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BirthDate {
    text: String,
    latest: Date,
}

impl BirthDate {
    /// Reads a date of birth. It must not lie after `today`.
    ///
    /// # Errors
    /// A sentence that says what is expected; it does not repeat the date.
    pub fn parse(text: &str, today: Date) -> Result<Self, String> {
        let (earliest, latest) =
            read(text).ok_or("dateOfBirth must be a date written as YYYY, YYYY-MM or YYYY-MM-DD")?;
        if earliest > today {
            return Err(format!("dateOfBirth lies after the sandbox's date, which is {today}"));
        }
        Ok(Self {
            text: text.to_owned(),
            latest,
        })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Full years on `today`, 0 before birth. Somebody born on 29 February is a year older on 1 March.
    pub fn age_on(&self, today: Date) -> u8 {
        let born = self.latest;
        let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
        let years = today.year() - born.year() - i16::from(!had_birthday);
        u8::try_from(years.max(0)).unwrap_or(u8::MAX)
    }
}

/// The first and the last day that `text` may mean.
fn read(text: &str) -> Option<(Date, Date)> {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    if !matches!(lengths[..], [4] | [4, 2] | [4, 2, 2]) {
        return None;
    }
    if !text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) {
        return None;
    }
    let year: i16 = parts[0].parse().ok()?;
    let Some(month) = parts.get(1) else {
        return Some((date(year, 1, 1), date(year, 12, 31)));
    };
    let month: i8 = month.parse().ok()?;
    let first = Date::new(year, month, 1).ok()?;
    match parts.get(2) {
        None => Some((first, first.last_of_month())),
        Some(day) => {
            let day = Date::new(year, month, day.parse().ok()?).ok()?;
            Some((day, day))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn age(born: &str, today: Date) -> u8 {
        BirthDate::parse(born, date(2100, 1, 1)).unwrap().age_on(today)
    }

    #[test]
    fn a_birthday_counts_from_its_day_on() {
        assert_eq!(age("2010-06-15", date(2023, 6, 14)), 12);
        assert_eq!(age("2010-06-15", date(2023, 6, 15)), 13);
        assert_eq!(age("2010-06-15", date(2001, 1, 1)), 0);
    }

    #[test]
    fn a_leap_day_birthday_is_on_the_first_of_march_in_common_years() {
        assert_eq!(age("2012-02-29", date(2025, 2, 28)), 12);
        assert_eq!(age("2012-02-29", date(2025, 3, 1)), 13);
        assert_eq!(age("2012-02-29", date(2028, 2, 29)), 16);
    }

    #[test]
    fn a_missing_part_counts_as_late_as_it_can_be() {
        assert_eq!(age("2010", date(2023, 12, 30)), 12);
        assert_eq!(age("2010", date(2023, 12, 31)), 13);
        assert_eq!(age("2010-02", date(2023, 2, 27)), 12);
        assert_eq!(age("2010-02", date(2023, 2, 28)), 13);
    }

    #[test]
    fn other_writings_are_refused() {
        for text in [
            "",
            "10",
            "2010-6-5",
            "2010-13",
            "2010-02-30",
            "2010/06/15",
            "2010-06-15T00:00",
            "+201",
            "2010-",
            "２０１０",
        ] {
            assert!(BirthDate::parse(text, date(2025, 1, 1)).is_err(), "{text}");
        }
        assert!(BirthDate::parse("2025-01-02", date(2025, 1, 1)).is_err());
        assert!(BirthDate::parse("2025", date(2025, 1, 1)).is_ok());
    }

    #[test]
    fn statuses_follow_the_two_ages() {
        let rules = AgeRules::default();
        assert_eq!(rules.status(12), AgeStatus::DigitalMinor);
        assert_eq!(rules.status(13), AgeStatus::DigitalYouth);
        assert_eq!(rules.status(17), AgeStatus::DigitalYouth);
        assert_eq!(rules.status(18), AgeStatus::LegalAdult);
    }
}
