//! Markdown of an answer as HTML, of a stranger's words as text.
//!
//! Every character of the input leaves escaped; markup arises here alone, from a fixed set of
//! elements. No HTML of the input is let through and no address but http, https and mailto.

use std::ops::Range;

use super::blocks::{list, mark, table};
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
    let all = lines(text);
    let mut rest = &all[..];
    while let Some((range, after)) = rest.split_first() {
        let line = &text[range.clone()];
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let n_like =
            |is_like: &dyn Fn(&str) -> bool| after.iter().take_while(|next| is_like(&text[(*next).clone()])).count();
        if trimmed.is_empty() {
            rest = after;
        } else if let Some(fence) = ["```", "~~~"].into_iter().find(|fence| trimmed.starts_with(fence)) {
            let n_inner = n_like(&|next| !next.trim_start().starts_with(fence));
            let code: String = after[..n_inner].iter().map(|inner| escape(&text[inner.clone()]) + "\n").collect();
            out += &format!("<pre><code>{code}</code></pre>\n");
            rest = after.get(n_inner + 1..).unwrap_or_default();
        } else if let Some(level) = heading(trimmed) {
            let inner = range.start + indent + level + 1..range.end;
            let tag = if level < 3 { "h3" } else { "h4" };
            out += &format!("<{tag}>{}</{tag}>\n", inline(text, inner, inlays));
            rest = after;
        } else if trimmed.starts_with('>') {
            let n_more = n_like(&|next| next.trim_start().starts_with('>'));
            let quoted = rest[..=n_more].iter().map(|line| unquoted(text, line.clone())).collect();
            out += &format!("<blockquote>{}</blockquote>\n", joined(text, quoted, inlays));
            rest = &after[n_more..];
        } else if let Some((html, n_lines)) = list(text, rest, inlays).or_else(|| table(text, rest, inlays)) {
            out += &html;
            out.push('\n');
            rest = &rest[n_lines..];
        } else if matches!(trimmed.trim_end(), "---" | "***" | "___") {
            out += "<hr>\n";
            rest = after;
        } else {
            let is_table = |place: usize| table(text, &rest[place..], inlays).is_some();
            let n_more = (1..=n_like(&is_plain)).take_while(|place| !is_table(*place)).count();
            out += &format!("<p>{}</p>\n", joined(text, rest[..=n_more].to_vec(), inlays));
            rest = &after[n_more..];
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

fn is_plain(line: &str) -> bool {
    let trimmed = line.trim_start();
    let starts = |marks: &[&str]| marks.iter().any(|mark| trimmed.starts_with(mark));
    !trimmed.is_empty() && !starts(&["```", "~~~", ">"]) && heading(trimmed).is_none() && mark(trimmed).is_none()
}

fn unquoted(text: &str, line: Range<usize>) -> Range<usize> {
    let own = &text[line.clone()];
    let rest = own.trim_start().trim_start_matches('>').trim_start();
    line.start + own.len() - rest.len()..line.end
}

/// Lines of one block, each on its own.
pub(super) fn joined(text: &str, lines: Vec<Range<usize>>, inlays: &[Inlay]) -> String {
    lines
        .into_iter()
        .map(|line| inline(text, line, inlays))
        .collect::<Vec<_>>()
        .join("<br>\n")
        .replace("<br>\n<br>\n", "<br><br>\n")
}

/// One line: citations, code, emphasis, links.
pub(super) fn inline(text: &str, range: Range<usize>, inlays: &[Inlay]) -> String {
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
        check("1. a\n\n2. b\n\nc", "<ol><li>a</li><li>b</li></ol>\n<p>c</p>");
        check("3. a\n   goes on\n4. b", "<ol start=\"3\"><li>a<br>\ngoes on</li><li>b</li></ol>");
        check("- a\n  - b\n    1. c\n- d", "<ul><li>a<ul><li>b<ol><li>c</li></ol></li></ul></li><li>d</li></ul>");
        check("1. a\n- b", "<ol><li>a</li></ol>\n<ul><li>b</li></ul>");
        check("- a\n```\nb\n```", "<ul><li>a</li></ul>\n<pre><code>b\n</code></pre>");
        check(
            "So:\n| a | **b** |\n| --- | :-: |\n| 1 | `x|y` | z |\n| 2 |\n\nc",
            "<p>So:</p>\n<table><tr><th>a</th><th><strong>b</strong></th></tr>\
             <tr><td>1</td><td><code>x|y</code></td></tr><tr><td>2</td></tr></table>\n<p>c</p>",
        );
        check(
            "a | b\n- | -\n1 \\| 2 | 3",
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1 \\| 2</td><td>3</td></tr></table>",
        );
        check("a | b\nno rule | c", "<p>a | b<br>\nno rule | c</p>");
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
        fn no_text_becomes_markup(text in "[<>&\"'`*#|\\[\\]()> a-c\\n\\-/!:s1.]{0,60}") {
            let html = prose(&text, &[]);
            let known = ["p", "h3", "h4", "ul", "ol", "li", "pre", "code", "strong", "em", "br", "hr", "blockquote", "table", "tr", "th", "td"];
            for tag in html.split('<').skip(1) {
                let name = tag.split('>').next().unwrap().trim_start_matches('/');
                proptest::prop_assert!(known.contains(&name) || name.starts_with("a href=\"http") || name.starts_with("ol start=\"") || name == "a", "{tag} in {html}");
            }
        }
    }
}
