//! The studio's server as far as permissions and challenges go, with the truth about one player, and the ways in which its
//! answers may differ from what is documented.

use std::{cell::RefCell, rc::Rc};

use playgate::{
    client::Config,
    protocol::{
        age_signal::AgeSignal,
        http::{Method, Reply},
    },
    session::{NextStep, Reason},
};
use serde_json::{Value, json};

use super::{AutoServer, Exchange, MINUTE, World, config, documents::*, response};

pub const CODE: &str = "ABC123";

/// How answers look where the sources differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The guide's.
    Guide,
    /// With a `status` that is right, or the opposite.
    Status,
    WrongStatus,
    /// The session in an answer has the asked permission only, and no entity tag.
    ShortSession,
    /// No session in an answer.
    NoSession,
    /// A parent's challenge is of another type, or of none.
    OtherType,
    NoType,
    /// A status without the challenge's id.
    BareStatus,
    /// A PASS that names no session.
    PassWithoutSession,
}

pub const SHAPES: [Shape; 9] = [
    Shape::Guide,
    Shape::Status,
    Shape::WrongStatus,
    Shape::ShortSession,
    Shape::NoSession,
    Shape::OtherType,
    Shape::NoType,
    Shape::BareStatus,
    Shape::PassWithoutSession,
];

#[derive(Clone, Debug)]
pub struct Challenge {
    pub id: String,
    pub feature: String,
    pub status: &'static str,
    pub is_players: bool,
    pub codes: usize,
}

/// What the server knows.
pub struct Studio {
    pub doc: Option<Doc>,
    pub gone: Vec<String>,
    pub challenges: Vec<Challenge>,
    pub shape: Shape,
    /// So many reads of the session still give it as it was before the last PASS or upgrade.
    pub lag: u32,
    before: Option<Doc>,
    /// Right after a PASS the session cannot be found so often.
    pub not_found: u32,
    /// A platform's age signal satisfies thresholds.
    pub believes_signals: bool,
    pub asked: Vec<Value>,
    pub emails: usize,
}

pub type Shared = Rc<RefCell<Studio>>;

impl Studio {
    pub fn new(doc: &Doc) -> Shared {
        Rc::new(RefCell::new(Self {
            doc: Some(doc.clone()),
            gone: Vec::new(),
            challenges: Vec::new(),
            shape: Shape::Guide,
            lag: 0,
            before: None,
            not_found: 0,
            believes_signals: false,
            asked: Vec::new(),
            emails: 0,
        }))
    }

    /// As a server that answers at once.
    pub fn serve(shared: &Shared) -> AutoServer {
        let shared = Rc::clone(shared);
        Box::new(move |exchange| shared.borrow_mut().answer(exchange))
    }

    /// Turns a permission on.
    pub fn enable(&mut self, feature: &str) {
        self.before = self.doc.clone();
        self.doc = self.doc.take().map(|doc| doc.switched(feature, true));
    }

    /// Somebody answers the challenge about a feature.
    pub fn decide(&mut self, feature: &str, status: &'static str) {
        let open = |c: &&mut Challenge| c.feature == feature && !matches!(c.status, "PASS" | "FAIL");
        let challenge = self.challenges.iter_mut().find(open).expect("an open challenge");
        challenge.status = status;
        if status == "PASS" {
            self.enable(feature);
        }
    }

    /// The parent revokes: the session is gone, and its challenges have failed.
    pub fn delete(&mut self) {
        self.gone.extend(self.doc.take().map(|doc| doc.id));
        self.challenges
            .iter_mut()
            .filter(|c| c.status != "PASS")
            .for_each(|c| c.status = "FAIL");
    }

    pub fn challenge_of(&self, feature: &str) -> Vec<&Challenge> {
        self.challenges.iter().filter(|c| c.feature == feature).collect()
    }

