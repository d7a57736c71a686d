//! Puts all mutants of a file into it at once, each behind `crate::mutant(NUMBER)`, which says whether it is on. With none
//! on, the code does what it did.

use std::collections::{BTreeSet, HashMap};

use tree_sitter::{Node, Parser};

use crate::list::{Genre, Mutant};

/// A file with its mutants behind switches.
pub struct Switched {
    pub text: String,
    /// The mutants that are in it; the others have no place for a switch.
    pub numbers: BTreeSet<usize>,
}

/// Rewrites a file.
///
/// # Errors
/// The grammar cannot be loaded, or the file cannot be parsed.
pub fn switch(source: &str, mutants: &[&Mutant]) -> Result<Switched, String> {
    let mut parser = Parser::new();
    let language = tree_sitter_rust::LANGUAGE.into();
    parser.set_language(&language).map_err(|error| error.to_string())?;
    let tree = parser.parse(source, None).ok_or("nothing was parsed")?;
    let mut at: HashMap<usize, Vec<&Mutant>> = HashMap::new();
    for &mutant in mutants {
        at.entry(mutant.start).or_default().push(mutant);
    }
    let mut writer = Writer {
        source,
        at,
        numbers: BTreeSet::new(),
        constants: HashMap::new(),
    };
    writer.find_constants(tree.root_node());
    let root = tree.root_node();
    let text = format!(
        "{}{}",
        source.get(..root.start_byte()).unwrap_or_default(),
        writer.node(root)
    );
    Ok(Switched {
        text: text + source.get(root.end_byte()..).unwrap_or_default(),
        numbers: writer.numbers,
    })
}

/// The condition that a mutant is on.
fn is_on(mutant: &Mutant) -> String {
    format!("crate::mutant({})", mutant.number)
}

struct Writer<'a> {
    source: &'a str,
    /// By the byte where they start.
    at: HashMap<usize, Vec<&'a Mutant>>,
    numbers: BTreeSet<usize>,
    /// What stands for each use of a constant with mutants in its value, and their numbers.
    constants: HashMap<&'a str, (String, Vec<usize>)>,
}

impl<'a> Writer<'a> {
    /// The compiler computes a constant: what is switched is the file's uses of it. Without any it is not switched.
    fn find_constants(&mut self, root: Node) {
        let mut cursor = root.walk();
        for item in root.children(&mut cursor).filter(|node| node.kind() == "const_item") {
            let (Some(name), Some(value)) = (item.child_by_field_name("name"), item.child_by_field_name("value"))
            else {
                continue;
            };
            let within = value.start_byte()..value.end_byte();
            let of_value = self.at.values().flatten().copied();
            let mut of_value: Vec<&Mutant> = of_value.filter(|mutant| within.contains(&mutant.start)).collect();
            of_value.sort_by_key(|mutant| mutant.number);
            let name = self.text(name);
            let mut switched = name.to_owned();
            let mut numbers = Vec::new();
            for mutant in of_value {
                let (before, after) = (self.raw(within.start, mutant.start), self.raw(mutant.end, within.end));
                let mutated = format!("{before}{}{after}", mutant.replacement);
                switched = format!("(if {} {{ {mutated} }} else {{ {switched} }})", is_on(mutant));
                numbers.push(mutant.number);
            }
            if !numbers.is_empty() {
                self.constants.insert(name, (switched, numbers));
            }
        }
    }

