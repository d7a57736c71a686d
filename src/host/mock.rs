//! A server that is none: answers by a script, for a game's own tests. No socket, no thread, no time.

use std::{
    cmp::Ordering,
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    protocol::{
        backend::Ask,
        http::{Method, Reply, Request, Response, TransportError, TransportErrorKind},
    },
    session::Session,
};

/// Which requests something is scripted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// None: any method.
    method: Option<Method>,
    /// Without the star at its end.
    path: Box<str>,
    /// Whether a star stood at its end: more may follow.
    is_open: bool,
}

impl Pattern {
    /// Requests of that method, or of any, to that path. A path is the URL's without the query, as it is sent; a `*` at
    /// its end stands for whatever follows, `*` alone for every path. `None` when it is no such path.
    pub fn new(method: Option<Method>, path: &str) -> Option<Self> {
        let (stem, is_open) = path.strip_suffix('*').map_or((path, false), |stem| (stem, true));
        let is_rooted = stem.starts_with('/') || (stem.is_empty() && is_open);
        (is_rooted && !stem.contains(['*', '?', '#'])).then(|| Self {
            method,
            path: stem.into(),
            is_open,
        })
    }

    /// Every request.
    pub fn any() -> Self {
        Self {
            method: None,
            path: "".into(),
            is_open: true,
        }
    }

    fn matches(&self, request: &Request) -> bool {
        let path = path_of(&request.url);
        let is_path = if self.is_open {
            path.starts_with(&*self.path)
        } else {
            path == &*self.path
        };
        is_path && self.method.is_none_or(|method| method == request.method)
    }

    /// Which of two that match is meant: a whole path before one with a star, a longer one before a shorter one, one
    /// with a method before one without.
    fn closer(&self, other: &Self) -> Ordering {
        let rank = |one: &Self| (!one.is_open, one.path.len(), one.method.is_some());
        rank(self).cmp(&rank(other))
    }
}

/// The path of an absolute URL, without query and fragment.
fn path_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
}

/// A script, what was asked, and what is held.
#[derive(Default)]
pub struct Mock(Mutex<State>);

#[derive(Default)]
struct State {
    standing: Vec<(Pattern, Reply)>,
    once: VecDeque<(Pattern, Reply)>,
    holds: Vec<Pattern>,
    /// Held, in the order of asking.
    waiting: Vec<(u64, Arc<Request>)>,
    asked: Vec<Arc<Request>>,
    has_ended: bool,
}

impl Mock {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What such requests get from now on, in place of what was said for the same pattern before.
    pub fn answer(&self, pattern: Pattern, reply: Reply) {
        let mut state = self.state();
        state.standing.retain(|(other, _)| *other != pattern);
        state.standing.push((pattern, reply));
    }

    /// What the next such request gets; several are given out in their order, before what stands.
    pub fn answer_once(&self, pattern: Pattern, reply: Reply) {
        self.state().once.push_back((pattern, reply));
    }

    /// Keeps such requests unanswered until [`Mock::release`].
    pub fn hold(&self, pattern: Pattern) {
        let mut state = self.state();
        if !state.holds.contains(&pattern) {
            state.holds.push(pattern);
        }
    }

    /// Takes a request: what it gets, or nothing when it is held.
    pub fn ask(&self, ticket: u64, request: Request) -> Option<Reply> {
        let mut state = self.state();
        if state.has_ended {
            return Some(gone());
        }
        let request = Arc::new(request);
        state.asked.push(Arc::clone(&request));
        if state.holds.iter().any(|hold| hold.matches(&request)) {
            state.waiting.push((ticket, request));
            return None;
        }
        Some(state.reply(&request))
    }

    /// A held request is not waited for any more.
    pub fn cancel(&self, ticket: u64) {
        self.state().waiting.retain(|(other, _)| *other != ticket);
    }

    /// Holds nothing any more: what was held, with what the script says of it now.
    pub fn release(&self) -> Vec<(u64, Reply)> {
        let mut state = self.state();
        state.holds.clear();
        let waiting = std::mem::take(&mut state.waiting);
        waiting
            .into_iter()
            .map(|(ticket, request)| (ticket, state.reply(&request)))
            .collect()
    }

    /// Ends it: what was held gets no response, and nor does what comes later.
    pub fn end(&self) -> Vec<(u64, Reply)> {
        let mut state = self.state();
        state.has_ended = true;
        let waiting = std::mem::take(&mut state.waiting);
        waiting.into_iter().map(|(ticket, _)| (ticket, gone())).collect()
    }

