//! Every word that forkful itself says to a model, one Markdown file a prompt.
//!
//! Words in braces are filled in with [`fill`]. A changed prompt changes bundle ids, so it comes with
//! a new version of the renderers that carry it.

/// In front of the sources of a Markdown or plain text bundle: `is_are`, `sources`, `mark`.
pub const SOURCES: &str = include_str!("../prompts/sources.md");

/// In front of the sources of an XML bundle: `is_are`, `sources`.
pub const SOURCES_XML: &str = include_str!("../prompts/sources-xml.md");

/// Asks for a summary of the conversation before it.
pub const SUMMARY: &str = include_str!("../prompts/summary.md");

/// Behind those words in a part of a split bundle: `number`, `parts`, `before`.
pub const PART: &str = include_str!("../prompts/part.md");

/// The first source under a conversation that was imported: `program`, `name`.
pub const IMPORTED: &str = include_str!("../prompts/imported.md");

/// The prompt with each `{name}` replaced by its value.
pub fn fill(prompt: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(prompt.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_filled_whole() {
        let values = [("is_are", "are"), ("sources", "2 sources, s1 and s2"), ("mark", "bcdf")];
        let parts = [("number", "1"), ("parts", "2"), ("before", "")];
        let values = [&values[..], &parts, &[("program", "claude"), ("name", "")]].concat();
        for prompt in [SOURCES, SOURCES_XML, PART, IMPORTED] {
            let text = fill(prompt, &values);
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }
}
