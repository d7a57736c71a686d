//! What a platform says about a player's age, checked before it is sent: k-ID refuses a malformed one.

use alloc::boxed::Box;
use core::fmt;

use serde::{Deserialize, Serialize};

/// The longest text in a signal, in bytes.
const MAX_TEXT_BYTES: usize = 64;
/// The highest age that a range may name.
const MAX_AGE: i64 = 100;

/// A platform's age signal, in k-ID's form. `Debug` shows the platform only: the rest is personal data.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgeSignal {
    /// `apple-ios`, `google-play`, `xbox`, `meta-horizon` or `k-id`.
    #[serde(default)]
    pub name: Box<str>,
    /// The platform's age category: `child`, `teen` or `adult` of xbox; `CH`, `TN` or `AD` of meta-horizon;
    /// `digital-minor`, `digital-youth` or `adult` of k-id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Box<str>>,
    /// The lower end of the age range, in years; 0 for an open one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_low: Option<i64>,
    /// The upper end of the age range, in years; 100 for an open one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_high: Option<i64>,
    /// How the platform knows, for example `paymentChecked` or `VERIFIED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration_type: Option<Box<str>>,
    /// The id of k-ID's own verification; `k-id` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification_id: Option<Box<str>>,
}

impl fmt::Debug for AgeSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = PLATFORMS.iter().find(|p| p.name == &*self.name);
        f.debug_struct("AgeSignal")
            .field("name", &known.map_or("(unknown)", |p| p.name))
            .finish_non_exhaustive()
    }
}

/// The rule that a signal breaks. Its text quotes no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgeSignalError(&'static str);

impl fmt::Display for AgeSignalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for AgeSignalError {}

/// What a platform's signal may consist of.
struct Platform {
    name: &'static str,
    takes_range: bool,
    categories: &'static [&'static str],
    /// The rules broken by a missing or unfitting input, and by an unknown category.
    needs: &'static str,
    unknown_category: &'static str,
}

const PLATFORMS: &[Platform] = &[
    Platform {
        name: "apple-ios",
        takes_range: true,
        categories: &[],
        needs: "an apple-ios age signal needs an age range, both ageLow and ageHigh, and no category",
        unknown_category: "",
    },
    Platform {
        name: "google-play",
        takes_range: true,
        categories: &[],
        needs: "a google-play age signal needs an age range, both ageLow and ageHigh, and no category",
        unknown_category: "",
    },
    Platform {
        name: "xbox",
        takes_range: false,
        categories: &["child", "teen", "adult"],
        needs: "an xbox age signal needs a category and no age range",
        unknown_category: "the category of an xbox age signal is child, teen or adult",
    },
    Platform {
        name: "meta-horizon",
        takes_range: false,
        categories: &["CH", "TN", "AD"],
        needs: "a meta-horizon age signal needs a category and no age range",
        unknown_category: "the category of a meta-horizon age signal is CH, TN or AD",
    },
    Platform {
        name: "k-id",
        takes_range: true,
        categories: &["digital-minor", "digital-youth", "adult"],
        needs: "",
        unknown_category: "the category of a k-id age signal is digital-minor, digital-youth or adult",
    },
];

impl AgeSignal {
    /// Checks the signal by k-ID's rules for its platform.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self) -> Result<(), AgeSignalError> {
        let broken = |rule| Err(AgeSignalError(rule));
        if self.name.is_empty() {
            return broken("an age signal needs the name of its platform");
        }
        let Some(platform) = PLATFORMS.iter().find(|p| p.name == &*self.name) else {
            return broken("the platform of an age signal is apple-ios, google-play, xbox, meta-horizon or k-id");
        };
        let has_range = self.check_range()?;
        let is_kid = platform.name == "k-id";
        match &self.category {
            Some(_) if has_range => return broken("an age signal has a category or an age range, not both"),
            Some(_) if platform.categories.is_empty() => return broken(platform.needs),
            Some(category) if !platform.categories.contains(&&**category) => return broken(platform.unknown_category),
            Some(_) => {}
            None if has_range && !platform.takes_range => return broken(platform.needs),
            None if !has_range && !is_kid => return broken(platform.needs),
            None => {}
        }
        match (&self.verification_id, is_kid) {
            (None, true) => return broken("a k-id age signal needs the verificationId of k-ID's verification"),
            (Some(_), false) => return broken("only a k-id age signal has a verificationId"),
            (Some(id), true) if !is_uuid(id) => return broken("the verificationId of an age signal is a UUID"),
            _ => {}
        }
        if self.declaration_type.as_ref().is_some_and(|word| !is_word(word)) {
            return broken("the declarationType of an age signal is a word of 1 to 64 letters, digits, - and _");
        }
        Ok(())
    }

    /// Whether there is an age range; an error when it is half of one or no range.
    fn check_range(&self) -> Result<bool, AgeSignalError> {
        let (low, high) = match (self.age_low, self.age_high) {
            (None, None) => return Ok(false),
            (Some(low), Some(high)) => (low, high),
            _ => {
                return Err(AgeSignalError(
                    "an age range has both ageLow and ageHigh; an open end is 0 or 100",
                ));
            }
        };
        if !(0..=MAX_AGE).contains(&low) || !(0..=MAX_AGE).contains(&high) {
            return Err(AgeSignalError("ageLow and ageHigh are between 0 and 100"));
        }
        if low > high {
            return Err(AgeSignalError("ageLow must not be above ageHigh"));
        }
        Ok(true)
    }
}

