//! Reading a session that most likely follows one that is held: permissions whose JSON is the same, byte for byte, are not
//! read again. Whatever is unusual is left to the slow way, which also says what is wrong with a document.

use alloc::{sync::Arc, vec::Vec};

use super::{
    bounds::{self, MAX_PERMISSIONS},
    model::{Index, Permission, Place, Session},
    parse::Head,
    wire::{Pieces, Wire, WirePermission},
};

/// A permission with more brackets than this is nested unusually, or has brackets in its texts.
const FEW_BRACKETS: usize = 8;

/// The session of that document, bare or wrapped; `None` when it is unusual or wrong.
pub(super) fn parse(text: &str, held: Option<&Session>) -> Option<Session> {
    let document = text.trim_ascii();
    if text.len() > bounds::MAX_JSON_BYTES || !document.starts_with('{') {
        return None;
    }
    let outer: Wire<'_, Pieces<'_>> = serde_json::from_str(document).ok()?;
    let is_object = |wire: &Wire<'_, Pieces<'_>>| wire.session.is_some_and(|raw| raw.get().starts_with('{'));
    if !is_object(&outer) {
        return session(document, document, outer, held);
    }
    let inner = outer.session?.get();
    let wire = serde_json::from_str(inner).ok()?;
    if is_object(&wire) {
        return None;
    }
    session(document, inner, wire, held)
}

/// The session whose JSON `document` is a part of the text `whole`.
fn session(whole: &str, document: &str, mut wire: Wire<'_, Pieces<'_>>, held: Option<&Session>) -> Option<Session> {
    let pieces = wire.permissions.take().map_or_else(Vec::new, |pieces| pieces.0);
    if pieces.len() > MAX_PERMISSIONS {
        return None;
    }
    let mut list = Reading {
        held,
        permissions: Vec::with_capacity(pieces.len()),
        places: Vec::with_capacity(pieces.len()),
        next: 0,
        is_in_order: true,
    };
    for piece in &pieces {
        list.take(piece.get(), Place::of(piece.get(), document)?)?;
    }
    let ends = pieces.first().zip(pieces.last());
    let outside = match ends {
        Some((first, last)) => {
            let (first, last) = (
                Place::of(first.get(), whole)?.range(),
                Place::of(last.get(), whole)?.range(),
            );
            (whole.get(..first.start)?, whole.get(last.end..)?)
        }
        None => (whole, ""),
    };
    if !bounds::is_shallow(outside) {
        return None;
    }
    let head = Head::of("", wire).ok()?;
    let (permissions, index) = match held {
        Some(held) if list.is_in_order && held.permissions.len() == list.permissions.len() => {
            (list.permissions, Arc::clone(&held.index))
        }
        _ => {
            let count = list.permissions.len();
            let (permissions, index) = Index::build(list.permissions);
            if permissions.len() != count {
                // A name occurs twice: which piece a permission is of is not said.
                list.places.clear();
            }
            (permissions, Arc::new(index))
        }
    };
    Some(head.with(document, permissions, index, list.places))
}

struct Reading<'a> {
    held: Option<&'a Session>,
    permissions: Vec<Permission>,
    places: Vec<Place>,
    /// Where in the held session the next permission most likely stands.
    next: usize,
    /// So far each name stands where it stands in the held session.
    is_in_order: bool,
}

impl Reading<'_> {
    fn take(&mut self, json: &str, place: Place) -> Option<()> {
        self.places.push(place);
        let at = self.permissions.len();
        if let Some(held) = self.held
            && held.permission_json(self.next) == Some(json)
            && let Some(same) = held.permissions.get(self.next)
        {
            self.is_in_order &= self.next == at;
            self.next = self.next.saturating_add(1);
            self.permissions.push(same.clone());
            return Some(());
        }
        let brackets = json.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count();
        if brackets > FEW_BRACKETS {
            return None;
        }
        let read: WirePermission<'_> = serde_json::from_str(json).ok()?;
        let mut permission = read.into_permission().ok()?;
        let there = self.held.and_then(|held| {
            let near = held.permissions.get(self.next).filter(|p| p.name == permission.name);
            near.map(|_| self.next).or_else(|| held.position(&permission.name))
        });
        self.is_in_order &= there == Some(at);
        if let Some(there) = there {
            if let Some(old) = self.held.and_then(|held| held.permissions.get(there)) {
                permission.name = Arc::clone(&old.name);
            }
            self.next = there.saturating_add(1);
        }
        self.permissions.push(permission);
        Some(())
    }
}