    /// Forgets the script and what was asked. What is held stays so until it is released.
    pub fn clear(&self) {
        let mut state = self.state();
        state.standing.clear();
        state.once.clear();
        state.holds.clear();
        state.asked.clear();
    }

    /// How many such requests came.
    pub fn count(&self, pattern: &Pattern) -> usize {
        self.state().asked.iter().filter(|asked| pattern.matches(asked)).count()
    }

    /// The request of that index, in the order of asking.
    pub fn request(&self, index: usize) -> Option<Arc<Request>> {
        self.state().asked.get(index).cloned()
    }

    /// Answers for a session as a studio's server does that has this one: the player's own, bound, and by its id.
    pub fn serve(&self, session: &Session, json: &[u8]) {
        let mut body = b"{\"hasChanged\":true,\"session\":".to_vec();
        body.extend_from_slice(json);
        body.push(b'}');
        let reply = Ok(of_json(200, body));
        let id: Box<str> = session.id().into();
        for ask in [Ask::Own, Ask::Bind { id: id.clone() }, Ask::Session { id, etag: None }] {
            let request = ask.request("https://mock.invalid", None).ok();
            let pattern = request.and_then(|r| Pattern::new(Some(r.method), path_of(&r.url)));
            if let Some(pattern) = pattern {
                self.answer(pattern, reply.clone());
            }
        }
    }
}

impl State {
    fn reply(&mut self, request: &Request) -> Reply {
        let once = self.once.iter().position(|(pattern, _)| pattern.matches(request));
        if let Some((_, reply)) = once.and_then(|at| self.once.remove(at)) {
            return reply;
        }
        self.standing
            .iter()
            .filter(|(pattern, _)| pattern.matches(request))
            .max_by(|(one, _), (other, _)| one.closer(other))
            .map_or_else(|| Ok(of_json(404, b"{}".to_vec())), |(_, reply)| reply.clone())
    }
}

/// A response whose body is JSON.
pub fn of_json(status: u16, body: Vec<u8>) -> Response {
    Response {
        status,
        headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
        body,
    }
}