fn is_word(text: &str) -> bool {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    !text.is_empty() && text.len() <= MAX_TEXT_BYTES && text.bytes().all(is_part)
}

/// 8-4-4-4-12 hexadecimal digits (RFC 9562 section 4).
fn is_uuid(text: &str) -> bool {
    let mut groups = text.split('-');
    let lengths = [8, 4, 4, 4, 12];
    let is_group = |group: &str, length: usize| group.len() == length && group.bytes().all(|b| b.is_ascii_hexdigit());
    lengths
        .iter()
        .all(|length| groups.next().is_some_and(|group| is_group(group, *length)))
        && groups.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signal(json: &str) -> AgeSignal {
        serde_json::from_str(json).unwrap()
    }

    fn rule(json: &str) -> &'static str {
        signal(json).check().unwrap_err().0
    }

    const ID: &str = "608616da-4fd2-4742-82bf-ec1d4ffd8187";

    #[test]
    fn each_platforms_shape_is_taken() {
        for good in [
            r#"{"name":"apple-ios","ageLow":13,"ageHigh":15,"declarationType":"guardianDeclared"}"#,
            r#"{"name":"apple-ios","ageLow":18,"ageHigh":100,"declarationType":"paymentChecked"}"#,
            r#"{"name":"google-play","ageLow":0,"ageHigh":0,"declarationType":"SUPERVISED"}"#,
            r#"{"name":"xbox","category":"teen"}"#,
            r#"{"name":"meta-horizon","category":"AD"}"#,
            &format!(r#"{{"name":"k-id","verificationId":"{ID}"}}"#),
            &format!(r#"{{"name":"k-id","verificationId":"{ID}","category":"adult"}}"#),
            &format!(r#"{{"name":"k-id","verificationId":"{ID}","ageLow":18,"ageHigh":20}}"#),
        ] {
            assert_eq!(signal(good).check(), Ok(()), "{good}");
            let written = serde_json::to_string(&signal(good)).unwrap();
            assert_eq!(signal(&written), signal(good));
            assert!(!written.contains("null"), "{written}");
        }
    }

    #[test]
    fn the_broken_rule_is_named() {
        let apple = "an apple-ios age signal needs an age range, both ageLow and ageHigh, and no category";
        let half = "an age range has both ageLow and ageHigh; an open end is 0 or 100";
        for (bad, named) in [
            ("{}", "an age signal needs the name of its platform"),
            (
                r#"{"name":"Apple"}"#,
                "the platform of an age signal is apple-ios, google-play, xbox, meta-horizon or k-id",
            ),
            (r#"{"name":"apple-ios"}"#, apple),
            (r#"{"name":"apple-ios","category":"teen"}"#, apple),
            (
                r#"{"name":"google-play"}"#,
                "a google-play age signal needs an age range, both ageLow and ageHigh, and no category",
            ),
            (r#"{"name":"google-play","ageLow":18}"#, half),
            (r#"{"name":"google-play","ageHigh":18}"#, half),
            (
                r#"{"name":"apple-ios","category":"teen","ageLow":1,"ageHigh":2}"#,
                "an age signal has a category or an age range, not both",
            ),
            (
                r#"{"name":"apple-ios","ageLow":18,"ageHigh":17}"#,
                "ageLow must not be above ageHigh",
            ),
            (
                r#"{"name":"apple-ios","ageLow":-1,"ageHigh":17}"#,
                "ageLow and ageHigh are between 0 and 100",
            ),
            (
                r#"{"name":"apple-ios","ageLow":18,"ageHigh":101}"#,
                "ageLow and ageHigh are between 0 and 100",
            ),
            (
                r#"{"name":"xbox"}"#,
                "an xbox age signal needs a category and no age range",
            ),
            (
                r#"{"name":"xbox","ageLow":18,"ageHigh":20}"#,
                "an xbox age signal needs a category and no age range",
            ),
            (
                r#"{"name":"xbox","category":"Teen"}"#,
                "the category of an xbox age signal is child, teen or adult",
            ),
            (
                r#"{"name":"meta-horizon","category":"teen"}"#,
                "the category of a meta-horizon age signal is CH, TN or AD",
            ),
            (
                r#"{"name":"k-id"}"#,
                "a k-id age signal needs the verificationId of k-ID's verification",
            ),
            (
                r#"{"name":"k-id","verificationId":"7"}"#,
                "the verificationId of an age signal is a UUID",
            ),
            (
                r#"{"name":"xbox","category":"teen","verificationId":"7"}"#,
                "only a k-id age signal has a verificationId",
            ),
            (
                r#"{"name":"xbox","category":"teen","declarationType":"a b"}"#,
                "the declarationType of an age signal is a word of 1 to 64 letters, digits, - and _",
            ),
        ] {
            assert_eq!(rule(bad), named, "{bad}");
        }
    }

    #[test]
    fn ages_and_ids_are_not_shown() {
        let text = format!(
            "{:?}",
            signal(r#"{"name":"apple-ios","ageLow":41,"ageHigh":42,"declarationType":"x41"}"#)
        );
        assert!(!text.contains("41") && !text.contains("42"), "{text}");
    }
}
