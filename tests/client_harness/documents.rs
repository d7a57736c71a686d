//! Session documents and server answers, as a test writes them down.

use std::collections::BTreeSet;

use serde_json::{Value, json};

pub const GUARDIAN: &str = "GUARDIAN";
pub const PLAYER: &str = "PLAYER";
pub const PROHIBITED: &str = "PROHIBITED";

/// The features that the harness watches.
pub const FEATURES: [&str; 5] = ["chat", "voice", "gifts", "ads", "mods"];

/// A session that a test makes up.
#[derive(Clone, Debug, PartialEq)]
pub struct Doc {
    pub id: String,
    pub etag: Option<String>,
    pub status: &'static str,
    pub age_status: &'static str,
    pub date_of_birth: Option<&'static str>,
    pub permissions: Vec<(String, bool, &'static str)>,
    /// The verified age that a permission needs.
    pub thresholds: Vec<(&'static str, u32)>,
}

/// A session with that id and these permissions, each managed by a parent: `+name` is on, `-name` is off.
pub fn session(id: &str, permissions: &str) -> Doc {
    let permissions = permissions
        .split_whitespace()
        .map(|word| (word[1..].to_owned(), word.starts_with('+'), GUARDIAN))
        .collect();
    let doc = Doc {
        id: id.to_owned(),
        etag: None,
        status: "ACTIVE",
        age_status: "DIGITAL_MINOR",
        date_of_birth: None,
        permissions,
        thresholds: Vec::new(),
    };
    let tag = doc
        .permissions
        .iter()
        .map(|p| if p.1 { '1' } else { '0' })
        .collect::<String>();
    doc.etag(&format!("e{tag}"))
}

impl Doc {
    pub fn etag(mut self, etag: &str) -> Self {
        self.etag = Some(etag.to_owned());
        self
    }

    pub fn status(mut self, status: &'static str) -> Self {
        self.status = status;
        self.etag(&format!("e-{status}"))
    }

    pub fn born(mut self, date: &'static str) -> Self {
        self.date_of_birth = Some(date);
        self
    }

    pub fn aged(mut self, age_status: &'static str) -> Self {
        self.age_status = age_status;
        self.etag(&format!("e-{age_status}"))
    }

    /// All permissions managed by that one.
    pub fn managed_by(mut self, manager: &'static str) -> Self {
        self.permissions.iter_mut().for_each(|p| p.2 = manager);
        self
    }

    /// That permission managed by that one, and above that verified age where there is one.
    pub fn with(mut self, name: &'static str, manager: &'static str, threshold: Option<u32>) -> Self {
        self.permissions
            .iter_mut()
            .filter(|p| p.0 == name)
            .for_each(|p| p.2 = manager);
        self.thresholds.extend(threshold.map(|age| (name, age)));
        self
    }

    /// That permission switched, with another entity tag.
    pub fn switched(mut self, name: &str, on: bool) -> Self {
        self.permissions
            .iter_mut()
            .filter(|p| p.0 == name)
            .for_each(|p| p.1 = on);
        let etag = format!("{}-{name}{on}", self.etag.as_deref().unwrap_or_default());
        self.etag(&etag)
    }

    pub fn value(&self) -> Value {
        let permissions: Vec<_> = self
            .permissions
            .iter()
            .map(|(name, enabled, by)| {
                let mut permission = json!({ "name": name, "enabled": enabled, "managedBy": by });
                if let Some((_, age)) = self.thresholds.iter().find(|(of, _)| of == name) {
                    permission["verifiedAgeThreshold"] = json!(age);
                }
                permission
            })
            .collect();
        let mut value = json!({
            "sessionId": self.id, "status": self.status, "ageStatus": self.age_status, "permissions": permissions,
        });
        if let Some(etag) = &self.etag {
            value["etag"] = json!(etag);
        }
        if let Some(date) = self.date_of_birth {
            value["dateOfBirth"] = json!(date);
        }
        value
    }

    pub fn json(&self) -> String {
        self.value().to_string()
    }
}

/// The studio server's answer with a session that changed.
pub fn changed(doc: &Doc) -> String {
    json!({ "hasChanged": true, "changes": [], "session": doc.value() }).to_string()
}

pub const NEEDS_CONSENT: &str = r#"{"needsConsent":true}"#;
pub const DELETED_UNNAMED: &str = r#"{"sessionDeleted":true}"#;
pub const UNCHANGED: &str = r#"{"hasChanged":false}"#;
pub const FOREIGN: &str = r#"{"error":"SESSION_OF_ANOTHER_PLAYER"}"#;

pub fn deleted(id: &str) -> String {
    json!({ "sessionDeleted": true, "sessionId": id }).to_string()
}

/// The features that a session document allows, read without the library's help.
pub fn allowed_by(document: &Value) -> BTreeSet<String> {
    let active = document.get("status").is_none_or(|s| s == "ACTIVE");
    let list = document["permissions"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter()
        .filter(|p| active && p["enabled"] == true)
        .filter_map(|p| p["name"].as_str().map(str::to_owned))
        .collect()
}

/// What a reply says for sure about a request for `asked` (a session's id, or the player's own session).
pub fn certain_in(asked: Option<&str>, status: u16, body: &[u8]) -> Option<BTreeSet<String>> {
    let body: Value = serde_json::from_slice(body).ok()?;
    if matches!(status, 403 | 409) {
        return (body["error"] == "SESSION_OF_ANOTHER_PLAYER").then(BTreeSet::new);
    }
    if status != 200 {
        return None;
    }
    let is_asked = |id: &Value| asked.is_none() || id.as_str() == asked;
    if body["sessionDeleted"] == true {
        return (body["sessionId"].is_null() || is_asked(&body["sessionId"])).then(BTreeSet::new);
    }
    if body["needsConsent"] == true {
        return Some(BTreeSet::new());
    }
    let document = if body["session"].is_object() {
        &body["session"]
    } else {
        &body
    };
    let permissions = document["permissions"].as_array();
    let is_session =
        document["sessionId"].is_string() && permissions.is_some_and(|all| all.iter().all(|p| p["name"].is_string()));
    (is_session && is_asked(&document["sessionId"])).then(|| allowed_by(document))
}
