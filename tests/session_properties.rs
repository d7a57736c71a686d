//! What must hold for every session: access, changes, notices, and what is left when personal data is left out.

mod session_documents;

use std::collections::{BTreeMap, BTreeSet};

use playgate::session::{
    Access, Change, ChangeKind, Decision, Direction, Freshness, Notice, NoticeKind, Reason, Session, compare,
};
use proptest::{collection::vec, option, prelude::*};
use serde_json::{Value, json};
use session_documents::{
    DATE_OF_BIRTH, GIVEAWAYS, KUID, NAMES, config, document, document_with_names_once, parse, reordered,
};

/// The access of a feature by the written rules, from the document itself.
fn expected_access(document: &Value, name: &str) -> Access {
    if !matches!(
        document.get("status").map_or(Some("ACTIVE"), Value::as_str),
        Some("ACTIVE")
    ) {
        return Access::Unavailable;
    }
    let tightness = |access: &Access| match access {
        Access::Prohibited | Access::Unavailable => 0,
        Access::AskParent | Access::VerifyAge => 1,
        Access::PlayerMayEnable => 2,
        Access::Allowed => 3,
    };
    let all = document["permissions"].as_array().expect("permissions");
    let of_that_name = all.iter().filter(|p| p["name"] == name).map(|p| {
        let needs_age = p
            .get("verifiedAgeThreshold")
            .and_then(Value::as_f64)
            .is_some_and(|years| years != 0.0);
        match (p["enabled"] == Value::Bool(true), p["managedBy"].as_str()) {
            (true, _) => Access::Allowed,
            (false, Some("GUARDIAN")) => Access::AskParent,
            (false, Some("PROHIBITED")) => Access::Prohibited,
            (false, Some("PLAYER")) if needs_age => Access::VerifyAge,
            (false, Some("PLAYER")) => Access::PlayerMayEnable,
            (false, _) => Access::Unavailable,
        }
    });
    // `min_by_key` gives the first of equal ones.
    of_that_name.min_by_key(tightness).unwrap_or(Access::Unavailable)
}

/// Everything about the permissions that a comparison reports.
type PermissionMap = BTreeMap<String, (bool, String, Option<u32>)>;

fn permission_map(session: Option<&Session>) -> PermissionMap {
    session
        .map_or(&[][..], Session::permissions)
        .iter()
        .map(|p| {
            let rest = (p.enabled, p.managed_by.as_str().to_owned(), p.verified_age_threshold);
            (p.name.to_string(), rest)
        })
        .collect()
}

/// The map after the changes. Each change sets only what it is about.
fn apply(mut map: PermissionMap, changes: &[Change]) -> PermissionMap {
    for change in changes {
        let name = change.permission.to_string();
        let after = || change.after.as_deref().expect("who manages it now").to_owned();
        match change.kind {
            ChangeKind::Added => {
                let old = map.insert(name, (change.enabled_after, after(), change.threshold_after));
                assert_eq!(old, None, "added, but it was there");
            }
            ChangeKind::Removed => {
                map.remove(&name).expect("removed, but it was not there");
            }
            ChangeKind::Enabled | ChangeKind::Disabled => {
                let on = change.kind == ChangeKind::Enabled;
                let old = std::mem::replace(&mut map.get_mut(&name).expect("a known permission").0, on);
                assert_ne!(old, on, "no change");
            }
            ChangeKind::ManagementChanged => map.get_mut(&name).expect("a known permission").1 = after(),
            ChangeKind::ThresholdChanged => {
                map.get_mut(&name).expect("a known permission").2 = change.threshold_after;
            }
            ChangeKind::AgeStatusChanged
            | ChangeKind::StatusChanged
            | ChangeKind::JurisdictionChanged
            | ChangeKind::SessionReplaced => {
                assert_eq!(name, "", "a change of the session names a permission")
            }
        }
    }
    map
}

fn as_set(changes: &[Change]) -> BTreeSet<String> {
    // Neither text holds everything: one leaves out accesses, the other ids and jurisdictions.
    let json = |c: &Change| serde_json::to_string(c).expect("JSON");
    let set: BTreeSet<_> = changes.iter().map(|c| format!("{c:?} {}", json(c))).collect();
    assert_eq!(set.len(), changes.len(), "the same change twice");
    set
}

/// The direction of each permission that changed, and of each change of the session itself.
fn directions(list: &[Change], seen: fn(Direction) -> Direction) -> BTreeMap<(String, i32), Direction> {
    let of_a_permission = |c: &Change| (c.kind as i32) <= ChangeKind::ThresholdChanged as i32;
    list.iter()
        .map(|c| {
            let kind = if of_a_permission(c) { 0 } else { c.kind as i32 };
            ((c.permission.to_string(), kind), seen(c.direction))
        })
        .collect()
}

fn turned(direction: Direction) -> Direction {
    match direction {
        Direction::Loosened => Direction::Tightened,
        Direction::Tightened => Direction::Loosened,
        Direction::Neither => Direction::Neither,
    }
}

