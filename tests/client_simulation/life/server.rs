//! The studio's server, and what it knows for sure about the player.

use std::collections::BTreeSet;

use playgate::protocol::http::Reply;

use crate::client_harness::{Exchange, documents::*, response};

/// What the server knows about the player.
#[derive(Default)]
pub struct Server {
    pub current: Option<Doc>,
    pub gone: BTreeSet<String>,
    pub versions: u32,
    pub names_deletions: bool,
    /// How the session was before, for caches on the way that are behind.
    pub before: Option<Doc>,
    /// Id, permission and status.
    pub challenges: Vec<(String, String, &'static str)>,
}

impl Server {
    pub fn replace(&mut self, doc: Option<Doc>) {
        if let Some(old) = self.current.take() {
            self.gone.insert(old.id);
        }
        self.challenges
            .iter_mut()
            .filter(|c| c.2 != "PASS")
            .for_each(|c| c.2 = "FAIL");
        self.current = doc;
    }

    /// Somebody has changed the session.
    pub fn set(&mut self, doc: Doc) {
        self.before = self.current.replace(doc);
    }

    /// The session as it is, with another entity tag.
    pub fn touch(&mut self) {
        self.versions += 1;
        let etag = format!("v{}", self.versions);
        self.current = self.current.take().map(|doc| doc.etag(&etag));
    }

    /// The answer that a cache gives which has not heard of the last change.
    pub fn answer_of_yesterday(&mut self, exchange: &Exchange) -> Reply {
        let (before, current) = (self.before.take(), self.current.take());
        self.current = before.clone().or_else(|| current.clone());
        let reply = self.answer(exchange);
        (self.before, self.current) = (before, current);
        reply
    }

    pub fn allowed(&self) -> String {
        let on = self
            .current
            .as_ref()
            .map(|doc| allowed_by(&doc.value()))
            .unwrap_or_default();
        FEATURES
            .into_iter()
            .filter(|f| on.contains(*f))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The honest answer about a permission or a challenge.
    fn answer_errand(&mut self, errand: &Exchange) -> Reply {
        let line = errand.line();
        let id = line.split('/').nth(3).unwrap_or_default();
        let challenge = self.challenges.iter().find(|c| c.0 == id);
        let (status, body) = if line.ends_with("request-permission") {
            self.request_permission(errand)
        } else if line.ends_with("/code") {
            (200, r#"{"otp":"A1B2C3"}"#.to_owned())
        } else if line.ends_with("/email") {
            (200, String::new())
        } else if let Some((id, _, status)) = challenge {
            (200, format!(r#"{{"challengeId":"{id}","status":"{status}"}}"#))
        } else {
            (404, r#"{"error":"CHALLENGE_NOT_FOUND"}"#.to_owned())
        };
        Ok(response(status, &[], &body))
    }

    fn request_permission(&mut self, errand: &Exchange) -> (u16, String) {
        let body: serde_json::Value = serde_json::from_slice(&errand.request.body).unwrap();
        let (id, feature) = (
            body["sessionId"].as_str().unwrap(),
            body["permissionName"].as_str().unwrap(),
        );
        let Some(doc) = self.current.clone().filter(|doc| doc.id == id) else {
            return (
                200,
                if self.gone.contains(id) {
                    deleted(id)
                } else {
                    NEEDS_CONSENT.to_owned()
                },
            );
        };
        let Some((_, enabled, manager)) = doc.permissions.iter().find(|p| p.0 == feature) else {
            return (400, r#"{"error":"UNKNOWN_PERMISSION"}"#.to_owned());
        };
        match (enabled, *manager) {
            (false, GUARDIAN) => {
                let open = self
                    .challenges
                    .iter()
                    .find(|c| c.1 == feature && matches!(c.2, "PENDING" | "IN_PROGRESS"));
                let id = open
                    .map(|c| c.0.clone())
                    .unwrap_or_else(|| format!("c-{}", self.challenges.len()));
                if !self.challenges.iter().any(|c| c.0 == id) {
                    self.challenges.push((id.clone(), feature.to_owned(), "PENDING"));
                }
                (
                    200,
                    format!(
                        r#"{{"success":false,"challenge":{{"challengeId":"{id}","type":"CHALLENGE_SESSION_UPGRADE"}}}}"#
                    ),
                )
            }
            (false, PLAYER) => {
                self.turn_on(feature);
                (200, r#"{"success":true}"#.to_owned())
            }
            _ => (200, r#"{"success":false}"#.to_owned()),
        }
    }

    fn turn_on(&mut self, feature: &str) {
        self.current = self.current.take().map(|doc| doc.switched(feature, true));
        self.touch();
    }

    /// Somebody answers an open challenge.
    pub fn decide(&mut self, which: usize, status: &'static str) {
        let Some(challenge) = self
            .challenges
            .get_mut(which)
            .filter(|c| !matches!(c.2, "PASS" | "FAIL"))
        else {
            return;
        };
        challenge.2 = status;
        let feature = challenge.1.clone();
        if status == "PASS" {
            self.turn_on(&feature);
        }
    }

    /// The honest answer.
    pub fn answer(&mut self, exchange: &Exchange) -> Reply {
        if exchange.is_errand() {
            return self.answer_errand(exchange);
        }
        let asked = exchange.asked();
        let gone = asked.as_ref().filter(|id| self.gone.contains(*id));
        let (status, body) = match (&self.current, &asked) {
            _ if gone.is_some() && self.names_deletions => (200, deleted(gone.unwrap())),
            _ if gone.is_some() => (200, DELETED_UNNAMED.to_owned()),
            (Some(doc), Some(id)) if doc.id == *id => {
                let tag = format!("\"{}\"", doc.etag.as_deref().unwrap_or_default());
                if exchange.header("If-None-Match") == Some(&tag) {
                    (304, String::new())
                } else {
                    (200, changed(doc))
                }
            }
            (Some(doc), None) => (200, changed(doc)),
            _ => (200, NEEDS_CONSENT.to_owned()),
        };
        Ok(response(status, &[], &body))
    }
}
