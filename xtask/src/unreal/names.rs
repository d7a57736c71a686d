//! What Blueprints and the editor show follows Epic's coding standard: prefixes, categories, tooltips, types that the header
//! tool takes.

use super::headers::{self, Item};

/// What is wrong in a header, and how many exposed members were looked at.
pub fn check(file: &str, header: &str) -> (usize, Vec<String>) {
    let items = headers::read(header);
    let mut wrong = Vec::new();
    let mut report = |line: usize, what: String| wrong.push(format!("{file}:{line}: {what}"));
    plain_types(header, &mut report);
    if !items.is_empty() {
        whole(file, header, &mut report);
    }
    let marks = headers::MARKS.iter().map(|mark| format!("{mark}("));
    let marked: usize = marks
        .map(|mark| header.lines().filter(|line| line.trim().starts_with(&mark)).count())
        .sum();
    if marked != items.len() {
        report(
            1,
            format!("{} of {marked} marked declarations were understood", items.len()),
        );
    }
    let mut exposed = 0;
    for item in &items {
        match item.mark.as_str() {
            "UCLASS" | "USTRUCT" | "UENUM" => of_type(item, &mut report),
            _ if !item.is_exposed() => {}
            mark => {
                exposed += 1;
                if item.comment.is_empty() {
                    report(item.line, "has no comment, so no tooltip".to_owned());
                }
                if category(&item.arguments).is_none() {
                    report(item.line, "has no Category".to_owned());
                }
                if mark == "UFUNCTION" {
                    of_function(item, &mut report);
                } else {
                    of_property(item, &mut report);
                }
            }
        }
    }
    (exposed, wrong)
}

type Report<'a> = &'a mut dyn FnMut(usize, String);

/// The file as the header tool wants it.
fn whole(file: &str, header: &str, report: Report<'_>) {
    let own = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".h");
    let includes: Vec<(usize, &str)> = (1..)
        .zip(header.lines())
        .filter(|(_, line)| line.starts_with("#include"))
        .collect();
    let last = format!("#include \"{own}.generated.h\"");
    if includes.last().is_none_or(|(_, line)| *line != last) {
        report(
            includes.last().map_or(1, |(at, _)| *at),
            format!("the last include has to be {own}.generated.h"),
        );
    }
    if !header.contains("#pragma once") {
        report(1, "has no #pragma once".to_owned());
    }
    for (at, line) in (1..).zip(header.lines()) {
        if line.trim_start().starts_with("#if") {
            report(at, "the header tool does not follow preprocessor conditions".to_owned());
        }
    }
}

/// Types that are not reflected have their prefix too.
fn plain_types(header: &str, report: Report<'_>) {
    let mut is_template = false;
    for (at, line) in (1..).zip(header.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let name = match words.as_slice() {
            ["class" | "struct", name, ..] if line.starts_with(['c', 's']) && !name.ends_with("_API") => *name,
            ["enum", "class", name, ..] => *name,
            _ => {
                is_template = line.starts_with("template");
                continue;
            }
        };
        let name = name.trim_end_matches([';', ':']);
        let allowed = match words.first() {
            Some(&"enum") => "E",
            _ if is_template => "T",
            Some(&"struct") => "F",
            _ => "AFISTU",
        };
        if !has_prefix(name, allowed) {
            report(at, format!("{name}: the prefix has to be one of {allowed}"));
        }
        is_template = false;
    }
}

fn of_type(item: &Item, report: Report<'_>) {
    let (name, base) = item.type_names();
    let allowed = match item.mark.as_str() {
        "USTRUCT" => "F",
        "UENUM" => "E",
        _ if base.starts_with('A') => "A",
        _ => "U",
    };
    if !has_prefix(name, allowed) {
        report(item.line, format!("{name}: the prefix has to be {allowed}"));
    }
    if item.comment.is_empty() {
        report(item.line, format!("{name} has no comment, so no tooltip"));
    }
    if item.mark != "UENUM" && item.body == 0 {
        report(item.line, format!("{name} has no GENERATED_BODY()"));
    }
    for value in &item.values {
        if value.comment.is_empty() {
            report(
                value.line,
                format!("{name}::{} has no comment, so no tooltip", value.name),
            );
        }
        if !is_pascal(&value.name) {
            report(value.line, format!("{name}::{} is not in PascalCase", value.name));
        }
    }
}

