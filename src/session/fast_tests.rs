//! What is read the fast way, what is left to the slow one, and what sessions that follow one another share.

use alloc::{
    format,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};

use super::{
    access::Access,
    bounds::{MAX_DEPTH, MAX_JSON_BYTES, MAX_PERMISSIONS},
    fast,
    model::Session,
};

fn permission(name: &str, enabled: bool) -> String {
    format!(r#"{{"name":"{name}","enabled":{enabled},"managedBy":"GUARDIAN"}}"#)
}

fn document(permissions: &[String]) -> String {
    format!(r#"{{"sessionId":"s-1","permissions":[{}]}}"#, permissions.join(","))
}

fn off(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| permission(name, false)).collect()
}

/// Reads what must be read the fast way.
fn fast(text: &str, held: Option<&Session>) -> Session {
    fast::parse(text, held).expect("the document is a usual one")
}

#[test]
fn the_usual_document_is_read_the_fast_way_bare_and_wrapped() {
    let bare = document(&off(&["chat", "mods"]));
    for text in [bare.clone(), format!(" {bare}\n"), format!(r#"{{"session":{bare}}}"#)] {
        let session = fast(&text, None);
        assert_eq!((session.json(), session.permissions().len()), (bare.as_str(), 2));
        // So it is wherever a session is read.
        let read = Session::parse(text.as_bytes()).expect("a session");
        assert!(read.permission_json(1).is_some(), "where its pieces are is known");
    }
    assert!(fast::parse("[]", None).is_none());
}

#[test]
fn a_document_of_the_greatest_length_is_read_the_fast_way_and_no_longer_one() {
    let list = off(&["chat"]).join(",");
    let with = |more: &str| format!(r#"{{"sessionId":"s-1","more":"{more}","permissions":[{list}]}}"#);
    let of_length = |length: usize| with(&"x".repeat(length - with("").len()));
    assert_eq!(fast(&of_length(MAX_JSON_BYTES), None).permissions().len(), 1);
    assert!(fast::parse(&of_length(MAX_JSON_BYTES + 1), None).is_none());
}

#[test]
fn the_most_permissions_are_read_the_fast_way_and_no_more() {
    let all = |count: usize| -> Vec<String> { (0..count).map(|at| permission(&at.to_string(), true)).collect() };
    let most = fast(&document(&all(MAX_PERMISSIONS)), None);
    assert_eq!(most.permissions().len(), MAX_PERMISSIONS);
    assert!(fast::parse(&document(&all(MAX_PERMISSIONS + 1)), None).is_none());
}

#[test]
fn a_long_permission_with_many_brackets_is_left_to_the_slow_way() {
    let nested = |brackets: usize, note: &str| {
        // One bracket is the permission's own.
        let (open, close) = ("[".repeat(brackets - 1), "]".repeat(brackets - 1));
        document(&[format!(r#"{{"name":"chat","note":"{note}","more":{open}{close}}}"#)])
    };
    let long = "x".repeat(2 * MAX_DEPTH);
    assert!(fast::parse(&nested(8, &long), None).is_some());
    assert!(fast::parse(&nested(9, &long), None).is_none());
    // A short one cannot be nested too deeply.
    assert!(fast::parse(&nested(9, ""), None).is_some());
}

#[test]
fn what_is_nested_too_deeply_is_left_to_the_slow_way() {
    let around = |levels: usize| {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        let list = off(&["chat"]).join(",");
        format!(r#"{{"sessionId":"s-1","more":{open}{close},"permissions":[{list}]}}"#)
    };
    // One level is the document's own.
    assert!(fast::parse(&around(MAX_DEPTH - 1), None).is_some());
    assert!(fast::parse(&around(MAX_DEPTH), None).is_none());
}

#[test]
fn where_each_piece_stands_is_known_unless_a_name_occurs_twice() {
    let pieces = [permission("chat", true), permission("mods", false)];
    let session = fast(&document(&pieces), None);
    assert_eq!(session.permission_json(0), Some(pieces[0].as_bytes()));
    assert_eq!(session.permission_json(1), Some(pieces[1].as_bytes()));
    assert_eq!(session.permission_json(2), None);
    let twice = fast(&document(&off(&["chat", "mods", "chat"])), None);
    assert_eq!(twice.permissions().len(), 2);
    assert_eq!(twice.permission_json(0), None);
}

#[test]
fn a_session_with_the_same_names_in_the_same_order_shares_names_and_index() {
    let held = fast(&document(&off(&["chat", "mods", "ads"])), None);
    let mut list = off(&["chat", "mods", "ads"]);
    list[1] = permission("mods", true);
    for text in [document(&off(&["chat", "mods", "ads"])), document(&list)] {
        let next = fast(&text, Some(&held));
        assert!(Arc::ptr_eq(&next.index, &held.index));
        for (new, old) in next.permissions().iter().zip(held.permissions()) {
            assert!(Arc::ptr_eq(&new.name, &old.name), "{}", new.name);
        }
    }
}

#[test]
fn another_order_shares_the_names_and_is_looked_up_by_its_own_index() {
    let held = fast(&document(&off(&["chat", "mods", "ads"])), None);
    let all = ["chat", "mods", "ads", "gifts"];
    for names in [
        &["ads", "mods", "chat"][..],
        &["chat", "ads"],
        &["chat", "mods"],
        &["mods", "ads"],
        &["chat", "mods", "ads", "gifts"],
        &["gifts", "chat", "mods"],
    ] {
        let changed: Vec<String> = names.iter().map(|name| permission(name, true)).collect();
        for list in [off(names), changed] {
            let next = fast(&document(&list), Some(&held));
            assert!(!Arc::ptr_eq(&next.index, &held.index), "{names:?}");
            for name in all {
                let found = next.permission(name).map(|p| &*p.name);
                assert_eq!(found, names.iter().find(|n| **n == name).copied());
                if let (Some(new), Some(old)) = (next.permission(name), held.permission(name)) {
                    assert!(Arc::ptr_eq(&new.name, &old.name), "{name}");
                }
            }
        }
    }
}

#[test]
fn a_few_other_names_in_a_long_list_are_found_and_those_before_are_not() {
    let names: Vec<String> = (0..40).map(|at| format!("feature-{at}")).collect();
    let list = |names: &[String]| -> Vec<String> { names.iter().map(|name| permission(name, true)).collect() };
    let held = fast(&document(&list(&names)), None);
    let renamed = |changes: &[(usize, &str)]| {
        let mut all = names.clone();
        for (at, name) in changes {
            all[*at] = (*name).to_string();
        }
        (fast(&document(&list(&all)), Some(&held)), all)
    };
    for changes in [
        &[(0, "new")][..],
        &[(39, "new"), (3, "newer")],
        // Two that changed places.
        &[(5, "feature-6"), (6, "feature-5")],
        &[
            (0, "a"),
            (1, "b"),
            (2, "c"),
            (3, "d"),
            (4, "e"),
            (5, "f"),
            (6, "g"),
            (7, "h"),
            (8, "i"),
            (9, "j"),
        ],
    ] {
        let (next, all) = renamed(changes);
        for name in names.iter().chain(&all) {
            let expected = all.iter().position(|other| other == name);
            assert_eq!(next.index.find(next.permissions(), name), expected, "{name}");
        }
    }
    // A name that is there already.
    let (next, _) = renamed(&[(7, "feature-20")]);
    assert_eq!(next.permissions().len(), 39);
    assert!(next.permission("feature-7").is_none() && next.permission("feature-20").is_some());
}

#[test]
fn of_a_name_that_occurs_twice_the_tighter_counts_also_after_a_held_session() {
    let held = fast(
        &document(&[
            permission("ads", false),
            permission("mods", false),
            permission("chat", true),
        ]),
        None,
    );
    // The last one stands where it stood, word for word, and is the looser one.
    let text = document(&[
        permission("chat", false),
        permission("mods", true),
        permission("chat", true),
    ]);
    let next = fast(&text, Some(&held));
    assert_eq!(next.access("chat"), Access::AskParent);
    assert_eq!(next.access("mods"), Access::Allowed);
    assert_eq!(next.access("ads"), Access::Unavailable);
    assert_eq!(next.permissions().len(), 2);
}
