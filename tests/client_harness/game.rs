//! What the game, the platform and the disk do to the client, and what the game sees of it.

use playgate::{
    client::{Cause, Command, News, Operation, Outcome, Progress, RequestId, Told},
    session::{Access, Decision, Notice},
};

use super::{
    Exchange, Medium, World,
    documents::{FEATURES, allowed_by},
};

impl World {
    fn request(&mut self) -> RequestId {
        self.last_request += 1;
        self.awaited.insert(self.last_request);
        self.last_request
    }

    pub fn refresh(&mut self, cause: Cause) -> RequestId {
        let request = self.request();
        let of_session = |sent: &[Exchange]| sent.iter().filter(|e| !e.is_errand()).count();
        let last = self.sent.iter().rev().find(|e| !e.is_errand()).map(|e| e.at_mono);
        let before = of_session(&self.sent);
        self.client.refresh(self.now, request, cause);
        self.settle();
        if cause == Cause::Game
            && of_session(&self.sent) > before
            && let Some(last) = last
        {
            assert!(
                self.now.mono_ms - last >= self.config.poll_floor_ms,
                "the poll floor was not kept"
            );
        }
        self.step(|_, _| {});
        request
    }

    pub fn adopt(&mut self, json: &str) -> RequestId {
        if let Ok(document) = serde_json::from_str::<serde_json::Value>(json)
            && !self.stopped
        {
            let document = if document["session"].is_object() {
                &document["session"]
            } else {
                &document
            };
            if document["status"] != "DELETED" {
                self.certain = allowed_by(document);
            }
        }
        self.adopt_refused(json)
    }

    /// Adopts what is no session: nothing is learnt from it.
    pub fn adopt_refused(&mut self, json: &str) -> RequestId {
        let request = self.request();
        self.step(|client, now| client.adopt(now, request, json.as_bytes()));
        request
    }

    /// The notice as the game shows it, with the state that it speaks of.
    pub fn show_notice(&self) -> (Notice, Told) {
        let notice = self.published.notice();
        let told = self.published.told(&notice);
        (notice, told)
    }

    pub fn acknowledge(&mut self, shown: &Told) -> RequestId {
        let request = self.request();
        self.step(|client, now| client.acknowledge(now, request, shown));
        request
    }

    pub fn forget(&mut self) -> RequestId {
        let request = self.request();
        if !self.stopped {
            self.certain.clear();
        }
        self.step(|client, now| client.forget(now, request));
        request
    }

    /// A command about permissions and challenges.
    pub fn upgrade(&mut self, command: Command) -> RequestId {
        let request = self.request();
        self.step(|client, now| client.upgrade(now, request, command));
        request
    }

    /// The player taps a locked feature.
    pub fn ask_for(&mut self, feature: &str) -> RequestId {
        self.upgrade(Command::Permission {
            feature: feature.into(),
            signal: None,
        })
    }

    /// The game ends the ad service's game session.
    pub fn end_game(&mut self) -> RequestId {
        let request = self.request();
        self.step(|client, now| client.end_game(now, request));
        request
    }

    pub fn flush(&mut self) -> RequestId {
        let request = self.request();
        self.step(|client, now| client.flush(now, request));
        request
    }

    pub fn cancel(&mut self, request: RequestId) {
        self.step(|client, now| client.cancel(now, request));
    }

    pub fn set_token(&mut self, token: &str) {
        self.step(|client, now| client.set_token(now, Some(token)));
    }

    pub fn set_network(&mut self, allowed: bool) {
        self.network = allowed;
        self.step(|client, now| client.set_network_allowed(now, allowed));
    }

    pub fn set_online(&mut self, online: bool) {
        self.online = online;
        self.step(|client, now| client.set_online(now, online));
    }

    pub fn set_suspended(&mut self, suspended: bool) {
        self.suspended = suspended;
        self.step(|client, now| client.set_suspended(now, suspended));
    }

    pub fn stop(&mut self) {
        self.stopped = true;
        self.step(|client, now| client.stop(now));
    }

    /// The medium changes its mind; what hung goes on.
    pub fn set_medium(&mut self, medium: Medium) {
        self.disk.medium = medium;
        self.step(|_, _| {});
    }

    /// The other process lets the record go with that in it.
    pub fn take_over_with(&mut self, payload: Option<Vec<u8>>) {
        self.disk.payload = payload;
        self.certain.extend(self.disk.allows());
        self.take_over();
    }

    /// The other process lets the record go, and the host gives the client what it now finds.
    pub fn take_over(&mut self) {
        self.disk.held_elsewhere = false;
        let found = self.disk.load();
        self.step(|client, now| client.loaded(now, found));
    }

    // What came of it.

    pub fn access(&self, feature: &str) -> Access {
        self.published.access(feature)
    }

    pub fn decide(&self, feature: &str) -> Decision {
        self.published.decide(feature)
    }

    /// The features that are allowed, in one text.
    pub fn allowed(&self) -> String {
        let on: Vec<_> = FEATURES
            .into_iter()
            .filter(|f| self.access(f) == Access::Allowed)
            .collect();
        on.join(" ")
    }

    pub fn is_open(&self, request: RequestId) -> bool {
        self.awaited.contains(&request)
    }

    pub fn outcome(&self, request: RequestId) -> &Outcome {
        &self.completed.get(&request).expect("the request has completed").1
    }

    pub fn operation(&self, request: RequestId) -> Operation {
        self.completed.get(&request).expect("the request has completed").0
    }

    pub fn assert_all_completed(&self) {
        assert!(self.awaited.is_empty(), "never completed: {:?}", self.awaited);
    }

    /// The news since the last call.
    pub fn take_news(&mut self) -> Vec<News> {
        self.news.drain(..).map(|(news, _)| news).collect()
    }

    /// How far requests for permissions have come since the last call, as `feature:Progress`.
    pub fn take_progress(&mut self) -> Vec<String> {
        let told = self.progress.drain(..);
        told.map(|(feature, progress, _)| format!("{feature}:{progress:?}"))
            .collect()
    }

    /// How far the request for that permission has come, as it was last told.
    pub fn progress_of(&self, feature: &str) -> Option<(Progress, &Outcome)> {
        let mut told = self.progress.iter().rev();
        told.find(|(of, ..)| of == feature)
            .map(|(_, progress, outcome)| (*progress, outcome))
    }

    /// The outcome of the last news of that kind.
    pub fn news_outcome(&self, wanted: News) -> Option<&Outcome> {
        self.news
            .iter()
            .rev()
            .find(|(news, _)| *news == wanted)
            .map(|(_, outcome)| outcome)
    }
}