fn gone() -> Reply {
    Err(TransportError::new(
        TransportErrorKind::Unreachable,
        "the mock transport was freed",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: Method, url: &str) -> Request {
        Request {
            method,
            url: url.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    fn get(path: &str) -> Request {
        request(Method::Get, &format!("https://game.example{path}"))
    }

    fn pattern(method: Option<Method>, path: &str) -> Pattern {
        Pattern::new(method, path).unwrap()
    }

    fn status(reply: Option<Reply>) -> u16 {
        reply.unwrap().unwrap().status
    }

    fn reply(status: u16) -> Reply {
        Ok(of_json(status, Vec::new()))
    }

    #[test]
    fn paths_are_found_in_urls() {
        for (url, path) in [
            ("https://game.example/api/session", "/api/session"),
            ("http://127.0.0.1:80/a?x=/y#z", "/a"),
            ("https://game.example", "/"),
            ("https://game.example?x=/y", "/"),
            ("", "/"),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }

    #[test]
    fn a_pattern_is_a_path_with_at_most_a_star_at_its_end() {
        for good in ["/", "/a", "/a*", "/a/*", "*"] {
            assert!(Pattern::new(None, good).is_some(), "{good}");
        }
        for bad in ["", "a", "/a*b", "**", "/a?b", "/a#b", "https://game.example/a", "a*"] {
            assert!(Pattern::new(None, bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_closest_pattern_answers_whatever_the_order() {
        let rules = [
            (None, "*", 500),
            (None, "/api/*", 501),
            (Some(Method::Get), "/api/*", 502),
            (None, "/api/session/*", 503),
            (None, "/api/session/one", 504),
            (Some(Method::Get), "/api/session/one", 505),
        ];
        let forwards: Vec<_> = rules.to_vec();
        let backwards: Vec<_> = rules.iter().rev().copied().collect();
        for rules in [forwards, backwards] {
            let mock = Mock::default();
            for (method, path, status) in rules {
                mock.answer(pattern(method, path), reply(status));
            }
            let put = |path: &str| request(Method::Put, &format!("https://game.example{path}"));
            assert_eq!(status(mock.ask(1, get("/api/session/one?x=1"))), 505);
            assert_eq!(status(mock.ask(2, put("/api/session/one"))), 504);
            assert_eq!(status(mock.ask(3, get("/api/session/other"))), 503);
            assert_eq!(status(mock.ask(4, get("/api/x"))), 502);
            assert_eq!(status(mock.ask(5, put("/api/x"))), 501);
            assert_eq!(status(mock.ask(6, get("/"))), 500);
        }
    }

    #[test]
    fn what_is_not_scripted_is_not_found_and_counts() {
        let mock = Mock::default();
        let response = mock.ask(1, get("/a")).unwrap().unwrap();
        assert_eq!((response.status, &*response.body), (404, &b"{}"[..]));
        assert_eq!(mock.count(&pattern(Some(Method::Get), "/a")), 1);
        assert_eq!(mock.count(&pattern(Some(Method::Put), "/a")), 0);
        assert_eq!(mock.count(&Pattern::any()), 1);
        assert_eq!(path_of(&mock.request(0).unwrap().url), "/a");
        assert!(mock.request(1).is_none());
    }

    #[test]
    fn answers_for_once_come_first_and_in_order() {
        let mock = Mock::default();
        mock.answer(pattern(None, "/a"), reply(200));
        mock.answer_once(pattern(None, "/a"), reply(501));
        mock.answer_once(pattern(None, "/b"), reply(502));
        mock.answer_once(pattern(None, "*"), reply(503));
        let seen = [1, 2, 3].map(|ticket| status(mock.ask(ticket, get("/a"))));
        assert_eq!(seen, [501, 503, 200]);
        assert_eq!(status(mock.ask(4, get("/b"))), 502);
        // The same pattern again replaces.
        mock.answer(pattern(None, "/a"), reply(204));
        assert_eq!(status(mock.ask(5, get("/a"))), 204);
    }

    #[test]
    fn held_requests_get_what_the_script_says_when_they_are_released() {
        let mock = Mock::default();
        mock.hold(pattern(None, "/a"));
        assert!(mock.ask(1, get("/a")).is_none());
        assert!(mock.ask(2, get("/a")).is_none());
        assert!(mock.ask(3, get("/a")).is_none());
        assert_eq!(status(mock.ask(4, get("/b"))), 404);
        mock.cancel(2);
        mock.answer(pattern(None, "/a"), reply(200));
        mock.answer_once(pattern(None, "/a"), reply(503));
        let seen: Vec<_> = mock
            .release()
            .into_iter()
            .map(|(ticket, reply)| (ticket, reply.unwrap().status))
            .collect();
        assert_eq!(seen, [(1, 503), (3, 200)]);
        assert!(mock.release().is_empty());
        assert_eq!(status(mock.ask(5, get("/a"))), 200);
    }

    #[test]
    fn an_ended_mock_reaches_nobody() {
        let mock = Mock::default();
        mock.answer(Pattern::any(), reply(200));
        mock.hold(pattern(None, "/a"));
        assert!(mock.ask(1, get("/a")).is_none());
        let ended = mock.end();
        assert!(matches!(&ended[..], [(1, Err(error))] if error.kind == TransportErrorKind::Unreachable));
        let late = mock.ask(2, get("/b")).unwrap();
        assert_eq!(late.unwrap_err().kind, TransportErrorKind::Unreachable);
    }

    #[test]
    fn clearing_forgets_all_but_what_is_held() {
        let mock = Mock::default();
        mock.answer(Pattern::any(), reply(200));
        mock.answer_once(Pattern::any(), reply(201));
        mock.hold(pattern(None, "/a"));
        assert!(mock.ask(1, get("/a")).is_none());
        mock.clear();
        assert_eq!(mock.count(&Pattern::any()), 0);
        assert_eq!(status(mock.ask(2, get("/a"))), 404);
        assert_eq!(mock.release().len(), 1);
    }

    #[test]
    fn a_session_is_served_as_a_studios_server_does() {
        let json = br#"{"sessionId":"a/b c","status":"ACTIVE","permissions":[]}"#;
        let mock = Mock::default();
        mock.serve(&Session::parse(json).unwrap(), json);
        let put = request(Method::Put, "https://game.example/api/session");
        for request in [get("/api/session"), put, get("/api/session/a%2Fb%20c")] {
            let response = mock.ask(1, request).unwrap().unwrap();
            assert_eq!(response.status, 200);
            let text = String::from_utf8(response.body).unwrap();
            assert!(
                text.starts_with("{\"hasChanged\":true,\"session\":{\"sessionId\":"),
                "{text}"
            );
        }
        assert_eq!(status(mock.ask(2, get("/api/session/other"))), 404);
    }
}
