//! `age-gate/get-default-permissions`: what a player of an age may do in a jurisdiction before there is a session.

use alloc::{boxed::Box, string::ToString, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{KidError, error};
use crate::{
    protocol::{
        age_signal::AgeSignal,
        http::{Request, Response},
        url::UrlError,
    },
    session::{ManagedBy, Session},
};

/// The session id of default permissions, which have none: k-ID knows no session of that id. Nothing with this id is to
/// be stored, bound to a player or asked for again.
pub const DEFAULT_PERMISSIONS_ID: &str = "default-permissions";

/// How old the player is. Personal data; `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PlayerAge<'a> {
    /// In full years.
    Years(u8),
    /// A date of birth: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    BornOn(&'a str),
}

impl fmt::Debug for PlayerAge<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlayerAge(..)")
    }
}

/// `GET {base}/age-gate/get-default-permissions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DefaultPermissionsGet<'a> {
    /// The jurisdiction, of a form that [`is_jurisdiction`] takes.
    pub jurisdiction: &'a str,
    /// The player's age. Where it is not known: one year, which is the most careful answer.
    pub age: PlayerAge<'a>,
    /// What the player's platform says about their age; [checked](AgeSignal::check) by the caller.
    pub age_signal: Option<&'a AgeSignal>,
}

/// What a player without a session may do.
#[derive(Debug, Clone, PartialEq)]
pub struct DefaultPermissions {
    /// The permissions in the form of a session whose id is [`DEFAULT_PERMISSIONS_ID`] and that has no entity tag. What a
    /// parent manages is off in it, and so is what somebody manages whom the library does not know: nobody has approved
    /// anything yet.
    pub session: Session,
    /// Whether a parent must consent before the player's data is processed. True when k-ID does not say.
    pub requires_parent_consent: bool,
}

