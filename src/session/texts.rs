//! What the library says to a player: the built-in languages, and the host's own wording by key.

use alloc::{boxed::Box, string::String};

use super::{decision::Reason, names::DisplayNames};

/// A built-in language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German: an example of how a language is built in.
    German,
}

impl Language {
    /// The built-in language of a BCP 47 tag: its first part decides. `None` when it is not built in.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let first = tag.split(['-', '_']).next().unwrap_or_default();
        [("en", Self::English), ("de", Self::German)]
            .into_iter()
            .find(|(word, _)| first.eq_ignore_ascii_case(word))
            .map(|(_, language)| language)
    }
}

/// One text: its key, English and German. All end in a NUL for C. `{features}` stands for display names.
struct Text(&'static str, &'static str, &'static str);

/// All texts, in the order of their keys.
const TEXTS: &[Text] = &[
    Text(
        "notice.aged-up\0",
        "Your features were updated to match your age.\0",
        "Deine Funktionen wurden an dein Alter angepasst.\0",
    ),
    Text(
        "notice.changed\0",
        "The settings for your game were updated.\0",
        "Die Einstellungen für dein Spiel wurden geändert.\0",
    ),
    Text(
        "notice.changed.title\0",
        "Your features have changed\0",
        "Deine Funktionen haben sich geändert\0",
    ),
    Text(
        "notice.ended\0",
        "To go on playing with all features, please answer a few questions again.\0",
        "Um mit allen Funktionen weiterzuspielen, beantworte bitte noch einmal ein paar Fragen.\0",
    ),
    Text(
        "notice.ended.title\0",
        "Your session has ended\0",
        "Deine Sitzung ist zu Ende\0",
    ),
    Text(
        "notice.may-choose\0",
        "You can now choose:\0",
        "Das kannst du jetzt selbst wählen:\0",
    ),
    Text("notice.off\0", "Now off:\0", "Jetzt aus:\0"),
    Text("notice.on\0", "Now on:\0", "Jetzt an:\0"),
    Text(
        "reason.age-verification\0",
        "Confirm your age to use this.\0",
        "Bestätige dein Alter, um das zu nutzen.\0",
    ),
    Text(
        "reason.error\0",
        "This is not available at the moment.\0",
        "Das ist im Moment nicht verfügbar.\0",
    ),
    Text(
        "reason.no-session\0",
        "Answer a few questions to use this.\0",
        "Beantworte ein paar Fragen, um das zu nutzen.\0",
    ),
    Text(
        "reason.not-in-session\0",
        "This is not part of your game.\0",
        "Das gehört nicht zu deinem Spiel.\0",
    ),
    Text(
        "reason.on-hold\0",
        "This is paused at the moment.\0",
        "Das ist gerade pausiert.\0",
    ),
    Text(
        "reason.parent\0",
        "A parent can turn this on for you.\0",
        "Ein Elternteil kann das für dich einschalten.\0",
    ),
    Text(
        "reason.pending\0",
        "Waiting for an answer.\0",
        "Es wird auf eine Antwort gewartet.\0",
    ),
    Text(
        "reason.player-choice\0",
        "You can turn this on.\0",
        "Du kannst das einschalten.\0",
    ),
    Text(
        "reason.prohibited\0",
        "This is not available where you play.\0",
        "Das ist dort, wo du spielst, nicht verfügbar.\0",
    ),
    Text(
        "reason.ready-soon\0",
        "This will be ready in a moment.\0",
        "Das ist gleich bereit.\0",
    ),
    Text(
        "reason.session-ended\0",
        "Your session has ended. Answer a few questions to go on.\0",
        "Deine Sitzung ist zu Ende. Beantworte ein paar Fragen, um weiterzumachen.\0",
    ),
    Text(
        "reason.stale\0",
        "Go online once to use this again.\0",
        "Geh einmal online, um das wieder zu nutzen.\0",
    ),
    Text(
        "reason.switched-off\0",
        "You have turned this off.\0",
        "Du hast das ausgeschaltet.\0",
    ),
    Text(
        "reason.too-young\0",
        "This is for older players.\0",
        "Das ist für ältere Spieler.\0",
    ),
    Text(
        "upgrade.approved\0",
        "{features}: the answer was yes. It will be ready in a moment.\0",
        "{features}: Die Antwort war ja. Es ist gleich bereit.\0",
    ),
    Text("upgrade.approved.title\0", "Approved\0", "Erlaubt\0"),
    Text(
        "upgrade.asked-parent\0",
        "Ask a parent to look at your request: {features}.\0",
        "Bitte ein Elternteil, sich deine Frage anzusehen: {features}.\0",
    ),
    Text(
        "upgrade.asked-parent.title\0",
        "Ask a parent\0",
        "Frag ein Elternteil\0",
    ),
    Text(
        "upgrade.asked-player\0",
        "Confirm your age to use this: {features}.\0",
        "Bestätige dein Alter, um das zu nutzen: {features}.\0",
    ),
    Text(
        "upgrade.asked-player.title\0",
        "Confirm your age\0",
        "Bestätige dein Alter\0",
    ),
    Text("upgrade.enabled\0", "Now on: {features}.\0", "Jetzt an: {features}.\0"),
    Text("upgrade.enabled.title\0", "It is ready\0", "Es ist bereit\0"),
    Text(
        "upgrade.refused\0",
        "This stays off for now: {features}.\0",
        "Das bleibt vorerst aus: {features}.\0",
    ),
    Text("upgrade.refused.title\0", "Not this time\0", "Diesmal nicht\0"),
    Text(
        "upgrade.waiting-parent\0",
        "A parent is looking at your request: {features}.\0",
        "Ein Elternteil sieht sich deine Frage gerade an: {features}.\0",
    ),
    Text(
        "upgrade.waiting-player\0",
        "Your age is being confirmed: {features}.\0",
        "Dein Alter wird gerade bestätigt: {features}.\0",
    ),
    Text(
        "upgrade.waiting.title\0",
        "Waiting for an answer\0",
        "Warten auf eine Antwort\0",
    ),
];

/// The key of a reason's text; none for a feature that is on.
fn reason_key(reason: Reason) -> &'static str {
    match reason {
        Reason::None => "",
        Reason::Parent => "reason.parent",
        Reason::Prohibited => "reason.prohibited",
        Reason::TooYoung => "reason.too-young",
        Reason::AgeVerification => "reason.age-verification",
        Reason::PlayerChoice => "reason.player-choice",
        Reason::Pending => "reason.pending",
        Reason::NoSession => "reason.no-session",
        Reason::OnHold => "reason.on-hold",
        Reason::NotInSession => "reason.not-in-session",
        Reason::SessionEnded => "reason.session-ended",
        Reason::Stale => "reason.stale",
        Reason::SwitchedOff => "reason.switched-off",
        Reason::RecordLocked | Reason::RecordUnavailable | Reason::KeyMissing => "reason.ready-soon",
        Reason::Error | Reason::RecordDamaged | Reason::WrongKey | Reason::NewerFormat => "reason.error",
    }
}

