//! Markdown of an answer as HTML, of a stranger's words as text.
//!
//! Every character of the input leaves escaped; markup arises here alone, from a fixed set of
//! elements. No HTML of the input is let through and no address but http, https and mailto.

use std::ops::Range;

use crate::content::turns;

/// Text as character data of HTML, without what steers or turns lines around.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    for character in text.chars() {
        match character {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            '\n' | '\t' => out.push(character),
            other if other.is_control() || turns(other) => {}
            other => out.push(other),
        }
    }
    out
}

/// A piece of a text that is written as given: where it stands, and its HTML.
pub(super) type Inlay = (Range<usize>, String);

/// Markdown as HTML; `inlays` are citations and the like, in order.
pub(super) fn prose(text: &str, inlays: &[Inlay]) -> String {
    let mut out = String::new();
    let mut lines = lines(text).into_iter().peekable();
    while let Some(range) = lines.next() {
        let line = &text[range.clone()];
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if trimmed.is_empty() {
            continue;
        }
        if let Some(fence) = ["```", "~~~"].into_iter().find(|fence| trimmed.starts_with(fence)) {
            let mut code = String::new();
            for inner in lines.by_ref() {
                let inner = &text[inner];
                if inner.trim_start().starts_with(fence) {
                    break;
                }
                code += &format!("{}\n", escape(inner));
            }
            out += &format!("<pre><code>{code}</code></pre>\n");
        } else if let Some(level) = heading(trimmed) {
            let inner = range.start + indent + level + 1..range.end;
            let tag = if level < 3 { "h3" } else { "h4" };
            out += &format!("<{tag}>{}</{tag}>\n", inline(text, inner, inlays));
        } else if trimmed.starts_with('>') {
            let mut quoted = vec![unquoted(text, range)];
            while let Some(next) = lines.next_if(|next| text[next.clone()].trim_start().starts_with('>')) {
                quoted.push(unquoted(text, next));
            }
            out += &format!("<blockquote>{}</blockquote>\n", joined(text, quoted, inlays));
        } else if let Some((tag, length)) = item(trimmed) {
            let mut items = Vec::new();
            items.push(range.start + indent + length..range.end);
            while let Some(next) = lines.next_if(|next| item(text[next.clone()].trim_start()).is_some()) {
                let own = text[next.clone()].trim_start();
                let length = text[next.clone()].len() - own.len() + item(own).map_or(0, |(_, length)| length);
                items.push(next.start + length..next.end);
            }
            let items = items.into_iter().map(|item| format!("<li>{}</li>", inline(text, item, inlays)));
            out += &format!("<{tag}>{}</{tag}>\n", items.collect::<String>());
        } else if matches!(trimmed.trim_end(), "---" | "***" | "___") {
            out += "<hr>\n";
        } else {
            let mut paragraph = vec![range];
            while let Some(next) = lines.next_if(|next| is_plain(&text[next.clone()])) {
                paragraph.push(next);
            }
            out += &format!("<p>{}</p>\n", joined(text, paragraph, inlays));
        }
    }
    out
}

/// Lines without their ends.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let ranges = text.split_inclusive('\n').map(|line| {
        let start = at;
        at += line.len();
        start..start + line.trim_end_matches(['\n', '\r']).len()
    });
    ranges.collect()
}

fn heading(line: &str) -> Option<usize> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    ((1..=6).contains(&level) && line[level..].starts_with(' ')).then_some(level)
}

