//! The YAML block that stands before a Markdown text.
//!
//! Only top-level scalars are read; lists, maps and block scalars are somebody else's notes.

/// Top-level scalars of a front matter block, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FrontMatter {
    fields: Vec<(String, String)>,
}

/// Splits `text` into its front matter and the rest; a text without one is all rest.
pub(crate) fn split(text: &str) -> (FrontMatter, &str) {
    let mut lines = text.split_inclusive('\n');
    if lines.next().is_none_or(|line| line.trim_end() != "---") {
        return (FrontMatter::default(), text);
    }
    let mut fields = Vec::new();
    let mut at = text.find('\n').map_or(text.len(), |end| end + 1);
    for line in lines {
        at += line.len();
        if matches!(line.trim_end(), "---" | "...") {
            return (FrontMatter { fields }, &text[at..]);
        }
        fields.extend(field(line));
    }
    // A rule at the top of a text, not an open block.
    (FrontMatter::default(), text)
}

/// The key and scalar of an unindented `key: value` line.
fn field(line: &str) -> Option<(String, String)> {
    let (key, value) = line.split_once(':')?;
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let value = scalar(value)?;
    plain.then(|| (key.to_lowercase(), value))
}

/// A plain or quoted YAML scalar on one line.
fn scalar(value: &str) -> Option<String> {
    let value = value.trim();
    let quoted = |mark: char| value.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    let text = if let Some(inner) = quoted('"') {
        inner.replace("\\\"", "\"").replace("\\\\", "\\")
    } else if let Some(inner) = quoted('\'') {
        inner.replace("''", "'")
    } else if value.starts_with(['[', '{', '|', '>', '&', '*', '!', '#']) {
        return None;
    } else {
        value.split(" #").next().unwrap_or_default().trim().to_owned()
    };
    let text = crate::content::line(&text);
    (!text.is_empty() && !matches!(text.as_str(), "null" | "~")).then_some(text)
}

impl FrontMatter {
    /// The first value among `keys`, in the order of the keys.
    fn first(&self, keys: &[&str]) -> Option<String> {
        let value = |key: &&str| self.fields.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone());
        keys.iter().find_map(value)
    }

    /// The title of the text.
    pub(crate) fn title(&self) -> Option<String> {
        self.first(&["title"])
    }

    /// Its author, or the channel or account it comes from.
    pub(crate) fn author(&self) -> Option<String> {
        self.first(&["author", "authors", "byline", "channel", "account_name"])
    }

    /// The day it was published.
    pub(crate) fn date(&self) -> Option<String> {
        self.first(&["date", "published", "upload_date", "pubdate"])
    }

    /// Where it stands on the web.
    pub(crate) fn url(&self) -> Option<String> {
        self.first(&["url", "source_url", "canonical_url", "source"])
            .filter(|url| url.starts_with("http://") || url.starts_with("https://"))
    }

    /// Its language.
    pub(crate) fn language(&self) -> Option<String> {
        self.first(&["language", "lang"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_are_read_and_the_block_is_not_text() {
        let text = "---\ntitle: \"A \\\"b\\\": c\"\nchannel: 'It''s on'\nupload_date: 2025-01-02 # day\nurl: https://a.example/x\n\
                    tags:\n  - title: no\nsummary: |\n  title: no\nlang: en\nempty:\nnone: null\n---\n\nbody\n";
        let (front, rest) = split(text);
        assert_eq!(front.title().as_deref(), Some("A \"b\": c"));
        assert_eq!(front.author().as_deref(), Some("It's on"));
        assert_eq!(front.date().as_deref(), Some("2025-01-02"));
        assert_eq!(front.url().as_deref(), Some("https://a.example/x"));
        assert_eq!(front.language().as_deref(), Some("en"));
        assert_eq!(front.first(&["empty", "none", "summary"]), None);
        assert_eq!(rest, "\nbody\n");
    }

    #[test]
    fn a_rule_is_not_front_matter() {
        for text in ["---\nwords\n", "--- a\n---\n", "", "words\n---\n", "\n---\na: b\n---\n"] {
            assert_eq!(split(text), (FrontMatter::default(), text));
        }
        assert_eq!(split("---\r\ntitle: t\r\n---\r\nb").0.title().as_deref(), Some("t"));
        assert_eq!(split("---\n---").1, "");
    }
}
