//! Growing older: seen at the next read, without a webhook.

mod support;

use serde_json::{Value, json};
use support::receiver::Receiver;
use support::{Service, permission, text};

fn statuses(session: &Value) -> [&str; 3] {
    ["ageStatus", "ageCategory", "managedBy"].map(|field| text(&session[field]))
}

#[test]
fn a_child_becomes_a_youth_and_an_adult_as_the_date_moves() {
    let service = Service::start();
    let receiver = Receiver::start(|_, _| Some(200));
    service.control("PUT", "/webhooks", json!({"url": receiver.url()}));
    let player = service.child();
    let session_id = text(&player["session"]["sessionId"]);
    let on = |today: &str| {
        service.control("PUT", "/date", json!({"today": today}));
        service.session(session_id).json()
    };
    let minor = ["DIGITAL_MINOR", "digital-minor", "GUARDIAN"];
    let youth = ["DIGITAL_YOUTH", "digital-youth", "GUARDIAN"];
    let adult = ["LEGAL_ADULT", "adult", "PLAYER"];
    assert_eq!(statuses(&on("2028-01-19")), minor);
    assert_eq!(statuses(&on("2028-01-20")), youth);

    let before = on("2033-01-19");
    assert_eq!(statuses(&before), youth);
    let loot_boxes = permission(&before, "loot-boxes-paid-cosmetic-only");
    assert_eq!(loot_boxes["managedBy"], "PROHIBITED");

    let after = on("2033-01-20");
    assert_eq!(statuses(&after), adult);
    for name in ["voice-chat", "text-chat-private", "multiplayer", "targeted-ads"] {
        assert_eq!(permission(&before, name)["managedBy"], "GUARDIAN");
        assert_eq!(permission(&after, name)["managedBy"], "PLAYER");
        let enabled = |session| permission(session, name)["enabled"].clone();
        assert_eq!(enabled(&before), enabled(&after), "{name} keeps its setting");
    }
    assert_eq!(
        *permission(&after, "loot-boxes-paid-cosmetic-only"),
        json!({
            "name": "loot-boxes-paid-cosmetic-only", "enabled": false, "managedBy": "PLAYER",
            "verifiedAgeThreshold": 18,
        })
    );
    assert_eq!(permission(&after, "simulated-gambling")["managedBy"], "PROHIBITED");
    assert_eq!(after["sessionId"], before["sessionId"]);
    assert_ne!(after["etag"], before["etag"]);

    // Whatever was sent would stand in the list, delivered or not.
    assert_eq!(service.look("/webhooks")["deliveries"], json!([]));
    assert_eq!(receiver.count(), 0);
}

#[test]
fn moving_the_birthday_does_the_same_and_sends_nothing() {
    let service = Service::start();
    let player = service.child();
    let birthday = format!("/players/{}/birthday", text(&player["kuid"]));
    let moved = service.control("PUT", &birthday, json!({"dateOfBirth": "2008-05-10"}));
    assert_eq!(statuses(&moved["session"]), ["LEGAL_ADULT", "adult", "PLAYER"]);
    assert_eq!((&moved["age"], &moved["webhook"]), (&json!(18), &Value::Null));
    let back = service.control("PUT", &birthday, json!({"dateOfBirth": "2015-01-20"}));
    assert_eq!(back["session"], player["session"]);
    assert_eq!(service.look("/webhooks")["deliveries"], json!([]));

    for wrong in ["2026-05-11", "yesterday", "2015-02-30", ""] {
        let message = service.refused("PUT", &birthday, json!({"dateOfBirth": wrong}));
        assert!(message.contains("dateOfBirth"), "{message}");
        assert!(wrong.is_empty() || !message.contains(wrong), "{message}");
    }
}

#[test]
fn a_youth_without_a_guardian_permission_manages_the_session() {
    let service = Service::start();
    service.control("PUT", "/date", json!({"today": "2026-05-10"}));
    let list = json!([{"name": "voice-chat", "managedBy": "PLAYER"}]);
    let born = |year: &str, permissions: &Value| {
        let new = json!({"dateOfBirth": year, "permissions": permissions});
        service.control("POST", "/players", new)["session"]["managedBy"].clone()
    };
    assert_eq!(born("2011", &list), "PLAYER");
    assert_eq!(born("2015", &list), "GUARDIAN");
    assert_eq!(born("2011", &json!([{"name": "voice-chat"}])), "GUARDIAN");
    assert_eq!(born("2000", &json!([{"name": "voice-chat"}])), "PLAYER");
}

#[test]
fn a_players_ages_can_be_set() {
    let service = Service::start();
    service.control("PUT", "/date", json!({"today": "2026-05-10"}));
    let player = service.control(
        "POST",
        "/players",
        json!({
            "dateOfBirth": "2011-05-11", "jurisdiction": "DE", "digitalConsentAge": 14, "civilAge": 15,
            "hasApproverEmail": false,
        }),
    );
    assert_eq!(player["session"]["ageStatus"], "DIGITAL_YOUTH");
    assert_eq!(player["session"]["jurisdiction"], "DE");
    assert_eq!(player["session"]["hasApproverEmail"], false);
    service.control("PUT", "/date", json!({"today": "2026-05-11"}));
    let adult = service.look(&format!("/players/{}", text(&player["kuid"])));
    assert_eq!(adult["session"]["ageStatus"], "LEGAL_ADULT");
    // The threshold is an age of its own.
    let loot_boxes = permission(&adult["session"], "loot-boxes-paid-cosmetic-only");
    assert_eq!(loot_boxes["managedBy"], "PROHIBITED");
}

#[test]
fn the_date_follows_the_real_one_unless_set() {
    let service = Service::start();
    assert_eq!(service.look("/state")["todayIsFixed"], false);
    let set = service.control("PUT", "/date", json!({"today": "2031-02-03"}));
    assert_eq!(
        (&set["today"], &set["todayIsFixed"]),
        (&json!("2031-02-03"), &json!(true))
    );
    let real = service.control("PUT", "/date", json!({"today": null}));
    assert_eq!(real["todayIsFixed"], false);
    assert_ne!(real["today"], "2031-02-03");
    for wrong in [
        json!({"today": "2031-2-3"}),
        json!({"today": "soon"}),
        json!({}),
        json!({"today": 5}),
    ] {
        service.refused("PUT", "/date", wrong);
    }
}
