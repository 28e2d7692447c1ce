//! Posts written in HTML become Markdown.
//!
//! Mastodon, Hacker News, Lobsters, Discourse and others keep posts as small pieces of HTML. This
//! writes their paragraphs, lists, quotes, code, emphasis and links as Markdown in one pass, without
//! a tree, so that neither depth nor length can hurt. A link whose words are its shortened address
//! becomes the whole address. Scripts, styles and hidden elements are left out.

use html_escape::decode_html_entities;

use crate::content::line;

/// Quotes and lists nested deeper than this are written as flat as this.
const MAX_NESTED: usize = 8;

/// The Markdown of a piece of HTML.
pub(crate) fn markdown(html: &str) -> String {
    let mut writer = Writer::default();
    let mut rest = html;
    let last_end = html.rfind('>').unwrap_or(0);
    while let Some(open) = rest.find('<') {
        writer.text(&rest[..open]);
        rest = &rest[open..];
        if rest.starts_with("<!--") {
            rest = rest.find("-->").map_or("", |end| &rest[end + 3..]);
            continue;
        }
        // Past the last `>` no tag ends, however often one begins.
        let is_tag = html.len() - rest.len() < last_end
            && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        let Some(end) = rest.find('>').filter(|_| is_tag) else {
            writer.text("&lt;");
            rest = &rest[1..];
            continue;
        };
        writer.tag(&rest[1..end]);
        rest = &rest[end + 1..];
    }
    writer.text(rest);
    writer.finish()
}

/// The value of an attribute of a tag, entities decoded.
pub(crate) fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    loop {
        let at = rest.find(name)?;
        let before = rest[..at].chars().next_back();
        rest = &rest[at + name.len()..];
        let value = rest.trim_start().strip_prefix('=').map(str::trim_start);
        if let Some(value) = value.filter(|_| before.is_some_and(char::is_whitespace)) {
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let value = match quote {
                Some(quote) => value[1..].split(quote).next(),
                None => value.split(|c: char| c.is_whitespace() || c == '/').next(),
            };
            return value.map(|value| decode_html_entities(value).into_owned());
        }
    }
}

#[derive(Default)]
struct Writer {
    out: String,
    /// Line ends owed before the next words.
    owed: usize,
    /// A blank owed before the next words.
    blank: bool,
    /// What opens each line: `> ` and the indent of lists.
    prefix: String,
    /// How long the prefix was before each of the open quotes and list items.
    outer: Vec<usize>,
    /// The part of the prefix that lines in between share.
    shared: usize,
    /// Lists that are open: the next number of an ordered one.
    lists: Vec<Option<usize>>,
    /// Where the words of the open link begin, and where it leads.
    link: Option<(usize, String)>,
    /// Emphasis to open before the next words.
    opening: String,
    in_pre: bool,
    in_code: bool,
    /// An element whose content is left out, and how deep in elements of its name.
    skipped: Option<(String, usize)>,
}

impl Writer {
    fn text(&mut self, raw: &str) {
        if raw.is_empty() || self.skipped.is_some() {
            return;
        }
        let text = decode_html_entities(raw);
        if self.in_pre {
            for (index, part) in text.split('\n').enumerate() {
                if index > 0 {
                    self.out.push('\n');
                    self.out.push_str(&self.prefix);
                }
                self.out.push_str(part);
            }
            return;
        }
        for word in text.split_inclusive(char::is_whitespace) {
            let bare = word.trim_end();
            if !bare.is_empty() {
                self.lead();
                self.out.push_str(bare);
            }
            self.blank |= bare.len() < word.len();
        }
    }

    /// Writes what is owed before words.
    fn lead(&mut self) {
        if self.out.is_empty() {
            self.out.push_str(&self.prefix);
        } else if self.owed > 0 {
            for n in 0..self.owed {
                self.out.push('\n');
                self.out.push_str(if n + 1 == self.owed {
                    &self.prefix
                } else {
                    self.prefix[..self.shared].trim_end()
                });
            }
        } else if self.blank && !self.out.ends_with(char::is_whitespace) {
            self.out.push(' ');
        }
        (self.owed, self.blank, self.shared) = (0, false, self.prefix.len());
        let opening = std::mem::take(&mut self.opening);
        self.out.push_str(&opening);
    }

    fn block(&mut self, lines: usize) {
        self.owed = self.owed.max(lines);
        self.blank = false;
    }

