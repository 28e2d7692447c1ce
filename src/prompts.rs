//! Every word that forkful itself says to a model, one Markdown file a prompt.
//!
//! Words in braces are filled in with [`fill`]. A changed prompt changes bundle ids, so it comes with
//! a new version of the renderers that carry it. [`LIBRARY`] are the questions that people ask with
//! `-p`: no bundle carries them, and a person's own files win over them.

/// In front of the sources of a Markdown or plain text bundle: `is_are`, `sources`, `mark`.
pub const SOURCES: &str = include_str!("../prompts/sources.md");

/// In front of the sources of an XML bundle: `is_are`, `sources`.
pub const SOURCES_XML: &str = include_str!("../prompts/sources-xml.md");

/// Asks for a summary of the conversation before it.
pub const SUMMARY: &str = include_str!("../prompts/summary.md");

/// Asks for a summary that stands in the place of a source: `tokens`.
pub const COMPRESS: &str = include_str!("../prompts/compress.md");

/// Behind those words in a part of a split bundle: `number`, `parts`, `before`.
pub const PART: &str = include_str!("../prompts/part.md");

/// The first source under a conversation that was imported: `program`, `name`.
pub const IMPORTED: &str = include_str!("../prompts/imported.md");

/// Names and files of the questions that people ask with `-p`, in the order in which they are listed.
pub const LIBRARY: &[(&str, &str)] = &[
    ("discuss", include_str!("../prompts/library/discuss.md")),
    ("summary", include_str!("../prompts/library/summary.md")),
    ("explain", include_str!("../prompts/library/explain.md")),
    ("disagreements", include_str!("../prompts/library/disagreements.md")),
    ("other-view", include_str!("../prompts/library/other-view.md")),
    ("steelman", include_str!("../prompts/library/steelman.md")),
    ("critique", include_str!("../prompts/library/critique.md")),
    ("quotes", include_str!("../prompts/library/quotes.md")),
    ("claims", include_str!("../prompts/library/claims.md")),
    ("questions", include_str!("../prompts/library/questions.md")),
    ("timeline", include_str!("../prompts/library/timeline.md")),
    ("glossary", include_str!("../prompts/library/glossary.md")),
    ("study-guide", include_str!("../prompts/library/study-guide.md")),
];

/// The prompt with each `{name}` replaced by its value; what a value says in braces stays as it is.
pub fn fill(prompt: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(prompt.len());
    let mut rest = prompt;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let value = values.iter().find_map(|(name, value)| {
            let behind = after.strip_prefix(*name)?.strip_prefix('}')?;
            Some((value, behind))
        });
        if let Some((value, behind)) = value {
            filled.push_str(value);
            rest = behind;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_filled_whole() {
        let values = [("is_are", "are"), ("sources", "2 sources, s1 and s2"), ("mark", "bcdf")];
        let parts = [("number", "1"), ("parts", "2"), ("before", ""), ("tokens", "900")];
        let values = [&values[..], &parts, &[("program", "claude"), ("name", "")]].concat();
        for prompt in [SOURCES, SOURCES_XML, PART, IMPORTED, COMPRESS] {
            let text = fill(prompt, &values);
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }

    #[test]
    fn a_value_is_filled_in_once_and_as_it_is() {
        for (prompt, expected) in [
            ("{a}", "{b} {a}"),
            ("{a}{b}{c}", "{b} {a}B{c}"),
            ("{{b}}", "{B}"),
            ("{", "{"),
            ("{ab} {b", "{ab} {b"),
            ("é{b}é", "éBé"),
        ] {
            assert_eq!(fill(prompt, &[("a", "{b} {a}"), ("b", "B")]), expected, "{prompt}");
        }
    }
}
