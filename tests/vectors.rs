//! Runs the vectors in `tests/vectors`: what a session means, as data. Their format is described in
//! `tests/vectors/README.md`.

use std::{fmt::Debug, fmt::Write as _, fs, path::Path};

use playgate::session::{Freshness, Notice, Session, compare};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

fn read<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A session as the vectors give it: an object whose text is the document, a text that holds it, or null for none.
type Given = Box<RawValue>;

fn document(given: &Given) -> Option<String> {
    match given.get() {
        "null" => None,
        text if text.starts_with('"') => Some(serde_json::from_str(text).expect("a text")),
        text => Some(text.to_owned()),
    }
}

fn session(given: &Given) -> Result<Option<Session>, String> {
    document(given)
        .map(|text| Session::parse(text.as_bytes()).map_err(|e| format!("does not parse: {e}")))
        .transpose()
}

/// What failed, by case, so that one run names every failing case.
#[derive(Default)]
struct Failures(String);

impl Failures {
    fn add(&mut self, case: &str, what: impl AsRef<str>) {
        let _ = write!(self.0, "\n- {case}: {}", what.as_ref());
    }

    fn equal<T: PartialEq + Debug>(&mut self, case: &str, what: &str, got: T, expected: T) {
        if got != expected {
            self.add(case, format!("{what} is {got:?}, expected {expected:?}"));
        }
    }

