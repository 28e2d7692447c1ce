//! What can be typed after a slash, as data.

use super::super::Failure;

/// What a talk does by itself; everything else is a verb of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Fork,
    Go,
    Undo,
    Redo,
    Retry,
    Prompt,
    Model,
    Show,
    Check,
    Cost,
    Help,
    Quit,
}

/// Orders with their names, what they take, and what they do.
pub(super) const ORDERS: &[(Order, &str, &str, &str)] = &[
    (Order::Fork, "fork", "[NAME] [QUESTION]", "a new branch here, and on it from now on"),
    (Order::Go, "go", "ADDRESS", "on from a branch, a bundle, NAME~2 or an id"),
    (Order::Retry, "retry", "[NAME]", "another answer to the question, on a new branch"),
    (Order::Undo, "undo", "", "take the last change back"),
    (Order::Redo, "redo", "", "bring back what /undo took"),
    (Order::Prompt, "prompt", "NAME [TOPIC=...]", "ask a prompt of the library, or list them"),
    (Order::Model, "model", "[NAME]", "ask this model from now on, or say which"),
    (Order::Show, "show", "[s2 41:07]", "the last turn, or the passage at a citation"),
    (Order::Check, "check", "", "whether the answer quotes its sources rightly"),
    (Order::Cost, "cost", "", "what the answers of this talk used"),
    (Order::Help, "help", "", "this list"),
    (Order::Quit, "quit", "", "leave; everything is kept"),
];

impl Order {
    /// The order of this name, or of a word that people type for it.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = match name {
            "q" | "exit" | "bye" => "quit",
            "h" | "?" => "help",
            "switch" | "checkout" => "go",
            name => name,
        };
        ORDERS.iter().find(|(_, own, ..)| *own == name).map(|(order, ..)| *order)
    }
}

/// Whether this is a place in a source, as `s2 41:07` or `[s2]`.
pub(super) fn is_citation(text: &str) -> bool {
    let word = text.trim_start_matches('[').split([' ', ']', '@']).next().unwrap_or_default();
    word.strip_prefix('s').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// Words as a shell would take them: parted at blanks, kept together by quotes.
pub(super) fn split(line: &str) -> Result<Vec<String>, Failure> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            (c, Some(own)) if c == own => quote = None,
            ('"' | '\'', None) => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            ('\\', Some('"') | None) => word.get_or_insert_default().extend(characters.next()),
            (c, None) if c.is_whitespace() => words.extend(word.take()),
            (c, _) => word.get_or_insert_default().push(c),
        }
    }
    if let Some(quote) = quote {
        return Err(Failure::usage(format!("a {quote} has no end")));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_a_shell_would() {
        let check = |line: &str, expected: Option<&[&str]>| {
            let words = split(line).ok();
            let words = words.as_ref().map(|words| words.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(words.as_deref(), expected, "{line}");
        };
        check("", Some(&[]));
        check(" a  b ", Some(&["a", "b"]));
        check("topic=\"bitter lesson\" x='a \"b\"'", Some(&["topic=bitter lesson", "x=a \"b\""]));
        check("\"\" a\\ b \"c\\\"d\"", Some(&["", "a b", "c\"d"]));
        check("it's", None);
    }

    #[test]
    fn a_citation_is_told_from_an_address() {
        for (text, expected) in [
            ("s2 41:07", true),
            ("[s2 41:07]", true),
            ("s12", true),
            ("s2@41:07", true),
            ("skeptic", false),
            ("s", false),
        ] {
            assert_eq!(is_citation(text), expected, "{text}");
        }
    }
}
