//! The scripted k-ID's calls about upgrades, challenges and the widget.

use std::collections::HashMap;

use super::kid::{Answer, Kid, error};

/// What it answers with, and what it was sent.
#[derive(Default)]
pub struct Calls {
    upgrades: HashMap<String, Answer>,
    challenges: HashMap<String, String>,
    statuses: HashMap<String, String>,
    defaults: HashMap<String, String>,
    code: String,
    widget: String,
    posted: Vec<(String, String)>,
}

impl Calls {
    pub fn answer(&mut self, method: &str, target: &str, body: String) -> Answer {
        let call = target.strip_prefix("/api/v1/").unwrap_or(target);
        let (call, query) = call.split_once('?').unwrap_or((call, ""));
        let found = |known: Option<&String>| known.map_or_else(|| error(400, "NOT_FOUND"), |d| (200, "", d.clone()));
        if method == "GET" {
            let id = query.strip_prefix("challengeId=").unwrap_or_default();
            return match call {
                "challenge/get" => found(self.challenges.get(id)),
                "age-gate/get-default-permissions" => {
                    let jurisdiction = query.split('&').find_map(|pair| pair.strip_prefix("jurisdiction="));
                    let known = jurisdiction.and_then(|name| self.defaults.get(name));
                    known.map_or_else(|| error(400, "INVALID_INPUT"), |document| (200, "", document.clone()))
                }
                "challenge/get-status" => found(self.statuses.get(id)),
                _ => error(500, "WRONG_PATH"),
            };
        }
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        self.posted.push((call.to_owned(), body));
        let of_challenge = |answer: Answer| match json["challengeId"].as_str() {
            Some(id) if self.challenges.contains_key(id) => answer,
            _ => error(400, "NOT_FOUND"),
        };
        match call {
            "session/upgrade" => {
                let name = json["requestedPermissions"][0]["name"].as_str().unwrap();
                let answer = self.upgrades.get(name).cloned();
                answer.unwrap_or_else(|| error(500, "NOT_SCRIPTED"))
            }
            "challenge/generate-otp" => of_challenge((200, "", self.code.clone())),
            "challenge/send-email" => of_challenge((200, "", String::new())),
            "widget/generate-manage-session-permissions-url" => (200, "", self.widget.clone()),
            _ => error(500, "WRONG_PATH"),
        }
    }
}

impl Kid {
    /// What an upgrade for that permission is answered with.
    pub fn upgrade(&self, permission: &str, body: impl Into<String>) {
        self.refuse_upgrade(permission, (200, "", body.into()));
    }

    pub fn refuse_upgrade(&self, permission: &str, answer: Answer) {
        self.state().calls.upgrades.insert(permission.to_owned(), answer);
    }

    /// Makes a challenge known, or replaces it; its status is pending.
    pub fn put_challenge(&self, id: &str, document: impl Into<String>) {
        self.state().calls.challenges.insert(id.to_owned(), document.into());
        self.status(id, r#"{"status":"PENDING"}"#);
    }

    /// What get-status answers about a challenge.
    pub fn status(&self, id: &str, body: &str) {
        self.state().calls.statuses.insert(id.to_owned(), body.to_owned());
    }

    /// k-ID does not know the challenge any more.
    pub fn remove_challenge(&self, id: &str) {
        let mut state = self.state();
        state.calls.challenges.remove(id);
        state.calls.statuses.remove(id);
    }

    /// What get-default-permissions answers about a jurisdiction.
    pub fn put_defaults(&self, jurisdiction: &str, document: &str) {
        let document = document.to_owned();
        self.state().calls.defaults.insert(jurisdiction.to_owned(), document);
    }

    pub fn code(&self, body: &str) {
        self.state().calls.code = body.to_owned();
    }

    pub fn widget(&self, body: &str) {
        self.state().calls.widget = body.to_owned();
    }

    /// The calls and bodies posted so far, which are then forgotten.
    pub fn posted(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.state().calls.posted)
    }
}
