//! The plugin's headers as the engine's header tool reads them: what is reflected, and the `.generated.h` that the stand-ins
//! for the engine need.

use std::fmt::Write;

/// A marked declaration of a header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// The macro: "UCLASS", "USTRUCT", "UENUM", "UFUNCTION" or "UPROPERTY".
    pub mark: String,
    /// What stands in the macro's brackets.
    pub arguments: String,
    /// The declaration, on one line, without its body.
    pub declaration: String,
    /// The comment right above it, or none.
    pub comment: String,
    /// Where the macro stands, from 1.
    pub line: usize,
    /// Of a class or struct: where its GENERATED_BODY stands, or 0.
    pub body: usize,
    /// Of an enumeration: its values.
    pub values: Vec<Value>,
}

/// One value of an enumeration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// The comment right above it, or none.
    pub comment: String,
    /// Where it stands, from 1.
    pub line: usize,
}

impl Item {
    /// The name of a class, struct or enumeration, and of what it derives from.
    pub fn type_names(&self) -> (&str, &str) {
        let (head, base) = self.declaration.split_once(':').unwrap_or((&self.declaration, ""));
        let name = head.split_whitespace().next_back().unwrap_or_default();
        let base = base.split(',').next().unwrap_or_default();
        (name, base.split_whitespace().next_back().unwrap_or_default())
    }

    /// Whether Blueprints, or people in the editor, see it.
    pub fn is_exposed(&self) -> bool {
        ["Blueprint", "EditAnywhere", "EditDefaultsOnly", "VisibleAnywhere"]
            .iter()
            .any(|word| self.arguments.contains(word))
    }
}

/// The macros that mark declarations.
pub const MARKS: &[&str] = &["UCLASS", "USTRUCT", "UENUM", "UFUNCTION", "UPROPERTY"];

/// Everything marked in a header.
pub fn read(header: &str) -> Vec<Item> {
    let lines: Vec<&str> = header.lines().collect();
    let mut items: Vec<Item> = Vec::new();
    let (mut comment, mut at) = (String::new(), 0);
    while let Some(line) = lines.get(at).map(|line| line.trim()) {
        if line.starts_with("/**") {
            (comment, at) = comment_from(&lines, at);
            continue;
        }
        let mark = MARKS
            .iter()
            .find(|mark| line.strip_prefix(**mark).is_some_and(|rest| rest.starts_with('(')));
        if let Some(mark) = mark {
            let mut item = Item {
                mark: (*mark).to_owned(),
                comment: std::mem::take(&mut comment),
                line: at + 1,
                ..Item::default()
            };
            at = declaration_from(&lines, at, &mut item);
            if *mark == "UENUM" {
                at = values_from(&lines, at, &mut item);
            }
            items.push(item);
            continue;
        }
        if line.starts_with("GENERATED_BODY(") {
            let owner = items
                .iter_mut()
                .rev()
                .find(|item| matches!(item.mark.as_str(), "UCLASS" | "USTRUCT"));
            if let Some(owner) = owner {
                owner.body = at + 1;
            }
        }
        comment.clear();
        at += 1;
    }
    items
}

/// The text of a comment that begins here, and the line after it.
fn comment_from(lines: &[&str], from: usize) -> (String, usize) {
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate().skip(from) {
        let inside = line.trim().trim_start_matches("/**");
        let (inside, is_end) = inside
            .split_once("*/")
            .map_or((inside, false), |(before, _)| (before, true));
        let inside = inside.trim_start_matches('*');
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(inside.trim());
        if is_end {
            return (text.trim().to_owned(), at + 1);
        }
    }
    (String::new(), lines.len())
}

/// Takes the macro's arguments and the declaration behind it; gives the line after the declaration's head.
fn declaration_from(lines: &[&str], from: usize, item: &mut Item) -> usize {
    let (mut depth, mut is_past) = (0_usize, false);
    let mut is_text = false;
    for (at, line) in lines.iter().enumerate().skip(from) {
        for letter in line.trim().chars() {
            if !is_past {
                match letter {
                    '"' => is_text = !is_text,
                    '(' if !is_text => depth += 1,
                    ')' if !is_text => depth = depth.saturating_sub(1),
                    _ => {}
                }
                is_past = letter == ')' && !is_text && depth == 0;
                if depth > 0 && !(letter == '(' && depth == 1) {
                    item.arguments.push(letter);
                }
            } else if matches!(letter, ';' | '{') {
                item.declaration = item.declaration.split_whitespace().collect::<Vec<_>>().join(" ");
                return at + 1;
            } else {
                item.declaration.push(letter);
            }
        }
        if is_past {
            item.declaration.push(' ');
        }
    }
    lines.len()
}

