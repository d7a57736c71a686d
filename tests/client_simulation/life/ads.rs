//! The ad service and its patience, and what the game wants of it.

use playgate::{
    client::{GameOptions, GameTiming, GameToken},
    protocol::http::{Reply, TransportError, TransportErrorKind},
};

use super::Life;
use crate::client_harness::{AD_FEATURE, AD_SERVICE, Exchange, SECOND, response};

/// So long after the last beat the service lets a game session expire.
const EXPIRY_MS: u64 = 10 * SECOND;

/// What the ad service knows, by a clock that no kill sets back.
#[derive(Debug, Default)]
pub struct AdService {
    pub now_ms: u64,
    pub alive_until: Option<u64>,
    /// What the game wants.
    pub is_wanted: bool,
}

impl AdService {
    pub fn is_alive(&self) -> bool {
        self.alive_until.is_some_and(|until| until >= self.now_ms)
    }

    fn answer(&mut self, exchange: &Exchange) -> Reply {
        let verb = exchange.request.url.rsplit('/').next().unwrap_or_default();
        let error = |code: &str| Ok(response(400, &[], &format!(r#"{{"error":{{"code":"{code}"}}}}"#)));
        match (verb, self.is_alive()) {
            ("initiate", true) => return error("ALREADY_IN_GAME"),
            ("heartbeat" | "end", false) => return error("NO_ACTIVE_SESSION"),
            ("end", true) => self.alive_until = None,
            _ => self.alive_until = Some(self.now_ms + EXPIRY_MS),
        }
        Ok(response(200, &[], r#"{"success":true}"#))
    }
}

impl Life {
    /// The ad service answers what it was asked, or something goes wrong.
    pub(super) fn answer_of_game(&mut self) {
        let Some(exchange) = self.world.ads.clone() else {
            return self.play();
        };
        // A request may arrive though its answer gets lost.
        let honest = self.ads.borrow_mut().answer(&exchange);
        let reply = if self.random.f64() < self.fault_rate {
            self.count("faults: the ad service's answers");
            match self.random.u32(0..6) {
                0 => Err(TransportError::new(TransportErrorKind::TimedOut, "lost")),
                1 => Err(TransportError::new(TransportErrorKind::Unreachable, "refused")),
                2 => Ok(response(500, &[], "trouble")),
                3 => Ok(response(200, &[], "<html>")),
                4 => Ok(response(401, &[], r#"{"error":{"code":"UNAUTHORIZED"}}"#)),
                _ => Ok(response(429, &[("Retry-After", "5")], "")),
            }
        } else {
            honest
        };
        self.note(|| format!("the ad service answers {reply:?}"));
        self.world.reply_of_game(reply);
    }

    /// The game begins or ends its game session.
    pub(super) fn play(&mut self) {
        let act = self
            .random
            .choice(["begin", "begin", "end", "new token", "elsewhere"])
            .unwrap();
        self.note(|| format!("game session: {act}"));
        match act {
            "end" => {
                self.ads.borrow_mut().is_wanted = false;
                self.world.end_game();
            }
            "new token" => {
                let token = GameToken(format!("ads-{}", self.steps).into());
                self.world.step(|client, now| client.set_game_token(now, token));
            }
            "begin" => self.begin_game(),
            _ => {
                let base = format!("{AD_SERVICE}/v{}", self.random.u32(0..2));
                self.begin_game_at(&base);
            }
        }
    }

    pub(super) fn begin_game(&mut self) {
        self.begin_game_at(AD_SERVICE);
    }

    fn begin_game_at(&mut self, base: &str) {
        if self.world.stopped {
            return;
        }
        self.ads.borrow_mut().is_wanted = true;
        let options = GameOptions {
            base: base.into(),
            token: GameToken(format!("ads-{}", self.steps).into()),
            feature: Some(AD_FEATURE.into()),
            timing: GameTiming::default(),
        };
        self.world.step(|client, now| client.start_game(now, options));
    }

    /// Time in which the ad service answers at once.
    pub(super) fn pass_with_game(&mut self, ms: u64) {
        if self.ads.borrow().is_wanted {
            // A token that the service takes.
            self.begin_game();
        }
        for _ in 0..ms / 100 {
            while let Some(exchange) = self.world.ads.clone() {
                let reply = self.ads.borrow_mut().answer(&exchange);
                self.world.reply_of_game(reply);
            }
            self.world.pass(100);
            self.ads.borrow_mut().now_ms += 100;
        }
    }
}
