//! What features are called on screen, and how a notice says it.

use playgate::session::{DisplayNames, Notice, NoticeKind, STANDARD_NAMES, Session, display_name};

#[test]
fn the_standard_names_are_sorted_and_each_is_there_once() {
    // They are looked up by binary search.
    for pair in STANDARD_NAMES.windows(2) {
        assert!(pair[0] < pair[1], "{} before {}", pair[0], pair[1]);
    }
}

#[test]
fn every_standard_name_has_a_display_name_in_words() {
    for name in STANDARD_NAMES {
        let shown = display_name(name);
        assert_ne!(shown, *name);
        assert!(shown.starts_with(|c: char| c.is_ascii_uppercase()), "{shown}");
        assert!(!shown.contains("  ") && shown.trim() == shown, "{shown}");
    }
}

#[test]
fn display_names_are_those_that_parents_see() {
    for (name, shown) in [
        ("voice-chat", "Voice Chat"),
        ("text-chat-private", "Text Chat (Private)"),
        ("text-chat-public", "Text Chat (Public)"),
        ("in-game-purchases", "In-Game Purchases"),
        ("multiplayer", "Online Multiplayer"),
        ("real-time-location-sharing", "Precise Location Sharing"),
        ("link-to-third-party-streaming-app", "Link to Third-Party Streaming App"),
        ("ai-companion-chatbot", "Companion Chatbots"),
        ("leaderboard-and-rankings", "Leaderboard and Rankings"),
        ("share-to-social-media", "Share to Social Media"),
        ("ai-generated-avatars", "AI Generated Avatars"),
    ] {
        assert_eq!(display_name(name), shown);
    }
}

#[test]
fn an_unknown_name_is_its_own_display_name() {
    for name in ["my-studios-feature", "Voice-Chat", "voice-chat ", "голос", ""] {
        assert_eq!(display_name(name), name);
    }
}

#[test]
fn a_registered_name_comes_first_and_can_be_taken_back() {
    let mut names = DisplayNames::new();
    names.set("voice-chat", "Sprachchat");
    names.set("my-feature", "Mein Feature");
    assert_eq!((names.len(), names.is_empty()), (2, false));
    assert_eq!(names.get("voice-chat"), "Sprachchat");
    assert_eq!(names.get("my-feature"), "Mein Feature");
    assert_eq!(names.get("mods"), "User-Generated Content");
    names.set("voice-chat", "");
    assert_eq!(names.get("voice-chat"), "Voice Chat");
    names.set("my-feature", "");
    assert!(names.is_empty());
}

fn session(permissions: &str, age_status: &str) -> Session {
    let text = format!(r#"{{"sessionId":"s","ageStatus":"{age_status}","permissions":[{permissions}]}}"#);
    Session::parse(text.as_bytes()).expect("a session")
}

#[test]
fn a_notice_lists_the_features_by_their_display_names() {
    let told = session(
        r#"{"name":"voice-chat","enabled":true,"managedBy":"GUARDIAN"},
           {"name":"my-feature","enabled":false,"managedBy":"GUARDIAN"},
           {"name":"mods","enabled":false,"managedBy":"GUARDIAN"}"#,
        "DIGITAL_MINOR",
    );
    let now = session(
        r#"{"name":"voice-chat","enabled":false,"managedBy":"GUARDIAN"},
           {"name":"my-feature","enabled":true,"managedBy":"GUARDIAN"},
           {"name":"mods","enabled":false,"managedBy":"PLAYER"}"#,
        "DIGITAL_YOUTH",
    );
    let mut names = DisplayNames::new();
    names.set("my-feature", "Mein Feature");
    let notice = Notice::between(Some(&told), Some(&now));
    assert_eq!(notice.kind, NoticeKind::AgedUp);
    let message = notice.message(&names);
    let at = |text: &str| {
        message
            .find(text)
            .unwrap_or_else(|| panic!("{text:?} is not in {message:?}"))
    };
    assert!(at("Voice Chat") < at("Mein Feature") && at("Mein Feature") < at("User-Generated Content"));
    assert!(at("age") < at("Voice Chat"), "says why before what");
    assert!(!notice.title().is_empty());
}

#[test]
fn no_notice_sounds_like_an_error() {
    let on = session(
        r#"{"name":"voice-chat","enabled":true,"managedBy":"GUARDIAN"}"#,
        "DIGITAL_YOUTH",
    );
    let off = session(
        r#"{"name":"voice-chat","enabled":false,"managedBy":"GUARDIAN"}"#,
        "DIGITAL_YOUTH",
    );
    let adult = session(
        r#"{"name":"voice-chat","enabled":true,"managedBy":"PLAYER"}"#,
        "LEGAL_ADULT",
    );
    let names = DisplayNames::new();
    for (told, now, kind) in [
        (Some(&on), Some(&off), NoticeKind::Restricted),
        (Some(&off), Some(&on), NoticeKind::OpenedUp),
        (Some(&off), Some(&adult), NoticeKind::AgedUp),
        (Some(&on), None, NoticeKind::SessionEnded),
    ] {
        let notice = Notice::between(told, now);
        assert_eq!(notice.kind, kind);
        let text = format!("{} {}", notice.title(), notice.message(&names)).to_lowercase();
        for word in [
            "error",
            "fail",
            "denied",
            "illegal",
            "invalid",
            "problem",
            "sorry",
            "forbidden",
        ] {
            assert!(!text.contains(word), "{word:?} in {text:?}");
        }
    }
    let nothing = Notice::between(Some(&on), Some(&on));
    assert_eq!((nothing.title(), nothing.message(&names)), ("", String::new()));
}

#[test]
fn what_the_player_may_switch_on_is_told_only_of_features_that_were_there_before() {
    let may_choose = r#"{"name":"chat","enabled":false,"managedBy":"PLAYER"}"#;
    let locked = r#"{"name":"chat","enabled":false,"managedBy":"GUARDIAN"}"#;
    let mods = r#"{"name":"mods","enabled":true,"managedBy":"GUARDIAN"}"#;
    let now = session(&format!("{may_choose},{mods}"), "DIGITAL_YOUTH");
    let on_hold = Session::parse(
        format!(r#"{{"sessionId":"s","status":"HOLD","ageStatus":"DIGITAL_YOUTH","permissions":[{locked}]}}"#)
            .as_bytes(),
    );
    for (told, is_told) in [
        (session(&format!("{locked},{mods}"), "DIGITAL_YOUTH"), true),
        (session(mods, "DIGITAL_YOUTH"), false),
        (on_hold.expect("a session"), false),
    ] {
        let notice = Notice::between(Some(&told), Some(&now));
        assert_eq!(notice.may_choose.iter().any(|f| &**f == "chat"), is_told, "{told:?}");
    }
}
