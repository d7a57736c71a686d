//! Compares two manifests: what a program that was compiled against the older one can live with, and what it cannot.

use std::fmt;

use super::manifest::{Field, Manifest, Pair, Struct};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Programs go on working.
    Compatible,
    /// Programs must be compiled anew or changed: takes a higher PLAYGATE_ABI_VERSION.
    Breaking,
    /// Not even with a higher PLAYGATE_ABI_VERSION.
    Never,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub verdict: Verdict,
    pub text: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.verdict {
            Verdict::Compatible => "compatible",
            Verdict::Breaking => "BREAKING",
            Verdict::Never => "NEVER",
        };
        write!(f, "{word:<10}  {}", self.text)
    }
}

/// All differences, the worst first.
pub fn compare(old: &Manifest, new: &Manifest) -> Vec<Difference> {
    let mut found = Found::default();
    found.version(old, new);
    found.constants(old, new);
    found.types(old, new);
    // Other words for one type are no difference to a compiler. A name that stands for something else is told of once.
    let is_same_type = |before: &str, after: &str| {
        before == after || old.resolved(before) == old.resolved(after) || new.resolved(before) == new.resolved(after)
    };
    found.functions(old, new, &is_same_type);
    for (name, before) in &old.structs {
        match new.structs.get(name) {
            Some(after) => found.a_struct(name, before, after, &is_same_type),
            None => found.breaking(format!("struct {name} was removed")),
        }
    }
    for name in new.structs.keys().filter(|name| !old.structs.contains_key(*name)) {
        found.compatible(format!("struct {name} was added"));
    }
    if found.0.is_empty() && old != new {
        found
            .compatible("only what no program depends on: other names for the same, or for reserved fields".to_owned());
    }
    found.0.sort_by_key(|difference| std::cmp::Reverse(difference.verdict));
    found.0
}

/// Whether these differences may be released, and what to do; `Err` when they may not.
pub fn judge(old: &Manifest, new: &Manifest, differences: &[Difference]) -> Result<String, String> {
    let worst = differences.iter().map(|difference| difference.verdict).max();
    let is_raised = new.abi_version() > old.abi_version();
    match worst {
        None => Ok("Nothing has changed.".to_owned()),
        Some(Verdict::Never) => Err("What is marked NEVER must be undone, whatever the version.".to_owned()),
        Some(Verdict::Breaking) if is_raised => Ok(format!(
            "Programs must be compiled anew; PLAYGATE_ABI_VERSION has been raised to {}, as this takes: a major release.",
            new.abi_version()
        )),
        Some(Verdict::Breaking) => Err(
            "What is BREAKING takes a higher PLAYGATE_ABI_VERSION (src/ffi/options.rs) and a major release, or must be \
             undone: add a function, a constant or a field in reserved space instead."
                .to_owned(),
        ),
        Some(Verdict::Compatible) => Ok("Programs go on working: a minor release.".to_owned()),
    }
}

/// Results that vanish stay in the manifest, so that their numbers are not used again.
pub fn retire(old: &Manifest, new: &mut Manifest) {
    new.retired = old.retired.clone();
    for (name, constant) in &old.constants {
        if constant.is_result && !new.constants.contains_key(name) {
            new.retired.insert(name.clone(), constant.value);
        }
    }
    for name in new.constants.keys() {
        new.retired.remove(name);
    }
}

#[derive(Default)]
struct Found(Vec<Difference>);

impl Found {
    fn add(&mut self, verdict: Verdict, text: String) {
        self.0.push(Difference { verdict, text });
    }

    fn compatible(&mut self, text: String) {
        self.add(Verdict::Compatible, text);
    }

    fn breaking(&mut self, text: String) {
        self.add(Verdict::Breaking, text);
    }

    fn version(&mut self, old: &Manifest, new: &Manifest) {
        let (before, after) = (old.abi_version(), new.abi_version());
        if after > before {
            self.compatible(format!("PLAYGATE_ABI_VERSION was raised from {before} to {after}"));
        }
        if after < before {
            self.add(
                Verdict::Never,
                format!("PLAYGATE_ABI_VERSION went back from {before} to {after}"),
            );
        }
    }

    fn constants(&mut self, old: &Manifest, new: &Manifest) {
        for (name, before) in old.constants.iter().filter(|(name, _)| *name != "PLAYGATE_ABI_VERSION") {
            match new.constants.get(name) {
                None => self.breaking(format!("constant {name} ({}) was removed", before.value)),
                Some(after) if after.value != before.value => {
                    self.breaking(format!("constant {name} was {} and is {}", before.value, after.value));
                }
                Some(after) if after.is_result != before.is_result => {
                    self.breaking(format!("playgate_result_name no longer tells of {name} what it told"));
                }
                Some(_) => {}
            }
        }
        for (name, after) in new
            .constants
            .iter()
            .filter(|(name, _)| !old.constants.contains_key(*name))
        {
            self.compatible(format!("constant {name} ({}) was added", after.value));
            let earlier = old
                .constants
                .iter()
                .filter(|(_, c)| c.is_result)
                .map(|(n, c)| (n, c.value));
            let retired = old.retired.iter().map(|(name, value)| (name, *value));
            for (earlier, value) in earlier.chain(retired) {
                if after.is_result && value == after.value && earlier != name {
                    self.add(
                        Verdict::Never,
                        format!("result {name} has the number {value}, which is {earlier}'s: take one that none had"),
                    );
                }
            }
        }
    }