    pub fn answer(&mut self, exchange: &Exchange) -> Reply {
        let line = exchange.line();
        let parts: Vec<&str> = line.split(['/', ' ']).filter(|part| !part.is_empty()).collect();
        let (status, body) = match parts.as_slice() {
            ["POST", "api", "request-permission"] => self.request_permission(exchange),
            ["GET", "api", "challenge", id] => self.challenge(id, true),
            ["GET", "api", "challenge", id, "status"] => self.challenge(id, false),
            ["POST", "api", "challenge", id, "code"] => self.renew(id),
            ["POST", "api", "challenge", _, "email"] => {
                self.emails += 1;
                (200, r#"{"sent":true}"#.to_owned())
            }
            _ => self.session(exchange),
        };
        Ok(response(status, &[], &body))
    }

    fn session(&mut self, exchange: &Exchange) -> (u16, String) {
        let asked = exchange.asked();
        if self.not_found > 0 {
            self.not_found -= 1;
            return (200, deleted(asked.as_deref().unwrap_or_default()));
        }
        if asked.as_ref().is_some_and(|id| self.gone.contains(id)) {
            return (200, deleted(asked.as_deref().unwrap_or_default()));
        }
        let lags = self.lag > 0 && self.before.is_some();
        self.lag = self.lag.saturating_sub(1);
        let doc = if lags { self.before.as_ref() } else { self.doc.as_ref() };
        match (doc, asked) {
            (Some(doc), Some(id)) if doc.id != id => (200, NEEDS_CONSENT.to_owned()),
            (Some(doc), _) => {
                let tag = format!("\"{}\"", doc.etag.as_deref().unwrap_or_default());
                if exchange.header("If-None-Match") == Some(&tag) {
                    (304, String::new())
                } else {
                    (200, changed(doc))
                }
            }
            (None, _) => (200, NEEDS_CONSENT.to_owned()),
        }
    }

    fn request_permission(&mut self, exchange: &Exchange) -> (u16, String) {
        assert_eq!(exchange.request.method, Method::Post);
        let body: Value = serde_json::from_slice(&exchange.request.body).unwrap();
        self.asked.push(body.clone());
        let (id, feature) = (
            body["sessionId"].as_str().unwrap(),
            body["permissionName"].as_str().unwrap(),
        );
        if self.gone.iter().any(|gone| gone == id) {
            return (200, deleted(id));
        }
        let doc = self.doc.clone().expect("a session");
        assert_eq!(doc.id, id, "asked for the player's own session");
        let permission = doc
            .permissions
            .iter()
            .find(|p| p.0 == feature)
            .expect("a known permission");
        let threshold = doc
            .thresholds
            .iter()
            .find(|(of, _)| *of == feature)
            .map(|(_, age)| *age);
        let signal = &body["platformAgeSignal"];
        let satisfies =
            |age: u32| self.believes_signals && signal["ageLow"].as_u64().is_some_and(|low| low >= u64::from(age));
        let is_players = threshold.is_some();
        match (permission.1, permission.2, threshold) {
            (true, ..) => {}
            (false, PLAYER, None) => self.enable(feature),
            (false, PLAYER, Some(age)) if satisfies(age) => self.enable(feature),
            (false, GUARDIAN | PLAYER, _) => {
                let challenge = self.open_challenge(feature, is_players);
                return (200, self.challenge_answer(&challenge));
            }
            _ => return (200, self.session_answer(feature, false)),
        }
        (200, self.session_answer(feature, true))
    }

    /// The open challenge about a permission; a new one where there is none.
    fn open_challenge(&mut self, feature: &str, is_players: bool) -> Challenge {
        let open = |c: &&Challenge| c.feature == feature && !matches!(c.status, "PASS" | "FAIL");
        if let Some(challenge) = self.challenges.iter().find(open) {
            return challenge.clone();
        }
        self.challenges.push(Challenge {
            id: format!("c-{}", self.challenges.len() + 1),
            feature: feature.to_owned(),
            status: "PENDING",
            is_players,
            codes: 1,
        });
        self.challenges.last().unwrap().clone()
    }

    fn challenge_value(&self, challenge: &Challenge) -> Value {
        let mut value = json!({ "challengeId": challenge.id, "childLiteAccessEnabled": true });
        let kind = match (challenge.is_players, self.shape) {
            (_, Shape::NoType) => None,
            (true, _) => Some("CHALLENGE_SESSION_UPGRADE_BY_AGE_ASSURANCE"),
            (false, Shape::OtherType) => Some("CHALLENGE_PARENTAL_CONSENT"),
            (false, _) => Some("CHALLENGE_SESSION_UPGRADE"),
        };
        if let Some(kind) = kind {
            value["type"] = json!(kind);
        }
        if challenge.is_players {
            value["url"] = json!("https://kid.example/session/upgrade/age-assurance?token=a.b.c");
        } else {
            let code = format!("{CODE}{}", challenge.codes);
            value["url"] = json!(format!("https://family.kid.example/authorize?otp={code}"));
            value["oneTimePassword"] = json!(code);
        }
        value
    }

    fn challenge_answer(&self, challenge: &Challenge) -> String {
        let mut answer = json!({ "success": false, "challenge": self.challenge_value(challenge) });
        let flag = if challenge.is_players {
            "requiresAgeAssurance"
        } else {
            "requiresParentConsent"
        };
        answer[flag] = json!(true);
        match self.shape {
            Shape::Status => answer["status"] = json!("CHALLENGE"),
            Shape::WrongStatus => {
                answer["status"] = json!("PASS");
                answer["success"] = json!(true);
            }
            _ => {}
        }
        answer.to_string()
    }

    fn session_answer(&self, feature: &str, success: bool) -> String {
        let mut session = self.doc.as_ref().unwrap().value();
        if self.shape == Shape::ShortSession {
            let all = session["permissions"].as_array().unwrap();
            let asked: Vec<Value> = all.iter().filter(|p| p["name"] == feature).cloned().collect();
            session["permissions"] = json!(asked);
            session.as_object_mut().unwrap().remove("etag");
        }
        let mut answer = json!({ "success": success, "session": session });
        match self.shape {
            Shape::NoSession => {
                answer.as_object_mut().unwrap().remove("session");
            }
            Shape::Status => answer["status"] = json!("PASS"),
            Shape::WrongStatus => {
                answer["status"] = json!("CHALLENGE");
                answer["success"] = json!(!success);
            }
            _ => {}
        }
        answer.to_string()
    }

    fn challenge(&self, id: &str, whole: bool) -> (u16, String) {
        let Some(challenge) = self.challenges.iter().find(|c| c.id == id) else {
            return (404, r#"{"error":"CHALLENGE_NOT_FOUND"}"#.to_owned());
        };
        let mut answer = json!({ "status": challenge.status });
        if self.shape != Shape::BareStatus {
            answer["challengeId"] = json!(id);
        }
        let doc = self.doc.as_ref().filter(|_| self.shape != Shape::PassWithoutSession);
        if let Some(doc) = doc.filter(|_| challenge.status == "PASS") {
            answer["sessionId"] = json!(doc.id);
        }
        if whole && !matches!(challenge.status, "PASS" | "FAIL") {
            answer["challenge"] = self.challenge_value(challenge);
        }
        (200, answer.to_string())
    }

    fn renew(&mut self, id: &str) -> (u16, String) {
        let challenge = self
            .challenges
            .iter_mut()
            .find(|c| c.id == id)
            .expect("a known challenge");
        challenge.codes += 1;
        let code = format!("{CODE}{}", challenge.codes);
        let url = format!("https://family.kid.example/authorize?otp={code}");
        (200, json!({ "oneTimePassword": code, "url": url }).to_string())
    }
}

/// `chat` is on; `voice` is a parent's, `gifts` the player's, `ads` the player's from 18 on, `mods` prohibited.
pub fn usual() -> Doc {
    session("s-1", "+chat -voice -gifts -ads -mods")
        .with("gifts", PLAYER, None)
        .with("ads", PLAYER, Some(18))
        .with("mods", PROHIBITED, None)
}

/// A world that holds [`usual`], with a server that answers at once.
pub fn world() -> (World, Shared) {
    world_with(config())
}

pub fn world_with(config: Config) -> (World, Shared) {
    let studio = Studio::new(&usual());
    let mut world = World::holding_with(config, &usual());
    world.server = Some(Studio::serve(&studio));
    world.pass(MINUTE);
    world.take_news();
    (world, studio)
}

pub fn sealed() -> Config {
    Config {
        store_personal: true,
        ..config()
    }
}

pub fn signal(low: i64) -> Option<Box<AgeSignal>> {
    Some(Box::new(AgeSignal {
        name: "apple-ios".into(),
        age_low: Some(low),
        age_high: Some(100),
        declaration_type: Some("paymentChecked".into()),
        ..AgeSignal::default()
    }))
}

pub fn waits(world: &World, feature: &str) -> bool {
    let decision = world.decide(feature);
    (decision.reason, decision.next_step) == (Reason::Pending, NextStep::Wait)
}

pub fn challenge_id(world: &World, feature: &str) -> Box<str> {
    let upgrade = world.published.upgrade_of(feature).expect("it was asked for");
    upgrade.challenge.as_ref().expect("a challenge").id.clone()
}

pub fn stored(world: &World) -> String {
    String::from_utf8(world.disk.payload.clone().expect("a record")).unwrap()
}
