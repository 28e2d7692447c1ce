//! The words of a line: emphasis, code, links, images, formulas.

use super::attribute::Key;
use super::mail;
use super::markdown::{Writer, is_formula};
use super::math;
use super::names;
use super::seam;
use super::tree::Id;

/// Nodes of a heading in which the place is looked for that a link in it leads to.
const MAX_PLACES: usize = 32;

/// A line of words on its way.
#[derive(Debug)]
pub(super) struct Words<'a> {
    writer: Writer<'a>,
    out: String,
    /// Whether white space was seen since the last word.
    blank: bool,
    /// The mark of emphasis that the line ends with, if it does.
    mark: &'static str,
    /// Where these words lead, if a link stands around them.
    pub(super) link: Option<String>,
    inside: Inside,
}

/// What stands around words.
#[derive(Debug, Clone, Copy, Default)]
struct Inside {
    link: bool,
    strong: bool,
    emphasis: bool,
}

impl<'a> Words<'a> {
    pub(super) fn new(writer: Writer<'a>) -> Self {
        Self { writer, out: String::new(), blank: false, mark: "", link: None, inside: Inside::default() }
    }

    /// Whether no words are in it, at most a picture.
    pub(super) fn is_wordless(&self) -> bool {
        let out = self.out.trim();
        out.is_empty() || out.starts_with("![") && out.ends_with(')') && out.matches("](").count() == 1
    }

    /// The line, behind its link if it has one.
    pub(super) fn finish(self) -> String {
        match self.link {
            Some(href) if !self.out.trim().is_empty() && !self.out.contains("](") => {
                format!("[{}]({href})", self.out.trim().replace('\n', " "))
            }
            _ => self.out,
        }
    }

    pub(super) fn children(&mut self, id: Id) {
        for child in self.writer.children(id) {
            self.node(child);
        }
    }

    /// An address made absolute; none for one that leads nowhere.
    pub(super) fn address(&self, href: &str) -> Option<String> {
        let hidden = mail::target(href);
        let href = hidden.as_deref().unwrap_or(href).trim();
        if !super::address::leads(href) {
            return None;
        }
        let joined = super::address::join(self.writer.base, href);
        let needs_code = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>' | '\\') || c.is_control();
        if !joined.contains(needs_code) {
            return Some(joined);
        }
        let code = |c: char| if needs_code(c) { format!("%{:02X}", u32::from(c)) } else { c.to_string() };
        Some(joined.chars().map(code).collect())
    }

    pub(super) fn node(&mut self, id: Id) {
        let tree = self.writer.tree;
        if let Some(text) = tree.text(id) {
            return self.text(text);
        }
        if is_formula(tree, id) {
            let display = tree.attribute(id, Key::Type).is_some_and(|kind| kind.contains("display"));
            return self.formula(&tree.text_of(id), display);
        }
        if let Some(address) = tree.attribute(id, Key::DataCfEmail).and_then(mail::shown) {
            let is_link = tree.name(id) == "a" && !self.inside.link;
            return if is_link { self.word(&format!("[{address}](mailto:{address})")) } else { self.text(&address) };
        }
        match tree.name(id) {
            "br" => self.line_end(),
            "img" => self.image(id),
            "math" => {
                let display = tree.attribute(id, Key::Display) == Some("block");
                self.formula(&math::tex(tree, id), display);
            }
            "" | "wbr" | "rp" | "svg" | "button" | "select" => {}
            "input" => {
                if tree.attribute(id, Key::Type) == Some("checkbox") {
                    self.word(if tree.attribute(id, Key::Checked).is_some() { "[x] " } else { "[ ] " });
                }
            }
            "a" => self.anchor(id),
            "strong" | "b" if !self.inside.strong => {
                self.inside.strong = true;
                self.marked(id, "**");
                self.inside.strong = false;
            }
            "em" | "i" if !self.inside.emphasis => {
                self.inside.emphasis = true;
                self.marked(id, "*");
                self.inside.emphasis = false;
            }
            "del" | "s" | "strike" => self.marked(id, "~~"),
            "code" | "kbd" | "samp" | "tt" => self.code(id),
            "q" => {
                self.word("“");
                self.children(id);
                self.close("”");
            }
            "rt" => {
                self.word("(");
                self.children(id);
                self.close(")");
            }
            "sup" | "sub" => self.raised(id),
            _ => self.children(id),
        }
    }

    fn text(&mut self, text: &str) {
        for piece in text.split_inclusive(char::is_whitespace) {
            let bare = piece.trim_end();
            if !bare.is_empty() {
                let escaped = self.escaped(bare);
                self.word(&escaped);
            }
            self.blank |= bare.len() < piece.len();
        }
    }

