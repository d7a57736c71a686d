//! The public enumerations, and the constants that are none.

use std::collections::BTreeMap;

use super::{HEAD, docs::Docs, pascal};
use crate::abi::Manifest;

/// C's type, what its constants begin with, and its name in C#.
const ENUMS: &[(&str, &str, &str)] = &[
    ("playgate_access", "PLAYGATE_ACCESS_", "Access"),
    ("playgate_actor", "PLAYGATE_ACTOR_", "Actor"),
    ("playgate_allowance_kind", "PLAYGATE_ALLOWANCE_", "AllowanceKind"),
    ("playgate_change_kind", "PLAYGATE_CHANGE_", "ChangeKind"),
    ("playgate_direction", "PLAYGATE_DIRECTION_", "Direction"),
    ("playgate_event_type", "PLAYGATE_EVENT_", "EventType"),
    ("playgate_freshness", "PLAYGATE_FRESHNESS_", "Freshness"),
    (
        "playgate_game_session_stop",
        "PLAYGATE_GAME_SESSION_STOP_",
        "GameSessionStop",
    ),
    (
        "playgate_game_session_state",
        "PLAYGATE_GAME_SESSION_",
        "GameSessionState",
    ),
    ("playgate_log_level", "PLAYGATE_LOG_", "LogLevel"),
    ("playgate_managed_by", "PLAYGATE_MANAGED_BY_", "ManagedBy"),
    ("playgate_next_step", "PLAYGATE_NEXT_", "NextStep"),
    ("playgate_notice_list", "PLAYGATE_NOTICE_LIST_", "NoticeList"),
    ("playgate_notice_kind", "PLAYGATE_NOTICE_", "NoticeKind"),
    ("playgate_operation", "PLAYGATE_OPERATION_", "Operation"),
    ("playgate_progress", "PLAYGATE_PROGRESS_", "Progress"),
    ("playgate_reason", "PLAYGATE_REASON_", "Reason"),
    ("playgate_result", "PLAYGATE_", "Result"),
];

/// Constants that begin like an enumeration's and are flags.
const FLAGS: &[&str] = &["PLAYGATE_GAME_SESSION_UNGATED"];

/// What a C enumeration is called in C#.
pub fn public_name(kind: &str) -> Option<&'static str> {
    ENUMS.iter().find(|(c, _, _)| *c == kind).map(|(_, _, name)| *name)
}

/// The enumeration that a constant belongs to, as an index, and its name there.
fn place(name: &str, is_result: bool) -> Option<(usize, String)> {
    if FLAGS.contains(&name) {
        return None;
    }
    if is_result {
        return Some((ENUMS.len() - 1, pascal(name.strip_prefix("PLAYGATE_")?)));
    }
    // Longer beginnings stand before the shorter ones that they contain; the last one is for results alone.
    let others = ENUMS[..ENUMS.len() - 1].iter().enumerate();
    others
        .filter_map(|(at, (_, prefix, _))| Some((at, pascal(name.strip_prefix(prefix)?))))
        .next()
}

/// What each constant is called in C#.
fn names(manifest: &Manifest) -> BTreeMap<String, String> {
    let constants = manifest.constants.iter();
    constants
        .map(|(name, constant)| {
            let called = place(name, constant.is_result).map_or_else(
                || pascal(name.strip_prefix("PLAYGATE_").unwrap_or(name)),
                |(at, member)| format!("{}.{member}", ENUMS[at].2),
            );
            (name.clone(), called)
        })
        .collect()
}

/// The file with the public enumerations.
pub fn enums(manifest: &Manifest, docs: &Docs) -> Result<String, String> {
    let names = names(manifest);
    let mut text = format!("{HEAD}namespace Playgate\n{{");
    for (at, (kind, _, name)) in ENUMS.iter().enumerate() {
        if !manifest.types.contains_key(*kind) {
            return Err(format!("the header has no {kind} any more"));
        }
        text.push('\n');
        text.push_str(&docs.summary(kind, "    ", &names)?);
        text.push_str(&format!("    public enum {name}\n    {{\n"));
        let mut members: Vec<(i64, &String, String)> = Vec::new();
        for (constant, about) in &manifest.constants {
            if let Some((_, member)) = place(constant, about.is_result).filter(|(place, _)| *place == at) {
                members.push((about.value, constant, member));
            }
        }
        members.sort_by_key(|(value, ..)| (*value < 0, value.abs()));
        for (index, (value, constant, member)) in members.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            text.push_str(&docs.summary(constant, "        ", &names)?);
            text.push_str(&format!("        {member} = {value},\n"));
        }
        text.push_str("    }\n");
    }
    Ok(text + "}\n")
}

/// The file with the constants that belong to no enumeration.
pub fn others(manifest: &Manifest, docs: &Docs) -> Result<String, String> {
    let names = names(manifest);
    let mut text = format!(
        "{HEAD}namespace Playgate.Native\n{{\n    /// <summary>The numbers of the C header that belong to no enumeration.</summary>\n    \
         internal static class NativeConstants\n    {{\n"
    );
    let mut is_first = true;
    for (constant, about) in &manifest.constants {
        if place(constant, about.is_result).is_some() {
            continue;
        }
        if !is_first {
            text.push('\n');
        }
        is_first = false;
        text.push_str(&docs.summary_of_c(constant, "        ")?);
        let kind = if about.value < 0 { "int" } else { "uint" };
        text.push_str(&format!(
            "        internal const {kind} {} = {};\n",
            names[constant], about.value
        ));
    }
    Ok(text + "    }\n}\n")
}