/// The language and the host's own texts.
#[derive(Debug, Clone)]
pub struct Texts {
    /// What is used where the host has given nothing.
    pub language: Language,
    /// In the order of the keys; each ends in a NUL. An array, so that nothing of it is allocated.
    own: [Option<&'static str>; TEXTS.len()],
}

/// The key of a text is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownKey;

impl Default for Texts {
    fn default() -> Self {
        Self::new()
    }
}

impl Texts {
    /// English, with nothing of the host's own.
    pub const fn new() -> Self {
        Self {
            language: Language::English,
            own: [None; TEXTS.len()],
        }
    }

    /// Whether there is a text of that key.
    ///
    /// # Errors
    /// There is none.
    pub fn check_key(key: &str) -> Result<(), UnknownKey> {
        find(key).map(|_| ()).ok_or(UnknownKey)
    }

    /// All keys.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        Self::c_keys().map(|key| key.trim_end_matches('\0'))
    }

    /// The same, each ending in a NUL for C.
    pub(crate) fn c_keys() -> impl Iterator<Item = &'static str> {
        TEXTS.iter().map(|text| text.0)
    }

    /// Registers or replaces a text; it must end in a NUL. `None` takes it back.
    ///
    /// # Errors
    /// There is no text of that key.
    pub fn set(&mut self, key: &str, text: Option<&'static str>) -> Result<(), UnknownKey> {
        let (at, _) = find(key).ok_or(UnknownKey)?;
        *self.own.get_mut(at).ok_or(UnknownKey)? = text;
        Ok(())
    }

    /// A text with its NUL; empty when there is none of that key.
    fn with_nul(&self, key: &str) -> &'static str {
        let Some((at, text)) = find(key) else { return "\0" };
        if let Some(own) = self.own.get(at).copied().flatten() {
            return own;
        }
        match self.language {
            Language::English => text.1,
            Language::German => text.2,
        }
    }

    /// A text; empty when there is none of that key.
    pub fn get(&self, key: &str) -> &'static str {
        self.with_nul(key).trim_end_matches('\0')
    }

    /// A reason's text, ending in a NUL for C.
    pub(crate) fn reason(&self, reason: Reason) -> &'static str {
        self.with_nul(reason_key(reason))
    }

    /// A text about features, by their display names.
    pub fn about(&self, key: &str, features: &[Box<str>], names: &DisplayNames) -> String {
        let mut list = String::new();
        for feature in features {
            if !list.is_empty() {
                list.push_str(", ");
            }
            list.push_str(&names.get(feature));
        }
        self.get(key).replace("{features}", &list)
    }
}

