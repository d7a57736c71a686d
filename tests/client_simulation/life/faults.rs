//! What goes wrong: answers, the medium, the platform, clocks, and the process itself.

use playgate::{
    client::{Cause, Client, Code, LoadFailure, Outcome, View},
    protocol::http::{Reply, Response, TransportError, TransportErrorKind},
    session::Reason,
};

use super::{HELD_MOST, Life, MAX_HEAP, heap};
use crate::client_harness::{
    Disk, Exchange, HOUR, Landing, MINUTE, Medium, SECOND, World, config, documents::*, response,
};

impl Life {
    /// One of the exchanges in flight is answered. Says whether that speaks for the player: it never does.
    pub(super) fn answer(&mut self) -> bool {
        if let Some(errand) = self.random.choice(&self.world.errands).cloned()
            && (self.world.wire.is_none() || self.random.bool())
        {
            if let Some(reply) = self.reply_for(&errand) {
                let is_oldest = |open: &Exchange| open.ticket >= errand.ticket;
                if !self.world.errands.iter().chain(&self.world.wire).all(is_oldest) {
                    self.count("faults: reorderings");
                }
                self.note(|| format!("answer {} {reply:?}", errand.line()));
                self.world.reply_to(&errand, reply.clone());
                self.perhaps_again(&errand, reply);
            }
            return false;
        }
        let Some(exchange) = self.world.wire.clone() else {
            // Nothing is asked: something pushes the game to it, or time passes.
            if self.random.bool() {
                self.refresh(Cause::Push);
                return false;
            }
            return self.pass();
        };
        if let Some(reply) = self.reply_for(&exchange) {
            self.note(|| format!("answer {reply:?}"));
            let is_honest = reply == self.server.borrow_mut().answer(&exchange);
            self.world.reply(reply.clone());
            if is_honest {
                self.holds_what_holds(&exchange);
            }
            self.perhaps_again(&exchange, reply);
        }
        false
    }

    /// An honest answer about a session that holds has lifted whatever barred it.
    fn holds_what_holds(&self, exchange: &Exchange) {
        let server = self.server.borrow();
        let held = server.current.as_ref().map(|doc| doc.id.as_str());
        let asked = exchange.asked();
        if held.is_none() || asked.is_some() && asked.as_deref() != held {
            return;
        }
        let view = self.world.client.view(self.world.now);
        let open = view.newest.open_session().map(|session| session.id());
        assert_eq!(
            open,
            held,
            "the server says that the session holds, and {}",
            view.newest.standing.word()
        );
    }

    fn reply_for(&mut self, exchange: &Exchange) -> Option<Reply> {
        if self.random.f64() >= self.fault_rate {
            let reply = self.server.borrow_mut().answer(exchange);
            let is_unchanged = reply.as_ref().is_ok_and(|response| response.status == 304);
            self.count(if is_unchanged {
                "honest answers: unchanged"
            } else {
                "honest answers"
            });
            return Some(reply);
        }
        self.bad_reply(exchange)
    }

    /// The network delivers an answer twice.
    fn perhaps_again(&mut self, exchange: &Exchange, reply: Reply) {
        if self.random.f64() < self.fault_rate / 4.0 && !self.is_in_flight(exchange) {
            self.count("faults: duplicates");
            self.note(|| "the same answer again".to_owned());
            self.world.reply_late(exchange.ticket, reply);
        }
    }

    fn is_in_flight(&self, exchange: &Exchange) -> bool {
        let mut open = self.world.errands.iter().chain(&self.world.wire);
        open.any(|e| e.ticket == exchange.ticket)
    }