    /// Writes a word, behind the blank that is owed.
    fn word(&mut self, word: &str) {
        let mark = std::mem::take(&mut self.mark);
        if !self.blank {
            seam::join(&mut self.out, mark, word);
        } else if !self.out.is_empty() && !self.out.ends_with(char::is_whitespace) {
            self.out.push(' ');
        }
        self.blank = false;
        self.out.push_str(word);
    }

    /// Writes what ends something: no blank goes before it.
    fn close(&mut self, mark: &str) {
        let blank = std::mem::take(&mut self.blank);
        self.out.push_str(mark);
        self.blank = blank;
    }

    fn line_end(&mut self) {
        self.blank = false;
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A word in which nothing reads as Markdown or HTML.
    fn escaped(&self, word: &str) -> String {
        if !word.contains(['\\', '`', '*', '_', '[', ']', '<', '&', '~', '|']) {
            return word.to_owned();
        }
        let chars: Vec<char> = word.chars().collect();
        let mut out = String::with_capacity(word.len() + 8);
        for (index, c) in chars.iter().copied().enumerate() {
            let next = chars.get(index + 1).copied();
            let inside = index > 0 && chars[index - 1].is_alphanumeric() && next.is_some_and(char::is_alphanumeric);
            let escape = match c {
                '\\' => next.is_some_and(|c| c.is_ascii_punctuation()),
                '`' => true,
                '*' => next.is_some() || index > 0 || self.inside.strong || self.inside.emphasis,
                '_' => !inside && (next.is_some() || index > 0),
                '[' => self.inside.link || word.contains("]("),
                ']' => self.inside.link || matches!(next, Some('(' | '[' | ':')),
                '<' => next.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')),
                '~' => next == Some('~'),
                '&' => {
                    let name: String =
                        chars[index + 1..].iter().take_while(|c| c.is_alphanumeric() || **c == '#').collect();
                    !name.is_empty() && chars.get(index + 1 + name.chars().count()) == Some(&';')
                }
                _ => false,
            };
            if escape {
                out.push('\\');
            }
            out.push(c);
        }
        out
    }

    /// The words of an element between two marks, blanks outside of them.
    fn marked(&mut self, id: Id, mark: &'static str) {
        let inner = self.inner(id);
        let bare = inner.trim();
        self.blank |= inner.starts_with(char::is_whitespace);
        let goes_on = !self.blank && self.mark == mark && self.out.ends_with(mark);
        if bare.is_empty() {
            self.blank |= !inner.is_empty();
        } else if bare.contains("\n\n") {
            self.word(bare);
        } else if goes_on && !bare.contains('\n') {
            // What is marked alike on both sides is marked once.
            self.out.truncate(self.out.len() - mark.len());
            self.out.push_str(bare);
            self.out.push_str(mark);
        } else if let Some((before, bare)) = seam::open(if self.blank { "" } else { &self.out }, bare) {
            let lines: Vec<String> = bare.lines().map(|line| format!("{mark}{}{mark}", line.trim())).collect();
            self.word(&format!("{before}{}", lines.join("\n")));
            self.mark = mark;
        } else {
            self.word(bare);
        }
        self.blank |= inner.ends_with(char::is_whitespace);
    }

    /// The words of an element, with the blanks at its borders.
    fn inner(&mut self, id: Id) -> String {
        let mut inner = Words::new(self.writer);
        inner.inside = self.inside;
        let opens = self.writer.tree.within(id).find_map(|at| self.writer.tree.text(at));
        inner.children(id);
        let lead = if opens.is_some_and(|text| text.starts_with(char::is_whitespace)) { " " } else { "" };
        let trail = if inner.blank { " " } else { "" };
        format!("{lead}{}{trail}", inner.out)
    }

    fn anchor(&mut self, id: Id) {
        let notes = self.writer.notes;
        if let Some((label, _)) = notes.marks.get(&id) {
            return self.word(&format!("[^{label}]"));
        }
        if notes.backs.contains(&id) {
            return;
        }
        let tree = self.writer.tree;
        let href = tree.attribute(id, Key::Href).and_then(|href| self.address(href));
        let is_own = self.leads_to_its_heading(id);
        // A sign for those who copy the address of a place.
        let is_place = is_own || href.as_ref().is_some_and(|href| href.contains('#'));
        if is_place && matches!(tree.text_of(id).trim(), "¶" | "§" | "#" | "🔗" | "⚓") {
            return;
        }
        let Some(href) = href.filter(|_| !self.inside.link && !is_own) else {
            return self.children(id);
        };
        self.inside.link = true;
        let inner = self.inner(id);
        self.inside.link = false;
        let bare = inner.trim().replace('\n', " ");
        self.blank |= inner.starts_with(char::is_whitespace);
        match bare.as_str() {
            // A link of a picture without words has nothing to press; one to its own heading says nothing.
            "" => {}
            image if image.starts_with("![") && image.ends_with(')') && image.matches("](").count() == 1 => {
                self.word(image);
            }
            _ => match mail::words(&tree.text_of(id), &href) {
                Some(address) => self.word(&format!("[{address}]({href})")),
                None => self.word(&format!("[{bare}]({href})")),
            },
        }
        self.blank |= inner.ends_with(char::is_whitespace);
    }

    /// Whether a link stands in the heading that it leads to, as guides let readers copy its address.
    fn leads_to_its_heading(&self, id: Id) -> bool {
        let tree = self.writer.tree;
        let Some(place) = tree.attribute(id, Key::Href).and_then(|href| href.strip_prefix('#')) else { return false };
        let Some(heading) = tree.ancestors(id).find(|above| names::level(tree.name(*above)).is_some()) else {
            return false;
        };
        let is_place =
            |at: Id| tree.attribute(at, Key::Id) == Some(place) || tree.attribute(at, Key::Name) == Some(place);
        // A heading that holds more may hold as many links.
        tree.parent(heading).into_iter().chain(tree.within(heading).take(MAX_PLACES)).any(is_place)
    }

    fn image(&mut self, id: Id) {
        let tree = self.writer.tree;
        let alt = tree
            .attribute(id, Key::Alt)
            .or(tree.attribute(id, Key::Title))
            .map(crate::content::line)
            .unwrap_or_default();
        // What counts readers is no picture.
        let is_dot = |key: Key| matches!(tree.attribute(id, key), Some("0" | "1" | "0px" | "1px"));
        if is_dot(Key::Width) || is_dot(Key::Height) {
            return;
        }
        let n_words = alt.split_whitespace().count();
        // An emoji is its own words; a file name says nothing.
        if n_words == 1 && alt.chars().count() <= 8 && !alt.is_ascii() {
            return self.word(&alt);
        }
        if n_words > 1 || self.writer.every_image {
            self.picture(id, "");
        }
    }

    /// An image by its alternative text and its caption.
    pub(super) fn picture(&mut self, id: Id, caption: &str) {
        let tree = self.writer.tree;
        let sources = [Key::DataSrc, Key::DataOriginal, Key::DataLazySrc, Key::Src, Key::DataSrcSet, Key::SrcSet];
        let source = sources.into_iter().find_map(|key| {
            let said = tree.attribute(id, key)?;
            // The first of several sizes.
            let is_set = matches!(key, Key::DataSrcSet | Key::SrcSet);
            let first = if is_set { said.split_whitespace().next()? } else { said };
            self.address(first)
        });
        let alt = crate::content::line(tree.attribute(id, Key::Alt).unwrap_or_default());
        let caption = crate::content::line(caption);
        let words = match (alt.as_str(), caption.as_str()) {
            (alt, "") => alt.to_owned(),
            (alt, caption) if caption.contains(alt) || alt.split_whitespace().count() < 2 => caption.to_owned(),
            (alt, caption) => format!("{alt}: {caption}"),
        };
        let words = words.replace(['[', ']', '\\', '`', '<', '*', '_'], " ");
        self.word(&format!("![{}]({})", words.trim(), source.unwrap_or_default()));
    }

    fn code(&mut self, id: Id) {
        let code = crate::content::line(&self.writer.tree.text_of(id));
        if code.is_empty() {
            return;
        }
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest + 1);
        let pad = if code.starts_with('`') || code.ends_with('`') { " " } else { "" };
        self.word(&format!("{fence}{pad}{code}{pad}{fence}"));
    }

    fn formula(&mut self, tex: &str, display: bool) {
        let tex = crate::content::line(tex);
        match (tex.is_empty(), display) {
            (true, _) => {}
            (_, true) => self.word(&format!("$${tex}$$")),
            (_, false) => self.word(&format!("${tex}$")),
        }
    }

    /// Small digits as the characters that Unicode has for them.
    fn raised(&mut self, id: Id) {
        const SUPER: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
        const SUB: [char; 10] = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];
        let digits = if self.writer.tree.name(id) == "sup" { SUPER } else { SUB };
        let text = self.writer.tree.text_of(id);
        let text = text.trim();
        let small: Option<String> = text
            .chars()
            .map(|c| if matches!(c, '-' | '−') { Some('⁻') } else { c.to_digit(10).map(|n| digits[n as usize]) })
            .collect();
        match small
            .filter(|small| !small.is_empty() && !self.writer.tree.has(id, "a") && !self.blank && !self.out.is_empty())
        {
            Some(small) => self.word(&small),
            None => self.children(id),
        }
    }
}
