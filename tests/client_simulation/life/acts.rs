//! What the player, the parent and the game do.

use playgate::client::{Cause, Command, State};

use super::Life;
use crate::client_harness::documents::*;

impl Life {
    pub(super) fn random_doc(&mut self, id: &str) -> Doc {
        let words: Vec<String> = FEATURES
            .iter()
            .map(|f| format!("{}{f}", if self.random.bool() { '+' } else { '-' }))
            .collect();
        let mut doc = session(id, &words.join(" ")).born("2012-03-05");
        let left_out = self.random.usize(0..FEATURES.len());
        doc.permissions.remove(left_out);
        for permission in &mut doc.permissions {
            permission.2 = self.random.choice([GUARDIAN, PLAYER, PROHIBITED]).unwrap();
        }
        if self.random.u32(0..6) == 0 {
            doc = doc.status(self.random.choice(["HOLD", "SOMETHING_NEW"]).unwrap());
        }
        self.server.borrow_mut().versions += 1;
        let version = self.server.borrow().versions;
        doc.etag(&format!("v{version}"))
    }

    pub(super) fn parent_decides(&mut self) {
        let Some(id) = self.server.borrow().current.as_ref().map(|doc| doc.id.clone()) else {
            return;
        };
        let doc = self.random_doc(&id);
        let revoked = self.random.u32(0..12) == 0;
        self.note(|| {
            if revoked {
                "the parent revokes".to_owned()
            } else {
                format!("the parent sets {}", doc.json())
            }
        });
        if revoked {
            self.server.borrow_mut().replace(None);
        } else {
            self.server.borrow_mut().set(doc);
        }
    }

    pub(super) fn ask(&mut self) {
        let causes = [
            Cause::Game,
            Cause::Game,
            Cause::Push,
            Cause::Push,
            Cause::Resume,
            Cause::Reconnect,
        ];
        let cause = self.random.choice(causes).unwrap();
        self.refresh(cause);
    }

    pub(super) fn refresh(&mut self, cause: Cause) {
        self.note(|| format!("refresh {cause:?}"));
        let request = self.world.refresh(cause);
        self.requests.push(request);
    }

    /// The player taps a locked feature, or does something about a challenge.
    pub(super) fn ask_for_something(&mut self) {
        let feature = self.random.choice(FEATURES).unwrap();
        let upgrade = self.world.published.upgrade_of(feature).cloned();
        let challenge = upgrade.and_then(|u| u.challenge.as_ref().map(|c| c.id.clone()));
        let command = match (challenge, self.random.u32(0..8)) {
            (Some(challenge), 0) => Command::Cancel { challenge },
            (Some(challenge), 1) => Command::Check { challenge },
            (Some(challenge), 2) => Command::RenewCode { challenge },
            (Some(challenge), 3) => Command::EmailParent {
                challenge,
                to: Default::default(),
            },
            _ => Command::Permission {
                feature: feature.into(),
                signal: None,
            },
        };
        self.note(|| format!("{command:?}"));
        let request = self.world.upgrade(command);
        self.requests.push(request);
    }

    pub(super) fn answer_challenge(&mut self) {
        let count = self.server.borrow().challenges.len();
        let which = self.random.usize(0..=count);
        let status = self.random.choice(["IN_PROGRESS", "PASS", "PASS", "FAIL"]).unwrap();
        self.note(|| format!("challenge {which} {status}"));
        self.server.borrow_mut().decide(which, status);
    }

    pub(super) fn switch_something(&mut self) {
        let (feature, on) = (self.random.choice(FEATURES).unwrap(), self.random.bool());
        self.note(|| format!("switch {feature} {on}"));
        self.world.upgrade(Command::Switch {
            feature: feature.into(),
            on,
        });
    }

    pub(super) fn player_reads(&mut self) {
        match self.shown.take() {
            Some(shown) => {
                self.note(|| format!("acknowledge revision {}", shown.state.revision));
                let before = self.world.client.view(self.world.now).acknowledged;
                let request = self.world.acknowledge(&shown);
                let after = self.world.client.view(self.world.now).acknowledged;
                let is = |state: &State| after.session().map(|s| s.json()) == state.session().map(|s| s.json());
                assert!(
                    after.session().is_none() || is(&before) || is(&shown.state),
                    "more counts as told than was shown"
                );
                // That a session ended is over once there is one again.
                if shown.state.session().is_some() {
                    self.acknowledging.push((request, shown.state.revision));
                }
            }
            None => {
                let (notice, shown) = self.world.show_notice();
                self.note(|| format!("show {:?}", notice.kind));
                self.shown = (!notice.is_empty()).then_some(shown);
            }
        }
    }

    pub(super) fn cancel(&mut self) {
        if let Some(request) = self.random.choice(&self.requests).copied() {
            self.note(|| format!("cancel {request}"));
            self.world.cancel(request);
        }
    }

    /// The consent flow gives the game a new session.
    pub(super) fn consent(&mut self) {
        let id = format!("s-{}", self.steps);
        let doc = self.random_doc(&id);
        self.note(|| format!("adopt {}", doc.json()));
        if !self.world.stopped {
            self.server.borrow_mut().replace(Some(doc.clone()));
        }
        self.world.adopt(&doc.json());
    }

    pub(super) fn rare(&mut self) {
        let which = self.random.u32(0..5);
        self.note(|| {
            [
                "forget",
                "flush",
                "stop",
                "adopt garbage",
                "adopt the held session again",
            ][which as usize]
                .to_owned()
        });
        match which {
            0 => {
                self.world.forget();
            }
            1 => drop(self.world.flush()),
            2 => {
                self.ads.borrow_mut().is_wanted = false;
                self.world.stop();
            }
            3 => drop(self.world.adopt_refused("{\"sessionId\":")),
            _ => {
                let held = self.server.borrow().current.as_ref().map(Doc::json);
                if let Some(held) = held {
                    self.world.adopt(&held);
                }
            }
        }
    }
}
