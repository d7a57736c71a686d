//! Reading a session in one pass: its permissions one by one, and by itself what stands around them, which is short.
//! Permissions whose JSON is that of a held session, byte for byte, are not read again. Whatever is unusual is left to the
//! slow way, which also says what is wrong with a document.
//!
//! The two make a whole: where the rest is JSON with an empty list in it, it is JSON with a list of JSON objects, too.

use alloc::{string::String, sync::Arc, vec::Vec};

use serde_json::{Deserializer, value::RawValue};

use super::{
    bounds::{self, MAX_DEPTH, MAX_PERMISSIONS},
    model::{Index, Permission, Place, Session},
    parse::Head,
    wire::{Wire, WirePermission},
};

/// The field that holds the list of permissions.
const FIELD: &str = "\"permissions\"";
/// A long permission with more brackets than this is nested unusually, or has brackets in its texts.
const FEW_BRACKETS: usize = 8;

/// The session of that document, bare or wrapped, sharing what `held` has; `None` when it is unusual or wrong.
pub(super) fn parse(text: &str, held: Option<&Session>) -> Option<Session> {
    let (apart, rest) = Apart::of(text, held)?;
    let whole = rest.trim_ascii();
    let outer: Wire<'_, &RawValue> = serde_json::from_str(whole).ok()?;
    let part = outer.session.map_or(whole, RawValue::get);
    let (session, _) = apart.session(&rest, if part.starts_with('{') { part } else { whole })?;
    Some(session)
}

/// A text with a session in it, without the rest: the first list of permissions, which was read.
pub struct Apart<'a> {
    text: &'a str,
    /// Where in the text and in the rest the list begins, behind its bracket.
    at: usize,
    list: List<'a>,
}

impl<'a> Apart<'a> {
    /// Takes a text apart: its list of permissions, and the rest, which is the text with an empty list and is to be read
    /// by itself. What `held` has is shared with it. `None` when there is no such list, or one that is unusual or wrong.
    pub fn of(text: &'a str, held: Option<&'a Session>) -> Option<(Self, String)> {
        let behind = text.get(text.find(FIELD)?..)?.strip_prefix(FIELD)?;
        let behind = behind.trim_ascii_start().strip_prefix(':')?;
        let behind = behind.trim_ascii_start().strip_prefix('[')?;
        let at = text.len().checked_sub(behind.len())?;
        let before = text.get(..at)?;
        let mut list = List::new(held, MAX_DEPTH.checked_sub(bounds::levels_after(before)?)?);
        let after = text.get(list.read(text, at)?..)?;
        let mut rest = String::with_capacity(before.len().saturating_add(after.len()));
        rest.push_str(before);
        rest.push_str(after);
        bounds::levels_after(&rest)?;
        Some((Self { text, at, list }, rest))
    }

    /// The session whose JSON is that part of the rest, and that JSON as it stands in the text. `None` when the list is not
    /// that session's, or the session is unusual or wrong.
    pub fn session(self, rest: &str, part: &str) -> Option<(Session, &'a str)> {
        let place = Place::of(part, rest)?.range();
        let wire: Wire<'_, &RawValue> = serde_json::from_str(Some(part).filter(|part| part.starts_with('{'))?).ok()?;
        let is_wrapped = wire.session.is_some_and(|raw| raw.get().starts_with('{'));
        let list = wire.permissions.filter(|raw| raw.get() == "[]")?;
        let list_at = Place::of(list.get(), rest)?.range().start.checked_add(1)?;
        if is_wrapped || list_at != self.at {
            return None;
        }
        let left_out = self.text.len().checked_sub(rest.len())?;
        let document = self.text.get(place.start..place.end.checked_add(left_out)?)?;
        if document.len() > bounds::MAX_JSON_BYTES {
            return None;
        }
        let head = Head::of("", wire).ok()?;
        let (permissions, index, places) = self.list.indexed(place.start)?;
        Some((head.with(document, permissions, index, places), document))
    }
}

/// A list of permissions that is being read.
struct List<'a> {
    held: Option<&'a Session>,
    /// How many levels of objects and arrays a permission may have.
    levels_left: usize,
    permissions: Vec<Permission>,
    /// Where each stands in the text.
    places: Vec<Place>,
    /// Those whose names are not those that stand there in the held session.
    renamed: Vec<usize>,
}