fn of_property(item: &Item, report: Report<'_>) {
    let declaration = item.declaration.split(['=', '{']).next().unwrap_or_default().trim();
    let (kind, name) = declaration.rsplit_once(' ').unwrap_or(("", declaration));
    of_variable(kind.trim(), name, item.line, report);
    if item.arguments.contains("BlueprintAssignable") && !(name.starts_with("On") && kind.ends_with("Signature")) {
        report(
            item.line,
            format!("{name}: an event begins with On, and its type ends with Signature"),
        );
    }
}

fn of_function(item: &Item, report: Report<'_>) {
    const QUESTIONS: &[&str] = &["Is", "Has", "Can", "Should", "Was"];
    let Some((head, rest)) = item.declaration.split_once('(') else {
        report(item.line, "is no function".to_owned());
        return;
    };
    let (kind, name) = head.trim().rsplit_once(' ').unwrap_or(("", head));
    let kind = kind.replace("static ", "").replace("virtual ", "");
    of_kind(kind.trim(), name, item.line, report);
    if !is_pascal(name) {
        report(item.line, format!("{name} is not in PascalCase"));
    }
    let asks = QUESTIONS.iter().any(|word| name.starts_with(word));
    if item.arguments.contains("BlueprintPure") && kind.trim() == "bool" && !asks {
        report(
            item.line,
            format!("{name}: a pure function that gives a bool asks a question, for example Is…"),
        );
    }
    let parameters = rest.rsplit_once(')').map_or(rest, |(inside, _)| inside);
    for parameter in split(parameters) {
        let parameter = parameter.split('=').next().unwrap_or_default().trim();
        let (kind, name) = parameter.rsplit_once(' ').unwrap_or(("", parameter));
        of_variable(kind.trim(), name, item.line, report);
        if kind.ends_with('&') && !kind.starts_with("const ") && !name.trim_start_matches('b').starts_with("Out") {
            report(item.line, format!("{name}: what goes out is named Out…"));
        }
    }
}

/// A property or parameter.
fn of_variable(kind: &str, name: &str, line: usize, report: Report<'_>) {
    let is_bool_name = name.strip_prefix('b').is_some_and(is_pascal);
    if kind.trim_end_matches('&') == "bool" {
        if !is_bool_name {
            report(line, format!("{name}: a bool is named b…"));
        }
    } else if is_bool_name || !is_pascal(name) {
        report(line, format!("{name} is not in PascalCase"));
    }
    of_kind(kind, name, line, report);
}

/// Blueprints know only some types.
fn of_kind(kind: &str, name: &str, line: usize, report: Report<'_>) {
    const UNKNOWN: &[&str] = &[
        "int8", "int16", "uint16", "uint32", "uint64", "size_t", "int", "unsigned", "char",
    ];
    let words = kind.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    for word in words {
        if UNKNOWN.contains(&word) || word.starts_with("std::") || word.starts_with("playgate") {
            report(line, format!("{name}: Blueprints do not know {word}"));
        }
    }
}