fn names(list: &[Box<str>]) -> BTreeSet<&str> {
    let set: BTreeSet<_> = list.iter().map(|n| &**n).collect();
    assert_eq!(set.len(), list.len(), "a name twice");
    set
}

proptest! {
    #![proptest_config(config(400))]

    #[test]
    fn every_feature_has_the_access_that_the_rules_say(document in document(), wrapped in any::<bool>()) {
        let text = if wrapped { json!({"status": "PASS", "session": document}) } else { document.clone() };
        let session = parse(&text);
        for name in NAMES.iter().copied().chain(["unknown", "VOICE-CHAT"]) {
            let decision = session.decide(name, Freshness::Cached);
            prop_assert_eq!(session.access(name), expected_access(&document, name), "{}", name);
            prop_assert_eq!(decision.access, session.access(name));
            prop_assert_eq!(Access::from_number(decision.access as u8), decision.access);
            prop_assert_eq!(decision.access.is_allowed(), decision.reason == Reason::None);
            prop_assert_eq!(decision.access.is_allowed(), decision.text().is_empty());
            prop_assert_eq!(decision.freshness, Freshness::Cached);
        }
    }

    #[test]
    fn nothing_is_allowed_unless_enabled_is_true_and_the_session_active(document in document()) {
        let session = parse(&document);
        let active = document.get("status").is_none_or(|s| s == "ACTIVE");
        for name in NAMES {
            let all = document["permissions"].as_array().expect("permissions");
            let mut of_that_name = all.iter().filter(|p| p["name"] == *name).peekable();
            let on = of_that_name.peek().is_some() && of_that_name.all(|p| p["enabled"] == Value::Bool(true));
            prop_assert_eq!(session.access(name).is_allowed(), active && on, "{}", name);
        }
    }

    #[test]
    fn a_session_compared_with_itself_has_no_changes(document in document()) {
        let (first, second) = (parse(&document), parse(&json!({"session": document, "status": "CHALLENGE"})));
        prop_assert!(compare(Some(&first), Some(&first)).is_empty());
        prop_assert_eq!(compare(Some(&first), Some(&second)).to_json(), "[]");
        prop_assert!(Notice::between(Some(&first), Some(&second)).off.is_empty());
        prop_assert!(Notice::between(Some(&first), Some(&second)).on.is_empty());
    }

    #[test]
    fn the_set_of_changes_does_not_depend_on_the_order(
        before in document_with_names_once(),
        after in document_with_names_once(),
        order in vec(any::<prop::sample::Index>(), 16),
    ) {
        let (a, b) = (parse(&before), parse(&after));
        let (x, y) = (parse(&reordered(&before, &order)), parse(&reordered(&after, &order[8..])));
        prop_assert!(compare(Some(&a), Some(&x)).is_empty());
        let set = as_set(compare(Some(&a), Some(&b)).list());
        prop_assert_eq!(&set, &as_set(compare(Some(&x), Some(&y)).list()));
        prop_assert_eq!(&set, &as_set(compare(Some(&a), Some(&y)).list()));
    }

    #[test]
    fn the_changes_make_the_old_session_into_the_new_one(
        before in option::weighted(0.9, document()),
        after in option::weighted(0.9, document()),
    ) {
        let (before, after) = (before.as_ref().map(parse), after.as_ref().map(parse));
        let (before, after) = (before.as_ref(), after.as_ref());
        let changes = compare(before, after);
        prop_assert_eq!(apply(permission_map(before), changes.list()), permission_map(after));
        let json: Value = serde_json::from_str(&changes.to_json()).expect("JSON");
        prop_assert_eq!(json.as_array().map(Vec::len), Some(changes.list().len()));
    }

    #[test]
    fn the_direction_is_that_of_the_access_and_turns_round_with_the_sessions(before in document(), after in document()) {
        let (before, after) = (parse(&before), parse(&after));
        let access = |s: &Session, name: &str| s.permission(name).map_or(Access::Unavailable, Access::of);
        let there = compare(Some(&before), Some(&after));
        for change in there.list().iter().filter(|c| (c.kind as i32) <= ChangeKind::ThresholdChanged as i32) {
            let (old, new) = (access(&before, &change.permission), access(&after, &change.permission));
            prop_assert_eq!((change.access_before, change.access_after), (old, new));
            prop_assert_eq!(change.direction, Direction::between(old, new));
        }
        let back = compare(Some(&after), Some(&before));
        prop_assert_eq!(directions(there.list(), |d| d), directions(back.list(), turned));
    }

    #[test]
    fn a_notice_tells_exactly_what_went_on_and_off(
        told in option::weighted(0.9, document()),
        now in option::weighted(0.9, document()),
    ) {
        let on = |document: &Option<Value>| -> BTreeSet<&str> {
            let allowed = |name: &&str| document.as_ref().is_some_and(|d| expected_access(d, name) == Access::Allowed);
            NAMES.iter().copied().filter(allowed).collect()
        };
        let (told_session, now_session) = (told.as_ref().map(parse), now.as_ref().map(parse));
        let notice = Notice::between(told_session.as_ref(), now_session.as_ref());
        prop_assert_eq!(Notice::is_due(told_session.as_ref(), now_session.as_ref()), !notice.is_empty());
        let (was, is) = (on(&told), on(&now));
        prop_assert_eq!(names(&notice.off), was.difference(&is).copied().collect());
        prop_assert_eq!(names(&notice.on), is.difference(&was).copied().collect());
        for name in names(&notice.may_choose) {
            prop_assert_eq!(now_session.as_ref().map(|s| s.access(name)), Some(Access::PlayerMayEnable));
            prop_assert!(!was.contains(name));
        }
        // After a session that was deleted already the player knows that it ended.
        if told.as_ref().is_some_and(|t| t.get("status") != Some(&json!("DELETED"))) && now.is_none() {
            prop_assert_eq!(notice.kind, NoticeKind::SessionEnded);
        }
        if notice.kind == NoticeKind::None {
            prop_assert!(notice.off.is_empty() && notice.on.is_empty() && notice.may_choose.is_empty());
        }
    }

    #[test]
    fn a_stripped_session_answers_the_same_and_holds_no_personal_data(document in document(), other in document()) {
        let full = parse(&document);
        let stripped = full.stripped();
        for name in NAMES.iter().copied().chain(["unknown"]) {
            prop_assert_eq!(full.decide(name, Freshness::Live), stripped.decide(name, Freshness::Live), "{}", name);
        }
        let text = stripped.json();
        for part in GIVEAWAYS.iter().chain(&["dateOfBirth", "kuid", "approver", "jurisdiction", "etag", "allowances"]) {
            prop_assert!(!text.contains(part), "{} in {}", part, text);
        }
        prop_assert!(stripped.is_stripped() && stripped.etag().is_none() && stripped.date_of_birth().is_none());
        prop_assert!(stripped.kuid().is_none() && stripped.jurisdiction().is_none() && stripped.allowances().is_empty());
        prop_assert!(compare(Some(&full), Some(&stripped)).is_empty());
        prop_assert!(compare(Some(&stripped), Some(&full)).is_empty());

        let again = Session::parse_stripped(text.as_bytes()).expect("what was stripped can be read");
        prop_assert_eq!(&again, &stripped);
        prop_assert_eq!((again.id(), again.status(), again.age_status()), (full.id(), full.status(), full.age_status()));
        prop_assert_eq!(again.permissions(), full.permissions());
        let twice = again.stripped();
        prop_assert_eq!(twice.json(), text);

        // Against another session a stripped one tells the same changes, save for what was left out.
        let other = parse(&other);
        let mut expected = as_set(compare(Some(&full), Some(&other)).list());
        expected.retain(|change| !change.contains("JurisdictionChanged"));
        prop_assert_eq!(as_set(compare(Some(&again), Some(&other)).list()), expected);
    }

    #[test]
    fn the_document_is_kept_as_it_came(document in document(), wrapped in any::<bool>()) {
        let text = serde_json::to_string_pretty(&document).expect("JSON");
        let outer = if wrapped { format!("\n{{ \"status\" : \"PASS\", \"session\" : {text} }}\n") } else { format!(" {text}\n") };
        let session = Session::parse(outer.as_bytes()).expect("a session");
        prop_assert_eq!(session.json(), text);
        prop_assert_eq!(session.kuid(), Some(KUID));
        prop_assert_eq!(session.date_of_birth(), Some(DATE_OF_BIRTH));
    }
}

