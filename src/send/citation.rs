//! What a provider itself says an answer rests on, the same for every protocol.
//!
//! Read are Anthropic's citations of documents and of searches, annotations of `OpenAI`'s Responses and
//! Chat (`OpenRouter` and Perplexity say theirs there too), Gemini's grounding and its citations of
//! what it recites. Field names as in the SDKs and specification that the protocols name (2026-08).

use serde_json::Value;

use super::failure::MAX_SAID;
use super::failure::shown;
use crate::content::line;

/// How much of a quotation and of an address is kept.
const MAX_QUOTE: usize = 4000;

/// One thing that a provider says the answer rests on; each text is one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Citation {
    /// The words that are cited, as the source has them.
    pub quote: Option<String>,
    /// What the provider calls the source.
    pub title: Option<String>,
    /// Where the source stands on the web.
    pub url: Option<String>,
}

impl Citation {
    /// Reads one object, whatever protocol it is of; none where it names nothing.
    pub(super) fn read(value: &Value) -> Option<Self> {
        // Chat Completions put the fields one level deeper.
        let value = value.get("url_citation").unwrap_or(value);
        let word = |names: &[&str], most: usize| {
            let text = names.iter().find_map(|name| value[*name].as_str()).map(line)?;
            (!text.is_empty()).then(|| shown(&text, most))
        };
        let citation = Self {
            quote: word(&["cited_text"], MAX_QUOTE),
            title: word(&["document_title", "title", "filename"], MAX_SAID),
            url: word(&["url", "uri", "source"], MAX_QUOTE).filter(|url| is_web(url)),
        };
        (citation != Self::default()).then_some(citation)
    }

    /// Every object of a list, and every address where the list is one of addresses.
    pub(super) fn all(list: &Value) -> Vec<Self> {
        let each = |value: &Value| match value.as_str() {
            Some(url) => Self::read(&serde_json::json!({ "url": url })),
            None => Self::read(value),
        };
        list.as_array().into_iter().flatten().filter_map(each).collect()
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_citation_is_read_in_every_shape() {
        let check = |value: Value, expected: Option<(Option<&str>, Option<&str>, Option<&str>)>| {
            let read = Citation::read(&value);
            let told = read.as_ref().map(|c| (c.quote.as_deref(), c.title.as_deref(), c.url.as_deref()));
            assert_eq!(told, expected, "{value}");
        };
        let page = Some("https://a.example/");
        check(
            json!({"type": "char_location", "cited_text": "Keep\none card.", "document_index": 0, "document_title": "On cards"}),
            Some((Some("Keep one card."), Some("On cards"), None)),
        );
        check(
            json!({"type": "url_citation", "start_index": 0, "end_index": 4, "title": "A", "url": "https://a.example/"}),
            Some((None, Some("A"), page)),
        );
        check(
            json!({"type": "url_citation", "url_citation": {"title": "A", "url": "https://a.example/"}}),
            Some((None, Some("A"), page)),
        );
        check(json!({"uri": "https://a.example/", "title": "A"}), Some((None, Some("A"), page)));
        check(json!({"type": "file_citation", "filename": "a.md"}), Some((None, Some("a.md"), None)));
        check(json!({"url": "javascript:alert(1)"}), None);
        check(json!({"start_index": 1}), None);
        assert_eq!(Citation::all(&json!(["https://a.example/", {"title": "B"}, 3])).len(), 2);
        assert_eq!(Citation::all(&Value::Null), []);
    }
}