/// The parameters, divided at the commas that are not inside of brackets.
fn split(parameters: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut from) = (Vec::new(), 0_i32, 0);
    for (at, letter) in parameters.char_indices() {
        match letter {
            '<' | '(' => depth += 1,
            '>' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.extend(parameters.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(parameters.get(from..));
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// The category that a macro's arguments name.
fn category(arguments: &str) -> Option<&str> {
    let rest = arguments.split_once("Category")?.1.trim_start().strip_prefix('=')?;
    let name = rest.trim_start().strip_prefix('"')?.split('"').next()?;
    (!name.is_empty()).then_some(name)
}

/// One of these letters, and a capital after it.
fn has_prefix(name: &str, allowed: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| allowed.contains(first)) && letters.next().is_some_and(char::is_uppercase)
}

fn is_pascal(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase) && name.chars().all(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::check;

    /// A header without a mistake.
    const GOOD: &str = r#"// A thing.
#pragma once

#include "CoreMinimal.h"

#include "Thing.generated.h"

class UOther;

/** Kinds. */
UENUM(BlueprintType)
enum class EKind : uint8
{
	/** One. */
	One,
};

/** A part. */
USTRUCT(BlueprintType)
struct X_API FPart
{
	GENERATED_BODY()

	/** Whether. */
	UPROPERTY(BlueprintReadOnly, Category = "C")
	bool bIsOn = false;

	/** How many. */
	UPROPERTY(BlueprintReadOnly, Category = "C")
	TArray<int64> Counts;
};

/** A thing. */
UCLASS()
class X_API UThing : public UObject
{
	GENERATED_BODY()

public:
	/** Whether it is. */
	UFUNCTION(BlueprintPure, Category = "C")
	bool IsSo(const FString& Name, bool bTry, int32 Count = 3) const;

	/** Gives. */
	UFUNCTION(BlueprintCallable, Category = "C")
	void Give(FPart& OutPart);

	/** It came. */
	UPROPERTY(BlueprintAssignable, Category = "C")
	FThingSignature OnCame;
};
"#;

    #[test]
    fn a_good_header_is_let_through() {
        assert_eq!(check("Public/Thing.h", GOOD), (5, Vec::new()));
    }

    #[test]
    fn each_planted_mistake_is_found() {
        let mistakes: &[(&str, &str, &str)] = &[
            (
                "class X_API UThing :",
                "class X_API FThing :",
                "FThing: the prefix has to be U",
            ),
            (
                "class X_API UThing : public UObject",
                "class X_API UThing : public AActor",
                "UThing: the prefix has to be A",
            ),
            (
                "struct X_API FPart",
                "struct X_API UPart",
                "UPart: the prefix has to be F",
            ),
            ("enum class EKind", "enum class Kind", "Kind: the prefix has to be E"),
            ("class UOther;", "class Other;", "Other: the prefix has to be one of"),
            (
                "class UOther;",
                "struct UOther;",
                "UOther: the prefix has to be one of F",
            ),
            ("bool bIsOn", "bool IsOn", "IsOn: a bool is named b"),
            ("bool bTry", "bool Try", "Try: a bool is named b"),
            (
                "TArray<int64> Counts",
                "TArray<int64> bCounts",
                "bCounts is not in PascalCase",
            ),
            (
                "TArray<int64> Counts",
                "TArray<uint64> Counts",
                "Blueprints do not know uint64",
            ),
            ("int32 Count = 3", "uint32 Count = 3", "Blueprints do not know uint32"),
            (
                "const FString& Name",
                "const std::string& Name",
                "Blueprints do not know std::string",
            ),
            ("void Give(", "void give(", "give is not in PascalCase"),
            ("FPart& OutPart", "FPart& Part", "Part: what goes out is named Out"),
            (
                "bool IsSo(",
                "bool So(",
                "So: a pure function that gives a bool asks a question",
            ),
            ("OnCame;", "Came;", "Came: an event begins with On"),
            (
                "FThingSignature OnCame",
                "FThing OnCame",
                "OnCame: an event begins with On",
            ),
            ("BlueprintPure, Category = \"C\"", "BlueprintPure", "has no Category"),
            (
                "BlueprintAssignable, Category = \"C\"",
                "BlueprintAssignable, Category = \"\"",
                "has no Category",
            ),
            ("\t/** Gives. */\n", "", "has no comment"),
            (
                "\t/** Gives. */\n",
                "\t/** Gives. */\n\n\tint32 Else;\n",
                "has no comment",
            ),
            ("\t/** Gives. */\n", "\t/** */\n", "has no comment"),
            ("\t/** Whether. */\n", "\t// Whether.\n", "has no comment"),
            ("\t/** One. */\n", "", "EKind::One has no comment"),
            ("\tOne,", "\tone,", "EKind::one is not in PascalCase"),
            ("/** Kinds. */\n", "", "EKind has no comment"),
            (
                "\tGENERATED_BODY()\n\npublic:",
                "public:",
                "UThing has no GENERATED_BODY()",
            ),
            (
                "#include \"Thing.generated.h\"",
                "#include \"Thing.generated.h\"\n#include \"Late.h\"",
                "the last include",
            ),
            (
                "#include \"Thing.generated.h\"",
                "#include \"Other.generated.h\"",
                "the last include",
            ),
            ("#pragma once", "", "has no #pragma once"),
            (
                "\t/** Gives. */\n",
                "#if WITH_EDITOR\n\t/** Gives. */\n",
                "preprocessor conditions",
            ),
        ];
        for (from, to, expected) in mistakes {
            let bad = GOOD.replacen(from, to, 1);
            assert_ne!(bad, GOOD, "{from} is not in the header");
            let (_, wrong) = check("Public/Thing.h", &bad);
            assert!(
                wrong.iter().any(|line| line.contains(expected)),
                "{from} → {to}: {wrong:?}"
            );
        }
    }
}