impl<'a> List<'a> {
    fn new(held: Option<&'a Session>, levels_left: usize) -> Self {
        let likely = held.map_or(0, |held| held.permissions.len());
        Self {
            held,
            levels_left,
            permissions: Vec::with_capacity(likely),
            places: Vec::with_capacity(likely),
            renamed: Vec::new(),
        }
    }

    /// Reads the list whose first permission stands there; where its closing bracket stands.
    fn read(&mut self, text: &str, start: usize) -> Option<usize> {
        let bytes = text.as_bytes();
        let mut at = behind_space(bytes, start);
        if bytes.get(at) == Some(&b']') {
            return Some(at);
        }
        // Where in the held session the next permission most likely stands.
        let mut next = 0;
        loop {
            if self.permissions.len() >= MAX_PERMISSIONS {
                return None;
            }
            let (permission, end, there) = match self.same(bytes.get(at..)?, next) {
                Some((permission, len)) => (permission, at.checked_add(len)?, Some(next)),
                None => self.another(text, at, next)?,
            };
            if !self.is_shallow(bytes.get(at..end)?) {
                return None;
            }
            if there != Some(self.permissions.len()) {
                self.renamed.push(self.permissions.len());
            }
            next = there.map_or(next, |there| there.saturating_add(1));
            self.permissions.push(permission);
            self.places.push(Place::between(at, end)?);
            at = behind_space(bytes, end);
            match bytes.get(at)? {
                b',' => at = behind_space(bytes, at.saturating_add(1)),
                b']' => return Some(at),
                _ => return None,
            }
        }
    }

    /// The held session's permission that stands there in it, if the text begins with its JSON; and how long that is.
    #[inline]
    fn same(&self, text: &[u8], next: usize) -> Option<(Permission, usize)> {
        let held = self.held?;
        let json = held.permission_json(next)?;
        text.starts_with(json)
            .then(|| held.permissions.get(next))
            .flatten()
            .map(|same| (same.clone(), json.len()))
    }

    /// The permission that begins there in a text, where it ends, and where in the held session one of that name stands.
    fn another(&self, text: &str, at: usize, next: usize) -> Option<(Permission, usize, Option<usize>)> {
        let mut objects = Deserializer::from_str(text.get(at..)?).into_iter::<WirePermission<'_>>();
        let wire = objects.next()?.ok()?;
        let mut there = None;
        let name = |name: &str| {
            there = self.held.and_then(|held| held.position_near(next, name));
            let same = self.held.zip(there).and_then(|(held, at)| held.permissions.get(at));
            same.map_or_else(|| name.into(), |same| Arc::clone(&same.name))
        };
        let permission = wire.into_permission(name).ok()?;
        Some((permission, at.checked_add(objects.byte_offset())?, there))
    }

    /// Whether a permission is not nested too deeply, as far as that can be told at a glance: each level takes two bytes.
    #[inline]
    fn is_shallow(&self, json: &[u8]) -> bool {
        let brackets = || json.iter().filter(|byte| matches!(byte, b'{' | b'[')).count();
        json.len() / 2 <= self.levels_left || (brackets() <= FEW_BRACKETS && FEW_BRACKETS <= self.levels_left)
    }

    /// The permissions with their index, and where they stand in a document that begins there in the text.
    fn indexed(self, document: usize) -> Option<(Vec<Permission>, Arc<Index>, Vec<Place>)> {
        let mut places = self.places;
        for place in &mut places {
            *place = place.since(document)?;
        }
        let follows = |held: &&Session| held.permissions.len() == self.permissions.len();
        let index = self.held.filter(follows).and_then(|held| match &*self.renamed {
            [] => Some(Arc::clone(&held.index)),
            renamed => held
                .index
                .renamed(&held.permissions, &self.permissions, renamed)
                .map(Arc::new),
        });
        if let Some(index) = index {
            return Some((self.permissions, index, places));
        }
        let count = self.permissions.len();
        let (permissions, index) = Index::build(self.permissions);
        if permissions.len() != count {
            // A name occurs twice: which piece a permission is of is not said.
            places.clear();
        }
        Some((permissions, Arc::new(index), places))
    }
}

/// Where the next byte that is no white space stands, from there on.
#[inline]
fn behind_space(json: &[u8], mut at: usize) -> usize {
    while matches!(json.get(at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
        at = at.saturating_add(1);
    }
    at
}