    fn tag(&mut self, tag: &str) {
        let closing = tag.starts_with('/');
        let name_end = tag[usize::from(closing)..].find(|c: char| !c.is_ascii_alphanumeric());
        let name = &tag[usize::from(closing)..name_end.map_or(tag.len(), |end| end + usize::from(closing))];
        let name = name.to_ascii_lowercase();
        if let Some((skipped, depth)) = &mut self.skipped {
            if *skipped == name {
                *depth = if closing { *depth - 1 } else { *depth + usize::from(!tag.ends_with('/')) };
                if *depth == 0 {
                    self.skipped = None;
                }
            }
            return;
        }
        if closing { self.end(&name) } else { self.start(&name, tag) }
    }

    fn start(&mut self, name: &str, tag: &str) {
        let class = attribute(tag, "class").unwrap_or_default();
        let style = attribute(tag, "style").unwrap_or_default().replace(' ', "");
        let is_hidden = style.contains("display:none") || style.contains("visibility:hidden");
        let is_quote_head = name == "div" && class == "title" && !self.outer.is_empty();
        if matches!(name, "script" | "style" | "svg" | "template") || is_hidden || is_quote_head {
            self.skipped = Some((name.to_owned(), 1));
            return;
        }
        match name {
            "br" if self.in_pre => self.text("\n"),
            "br" => self.owed = (self.owed + 1).min(2),
            "p" | "div" | "table" | "section" | "article" | "figure" | "details" | "hr" => self.block(2),
            "tr" => self.block(1),
            "td" | "th" => {
                self.lead();
                self.out.push_str("| ");
            }
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.block(2);
                self.opening = format!("{} ", "#".repeat(name[1..].parse().unwrap_or(1)));
            }
            "blockquote" | "aside" => {
                self.block(2);
                self.indent("> ");
                if let Some(user) = attribute(tag, "data-username") {
                    self.lead();
                    self.out.push_str(&format!("@{}:", line(&user)));
                    self.block(1);
                }
            }
            "ul" | "ol" => {
                self.block(if self.lists.is_empty() { 2 } else { 1 });
                self.lists.push((name == "ol").then_some(1));
            }
            "li" => {
                self.block(1);
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                };
                self.lead();
                self.out.push_str(&mark);
                self.indent(&" ".repeat(mark.len()));
            }
            "pre" => {
                self.block(2);
                self.lead();
                self.out.push_str("```");
                self.owed = 1;
                self.lead();
                self.in_pre = true;
            }
            "code" | "tt" if !self.in_pre && !self.in_code => {
                self.opening.push('`');
                self.in_code = true;
            }
            "em" | "i" if !self.in_pre => self.opening.push('*'),
            "strong" | "b" if !self.in_pre => self.opening.push_str("**"),
            "a" if !self.in_pre && self.link.is_none() => {
                let href = attribute(tag, "href").unwrap_or_default();
                let is_name = class.split(' ').any(|word| matches!(word, "mention" | "hashtag" | "anchor"));
                let is_address = href.starts_with("http://") || href.starts_with("https://");
                self.lead();
                self.link = (is_address && !is_name).then_some((self.out.len(), href));
            }
            "img" => {
                let alt = line(&attribute(tag, "alt").unwrap_or_default());
                self.lead();
                match alt.as_str() {
                    _ if class.split(' ').any(|word| word == "emoji") => self.out.push_str(&alt),
                    "" => self.out.push_str("[image]"),
                    _ => self.out.push_str(&format!("[image: {alt}]")),
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "p" | "div" | "table" | "section" | "article" | "figure" | "details" | "h1" | "h2" | "h3" | "h4" | "h5"
            | "h6" => self.block(2),
            "summary" | "tr" => self.block(1),
            "td" | "th" => self.blank = true,
            "blockquote" | "aside" => {
                self.dedent();
                self.block(2);
            }
            "ul" | "ol" => {
                self.lists.pop();
                self.block(if self.lists.is_empty() { 2 } else { 1 });
            }
            "li" => {
                self.dedent();
                self.block(1);
            }
            "pre" if self.in_pre => {
                self.in_pre = false;
                if !self.out.ends_with('\n') {
                    self.out.push('\n');
                    self.out.push_str(&self.prefix);
                }
                self.out.push_str("```");
                self.block(2);
            }
            "code" | "tt" if self.in_code => {
                self.in_code = false;
                self.close_mark("`");
            }
            "em" | "i" if !self.in_pre => self.close_mark("*"),
            "strong" | "b" if !self.in_pre => self.close_mark("**"),
            "a" => self.close_link(),
            _ => {}
        }
    }

