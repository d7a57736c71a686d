//! From two sessions to what a person should be told.

use alloc::{boxed::Box, string::String, vec::Vec};

use super::{
    access::Access,
    model::{AgeStatus, Session, Status},
    names::DisplayNames,
    texts::Texts,
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
    /// A question was put: to a parent, or to the player.
    Asked = 6,
    /// Somebody has opened the question.
    Waiting = 7,
    /// The answer was yes; the features are on as soon as a session says so.
    Approved = 8,
    /// What the player asked for stays off.
    Refused = 9,
    /// What the player asked for is on.
    Enabled = 10,
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
    /// Features that the player asked for: of the kinds asked, waiting, approved and refused.
    pub asked: Vec<Box<str>>,
    /// Whether the question is the player's own to answer.
    pub is_players: bool,
}

impl Notice {
    /// The notice between what the player was last told and what holds now; `None` stands for no session. On and off
    /// are meant as the player sees them: a session that is not in force has everything off, a removed permission is
    /// off, an added and enabled one is on.
    pub fn between(told: Option<&Session>, now: Option<&Session>) -> Self {
        let (told, now) = (told.filter(is_there), now.filter(is_there));
        let Some(now) = now else {
            return match told {
                Some(told) => Self::ended(features_on(told)),
                None => Self::default(),
            };
        };
        let mut notice = Self::default();
        for (news, feature) in all_news(told, now) {
            let list = match news {
                News::Off => &mut notice.off,
                News::On => &mut notice.on,
                News::MayChoose => &mut notice.may_choose,
            };
            list.push(Box::from(feature));
        }
        notice.kind = notice.kind_for(age_order(told), age_order(Some(now)));
        notice
    }

    /// Whether [`Notice::between`] has anything to tell: found out without making it.
    pub fn is_due(told: Option<&Session>, now: Option<&Session>) -> bool {
        match (told.filter(is_there), now.filter(is_there)) {
            (told, None) => told.is_some(),
            (Some(told), Some(now)) if core::ptr::eq(told, now) => false,
            (told, Some(now)) => {
                let ages = age_order(told).zip(age_order(Some(now)));
                ages.is_some_and(|(before, after)| before != after) || all_news(told, now).next().is_some()
            }
        }
    }

    /// The notice that a session with these features on has ended.
    pub fn ended(features_on: Vec<Box<str>>) -> Self {
        Self {
            kind: NoticeKind::SessionEnded,
            off: features_on,
            ..Self::default()
        }
    }

    /// The notice about a question that the player's request led to.
    pub fn upgrade(kind: NoticeKind, asked: Vec<Box<str>>, is_players: bool) -> Self {
        Self {
            kind,
            asked,
            is_players,
            ..Self::default()
        }
    }

    /// The same notice, told as an answer when everything in it is what the player asked for.
    pub fn as_answer(mut self, is_asked: impl Fn(&str) -> bool) -> Self {
        if self.kind == NoticeKind::OpenedUp && self.may_choose.is_empty() && self.on.iter().all(|f| is_asked(f)) {
            self.kind = NoticeKind::Enabled;
        }
        self
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
        self.title_in(&Texts::new())
    }

    /// A neutral heading.
    pub fn title_in(&self, texts: &Texts) -> &'static str {
        texts.get(match (self.kind, self.is_players) {
            (NoticeKind::None, _) => "",
            (NoticeKind::SessionEnded, _) => "notice.ended.title",
            (NoticeKind::Asked, false) => "upgrade.asked-parent.title",
            (NoticeKind::Asked, true) => "upgrade.asked-player.title",
            (NoticeKind::Waiting, _) => "upgrade.waiting.title",
            (NoticeKind::Approved, _) => "upgrade.approved.title",
            (NoticeKind::Refused, _) => "upgrade.refused.title",
            (NoticeKind::Enabled, _) => "upgrade.enabled.title",
            (NoticeKind::AgedUp | NoticeKind::Restricted | NoticeKind::OpenedUp | NoticeKind::Mixed, _) => {
                "notice.changed.title"
            }
        })
    }

    /// A neutral text, in English, that lists the features by their display names.
    pub fn message(&self, names: &DisplayNames) -> String {
        self.message_in(&Texts::new(), names)
    }

    /// A neutral text that lists the features by their display names: each on a line of its own, or within the sentence of
    /// an answer.
    pub fn message_in(&self, texts: &Texts, names: &DisplayNames) -> String {
        let about_asked = |key| texts.about(key, &self.asked, names);
        let mut text = String::from(match (self.kind, self.is_players) {
            (NoticeKind::None, _) => return String::new(),
            (NoticeKind::SessionEnded, _) => return texts.get("notice.ended").into(),
            (NoticeKind::Asked, false) => return about_asked("upgrade.asked-parent"),
            (NoticeKind::Asked, true) => return about_asked("upgrade.asked-player"),
            (NoticeKind::Waiting, false) => return about_asked("upgrade.waiting-parent"),
            (NoticeKind::Waiting, true) => return about_asked("upgrade.waiting-player"),
            (NoticeKind::Approved, _) => return about_asked("upgrade.approved"),
            (NoticeKind::Refused, _) => return about_asked("upgrade.refused"),
            (NoticeKind::Enabled, _) => return texts.about("upgrade.enabled", &self.on, names),
            (NoticeKind::AgedUp, _) => texts.get("notice.aged-up"),
            (NoticeKind::Restricted | NoticeKind::OpenedUp | NoticeKind::Mixed, _) => texts.get("notice.changed"),
        });
        for (heading, features) in [
            ("notice.off", &self.off),
            ("notice.on", &self.on),
            ("notice.may-choose", &self.may_choose),
        ] {
            if features.is_empty() {
                continue;
            }
            text.push_str("\n\n");
            text.push_str(texts.get(heading));
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
        .filter(|p| session.is_in_force() && Access::of(p).is_allowed())
        .map(|p| Box::from(&*p.name))
        .collect()
}

/// What a notice tells of a feature.
enum News {
    Off,
    On,
    MayChoose,
}

/// What a notice tells: of the features of `now` in its order, then of those that are gone.
fn all_news<'s>(told: Option<&'s Session>, now: &'s Session) -> impl Iterator<Item = (News, &'s str)> {
    let of_new = now.permissions().iter().enumerate().filter_map(move |(at, new)| {
        let before = told.map_or(Access::Unavailable, |t| t.access_near(at, &new.name));
        let news = match (before, now.access_near(at, &new.name)) {
            (before, after) if before == after => return None,
            (Access::Allowed, _) => News::Off,
            (_, Access::Allowed) => News::On,
            (_, Access::PlayerMayEnable) if was_known(told, &new.name) => News::MayChoose,
            _ => return None,
        };
        Some((news, &*new.name))
    });
    let old = told.map_or(&[][..], Session::permissions).iter().enumerate();
    let of_gone = old.filter_map(move |(at, old)| {
        let was_on = told.is_some_and(|t| t.access_near(at, &old.name).is_allowed());
        (was_on && now.permission_near(at, &old.name).is_none()).then_some((News::Off, &*old.name))
    });
    of_new.chain(of_gone)
}

/// A deleted session is none.
fn is_there(session: &&Session) -> bool {
    *session.status() != Status::Deleted
}

fn was_known(told: Option<&Session>, name: &str) -> bool {
    told.is_some_and(|t| t.is_in_force() && t.permission(name).is_some())
}

fn age_order(session: Option<&Session>) -> Option<u8> {
    session.and_then(Session::age_status).and_then(AgeStatus::order)
}
