//! XML documents: the shape that long-context guides ask for, and well-formed XML 1.0.
//!
//! Character data is escaped, so no source can close its element and any XML parser gives the text
//! back; no mark is needed. A leading `/` is escaped too: after `>` and a line end, o200k would read
//! it as one token with them.

use std::borrow::Cow;

use super::Renderer;
use crate::prompts;

/// The shape that long-context guides ask for.
pub(super) const RENDERER: Renderer = Renderer {
    name: "xml",
    about: "XML documents, as long-context guides ask for",
    version: 1,
    escape,
    opening: |frame| format!("<documents>\n<note>\n{}</note>\n", escape(&frame.preamble(prompts::SOURCES_XML))),
    open: |_, item| {
        let field = |name: &str, value: &Option<String>| {
            value.as_ref().map_or(String::new(), |value| format!("<{name}>{}</{name}>\n", escape(value)))
        };
        format!(
            "<document id=\"{}\" kind=\"{}\">\n<title>{}</title>\n{}{}{}<document_content>\n",
            item.id,
            item.kind,
            escape(&item.title),
            field("author", &item.author),
            field("date", &item.date),
            field("source", &item.url),
        )
    },
    close: |_, _, _| "</document_content>\n</document>\n".to_owned(),
    closing: "</documents>\n",
    wrap: None,
};

/// Text as XML character data; `]]>` cannot arise, since `>` after `]` is escaped.
fn escape(text: &str) -> Cow<'_, str> {
    if !text.starts_with('/') && !text.contains(['&', '<', '>', '\u{fffe}', '\u{ffff}']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for (at, character) in text.char_indices() {
        match character {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '/' if at == 0 => out += "&#47;",
            // The two characters that XML forbids and canonical text may hold.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ => out.push(character),
        }
    }
    Cow::Owned(out)
}