/// The list that a line is an item of, and the length of its mark.
fn item(line: &str) -> Option<(&'static str, usize)> {
    if line.starts_with("- ") || line.starts_with("* ") || line.starts_with("+ ") {
        return Some(("ul", 2));
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let is_number = (1..=3).contains(&digits) && (line[digits..].starts_with(". ") || line[digits..].starts_with(") "));
    is_number.then_some(("ol", digits + 2))
}

fn is_plain(line: &str) -> bool {
    let trimmed = line.trim_start();
    let starts = |marks: &[&str]| marks.iter().any(|mark| trimmed.starts_with(mark));
    !trimmed.is_empty() && !starts(&["```", "~~~", ">"]) && heading(trimmed).is_none() && item(trimmed).is_none()
}

fn unquoted(text: &str, line: Range<usize>) -> Range<usize> {
    let own = &text[line.clone()];
    let rest = own.trim_start().trim_start_matches('>').trim_start();
    line.start + own.len() - rest.len()..line.end
}

fn joined(text: &str, lines: Vec<Range<usize>>, inlays: &[Inlay]) -> String {
    lines
        .into_iter()
        .map(|line| inline(text, line, inlays))
        .collect::<Vec<_>>()
        .join("<br>\n")
        .replace("<br>\n<br>\n", "<br><br>\n")
}

/// One line: citations, code, emphasis, links.
fn inline(text: &str, range: Range<usize>, inlays: &[Inlay]) -> String {
    let mut out = String::new();
    let mut at = range.start;
    let mut plain = at;
    while at < range.end {
        let rest = &text[at..range.end];
        let special = inlays
            .iter()
            .find(|(place, _)| place.start == at && place.end <= range.end)
            .map(|(place, html)| (html.clone(), place.len()))
            .or_else(|| span(text, at, rest, inlays));
        match special {
            Some((html, length)) => {
                out += &escape(&text[plain..at]);
                out += &html;
                at += length;
                plain = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    out + &escape(&text[plain..range.end])
}

/// Code, emphasis or a link at the start of `rest`, and its length.
fn span(text: &str, at: usize, rest: &str, inlays: &[Inlay]) -> Option<(String, usize)> {
    if let Some(code) = rest.strip_prefix('`') {
        let end = code.find('`')?;
        return Some((format!("<code>{}</code>", escape(&code[..end])), end + 2));
    }
    for (mark, tag) in [("**", "strong"), ("*", "em")] {
        if let Some(inner) = rest.strip_prefix(mark) {
            let end = inner.find(mark).filter(|end| *end > 0)?;
            if inner.starts_with(' ') || inner[..end].ends_with(' ') {
                return None;
            }
            let inner = at + mark.len()..at + mark.len() + end;
            return Some((format!("<{tag}>{}</{tag}>", inline(text, inner, inlays)), end + 2 * mark.len()));
        }
    }
    let (label, tail) = rest.strip_prefix('[')?.split_once("](")?;
    let (address, _) = tail.split_once(')')?;
    let is_safe = ["https://", "http://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
    if label.contains(['[', ']', '\n']) || !is_safe || address.contains(char::is_whitespace) {
        return None;
    }
    let html = format!(r#"<a href="{}" rel="noopener noreferrer nofollow">{}</a>"#, escape(address), escape(label));
    Some((html, label.len() + address.len() + 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_becomes_a_few_elements_and_the_rest_is_text() {
        let check = |text: &str, expected: &str| assert_eq!(prose(text, &[]).trim_end(), expected, "{text}");
        check("One\ntwo\n\nthree", "<p>One<br>\ntwo</p>\n<p>three</p>");
        check("# A\n### B\n#no", "<h3>A</h3>\n<h4>B</h4>\n<p>#no</p>");
        check(
            "- a\n- **b** *c* `<d>`",
            "<ul><li>a</li><li><strong>b</strong> <em>c</em> <code>&lt;d&gt;</code></li></ul>",
        );
        check("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>");
        check("> a\n> b\n\nc", "<blockquote>a<br>\nb</blockquote>\n<p>c</p>");
        check("```rust\n<b>&\n```\nx", "<pre><code>&lt;b&gt;&amp;\n</code></pre>\n<p>x</p>");
        check("```\nnever closed", "<pre><code>never closed\n</code></pre>");
        check(
            "[a](https://x.y/?a=1&b=\"2\")",
            r#"<p><a href="https://x.y/?a=1&amp;b=&quot;2&quot;" rel="noopener noreferrer nofollow">a</a></p>"#,
        );
        check("[a](javascript:alert(1)) 3 * 4 * 5", "<p>[a](javascript:alert(1)) 3 * 4 * 5</p>");
        check(
            "<script>alert(1)</script><img src=x onerror='y'>",
            "<p>&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=&#39;y&#39;&gt;</p>",
        );
        check("a\u{1b}[2J\u{202e}b", "<p>a[2Jb</p>");
    }

    proptest::proptest! {
        #[test]
        fn no_text_becomes_markup(text in "[<>&\"'`*#\\[\\]()> a-c\\n\\-/!:s1.]{0,60}") {
            let html = prose(&text, &[]);
            let known = ["p", "h3", "h4", "ul", "ol", "li", "pre", "code", "strong", "em", "br", "hr", "blockquote"];
            for tag in html.split('<').skip(1) {
                let name = tag.split('>').next().unwrap().trim_start_matches('/');
                proptest::prop_assert!(known.contains(&name) || name.starts_with("a href=\"http") || name == "a", "{tag} in {html}");
            }
        }
    }
}