fn find(key: &str) -> Option<(usize, &'static Text)> {
    let at = TEXTS
        .binary_search_by(|text| text.0.trim_end_matches('\0').cmp(key))
        .ok()?;
    TEXTS.get(at).map(|text| (at, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_in_order_and_texts_end_in_a_nul() {
        assert!(TEXTS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for Text(key, english, german) in TEXTS {
            for text in [english, german] {
                assert!(text.ends_with('\0') && text.len() > 1, "{key}");
                assert!(!text[..text.len() - 1].contains('\0'), "{key}");
            }
            assert_eq!(english.contains("{features}"), german.contains("{features}"), "{key}");
            assert!(!english.to_lowercase().contains("error"), "{key}");
        }
    }

    #[test]
    fn the_hosts_own_text_comes_first_then_the_language() {
        let mut texts = Texts::new();
        assert_eq!(texts.get("reason.pending"), "Waiting for an answer.");
        texts.language = Language::of_tag("de-AT").unwrap();
        assert_eq!(texts.get("reason.pending"), "Es wird auf eine Antwort gewartet.");
        texts.set("reason.pending", Some("Gleich!\0")).unwrap();
        assert_eq!(
            (texts.get("reason.pending"), texts.reason(Reason::Pending)),
            ("Gleich!", "Gleich!\0")
        );
        texts.set("reason.pending", None).unwrap();
        assert_eq!(texts.get("reason.pending"), "Es wird auf eine Antwort gewartet.");
        assert_eq!(texts.set("reason.nothing", None), Err(UnknownKey));
        assert_eq!((texts.get("reason.nothing"), texts.reason(Reason::None)), ("", "\0"));
        for (tag, language) in [
            ("en", Some(Language::English)),
            ("EN_us", Some(Language::English)),
            ("fr", None),
            ("", None),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
    }

    #[test]
    fn features_are_shown_by_their_names() {
        let names = DisplayNames::new();
        let features = ["voice-chat".into(), "mods".into()];
        assert_eq!(
            Texts::new().about("upgrade.enabled", &features, &names),
            "Now on: Voice Chat, User-Generated Content."
        );
    }

    #[test]
    fn every_key_is_known_and_no_other() {
        assert!(Texts::keys().all(|key| Texts::check_key(key) == Ok(())));
        assert_eq!(Texts::keys().count(), TEXTS.len());
        assert_eq!(Texts::check_key("notice.no-such.title"), Err(UnknownKey));
        assert_eq!(Texts::check_key(""), Err(UnknownKey));
    }
}