/// Takes an enumeration's values; gives the line after its end.
fn values_from(lines: &[&str], from: usize, item: &mut Item) -> usize {
    let (mut comment, mut at) = (String::new(), from);
    while let Some(line) = lines.get(at).map(|line| line.trim()) {
        if line.starts_with("/**") {
            (comment, at) = comment_from(lines, at);
            continue;
        }
        if line.starts_with('}') {
            return at + 1;
        }
        let name: String = line.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if !name.is_empty() {
            let comment = std::mem::take(&mut comment);
            item.values.push(Value {
                name,
                comment,
                line: at + 1,
            });
        }
        at += 1;
    }
    at
}

/// The `.generated.h` of a header: what GENERATED_BODY stands for, by file and line.
pub fn generated(name: &str, items: &[Item]) -> String {
    let id: String = name
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '_' })
        .collect();
    let mut text = String::from("#undef CURRENT_FILE_ID\n");
    let _ = writeln!(text, "#define CURRENT_FILE_ID FID_{id}");
    for item in items.iter().filter(|item| item.body > 0) {
        let (class, base) = item.type_names();
        let _ = write!(text, "#define FID_{id}_{}_GENERATED_BODY", item.body);
        if item.mark == "UCLASS" {
            let _ = write!(
                text,
                " public: using Super = {base}; using ThisClass = {class}; \
                 static const void* StubStaticClass() {{ static const char Here = 0; return &Here; }} \
                 virtual const void* StubClass() const override {{ return StubStaticClass(); }} \
                 static {class}* StubDefault() {{ static {class}* const Made = new {class}; return Made; }} private:"
            );
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "#pragma once\n\n/**\n * A thing.\n */\nUCLASS(Config = Game, meta = (DisplayName = \"A (b)\"))\nclass X_API UThing : public UObject\n{\n\tGENERATED_BODY()\n\npublic:\n\t/** Does\n\t * it. */\n\tUFUNCTION(BlueprintCallable, Category = \"C\")\n\tbool Do(\n\t\tint32 A);\n\n\tUPROPERTY(EditAnywhere)\n\tint32 B = 0;\n};\n\n/** Kinds. */\nUENUM()\nenum class EKind : uint8\n{\n\t/** One. */\n\tOne,\n\tTwo UMETA(Hidden),\n};\n";

    #[test]
    fn a_header_is_read_as_it_stands() {
        let items = read(HEADER);
        let marks: Vec<&str> = items.iter().map(|item| item.mark.as_str()).collect();
        assert_eq!(marks, ["UCLASS", "UFUNCTION", "UPROPERTY", "UENUM"]);
        assert_eq!(items[0].arguments, "Config = Game, meta = (DisplayName = \"A (b)\")");
        assert_eq!(items[0].type_names(), ("UThing", "UObject"));
        assert_eq!(
            (items[0].line, items[0].body, items[0].comment.as_str()),
            (6, 9, "A thing.")
        );
        assert_eq!(
            (items[1].declaration.as_str(), items[1].comment.as_str()),
            ("bool Do( int32 A)", "Does it.")
        );
        assert_eq!(
            (items[2].declaration.as_str(), items[2].comment.as_str()),
            ("int32 B = 0", "")
        );
        assert_eq!(items[3].type_names(), ("EKind", "uint8"));
        let values: Vec<(&str, &str)> = items[3]
            .values
            .iter()
            .map(|v| (v.name.as_str(), v.comment.as_str()))
            .collect();
        assert_eq!(values, [("One", "One."), ("Two", "")]);
    }

    #[test]
    fn a_body_is_found_by_file_and_line() {
        let text = generated("Thing.h", &read(HEADER));
        assert!(text.contains("#define CURRENT_FILE_ID FID_Thing_h\n"));
        assert!(text.contains("#define FID_Thing_h_9_GENERATED_BODY public: using Super = UObject;"));
    }
}
