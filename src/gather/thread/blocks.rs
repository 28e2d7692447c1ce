//! Messages to and from models: the text of their content, whichever way it is written.
//!
//! Content is a string, or a list of blocks. Text is read; pictures and files leave a word in their
//! place; tool calls, tool results and reasoning are left out and counted. A block of a kind that
//! nobody has heard of keeps its text.

use std::collections::BTreeMap;

use super::tree::Note;
use crate::gather::tape::Json;

/// What was left out of messages: the name of it in the plural, and how often.
#[derive(Debug, Default)]
pub(super) struct LeftOut(BTreeMap<&'static str, usize>);

impl LeftOut {
    pub(super) fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    /// Adds what was left out of another message.
    pub(super) fn extend(&mut self, other: &Self) {
        for (what, n) in &other.0 {
            *self.0.entry(what).or_default() += n;
        }
    }

    /// Whether nothing else was left out.
    pub(super) fn is_only(&self, what: &str) -> bool {
        self.0.keys().all(|own| *own == what)
    }

    /// One note for each.
    pub(super) fn notes(&self) -> impl Iterator<Item = Note> {
        self.0.iter().map(|(what, n)| Note::new(format!("left out of messages, {what}"), *n))
    }
}

/// The text of a message's content.
pub(super) fn text(content: Json, left_out: &mut LeftOut) -> String {
    if let Some(text) = content.text() {
        return text.to_owned();
    }
    let mut parts: Vec<String> = Vec::new();
    for block in content.items() {
        if let Some(text) = block.words() {
            parts.push(text.to_owned());
            continue;
        }
        match block.at("type").text().unwrap_or_default() {
            "tool_use" | "server_tool_use" | "function_call" | "tool_calls" | "custom_tool_call" => {
                left_out.count("tool calls");
            }
            "tool_result" | "function_call_output" | "web_search_tool_result" => left_out.count("tool results"),
            "thinking" | "redacted_thinking" | "reasoning" | "thoughts" => left_out.count("reasoning"),
            "token_budget" | "flag" => {}
            "image" | "image_url" | "input_image" => parts.push("[image]".to_owned()),
            "document" | "file" | "input_file" => {
                let name = block.either(&["title", "file_name", "filename"]).words().unwrap_or("file");
                parts.push(format!("[file: {name}]"));
            }
            kind => match block.either(&["text", "content", "value"]).words() {
                Some(text) => parts.push(text.to_owned()),
                None if matches!(kind, "text" | "input_text" | "output_text" | "") => {}
                None => left_out.count("blocks of an unknown kind"),
            },
        }
    }
    parts.join("\n\n")
}

/// What a model thought aloud before its words, where its blocks say so.
pub(super) fn reasoning(content: Json) -> Option<String> {
    let thought = |block: Json| match block.at("type").text()? {
        "thinking" | "reasoning" | "think" => {
            block.either(&["thinking", "think", "text", "content"]).words().map(str::to_owned)
        }
        _ => None,
    };
    let thoughts: Vec<String> = content.items().filter_map(thought).collect();
    (!thoughts.is_empty()).then(|| thoughts.join("\n\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather::tape::Tape;

    #[test]
    fn text_is_read_and_the_rest_is_counted() {
        let cases: &[(&str, &str, &[&str])] = &[
            (r#""words""#, "words", &[]),
            (
                r#"[{"type":"text","text":"a"},{"type":"image"},"b",{"type":"odd","text":"c"}]"#,
                "a\n\n[image]\n\nb\n\nc",
                &[],
            ),
            (
                r#"[{"type":"tool_use","name":"x"},{"type":"thinking","thinking":"y"},{"type":"odd"}]"#,
                "",
                &["blocks of an unknown kind", "reasoning", "tool calls"],
            ),
            ("null", "", &[]),
        ];
        for (content, expected, left) in cases {
            let mut left_out = LeftOut::default();
            assert_eq!(text(Tape::parse(content).root(), &mut left_out), *expected);
            let found: Vec<String> = left_out.notes().map(|note| note.what).collect();
            let wanted: Vec<String> = left.iter().map(|what| format!("left out of messages, {what}")).collect();
            assert_eq!(found, wanted);
        }
    }
}