#[test]
fn a_decision_for_an_access_says_what_a_session_that_gives_it_says() {
    for (access, permission) in [
        (
            Access::Allowed,
            r#"{"name":"mods","enabled":true,"managedBy":"GUARDIAN"}"#,
        ),
        (Access::AskParent, r#"{"name":"mods","managedBy":"GUARDIAN"}"#),
        (
            Access::VerifyAge,
            r#"{"name":"mods","managedBy":"PLAYER","verifiedAgeThreshold":18}"#,
        ),
        (Access::PlayerMayEnable, r#"{"name":"mods","managedBy":"PLAYER"}"#),
        (Access::Prohibited, r#"{"name":"mods","managedBy":"PROHIBITED"}"#),
        (Access::Unavailable, r#"{"name":"chat"}"#),
    ] {
        let json = format!(r#"{{"sessionId":"s-1","permissions":[{permission}]}}"#);
        let session = Session::parse(json.as_bytes()).expect("a session");
        let expected = session.decide("mods", Freshness::Cached);
        let decision = Decision::of_access(access, Freshness::Cached);
        assert_eq!((decision.access, decision.freshness), (access, Freshness::Cached));
        assert_eq!(
            (decision.reason, decision.next_step),
            (expected.reason, expected.next_step)
        );
        if access != Access::Allowed {
            // A parent as well as the player may have switched on what is on.
            assert_eq!(decision.managed_by, expected.managed_by);
        }
    }
}
