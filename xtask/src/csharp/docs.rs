//! The header's comments, for XML documentation.

use std::collections::BTreeMap;

/// What C's names are called in C#.
const NAMES: &[(&str, &str)] = &[
    ("playgate_challenge_notice", "Challenge.GetNotice"),
    ("playgate_client_challenge", "PlaygateClient.GetChallenge"),
    ("playgate_client_check_challenge", "PlaygateClient.CheckChallengeAsync"),
    ("playgate_client_decide", "PlaygateClient.Decide"),
    ("playgate_client_notice", "PlaygateClient.GetNotice"),
    ("playgate_client_switch_feature", "PlaygateClient.SwitchFeatureAsync"),
    ("playgate_game_session_set_token", "PlaygateClient.SetGameSessionToken"),
];

/// The comment before each definition.
pub struct Docs(BTreeMap<String, String>);

impl Docs {
    /// Reads a header.
    pub fn read(header: &str) -> Self {
        let mut docs = BTreeMap::new();
        let mut comment = String::new();
        let mut is_inside = false;
        for line in header.lines().map(str::trim) {
            if let Some(begun) = line.strip_prefix("/*") {
                comment.clear();
                is_inside = !begun.ends_with("*/");
                add(&mut comment, begun);
            } else if is_inside {
                is_inside = !line.ends_with("*/");
                add(&mut comment, line.strip_prefix("* ").unwrap_or(line));
            } else {
                let name = match line.split_whitespace().collect::<Vec<_>>().as_slice() {
                    ["#define", name, ..] => Some(*name),
                    ["typedef", .., name] => name.strip_suffix(';'),
                    _ => None,
                };
                if let Some(name) = name.filter(|_| !comment.is_empty()) {
                    docs.insert(name.to_owned(), comment.clone());
                }
                comment.clear();
            }
        }
        Self(docs)
    }

    /// The comment of a name, as the header has it.
    pub fn of(&self, name: &str) -> Result<&str, String> {
        let comment = self.0.get(name).map(String::as_str);
        comment.ok_or_else(|| format!("{name} has no comment in the header"))
    }

    /// The comment of a name as an XML summary, in C#'s names. `constants`: what the constants are called.
    pub fn summary(&self, name: &str, indent: &str, constants: &BTreeMap<String, String>) -> Result<String, String> {
        let words = self.of(name)?.split(' ').map(|word| {
            translate(word, constants).ok_or_else(|| {
                format!("the comment of {name} names {word}: say in xtask/src/csharp/docs.rs what that is called in C#")
            })
        });
        Ok(summary(words.collect::<Result<_, _>>()?, indent))
    }

    /// The comment of a name as an XML summary, in C's names: for what only those see who know the header.
    pub fn summary_of_c(&self, name: &str, indent: &str) -> Result<String, String> {
        Ok(summary(self.of(name)?.split(' ').map(escaped).collect(), indent))
    }
}

fn summary(words: Vec<String>, indent: &str) -> String {
    let mut text = format!("{indent}/// <summary>\n");
    let mut line = String::new();
    for word in words {
        if !line.is_empty() && indent.len() + line.len() + word.len() > 108 {
            text.push_str(&format!("{indent}/// {line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    text + &format!("{indent}/// {line}\n{indent}/// </summary>\n")
}

fn escaped(word: &str) -> String {
    word.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn add(comment: &mut String, line: &str) {
    let line = line.trim_end_matches("*/").trim();
    if !line.is_empty() && line != "*" {
        if !comment.is_empty() {
            comment.push(' ');
        }
        comment.push_str(line);
    }
}

/// A word of a comment, with C's names in C#'s, as XML.
fn translate(word: &str, constants: &BTreeMap<String, String>) -> Option<String> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let start = word.find(is_of_name).unwrap_or(word.len());
    let end = start + word[start..].find(|c| !is_of_name(c)).unwrap_or(word.len() - start);
    let name = &word[start..end];
    let translated = if let Some(known) = constants.get(name) {
        known.clone()
    } else if let Some((_, known)) = NAMES.iter().find(|(c, _)| *c == name) {
        (*known).to_owned()
    } else if let Some(kind) = name.strip_prefix("playgate_") {
        if word[end..].starts_with('…') || kind.is_empty() {
            return Some(word.replace('…', "").replace("playgate_mock_", "MockTransport"));
        }
        super::enums::public_name(name)?.to_owned()
    } else if name.starts_with("PLAYGATE_") && !word[end..].starts_with('…') {
        return None;
    } else if word[..start].ends_with('`') {
        super::pascal(name)
    } else {
        name.to_owned()
    };
    Some(escaped(&format!("{}{translated}{}", &word[..start], &word[end..])))
}