    fn types(&mut self, old: &Manifest, new: &Manifest) {
        for (name, before) in &old.types {
            match new.types.get(name) {
                None => self.breaking(format!("type {name} was removed")),
                Some(after) if after != before => self.breaking(format!("type {name} was {before} and is {after}")),
                Some(_) => {}
            }
        }
        for name in new.types.keys().filter(|name| !old.types.contains_key(*name)) {
            self.compatible(format!("type {name} was added"));
        }
    }

    fn functions(&mut self, old: &Manifest, new: &Manifest, is_same_type: &dyn Fn(&str, &str) -> bool) {
        for (name, before) in &old.functions {
            let Some(after) = new.functions.get(name) else {
                self.breaking(format!("function {name} was removed"));
                continue;
            };
            if !is_same_type(&before.shape(), &after.shape()) {
                self.breaking(format!(
                    "function {name} was {} and is {}",
                    before.shape(),
                    after.shape()
                ));
            } else if before.is_inline != after.is_inline {
                // Taken out of the library it is missed by programs; put into it, it is not where the header says.
                self.breaking(format!("function {name} moved between the header and the library"));
            } else if before != after {
                self.compatible(format!("function {name}: parameters or their types have other names"));
            }
        }
        for name in new.functions.keys().filter(|name| !old.functions.contains_key(*name)) {
            self.compatible(format!("function {name} was added"));
        }
    }

    fn a_struct(&mut self, name: &str, old: &Struct, new: &Struct, is_same_type: &dyn Fn(&str, &str) -> bool) {
        let Some((first, first_now)) = old.first.zip(new.first) else {
            if old != new {
                self.breaking(format!(
                    "struct {name} changed; it has no struct_size, so nothing of it may"
                ));
            }
            return;
        };
        let is_less = |a: Pair, b: Pair| a.wide < b.wide || a.narrow < b.narrow;
        if is_less(new.size, old.size) {
            self.breaking(format!("struct {name} shrank from {} to {} bytes", old.size, new.size));
        } else if new.size != old.size {
            self.compatible(format!("struct {name} grew from {} to {} bytes", old.size, new.size));
        }
        if new.align != old.align {
            self.breaking(format!(
                "struct {name} was aligned to {} and is to {}",
                old.align, new.align
            ));
        }
        if is_less(first, first_now) {
            self.breaking(format!(
                "struct {name}: {first} bytes were enough and {first_now} are needed: callers of the first version are \
                 refused (see `plain!` in src/ffi/memory.rs)"
            ));
        } else if first != first_now {
            self.compatible(format!(
                "struct {name}: {first} bytes were needed and {first_now} are enough"
            ));
        }
        for before in old.fields.iter().filter(|field| !field.is_reserved()) {
            let place = format!("struct {name}: field {}", before.name);
            let Some(after) = new.fields.iter().find(|field| field.name == before.name) else {
                self.breaking(format!("{place} was removed or renamed"));
                continue;
            };
            if after.offset != before.offset {
                self.breaking(format!("{place} moved from {} to {}", before.offset, after.offset));
            }
            if !is_same_type(&before.kind, &after.kind) || after.size != before.size {
                self.breaking(format!(
                    "{place} was {} ({} bytes) and is {} ({} bytes)",
                    before.kind, before.size, after.kind, after.size
                ));
            }
        }
        let is_new =
            |field: &&Field| !field.is_reserved() && !old.fields.iter().any(|before| before.name == field.name);
        for field in new.fields.iter().filter(is_new) {
            let place = format!("struct {name}: field {} at {}", field.name, field.offset);
            if is_free(old, field) {
                self.compatible(format!("{place} was added where nothing was"));
            } else {
                self.breaking(format!(
                    "{place} was added where older callers do not write zero: neither reserved space nor the end"
                ));
            }
        }
    }
}

/// Whether each byte of a new field was reserved, or lies behind the old end, with both pointer sizes.
fn is_free(old: &Struct, field: &Field) -> bool {
    let is_free = |of: fn(Pair) -> u64| {
        let (from, to) = (of(field.offset), of(field.offset) + of(field.size));
        (from..to).all(|byte| {
            let mut reserved = old.fields.iter().filter(|old| old.is_reserved());
            byte >= of(old.size) || reserved.any(|r| (of(r.offset)..of(r.offset) + of(r.size)).contains(&byte))
        })
    };
    is_free(|pair| pair.wide) && is_free(|pair| pair.narrow)
}