    /// Closes emphasis; one that never got words is never opened.
    fn close_mark(&mut self, mark: &str) {
        if self.opening.ends_with(mark) {
            self.opening.truncate(self.opening.len() - mark.len());
        } else if !self.out.is_empty() {
            self.out.push_str(mark);
        }
    }

    fn close_link(&mut self) {
        let Some((start, href)) = self.link.take() else { return };
        let words = line(self.out.get(start..).unwrap_or_default());
        self.out.truncate(start);
        let bare = words.trim_end_matches("...").trim_end_matches('…');
        let shows_itself = words.is_empty() || href.contains(bare) && bare.contains(['.', '/']);
        let link = if shows_itself { href } else { format!("[{words}]({href})") };
        self.out.push_str(&link);
    }

    fn indent(&mut self, prefix: &str) {
        // What nests too deep still has its place, so that ends meet their starts.
        self.outer.push(self.prefix.len());
        if self.outer.len() <= MAX_NESTED {
            self.prefix.push_str(prefix);
        }
    }

    fn dedent(&mut self) {
        if let Some(outer) = self.outer.pop() {
            self.prefix.truncate(outer);
            self.shared = self.shared.min(outer);
        }
    }

    fn finish(mut self) -> String {
        self.close_link();
        if self.in_pre {
            self.out.push_str("\n```");
        }
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_of_posts_becomes_markdown() {
        for (html, expected) in [
            ("one<p>two &amp; &#x27;three&#x27;", "one\n\ntwo & 'three'"),
            ("<p>a<br>b<br/><br />c</p>", "a\nb\n\nc"),
            ("<p>x <em>y</em>, <strong>z</strong> <code>f(&lt;T&gt;)</code></p>", "x *y*, **z** `f(<T>)`"),
            ("<pre><code>if a {\n    b\n}\n</code></pre><p>t", "```\nif a {\n    b\n}\n```\n\nt"),
            ("<blockquote><p>q</p><p>r</p></blockquote><p>a</p>", "> q\n>\n> r\n\na"),
            ("<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>d", "- a\n- b\n  1. c\n\nd"),
            ("<h2>T</h2>x", "## T\n\nx"),
            (
                "see <a href=\"https://a.example/long/path\" rel=\"nofollow\">https://a.example/lo...</a>.",
                "see https://a.example/long/path.",
            ),
            (
                "<a href=\"https://a.example/x\"><span class=\"invisible\">https://</span><span class=\"ellipsis\">a.exam</span><span class=\"invisible\">ple/x</span></a>",
                "https://a.example/x",
            ),
            ("<a href='https://a.example/'>the  essay</a>", "[the essay](https://a.example/)"),
            ("<a class=\"u-url mention\" href=\"https://m.example/@b\">@<span>b</span></a> hi", "@b hi"),
            (
                "<aside class=\"quote\" data-username=\"ada\"><div class=\"title\">ada:</div><blockquote><p>q</p></blockquote></aside>yes",
                "> @ada:\n>\n> > q\n\nyes",
            ),
            ("<img class=\"emoji\" alt=\":smile:\"> <img alt=\"a cat\" src=x><img>", ":smile: [image: a cat][image]"),
            ("a<script>alert(1)</script><span style=\"display: none\">x<span>y</span></span>b", "ab"),
            ("1 < 2 <3 > x", "1 < 2 <3 > x"),
            ("<b></b>x</i></a></ul><table><tr><td>1</td><td>2</td></tr></table>", "x*\n\n| 1 | 2"),
            ("<a href=\"https://a.example\">never closed", "[never closed](https://a.example)"),
        ] {
            assert_eq!(markdown(html), expected, "{html}");
        }
    }

    #[test]
    fn no_html_is_too_hostile() {
        for piece in [
            "<",
            "<a href=",
            "<blockquote>",
            "<ul><li>",
            "</li>",
            "<pre>",
            "<!--",
            "&#x",
            "<a href=\"https://a.example\">",
            "<b>",
        ] {
            markdown(&piece.repeat(50_000));
        }
    }
}