    /// A fault; `None`: no answer at all yet.
    fn bad_reply(&mut self, exchange: &Exchange) -> Option<Reply> {
        let asked = exchange.asked().unwrap_or_default();
        let ok = |status, body: &str| Some(Ok(response(status, &[], body)));
        let error = |kind| Some(Err(TransportError::new(kind, "lost")));
        let (what, reply) = match self.random.u32(0..24) {
            0 | 1 => ("faults: delays", None),
            2 | 3 => ("faults: losses", error(TransportErrorKind::Unreachable)),
            4 => ("faults: losses", error(TransportErrorKind::Malformed)),
            5 | 6 => ("faults: errors of the server", ok(500, "trouble")),
            7 => (
                "faults: errors of the server",
                Some(Ok(response(429, &[("Retry-After", "20")], ""))),
            ),
            8 => ("faults: errors of the server", ok(429, "")),
            9 => ("faults: what is no answer", ok(200, "<html>")),
            10 => (
                "faults: foreign answers",
                ok(200, &changed(&session("somebody-elses", "+chat +mods +ads"))),
            ),
            11 => ("faults: errors of the server", ok(404, "")),
            12 => ("faults: tokens refused", ok(401, "")),
            13 => ("faults: wrong deletions", ok(200, DELETED_UNNAMED)),
            14 => ("faults: foreign answers", ok(403, FOREIGN)),
            15..18 => (
                "faults: stale answers",
                Some(self.server.borrow_mut().answer_of_yesterday(exchange)),
            ),
            18 | 19 => ("faults: misrouted answers", Some(self.misrouted(exchange))),
            20..22 => ("faults: mutilated answers", Some(self.mutilated(exchange))),
            22 => ("faults: hostile answers", Some(self.hostile(exchange))),
            _ if self.random.bool() => ("faults: wrong deletions", ok(200, &deleted(&asked))),
            _ => ("faults: wrong deletions", ok(200, NEEDS_CONSENT)),
        };
        self.count(what);
        reply
    }

    /// The answer to another question.
    fn misrouted(&mut self, exchange: &Exchange) -> Reply {
        let others: Vec<Exchange> = self.world.sent.iter().rev().take(8).cloned().collect();
        let other = self.random.choice(others).unwrap_or_else(|| exchange.clone());
        self.server.borrow_mut().answer(&other)
    }

    /// The honest answer with some of its bytes changed, cut off or doubled.
    fn mutilated(&mut self, exchange: &Exchange) -> Reply {
        let honest = self.server.borrow_mut().answer(exchange)?;
        let mut body = honest.body.to_vec();
        for _ in 0..self.random.u32(1..4) {
            if body.is_empty() {
                break;
            }
            let at = self.random.usize(0..body.len());
            match self.random.u32(0..4) {
                0 => body.truncate(at),
                1 => body[at] ^= 1 << self.random.u32(0..8),
                2 => body.insert(at, self.random.u8(..)),
                _ => drop(body.remove(at)),
            }
        }
        // What can be read all the same was said by the server itself, since TLS keeps bytes whole; and a server does not
        // give two documents one entity tag.
        self.server.borrow_mut().touch();
        Ok(Response { body, ..honest })
    }

