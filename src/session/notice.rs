//! From two sessions to what a person should be told.

use alloc::{boxed::Box, string::String, vec::Vec};

use super::{
    access::Access,
    model::{AgeStatus, Session, Status},
    names::DisplayNames,
};

/// What kind of notice. The numbers are those of the C ABI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i32)]
pub enum NoticeKind {
    /// Nothing that a player can notice has changed.
    #[default]
    None = 0,
    /// The session ended; the age gate comes next.
    SessionEnded = 1,
    /// The player reached a higher age status.
    AgedUp = 2,
    /// Features went off, or the age status was lowered.
    Restricted = 3,
    /// Features came on, or the player may now choose.
    OpenedUp = 4,
    /// Some went off and some came on.
    Mixed = 5,
}

/// What to tell the player, with the features concerned, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notice {
    /// The kind.
    pub kind: NoticeKind,
    /// Features that were on and are off.
    pub off: Vec<Box<str>>,
    /// Features that were off and are on.
    pub on: Vec<Box<str>>,
    /// Features that are off and that the player may now enable, but could not before.
    pub may_choose: Vec<Box<str>>,
}

impl Notice {
    /// The notice between what the player was last told and what holds now; `None` stands for no session. On and off
    /// are meant as the player sees them: a session that is not in force has everything off, a removed permission is
    /// off, an added and enabled one is on.
    pub fn between(told: Option<&Session>, now: Option<&Session>) -> Self {
        let ended = |s: &&Session| *s.status() == Status::Deleted;
        let (told, now) = (told.filter(|s| !ended(s)), now.filter(|s| !ended(s)));
        let Some(now) = now else {
            return match told {
                Some(told) => Self::ended(features_on(told)),
                None => Self::default(),
            };
        };
        let mut notice = Self::default();
        for new in now.permissions() {
            let before = told.map_or(Access::Unavailable, |t| t.access(&new.name));
            let after = now.access(&new.name);
            if before == after {
                continue;
            }
            let list = match (before, after) {
                (Access::Allowed, _) => &mut notice.off,
                (_, Access::Allowed) => &mut notice.on,
                (_, Access::PlayerMayEnable) if was_known(told, &new.name) => &mut notice.may_choose,
                _ => continue,
            };
            list.push(new.name.clone());
        }
        for old in told.map_or(&[][..], Session::permissions) {
            let was_on = told.is_some_and(|t| t.access(&old.name).is_allowed());
            if was_on && now.permission(&old.name).is_none() {
                notice.off.push(old.name.clone());
            }
        }
        notice.kind = notice.kind_for(age_order(told), age_order(Some(now)));
        notice
    }

    /// The notice that a session with these features on has ended.
    pub fn ended(features_on: Vec<Box<str>>) -> Self {
        Self {
            kind: NoticeKind::SessionEnded,
            off: features_on,
            ..Self::default()
        }
    }

    fn kind_for(&self, age_before: Option<u8>, age_after: Option<u8>) -> NoticeKind {
        let (went_off, came_on) = (!self.off.is_empty(), !self.on.is_empty() || !self.may_choose.is_empty());
        match (age_before, age_after) {
            (Some(before), Some(after)) if after > before => return NoticeKind::AgedUp,
            (Some(before), Some(after)) if after < before => return NoticeKind::Restricted,
            _ => {}
        }
        match (went_off, came_on) {
            (false, false) => NoticeKind::None,
            (true, false) => NoticeKind::Restricted,
            (false, true) => NoticeKind::OpenedUp,
            (true, true) => NoticeKind::Mixed,
        }
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.kind == NoticeKind::None
    }

    /// A neutral heading, in English.
    pub fn title(&self) -> &'static str {
        match self.kind {
            NoticeKind::None => "",
            NoticeKind::SessionEnded => "Your session has ended",
            NoticeKind::AgedUp | NoticeKind::Restricted | NoticeKind::OpenedUp | NoticeKind::Mixed => {
                "Your features have changed"
            }
        }
    }

    /// A neutral text, in English, that lists the features by their display names, a line each.
    pub fn message(&self, names: &DisplayNames) -> String {
        let mut text = String::from(match self.kind {
            NoticeKind::None => return String::new(),
            NoticeKind::SessionEnded => {
                return String::from("To go on playing with all features, please answer a few questions again.");
            }
            NoticeKind::AgedUp => "Your features were updated to match your age.",
            NoticeKind::Restricted | NoticeKind::OpenedUp | NoticeKind::Mixed => {
                "The settings for your game were updated."
            }
        });
        for (heading, features) in [
            ("Now off:", &self.off),
            ("Now on:", &self.on),
            ("You can now choose:", &self.may_choose),
        ] {
            if features.is_empty() {
                continue;
            }
            text.push_str("\n\n");
            text.push_str(heading);
            for feature in features {
                text.push_str("\n- ");
                text.push_str(&names.get(feature));
            }
        }
        text
    }
}

/// The features that are on, in the session's order.
pub(crate) fn features_on(session: &Session) -> Vec<Box<str>> {
    session
        .permissions()
        .iter()
        .filter(|p| session.access(&p.name).is_allowed())
        .map(|p| p.name.clone())
        .collect()
}

fn was_known(told: Option<&Session>, name: &str) -> bool {
    told.is_some_and(|t| t.is_in_force() && t.permission(name).is_some())
}

fn age_order(session: Option<&Session>) -> Option<u8> {
    session.and_then(Session::age_status).and_then(AgeStatus::order)
}