    fn finish(self, cases: usize, at_least: usize) {
        assert!(self.0.is_empty(), "of {cases} cases these failed:{}", self.0);
        assert!(cases >= at_least, "only {cases} cases ran, of at least {at_least}");
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DecisionVector {
    name: String,
    session: Given,
    json: Option<String>,
    cases: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Expected {
    feature: String,
    access: u8,
    reason: i32,
    next_step: i32,
    managed_by: Option<String>,
    age_threshold: u32,
}

#[test]
fn decisions() {
    let vectors: Vec<DecisionVector> = read("decisions.json");
    let (mut failures, mut ran) = (Failures::default(), 0);
    for vector in &vectors {
        let name = &vector.name;
        let session = match session(&vector.session) {
            Ok(Some(session)) => session,
            Ok(None) => {
                failures.add(name, "has no session");
                continue;
            }
            Err(error) => {
                failures.add(name, error);
                continue;
            }
        };
        if vector.cases.is_empty() {
            failures.add(name, "has no cases");
        }
        if let Some(json) = &vector.json {
            failures.equal(name, "json", session.json(), json);
        }
        for expected in &vector.cases {
            let case = format!("{name} [{}]", expected.feature);
            let got = session.decide(&expected.feature, Freshness::Live);
            failures.equal(&case, "access", got.access as u8, expected.access);
            failures.equal(
                &case,
                "access alone",
                session.access(&expected.feature) as u8,
                expected.access,
            );
            failures.equal(&case, "reason", got.reason as i32, expected.reason);
            failures.equal(&case, "next step", got.next_step as i32, expected.next_step);
            failures.equal(
                &case,
                "manager",
                got.managed_by.as_ref().map_or("", |m| m.as_str()),
                expected.managed_by.as_deref().unwrap_or_default(),
            );
            failures.equal(
                &case,
                "age threshold",
                got.age_threshold.unwrap_or(0),
                expected.age_threshold,
            );
            failures.equal(&case, "freshness", got.freshness, Freshness::Live);
            failures.equal(
                &case,
                "whether it has a text",
                got.text().is_empty(),
                got.access.is_allowed(),
            );
            ran += 1;
        }
    }
    failures.finish(ran, 125);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ChangesVector {
    name: String,
    before: Given,
    after: Given,
    changes_json: String,
    changes: Vec<ExpectedChange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedChange {
    kind: i32,
    permission: String,
    direction: u8,
}

#[test]
fn changes() {
    let vectors: Vec<ChangesVector> = read("changes.json");
    let mut failures = Failures::default();
    for vector in &vectors {
        let name = &vector.name;
        let (before, after) = match (session(&vector.before), session(&vector.after)) {
            (Ok(before), Ok(after)) => (before, after),
            (Err(error), _) | (_, Err(error)) => {
                failures.add(name, error);
                continue;
            }
        };
        let got = compare(before.as_ref(), after.as_ref());
        failures.equal(name, "changesJson", got.to_json(), vector.changes_json.clone());
        failures.equal(name, "is empty", got.is_empty(), vector.changes.is_empty());
        let got: Vec<_> = got
            .list()
            .iter()
            .map(|c| (c.kind as i32, c.permission.to_string(), c.direction as u8))
            .collect();
        let expected: Vec<_> = vector
            .changes
            .iter()
            .map(|c| (c.kind, c.permission.clone(), c.direction))
            .collect();
        failures.equal(name, "the list (kind, permission, direction)", got, expected);
        for side in [&before, &after].into_iter().flatten() {
            let same = compare(Some(side), Some(side)).to_json();
            failures.equal(name, "compared with itself", same, "[]".to_owned());
        }
    }
    failures.finish(vectors.len(), 65);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NoticeVector {
    name: String,
    told: Given,
    now: Given,
    kind: i32,
    off: Vec<Box<str>>,
    on: Vec<Box<str>>,
    may_choose: Vec<Box<str>>,
}

#[test]
fn notices() {
    let vectors: Vec<NoticeVector> = read("notices.json");
    let mut failures = Failures::default();
    for vector in &vectors {
        let name = &vector.name;
        let (told, now) = match (session(&vector.told), session(&vector.now)) {
            (Ok(told), Ok(now)) => (told, now),
            (Err(error), _) | (_, Err(error)) => {
                failures.add(name, error);
                continue;
            }
        };
        let got = Notice::between(told.as_ref(), now.as_ref());
        failures.equal(name, "kind", got.kind as i32, vector.kind);
        failures.equal(name, "off", &got.off, &vector.off);
        failures.equal(name, "on", &got.on, &vector.on);
        failures.equal(name, "may choose", &got.may_choose, &vector.may_choose);
        failures.equal(name, "is empty", got.is_empty(), vector.kind == 0);
        failures.equal(
            name,
            "whether it has no title",
            got.title().is_empty(),
            vector.kind == 0,
        );
    }
    failures.finish(vectors.len(), 40);
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ErrorVector {
    name: String,
    parts: Vec<Part>,
    ok: bool,
    contains: Vec<String>,
    must_not_contain: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    text: Option<String>,
    hex: Option<String>,
    times: usize,
}

impl Part {
    fn bytes(&self) -> Vec<u8> {
        match (&self.text, &self.hex) {
            (Some(text), None) => text.as_bytes().to_vec(),
            (None, Some(hex)) => hex
                .as_bytes()
                .chunks(2)
                .map(|pair| {
                    let pair = std::str::from_utf8(pair).expect("hex");
                    u8::from_str_radix(pair, 16).expect("hex")
                })
                .collect(),
            _ => panic!("a part is either text or hex"),
        }
    }
}

#[test]
fn errors() {
    let vectors: Vec<ErrorVector> = read("errors.json");
    let mut failures = Failures::default();
    for vector in &vectors {
        let name = &vector.name;
        let json: Vec<u8> = vector.parts.iter().flat_map(|p| p.bytes().repeat(p.times)).collect();
        match (Session::parse(&json), vector.ok) {
            (Ok(_), true) => {}
            (Ok(_), false) => failures.add(name, "was read, but must be refused"),
            (Err(error), true) => failures.add(name, format!("was refused: {error}")),
            (Err(error), false) => {
                let text = error.to_string();
                if vector.contains.is_empty() {
                    failures.add(name, "says nothing of what the error must contain");
                }
                for part in vector.contains.iter().filter(|p| !text.contains(*p)) {
                    failures.add(name, format!("the error lacks {part:?}: {text}"));
                }
                for part in vector.must_not_contain.iter().filter(|p| text.contains(*p)) {
                    failures.add(name, format!("the error gives {part:?} away: {text}"));
                }
            }
        }
    }
    failures.finish(vectors.len(), 75);
}