impl DefaultPermissionsGet<'_> {
    /// The request.
    ///
    /// # Errors
    /// The base is not a URL that [`join_path`](crate::protocol::join_path) takes.
    pub fn request(&self, base: &str, api_key: &str) -> Result<Request, UrlError> {
        let years;
        let mut query = Vec::with_capacity(8);
        query.push(("jurisdiction", self.jurisdiction));
        query.push(match self.age {
            PlayerAge::Years(age) => {
                years = age.to_string();
                ("age", years.as_str())
            }
            PlayerAge::BornOn(date) => ("dateOfBirth", date),
        });
        let [low, high] = match self.age_signal {
            Some(signal) => [signal.age_low, signal.age_high].map(|age| age.map(|age| age.to_string())),
            None => [None, None],
        };
        if let Some(signal) = self.age_signal {
            query.push(("platformName", &signal.name));
            for (name, value) in [
                ("platformCategory", signal.category.as_deref()),
                ("platformAgeLow", low.as_deref()),
                ("platformAgeHigh", high.as_deref()),
                ("platformDeclarationType", signal.declaration_type.as_deref()),
                ("platformVerificationId", signal.verification_id.as_deref()),
            ] {
                query.extend(value.map(|value| (name, value)));
            }
        }
        super::get(base, ["age-gate", "get-default-permissions"], &query, api_key)
    }

    /// Reads the answer. `now_ms` is the Unix time in milliseconds.
    ///
    /// # Errors
    /// As [`KidError`] says; an answer without a list of permissions is malformed.
    pub fn read(&self, response: &Response, now_ms: i64) -> Result<DefaultPermissions, KidError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire<'a> {
            #[serde(borrow)]
            age_status: Option<&'a RawValue>,
            #[serde(borrow)]
            age_category: Option<&'a RawValue>,
            #[serde(borrow)]
            requires_parent_consent_for_data_processing: Option<&'a RawValue>,
            #[serde(borrow)]
            permissions: Option<&'a RawValue>,
        }
        let body = error::body("age-gate/get-default-permissions", response, now_ms)?;
        let no_list = || KidError::malformed("k-ID's answer to age-gate/get-default-permissions has no permissions");
        if !body.trim_ascii_start().starts_with(b"{") {
            return Err(no_list());
        }
        let wire: Wire<'_> = serde_json::from_slice(body).map_err(|_| no_list())?;
        let permissions = wire.permissions.ok_or_else(no_list)?;
        let consent = wire.requires_parent_consent_for_data_processing.map(RawValue::get);
        // Read as a session is: the same limits, and of a name that occurs twice the tighter counts.
        let as_given = SessionLike {
            session_id: DEFAULT_PERMISSIONS_ID,
            status: "ACTIVE",
            age_status: wire.age_status,
            age_category: wire.age_category,
            jurisdiction: self.jurisdiction,
            permissions,
        };
        let given = session_of(&as_given)?;
        let careful: Box<[_]> = given
            .permissions()
            .iter()
            .map(|permission| CarefulPermission {
                name: &permission.name,
                enabled: permission.enabled
                    && matches!(permission.managed_by, ManagedBy::Player | ManagedBy::Prohibited),
                managed_by: permission.managed_by.as_str(),
                verified_age_threshold: permission.verified_age_threshold,
            })
            .collect();
        Ok(DefaultPermissions {
            session: session_of(&SessionLike {
                session_id: as_given.session_id,
                status: as_given.status,
                age_status: as_given.age_status,
                age_category: as_given.age_category,
                jurisdiction: as_given.jurisdiction,
                permissions: careful,
            })?,
            requires_parent_consent: consent != Some("false"),
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionLike<'a, P> {
    session_id: &'a str,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_status: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age_category: Option<&'a RawValue>,
    jurisdiction: &'a str,
    permissions: P,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CarefulPermission<'a> {
    name: &'a str,
    enabled: bool,
    managed_by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_age_threshold: Option<u32>,
}

fn session_of(like: &impl Serialize) -> Result<Session, KidError> {
    let json =
        serde_json::to_vec(like).map_err(|_| KidError::malformed("the default permissions cannot be written"))?;
    Session::parse(&json).map_err(KidError::malformed)
}

/// Whether a text has the form of a jurisdiction: two capital letters (ISO 3166-1), and after a hyphen one to three more
/// capital letters or digits (ISO 3166-2). Says nothing about whether there is such a place.
pub fn is_jurisdiction(text: &str) -> bool {
    let (country, part) = match text.split_once('-') {
        Some((country, part)) => (country, Some(part)),
        None => (text, None),
    };
    let is_part = |part: &str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()) && part.is_none_or(is_part)
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use super::*;
    use crate::session::{Access, AgeStatus};

    const ASKED: DefaultPermissionsGet<'static> = DefaultPermissionsGet {
        jurisdiction: "US-CA",
        age: PlayerAge::Years(9),
        age_signal: None,
    };

    fn read(body: &str) -> Result<DefaultPermissions, KidError> {
        let response = Response {
            status: 200,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        ASKED.read(&response, 0)
    }

    fn url(get: &DefaultPermissionsGet<'_>) -> String {
        get.request("http://127.0.0.1:1/api/v1", "key").unwrap().url
    }

    #[test]
    fn the_request_names_place_and_one_age() {
        let call = "http://127.0.0.1:1/api/v1/age-gate/get-default-permissions";
        assert_eq!(url(&ASKED), format!("{call}?jurisdiction=US-CA&age=9"));
        let born = DefaultPermissionsGet {
            age: PlayerAge::BornOn("2016-05&age=40"),
            ..ASKED
        };
        assert_eq!(
            url(&born),
            format!("{call}?jurisdiction=US-CA&dateOfBirth=2016-05%26age%3D40")
        );
        let signal = AgeSignal {
            name: "apple-ios".into(),
            age_low: Some(13),
            age_high: Some(15),
            declaration_type: Some("guardianDeclared".into()),
            ..AgeSignal::default()
        };
        let signalled = DefaultPermissionsGet {
            age_signal: Some(&signal),
            ..ASKED
        };
        assert_eq!(
            url(&signalled),
            format!(
                "{call}?jurisdiction=US-CA&age=9&platformName=apple-ios&platformAgeLow=13&platformAgeHigh=15\
                 &platformDeclarationType=guardianDeclared"
            )
        );
        assert!(!format!("{born:?}").contains("2016"));
    }

    #[test]
    fn what_a_parent_manages_is_off_until_a_parent_has_said_so() {
        let defaults = read(
            r#"{"ageStatus":"DIGITAL_MINOR","ageCategory":"digital-minor","requiresParentConsentForDataProcessing":false,
                "permissions":[{"name":"voice-chat","enabled":true,"managedBy":"GUARDIAN"},
                {"name":"multiplayer","enabled":true,"managedBy":"PLAYER"},
                {"name":"forums","enabled":true,"managedBy":"SOMEBODY_NEW"},
                {"name":"ai-chat","enabled":false,"managedBy":"PLAYER","verifiedAgeThreshold":18},
                {"name":"loot-boxes","enabled":false,"managedBy":"PROHIBITED"}]}"#,
        )
        .unwrap();
        let session = &defaults.session;
        for (feature, access) in [
            ("voice-chat", Access::AskParent),
            ("multiplayer", Access::Allowed),
            ("forums", Access::Unavailable),
            ("ai-chat", Access::VerifyAge),
            ("loot-boxes", Access::Prohibited),
            ("text-chat-public", Access::Unavailable),
        ] {
            assert_eq!(session.access(feature), access, "{feature}");
        }
        assert!(!defaults.requires_parent_consent);
        assert_eq!((session.id(), session.etag()), (DEFAULT_PERMISSIONS_ID, None));
        assert_eq!(session.jurisdiction(), Some("US-CA"));
        assert_eq!(session.age_status(), Some(&AgeStatus::DigitalMinor));
        assert_eq!(session.age_category(), Some("digital-minor"));
        assert!(!session.json().contains("\"enabled\":true,\"managedBy\":\"GUARDIAN\""));
    }

    #[test]
    fn a_name_that_occurs_twice_counts_as_the_tighter() {
        let twice = r#"{"permissions":[{"name":"a","enabled":true,"managedBy":"PLAYER"},{"name":"a","enabled":false,"managedBy":"PROHIBITED"}]}"#;
        assert_eq!(read(twice).unwrap().session.access("a"), Access::Prohibited);
    }

    #[test]
    fn consent_is_needed_unless_k_id_says_no() {
        for (field, needed) in [
            ("", true),
            (r#""requiresParentConsentForDataProcessing":null,"#, true),
            (r#""requiresParentConsentForDataProcessing":"false","#, true),
            (r#""requiresParentConsentForDataProcessing":true,"#, true),
            (r#""requiresParentConsentForDataProcessing":false,"#, false),
        ] {
            let defaults = read(&format!(r#"{{{field}"permissions":[]}}"#)).unwrap();
            assert_eq!(defaults.requires_parent_consent, needed, "{field}");
        }
    }

    #[test]
    fn an_answer_without_a_list_is_no_answer() {
        for body in [
            "{}",
            r#"{"ageStatus":"LEGAL_ADULT"}"#,
            r#"{"permissions":null}"#,
            r#"{"permissions":{}}"#,
            r#"{"permissions":[["a",true]]}"#,
            r#"{"permissions":[{"enabled":true}]}"#,
            r#"{"permissions":[],"permissions":[]}"#,
        ] {
            assert!(matches!(read(body), Err(KidError::Malformed(_))), "{body}");
        }
    }

    #[test]
    fn jurisdictions_have_a_form() {
        for good in ["BR", "US-CA", "GB-ENG", "FR-75"] {
            assert!(is_jurisdiction(good), "{good}");
        }
        for bad in [
            "", "U", "us", "USA", "US-", "US-CALI", "US-ca", "US_CA", "US-C A", "ÜS", "U1", "US-CA-1",
        ] {
            assert!(!is_jurisdiction(bad), "{bad}");
        }
    }
}
