//! An answer is read in one pass, and what a held session has is not read again: what comes out is what an answer says that is
//! read the long way, whatever is held and whatever the bytes.

mod session_documents;

use playgate::{
    protocol::{
        backend::{Answer, Ask, Before, read_after},
        http::Response,
    },
    session::{Access, Permission, Session, compare},
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};
use session_documents::{broken, config, cut, document, permission, with};

fn answer(body: &str, before: Option<Before<'_>>) -> Answer {
    let response = Response {
        status: 200,
        headers: Vec::new(),
        body: body.as_bytes().to_vec(),
    };
    read_after(&Ask::Own, &response, 0, before)
}

fn after(body: &str, session: &Session) -> Answer {
    answer(body, Some(Before { session, around: None }))
}

/// The same answer behind another list of permissions, which nothing but the long way can make sense of.
fn the_long_way(body: &str) -> Option<Answer> {
    let inner = body.strip_prefix('{')?;
    let inner = match inner.strip_prefix(r#""session":{"#) {
        Some(session) => format!(r#""session":{{"decoy":{{"permissions":[]}},{session}"#),
        None => inner.to_owned(),
    };
    Some(answer(&format!(r#"{{"decoy":{{"permissions":[]}},{inner}"#), None))
}

/// What is known of a session but its document.
fn all_of(session: &Session) -> impl PartialEq + std::fmt::Debug {
    let accesses: Vec<Access> = session.permissions().iter().map(|p| session.access(&p.name)).collect();
    (
        (
            session.id().to_owned(),
            session.etag().map(str::to_owned),
            session.status().clone(),
        ),
        (session.age_status().cloned(), session.age_category().map(str::to_owned)),
        (
            session.date_of_birth().map(str::to_owned),
            session.jurisdiction().map(str::to_owned),
        ),
        (
            session.kuid().map(str::to_owned),
            session.managed_by().cloned(),
            session.has_approver_email(),
        ),
        (session.permissions().to_vec(), session.allowances().to_vec(), accesses),
    )
}

fn check(body: &str, held: &Session) -> Result<(), TestCaseError> {
    let Some(slow) = the_long_way(body) else {
        return Ok(());
    };
    for quick in [answer(body, None), after(body, held)] {
        match (&quick, &slow) {
            (Answer::Session { session: quick, .. }, Answer::Session { session: slow, .. }) => {
                prop_assert_eq!(all_of(quick), all_of(slow));
                prop_assert!(body.contains(quick.json()));
                prop_assert!(compare(Some(quick), Some(slow)).is_empty());
                prop_assert!(Session::parse(quick.json().as_bytes()).is_ok_and(|again| again == **quick));
            }
            (Answer::Session { .. }, other) | (other, Answer::Session { .. }) => {
                prop_assert!(false, "{:?} beside {:?}", quick, other);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Many permissions with names of their own.
fn many() -> impl Strategy<Value = Value> {
    with((2..40usize).prop_flat_map(|count| {
        (0..count)
            .map(|at| permission(Just(format!("feature-{at}"))))
            .collect::<Vec<_>>()
    }))
}

/// What a server does to a list.
#[derive(Debug, Clone)]
enum Edit {
    Toggle(prop::sample::Index),
    Rename(prop::sample::Index, &'static str),
    Swap(prop::sample::Index, prop::sample::Index),
    Remove(prop::sample::Index),
    Repeat(prop::sample::Index),
    Deepen(prop::sample::Index, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<prop::sample::Index>;
    let name = select(vec!["feature-1", "feature-2", "new", "newer", "\u{0}", ""]);
    prop_oneof![
        at().prop_map(Edit::Toggle),
        (at(), name).prop_map(|(at, name)| Edit::Rename(at, name)),
        (at(), at()).prop_map(|(one, two)| Edit::Swap(one, two)),
        at().prop_map(Edit::Remove),
        at().prop_map(Edit::Repeat),
        (at(), 1..80usize).prop_map(|(at, levels)| Edit::Deepen(at, levels)),
    ]
}

fn edited(mut list: Vec<Value>, edits: &[Edit]) -> Vec<Value> {
    for edit in edits {
        if list.is_empty() {
            break;
        }
        let len = list.len();
        match edit {
            Edit::Toggle(at) => {
                let is_on = list[at.index(len)]["enabled"] == json!(true);
                list[at.index(len)]["enabled"] = json!(!is_on);
            }
            Edit::Rename(at, name) => list[at.index(len)]["name"] = json!(name),
            Edit::Swap(one, two) => list.swap(one.index(len), two.index(len)),
            Edit::Remove(at) => drop(list.remove(at.index(len))),
            Edit::Repeat(at) => {
                let again = list[at.index(len)].clone();
                list.insert(at.index(len) / 2, again);
            }
            Edit::Deepen(at, levels) => {
                list[at.index(len)]["note"] = (0..*levels).fold(json!(0), |inner, _| json!([inner]));
            }
        }
    }
    list
}

proptest! {
    #![proptest_config(config(600))]

    #[test]
    fn a_list_that_a_server_changes_is_read_as_it_is(mut session in many(), edits in vec(edit(), 0..6)) {
        let held = Session::parse(session.to_string().as_bytes());
        let list = session["permissions"].as_array().cloned().unwrap_or_default();
        session["permissions"] = edited(list, &edits).into();
        let body = json!({"session": session}).to_string();
        if let Ok(held) = held {
            check(&body, &held)?;
        }
    }

    #[test]
    fn a_body_that_is_broken_anywhere_is_read_as_if_nothing_were_held(
        session in prop_oneof![many().boxed(), document().boxed()],
        cuts in vec(cut(), 0..4),
        bare in any::<bool>(),
    ) {
        let held = Session::parse(session.to_string().as_bytes());
        let whole = if bare { session } else { json!({"session": session, "status": "PASS"}) };
        let text = broken(whole.to_string().into_bytes(), &cuts);
        if let (Ok(held), Ok(body)) = (held, std::str::from_utf8(&text)) {
            check(body, &held)?;
        }
    }
}

fn body(list: &[String]) -> String {
    let list = list.join(",");
    format!(r#"{{"hasChanged":true,"session":{{"sessionId":"id-1","permissions":[{list}]}}}}"#)
}

fn piece(name: &str, enabled: bool) -> String {
    format!(r#"{{"name":"{name}","enabled":{enabled},"managedBy":"PLAYER"}}"#)
}

fn session_of(answer: Answer) -> Session {
    match answer {
        Answer::Session { session, .. } => *session,
        other => panic!("no session: {other:?}"),
    }
}

#[test]
fn what_is_the_same_is_shared_and_what_is_new_is_found() {
    let names: Vec<String> = (0..20).map(|at| format!("feature-{at}")).collect();
    let held = session_of(answer(
        &body(&names.iter().map(|name| piece(name, true)).collect::<Vec<_>>()),
        None,
    ));
    let mut next: Vec<String> = names.iter().map(|name| piece(name, name != "feature-7")).collect();
    next[3] = piece("another", true);
    let now = session_of(after(&body(&next), &held));
    let of = |session: &Session, name: &str| session.permission(name).map(|p: &Permission| p.name.as_ptr());
    for name in &names {
        let is_there = name != "feature-3";
        assert_eq!(of(&now, name), of(&held, name).filter(|_| is_there), "{name}");
        assert_eq!(now.access(name).is_allowed(), is_there && name != "feature-7", "{name}");
    }
    assert!(now.access("another").is_allowed());
    let back = session_of(after(
        &body(&names.iter().map(|name| piece(name, true)).collect::<Vec<_>>()),
        &now,
    ));
    assert!(back.access("feature-3").is_allowed() && back.permission("another").is_none());
}

#[test]
fn a_list_that_only_looks_like_the_sessions_is_none_of_it() {
    let held = session_of(answer(&body(&[piece("mods", true)]), None));
    let list = format!("[{}]", piece("mods", true));
    for text in [
        format!(r#"{{"news":{{"permissions":{list}}},"session":{{"sessionId":"id-1","permissions":[]}}}}"#),
        format!(r#"{{"session":{{"sessionId":"id-1","news":{{"permissions":{list}}}}}}}"#),
        format!(r#"{{"permissions":{list},"session":{{"sessionId":"id-1"}}}}"#),
        r#"{"session":{"sessionId":"id-1","note":"\"permissions\":[{\"name\":\"mods\",\"enabled\":true}]"}}"#
            .to_owned(),
    ] {
        let now = session_of(after(&text, &held));
        assert!(now.permissions().is_empty(), "{text}");
        assert!(!now.access("mods").is_allowed(), "{text}");
    }
}

#[test]
fn a_permission_whose_json_begins_like_a_held_one_is_read() {
    let held = session_of(answer(&body(&[piece("mods", true), piece("chat", true)]), None));
    for list in [
        format!("{} {}", piece("mods", true), piece("chat", true)),
        format!("{}x", piece("mods", true)),
        format!("{},", piece("mods", true)),
        format!(",{}", piece("mods", true)),
        format!("{}]", piece("mods", true)),
        piece("mods", true).trim_end_matches('}').to_owned(),
    ] {
        let answer = after(&body(std::slice::from_ref(&list)), &held);
        assert!(matches!(answer, Answer::Malformed(_)), "{list}");
    }
    let spaced = format!(" \n{}\t,\r {} ", piece("mods", true), piece("chat", false));
    let now = session_of(after(&body(&[spaced]), &held));
    assert!(now.access("mods").is_allowed() && !now.access("chat").is_allowed());
}