    /// The mutants of this genre that start here, which are in the text from now on.
    fn take(&mut self, start: usize, genre: Genre) -> Vec<&'a Mutant> {
        let here = self.at.get(&start).into_iter().flatten().copied();
        let here: Vec<&Mutant> = here
            .filter(|mutant| mutant.genre == genre && !self.numbers.contains(&mutant.number))
            .collect();
        self.numbers.extend(here.iter().map(|mutant| mutant.number));
        here
    }

    fn raw(&self, from: usize, to: usize) -> &'a str {
        self.source.get(from..to).unwrap_or_default()
    }

    /// What stands in a node.
    fn text(&self, node: Node) -> &'a str {
        self.raw(node.start_byte(), node.end_byte())
    }

    /// A node, rewritten.
    fn node(&mut self, node: Node) -> String {
        let is_statement = node.is_named() && node.parent().is_some_and(|parent| parent.kind() == "block");
        let mut text = String::new();
        if is_statement {
            for mutant in self.take(node.start_byte(), Genre::FnValue) {
                text.push_str(&returns(mutant));
            }
        }
        let rewritten = match node.kind() {
            "binary_expression" => self.binary(node),
            "compound_assignment_expr" => self.assignment(node),
            "unary_expression" => self.unary(node),
            "match_arm" => self.arm(node),
            "match_pattern" => self.pattern(node),
            // Nothing can be switched in what the compiler computes, nor in what is no expression.
            "const_item" | "static_item" | "enum_variant" | "use_declaration" | "macro_invocation" => {
                Some(self.text(node).to_owned())
            }
            "identifier" => self.constants.get(self.text(node)).map(|(switched, numbers)| {
                self.numbers.extend(numbers);
                switched.clone()
            }),
            "field_initializer" | "shorthand_field_initializer" => self.field(node),
            _ => None,
        };
        text + &rewritten.unwrap_or_else(|| self.children(node, &mut |_, _| None))
    }

    /// A node, with its parts rewritten: by `part`, where that gives something.
    fn children(&mut self, node: Node, part: &mut dyn FnMut(&mut Self, Node) -> Option<String>) -> String {
        let mut text = String::new();
        let mut written = node.start_byte();
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            text.push_str(self.raw(written, child.start_byte()));
            let special = part(self, child);
            text.push_str(&special.unwrap_or_else(|| self.node(child)));
            written = child.end_byte();
        }
        text + self.raw(written, node.end_byte())
    }

    fn binary(&mut self, node: Node) -> Option<String> {
        let operator = node.child_by_field_name("operator")?;
        let mutants = self.take(operator.start_byte(), Genre::BinaryOperator);
        if mutants.is_empty() {
            return None;
        }
        let left = self.node(node.child_by_field_name("left")?);
        let right = self.node(node.child_by_field_name("right")?);
        let operator = self.text(operator);
        if let "&&" | "||" = operator {
            // The right side counts when the left one is true, or when it is not; the mutant is the other case.
            let same = if operator == "&&" { "!=" } else { "==" };
            let on: Vec<String> = mutants.iter().map(|mutant| is_on(mutant)).collect();
            let on = on.join(" || ");
            return Some(format!(
                "({{ let l: bool = {left};\nif l {same} ({on}) {{ {right} }} else {{ l }} }})"
            ));
        }
        let cases = cases(&mutants, "l", operator);
        Some(if let "==" | "!=" | "<" | ">" | "<=" | ">=" = operator {
            // Comparisons take nothing away from what they compare.
            format!("(match (&({left}), &({right})) {{ (l, r) =>\n{cases} }})")
        } else {
            format!("({{ let l = {left}; let r = {right};\n{cases} }})")
        })
    }

    fn assignment(&mut self, node: Node) -> Option<String> {
        let operator = node.child_by_field_name("operator")?;
        let mutants = self.take(operator.start_byte(), Genre::BinaryOperator);
        if mutants.is_empty() {
            return None;
        }
        let place = self.text(node.child_by_field_name("left")?);
        let value = self.node(node.child_by_field_name("right")?);
        let cases = cases(&mutants, place, self.text(operator));
        Some(format!("{{ let r = {value};\n{cases} }}"))
    }

    fn unary(&mut self, node: Node) -> Option<String> {
        let mutant = self.take(node.start_byte(), Genre::UnaryOperator).pop()?;
        let operator = self.text(node.child(0)?);
        let operand = self.node(node.child(1)?);
        Some(format!(
            "({{ let v = {operand};\nif {} {{ v }} else {{ {operator}v }} }})",
            is_on(mutant)
        ))
    }

    /// An arm that is left out, for which it needs a guard.
    fn arm(&mut self, node: Node) -> Option<String> {
        let pattern = node.child_by_field_name("pattern")?;
        if pattern.child_by_field_name("condition").is_some() {
            // Its guard takes the switch; see `pattern`.
            return None;
        }
        let mutant = self.take(node.start_byte(), Genre::MatchArm).pop()?;
        Some(self.children(node, &mut |writer, child| {
            (child == pattern).then(|| format!("{} if !{}", writer.node(child), is_on(mutant)))
        }))
    }

    /// A guard that is always true, or never; and one of an arm that is left out.
    fn pattern(&mut self, node: Node) -> Option<String> {
        let condition = node.child_by_field_name("condition")?;
        let arm = node.parent()?;
        let gone = self.take(arm.start_byte(), Genre::MatchArm);
        let set = self.take(condition.start_byte(), Genre::MatchArmGuard);
        if gone.is_empty() && set.is_empty() {
            return None;
        }
        Some(self.children(node, &mut |writer, child| {
            (child == condition).then(|| {
                let mut guard = format!("({})", writer.node(child));
                for mutant in set.iter().rev() {
                    let (not, and) = if mutant.replacement == "true" {
                        ("", "||")
                    } else {
                        ("!", "&&")
                    };
                    guard = format!("({not}{} {and} {guard})", is_on(mutant));
                }
                for mutant in &gone {
                    guard = format!("(!{} && {guard})", is_on(mutant));
                }
                guard
            })
        }))
    }

    fn field(&mut self, node: Node) -> Option<String> {
        let list = node.parent()?;
        let mut cursor = list.walk();
        let base = list
            .children(&mut cursor)
            .find(|child| child.kind() == "base_field_initializer")?;
        let base = self.text(base.child(1)?);
        let name = node.child_by_field_name("field").unwrap_or(node);
        let mutant = self.take(node.start_byte(), Genre::StructField).pop()?;
        let value = match node.child_by_field_name("value") {
            Some(value) => self.node(value),
            None => self.text(name).to_owned(),
        };
        let name = self.text(name);
        Some(format!(
            "{name}: if {} {{ ({base}).{name} }} else {{ {value} }}",
            is_on(mutant)
        ))
    }
}

/// What is left of an operator and the variable `r`, with the operator of the mutant that is on, or its own.
fn cases(mutants: &[&Mutant], left: &str, operator: &str) -> String {
    let one = |mutant: &&Mutant| format!("if {} {{ {left} {} r }} else ", is_on(mutant), mutant.replacement);
    let all: String = mutants.iter().map(one).collect();
    all + &format!("{{ {left} {operator} r }}")
}

/// The statement with which a function returns at once. What the code would take from a prelude without `std` is named in
/// full.
fn returns(mutant: &Mutant) -> String {
    let value = match mutant.replacement.as_str() {
        "()" => String::new(),
        value => value.replace("vec![", "::std::vec!["),
    };
    format!(
        "if {} {{ #[allow(unused_imports)] use ::std::borrow::ToOwned as _; return {value}; }}\n",
        is_on(mutant)
    )
}