    /// What a server that means harm may say.
    fn hostile(&mut self, exchange: &Exchange) -> Reply {
        let asked = exchange.asked().unwrap_or_else(|| "s-1".to_owned());
        let everything = session(&asked, "+chat +voice +gifts +ads +mods").json();
        let other = session("somebody-elses", "+chat +voice +gifts +ads +mods").json();
        let body = match self.random.u32(0..6) {
            0 => "[".repeat(100_000),
            1 => format!(r#"{{"success":true,"status":"PASS","session":{everything}}}"#),
            2 => format!(r#"{{"success":true,"sessionId":"somebody-elses","session":{other}}}"#),
            3 => r#"{"status":"PASS","challengeId":"c-0","sessionId":"somebody-elses"}"#.to_owned(),
            4 => format!(r#"{{"hasChanged":true,"session":{{"sessionId":"{asked}","permissions":[{{}}]}}}}"#),
            _ => format!(r#"{{"sessionDeleted":"true","needsConsent":1,"session":"{asked}"}}"#),
        };
        Ok(response(200, &[("ETag", "\"\u{7f}\r\n\"")], &body))
    }

    /// Time passes. Says whether that speaks for the player: it never does.
    pub(super) fn pass(&mut self) -> bool {
        let longest = self
            .random
            .choice([50, SECOND, 6 * SECOND, MINUTE, 20 * MINUTE])
            .unwrap();
        let ms = self.random.u64(0..=longest);
        self.note(|| format!("pass {ms} ms"));
        let before = self.world.ticks;
        self.world.pass(ms);
        self.ads.borrow_mut().now_ms += ms;
        let wakes = self.world.ticks - before;
        assert!(wakes <= 20 + ms / 200, "{wakes} wakes in {ms} ms");
        false
    }

    /// The machine sleeps, or the console suspends the game: nobody wakes the client meanwhile, and when it comes back
    /// there is no burst.
    pub(super) fn sleep(&mut self) {
        self.count("suspends");
        let ms = self.random.u64(0..12 * HOUR);
        let is_told = self.random.bool();
        self.note(|| format!("sleep {ms} ms, told {is_told}"));
        let was_suspended = self.world.suspended;
        if is_told {
            self.world.set_suspended(true);
        }
        let before = self.world.sent.len();
        self.world.now.mono_ms += ms;
        self.world.now.wall_ms += i64::try_from(ms).unwrap();
        self.ads.borrow_mut().now_ms += ms;
        if is_told {
            self.world.set_suspended(was_suspended);
        }
        self.world.step(|_, _| {});
        let burst = self.world.sent.len() - before;
        assert!(burst <= 1 + FEATURES.len(), "{burst} requests at once after a sleep");
    }

    pub(super) fn medium_changes(&mut self) {
        let media = [
            Medium::Works,
            Medium::Works,
            Medium::Works,
            Medium::Fails,
            Medium::FailsButLands,
            Medium::Hangs,
            Medium::HangsAfterOne,
        ];
        let medium = self.random.choice(media).unwrap();
        if medium != Medium::Works {
            self.count("faults: the medium");
        }
        self.note(|| format!("the medium {medium:?}"));
        self.world.set_medium(medium);
    }

    pub(super) fn platform_changes(&mut self) {
        let on = self.random.u32(0..4) > 0;
        let which = self.random.u32(0..4);
        self.note(|| {
            format!(
                "{} {on}",
                ["online", "foreground", "network", "new token"][which as usize]
            )
        });
        match which {
            0 => self.world.set_online(on),
            1 => self.world.set_suspended(!on),
            2 => self.world.set_network(on),
            _ => self.world.set_token(&format!("token-{}", self.steps)),
        }
    }

    /// An answer to what is not awaited any more.
    pub(super) fn late_reply(&mut self) {
        let sent: Vec<Exchange> = self.world.sent.iter().rev().take(64).cloned().collect();
        let Some(old) = self.random.choice(sent).filter(|e| !self.is_in_flight(e)) else {
            return;
        };
        self.count("faults: late answers");
        let asked = old.asked().unwrap_or_else(|| "s-0".to_owned());
        let body = match self.random.u32(0..3) {
            0 => changed(&session(&asked, "+chat +voice +gifts +ads +mods")),
            1 => deleted(&asked),
            _ => NEEDS_CONSENT.to_owned(),
        };
        self.note(|| format!("late reply to {}: {body}", old.ticket));
        self.world.late_reply(old.ticket, 200, &body);
    }

    pub(super) fn clock_jumps(&mut self) {
        self.count("faults: clock jumps");
        let hours = self.random.i64(-30..=30);
        self.note(|| format!("the wall clock jumps {hours} h"));
        self.world.jump_wall(hours * 3_600_000);
        let offset = self.random.i32(-12..=14) * 3_600;
        self.world.now.utc_offset_s = offset;
        self.world.step(|_, _| {});
    }

    /// The process is killed, and started again.
    pub(super) fn restart(&mut self) {
        self.count("kills");
        let network = self.random.u32(0..4) > 0;
        let landing = self
            .random
            .choice([Landing::Nothing, Landing::Whole, Landing::Torn])
            .unwrap();
        let held = self.random.u32(0..4) == 0;
        self.note(|| format!("killed; network {network}, the write under way lands: {landing:?}, held {held}"));
        if landing == Landing::Torn && self.world.disk.is_busy() {
            self.count("faults: torn writes");
        }
        self.world.disk.held_elsewhere = held;
        self.crash(network, landing);
        if held {
            // It holds on for a while.
            self.count("faults: records held elsewhere");
            for _ in 0..self.random.u32(0..20) {
                match self.random.u32(0..3) {
                    0 => drop(self.answer()),
                    1 => drop(self.pass()),
                    _ => self.parent_decides(),
                }
            }
            self.note(|| "the other process lets the record go".to_owned());
            self.world.take_over();
        }
        if self.random.bool() {
            // The game goes on with what its player was doing.
            self.refresh(Cause::Game);
        }
    }

    pub(super) fn crash(&mut self, network: bool, landing: Landing) {
        self.shown = None;
        self.acknowledging.clear();
        self.ads.borrow_mut().is_wanted = false;
        // A record that could not be used is never written over; somebody puts back what was there.
        let is_foreign = self.world.disk.failure.as_ref().is_some_and(|f| !f.writable);
        let fault = if is_foreign && (self.fault_rate == 0.0 || self.random.bool()) {
            3
        } else if self.fault_rate > 0.0 {
            self.random.u32(0..30)
        } else {
            u32::MAX
        };
        let older = self.random.choice(&self.older).cloned();
        let mut is_other = true;
        let meddle = |disk: &mut Disk| match (fault, older) {
            (0, Some(older)) if disk.failure.is_none() => {
                disk.payload = Some(older);
                disk.mark = None;
                true
            }
            (1, _) if disk.failure.is_none() => {
                disk.failure = Some(foreign());
                true
            }
            (2, _) if disk.failure.is_none() && disk.payload.is_some() => {
                disk.set_aside();
                true
            }
            (3, _) if is_foreign => {
                disk.failure = None;
                true
            }
            _ => {
                is_other = false;
                false
            }
        };
        let before = self.world.client.view(self.world.now).acknowledged;
        self.world.published = View::default();
        let held = heap::bytes_of(std::mem::replace(&mut self.world.client, Client::new(config())));
        assert!(held <= MAX_HEAP, "the client held {held} bytes");
        let most = self.tally.entry(HELD_MOST).or_default();
        *most = (*most).max(held as u64);
        let empty = World::open_offline(config(), Disk::default());
        self.world = std::mem::replace(&mut self.world, empty).crash_as(network, landing, meddle);
        if is_other {
            let what = [
                "faults: restored records",
                "faults: foreign records",
                "faults: damaged records",
                "faults: records put back",
            ][fault as usize];
            self.count(what);
            self.note(|| what.to_owned());
            self.told_for_good = 0;
            return;
        }
        let after = self.world.client.view(self.world.now).acknowledged;
        if self.world.disk.failure.is_some() || after.session().is_none() || before.session().is_none() {
            self.told_for_good = 0;
            return;
        }
        assert!(
            after.revision >= self.told_for_good,
            "revision {} was acknowledged for good, and after a kill only {}",
            self.told_for_good,
            after.revision
        );
        assert!(
            after.revision <= before.revision,
            "a kill has acknowledged revision {}, and the player only {}",
            after.revision,
            before.revision
        );
    }
}

/// The record of somebody else lies in its place.
fn foreign() -> LoadFailure {
    LoadFailure {
        reason: Reason::WrongKey,
        outcome: Outcome::new(Code::OfAnotherPlayer, "of another player"),
        writable: false,
    }
}
