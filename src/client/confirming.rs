//! What the server's certain answers about the session lead to.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use super::{
    Client, Output,
    event::{News, Outcome},
    refresh::CONFIRM_DELETION_MS,
    saving::features_told,
    state::{Bar, Ended, Standing},
    timing::Now,
};
use crate::session::{Session, Status};

/// A crowd that has its birthday on one day asks spread over a minute.
const BIRTHDAY_SPREAD_MS: u64 = 60_000;

impl Client {
    pub(super) fn take_session(&mut self, now: Now, session: Session, etag: Option<Box<str>>) {
        if *session.status() == Status::Deleted {
            return self.take_deletion(now, true);
        }
        let is_same = match &self.newest.standing {
            Standing::Session {
                session: held,
                bar: None,
                ..
            } => **held == session,
            _ => false,
        };
        if is_same {
            return self.take_same(now, etag);
        }
        let is_first = self.newest.session().is_none();
        self.carry_upgrades_into(&session);
        self.unbound = false;
        self.refresher.deletion_seen_at = None;
        self.advance(Standing::Session {
            session: Arc::new(session),
            etag,
            bar: None,
        });
        if is_first {
            // A session where none was known: there is nothing that it differs from.
            self.acknowledged = self.newest.clone();
        }
        self.server_confirmed(now, Some(()));
    }

    /// The server gave the very session that is held.
    pub(super) fn take_same(&mut self, now: Now, etag: Option<Box<str>>) {
        if let Some(session) = self.newest.session().cloned() {
            self.carry_upgrades_into(&session);
        }
        self.unbound = false;
        self.refresher.deletion_seen_at = None;
        if let Standing::Session { etag: held, .. } = &mut self.newest.standing {
            *held = etag;
        }
        self.server_confirmed(now, None);
    }

    pub(super) fn take_bar(&mut self, now: Now, new_bar: Bar) {
        if new_bar == Bar::OfAnotherPlayer {
            self.unbound = false;
        }
        match &self.newest.standing {
            Standing::Session { session, etag, bar } if *bar != Some(new_bar) => {
                let (session, etag) = (Arc::clone(session), etag.clone());
                self.advance(Standing::Session {
                    session,
                    etag,
                    bar: Some(new_bar),
                });
                self.server_confirmed(now, Some(()));
            }
            Standing::Session { .. } => self.server_confirmed(now, None),
            _ => {
                self.no_session_confirmed();
                self.server_confirmed(now, None);
                if !core::mem::replace(&mut self.told_consent_needed, true) {
                    self.news(News::ConsentNeeded, Outcome::OK);
                }
            }
        }
    }

    /// The server knows of no session: a record that could not be read does not matter any more.
    fn no_session_confirmed(&mut self) {
        if matches!(self.newest.standing, Standing::Unusable(_)) && self.saver_is_writable() {
            self.advance(Standing::None);
            self.acknowledged = self.newest.clone();
        }
    }

    pub(super) fn take_deletion(&mut self, now: Now, named: bool) {
        let Standing::Session { session, etag, bar } = &self.newest.standing else {
            return self.take_bar(now, Bar::NeedsConsent);
        };
        let agreed = self
            .refresher
            .deletion_seen_at
            .is_some_and(|at| now.mono_ms.saturating_sub(at) >= CONFIRM_DELETION_MS);
        // Right after a challenge has passed, k-ID may not know the session for a moment.
        let is_early = self.upgrades.patience > 1;
        if !is_early && (named || agreed) {
            let ended = Ended {
                features_on: features_told(&self.acknowledged, &self.newest),
                at_ms: now.wall_ms,
            };
            self.refresher.deletion_seen_at = None;
            self.unbound = false;
            self.advance(Standing::Ended(Arc::new(ended)));
            self.acknowledged.standing = Standing::None;
            return self.server_confirmed(now, Some(()));
        }
        let is_new = *bar != Some(Bar::DeletionUnconfirmed);
        if is_new {
            let (session, etag) = (Arc::clone(session), etag.clone());
            self.advance(Standing::Session {
                session,
                etag,
                bar: Some(Bar::DeletionUnconfirmed),
            });
        }
        self.refresher.deletion_seen_at.get_or_insert(now.mono_ms);
        self.server_confirmed(now, is_new.then_some(()));
        if !is_early {
            self.refresher.due_at = Some(now.mono_ms.saturating_add(CONFIRM_DELETION_MS));
        }
    }

    /// The server gave a certain answer; `changed` when it changed what is known.
    pub(super) fn server_confirmed(&mut self, now: Now, changed: Option<()>) {
        let was_live = self.is_live(now);
        self.confirm(now);
        self.server_answered();
        // The same moment would bring a whole crowd back at once.
        let periodic = self.config.periodic_ms;
        let spread = self.random.u64(0..=periodic / 10);
        self.refresher.due_at = Some(now.mono_ms.saturating_add(periodic).saturating_add(spread));
        self.refresher.birthday_spread_ms = self.random.u64(0..=BIRTHDAY_SPREAD_MS);
        let joined = self.refresher.flight.take().map(|f| f.joined).unwrap_or_default();
        let enabled = self.settle_upgrades();
        self.look_again_soon(now);
        if changed.is_some() {
            self.save(now, None);
            for (request, operation) in joined {
                self.save_waiter(now, request, operation);
            }
        } else {
            // What was learnt before may still be on its way to the medium.
            let (waiting, done) = if self.granted.revision < self.newest.revision {
                (joined, Vec::new())
            } else {
                (Vec::new(), joined)
            };
            for (request, operation) in waiting {
                self.save_waiter(now, request, operation);
            }
            // When it was confirmed is worth storing, but nobody waits for it.
            self.save(now, None);
            self.complete_refreshes(done, &Outcome::OK);
            if !was_live {
                self.outputs.push_back(Output::Publish);
            }
        }
        for (request, operation) in enabled {
            self.save_waiter_done(now, request, operation, Outcome::OK);
        }
        self.tell_enabled();
        let may_go_on = self.upgrades.patience == 0;
        if may_go_on && let Some(again) = self.refresher.again.take() {
            self.start_refresh(now, again);
        }
    }
}
