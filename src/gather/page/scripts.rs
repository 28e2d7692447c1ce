//! Scripts, comments, style sheets, drawings and attributes that nobody reads, taken out before a page is parsed: more
//! than half of its bytes.
//!
//! Where an element begins and ends is told as the tokenizer of the HTML standard tells it (section
//! 13.2.5): quotes of attributes, comments, elements of raw text. Whatever is not plain is left as it stands,
//! and so are scripts that hold data or formulas, so that the tree is the same but for what nobody reads. Sheets are kept
//! beside the page: [`Markup::sheet`] has the one that stood in an element. Of the blanks between tags one is left: the
//! tokenizer makes a piece of every line end.

use std::collections::BTreeMap;

use html5ever::tendril::StrTendril;
use memchr::memmem;

use super::attribute::Key;
use super::names;

/// A piece of fewer bytes costs more to cut than to parse.
const WORTH: usize = 64;

/// A page as it is parsed.
#[derive(Debug)]
pub(crate) struct Markup<'a> {
    pub(crate) html: StrTendril,
    sheets: Vec<&'a str>,
}

impl Markup<'_> {
    /// A page as it stands, or a piece of one.
    pub(crate) fn plain(html: &str) -> Markup<'_> {
        Markup { html: html.into(), sheets: Vec::new() }
    }

    /// The style sheet that the words of its element stand for: another, or these words themselves.
    pub(super) fn sheet<'a>(&'a self, words: &'a str) -> &'a str {
        let number = words.strip_prefix(SHEET).and_then(|rest| rest.strip_suffix("*/"));
        number.and_then(|number| self.sheets.get(number.parse::<usize>().ok()?)).copied().unwrap_or(words)
    }
}

/// What stands in an element for its sheet, before the number of that: a comment to all others.
const SHEET: &str = "/*sheet ";

/// A page on its way, with pieces left out.
#[derive(Debug)]
struct Pieces<'a> {
    html: &'a str,
    out: StrTendril,
    kept: usize,
    sheets: Vec<&'a str>,
    /// The number of each sheet: what stands in two places is one.
    numbers: BTreeMap<&'a str, usize>,
}

impl Pieces<'_> {
    fn cut(&mut self, from: usize, to: usize) {
        self.out.push_slice(&self.html[self.kept..from]);
        self.kept = to;
    }

    fn leave_out(&mut self, from: usize, to: usize) {
        if to - from >= WORTH {
            self.cut(from, to);
        }
    }

    /// Writes the blanks at both ends of a text as one.
    fn squeeze(&mut self, from: usize, to: usize) {
        let text = &self.html.as_bytes()[from..to];
        let is_word = |byte: &u8| !byte.is_ascii_whitespace();
        let lead = text.iter().position(is_word).unwrap_or(text.len());
        let trail = text[lead..].iter().rev().position(is_word).unwrap_or(0);
        for (from, to) in [(from, from + lead), (to - trail, to)] {
            if to - from > 1 {
                self.cut(from, to);
                self.out.push_char(' ');
            }
        }
    }

    fn put_aside(&mut self, from: usize, to: usize) {
        if to - from >= WORTH {
            self.leave_out(from, to);
            let sheet = &self.html[from..to];
            let number = *self.numbers.entry(sheet).or_insert(self.sheets.len());
            if number == self.sheets.len() {
                self.sheets.push(sheet);
            }
            self.out.push_slice(&format!("{SHEET}{number}*/"));
        }
    }
}

/// The page without the words of its scripts and comments, its style sheets beside it.
pub(crate) fn emptied(html: &str) -> Markup<'_> {
    let bytes = html.as_bytes();
    let out = StrTendril::with_capacity(u32::try_from(html.len()).unwrap_or(0));
    let mut page = Pieces { html, out, kept: 0, sheets: Vec::new(), numbers: BTreeMap::new() };
    let mut at = 0;
    // How many `<svg>` and `<math>` are open: in them no element is raw text.
    let mut n_foreign = 0usize;
    // How many elements are open whose blanks are read.
    let mut n_spaced = 0usize;
    while let Some(start) = memchr::memchr(b'<', &bytes[at..]).map(|found| at + found) {
        if n_spaced == 0 {
            page.squeeze(at, start);
        }
        at = start + 1;
        match bytes.get(at) {
            Some(b'!') if bytes[at..].starts_with(b"!--") => {
                let Some((from, to)) = comment(bytes, at + 3) else { break };
                page.leave_out(from, to);
                at = to;
            }
            Some(b'/' | b'a'..=b'z' | b'A'..=b'Z') => {
                let is_end = bytes[at] == b'/';
                let name_at = at + usize::from(is_end);
                let name = name(&bytes[name_at..]);
                if name.is_empty() {
                    // What is no tag is a comment up to the end of one.
                    let Some(end) = memchr::memchr(b'>', &bytes[at..]) else { break };
                    at += end + 1;
                    continue;
                }
                let tag = Tag::of(name);
                let end = tag_end(bytes, name_at + name.len(), |attribute| {
                    if n_foreign == 0 && !attribute.is_read(bytes, tag == Tag::Image) && attribute.stands_free(bytes) {
                        page.cut(attribute.from, attribute.to);
                    }
                });
                let Some(end) = end else { break };
                let is_open = !is_end && !bytes[..end].ends_with(b"/>");
                at = end;
                let count = |n: usize| (n + usize::from(is_open)).saturating_sub(usize::from(is_end));
                match tag {
                    Tag::Shape if n_foreign > 0 => page.cut(start, end),
                    Tag::Foreign => n_foreign = count(n_foreign),
                    Tag::Spaced => n_spaced = count(n_spaced),
                    Tag::Script | Tag::Style | Tag::Raw if !is_end && n_foreign == 0 => {
                        let Some(close) = raw_end(bytes, end, name) else { break };
                        at = close;
                        let words = &bytes[end..close];
                        if tag == Tag::Style {
                            page.put_aside(end, close);
                        } else if tag == Tag::Script && memmem::find(words, b"<!--").is_some() {
                            // A script in a comment in a script may not end where it seems to.
                            if memmem::find(words, b"<script").is_some() {
                                break;
                            }
                        } else if tag == Tag::Script && !is_read(&html[start..end]) {
                            page.leave_out(end, close);
                        }
                    }
                    _ => {}
                }
            }
            Some(b'!') if n_foreign > 0 && bytes[at..].starts_with(b"![CDATA[") => {
                let Some(end) = memmem::find(&bytes[at..], b"]]>") else { break };
                at += end + 3;
            }
            Some(b'!' | b'?') => {
                let Some(end) = memchr::memchr(b'>', &bytes[at..]) else { break };
                at += end + 1;
            }
            _ => {}
        }
    }
    page.out.push_slice(&html[page.kept..]);
    Markup { html: page.out, sheets: page.sheets }
}

/// What a tag is to one who looks for what can be left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Script,
    Style,
    /// Of another element whose words are no markup.
    Raw,
    /// Of an element whose blanks are read as they stand.
    Spaced,
    /// Of `<svg>` or `<math>`.
    Foreign,
    /// Of what draws, and holds no words.
    Shape,
    Image,
    Other,
}

impl Tag {
    fn of(name: &[u8]) -> Self {
        match names::lower(name, &mut [0; names::LONGEST]) {
            b"script" => Self::Script,
            b"style" => Self::Style,
            b"textarea" | b"title" | b"iframe" | b"noembed" | b"noframes" | b"xmp" | b"plaintext" => Self::Raw,
            b"pre" | b"code" | b"listing" => Self::Spaced,
            b"svg" | b"math" => Self::Foreign,
            b"path" | b"g" | b"use" | b"circle" | b"rect" | b"polygon" | b"polyline" | b"line" | b"ellipse"
            | b"defs" | b"stop" => Self::Shape,
            b"img" => Self::Image,
            _ => Self::Other,
        }
    }
}

/// Whether the tag of a script says that it holds data or a formula.
fn is_read(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    ["json", "math/", "__next_data__"].iter().any(|mark| tag.contains(mark))
}

/// The name of a tag.
fn name(bytes: &[u8]) -> &[u8] {
    if !bytes.first().is_some_and(u8::is_ascii_alphabetic) {
        return &[];
    }
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    &bytes[..bytes.iter().position(is_end).unwrap_or(bytes.len())]
}

/// What stands in a comment that is open, up to its end mark.
fn comment(bytes: &[u8], from: usize) -> Option<(usize, usize)> {
    if bytes[from..].starts_with(b">") || bytes[from..].starts_with(b"->") {
        return Some((from, from));
    }
    let mut at = from;
    loop {
        at += memmem::find(&bytes[at..], b"--")?;
        match (bytes.get(at + 2), bytes.get(at + 3)) {
            (Some(b'>'), _) | (Some(b'!'), Some(b'>')) => return Some((from, at)),
            _ => at += 1,
        }
    }
}

/// An attribute where it stands.
#[derive(Debug, Clone, Copy)]
struct Attribute {
    from: usize,
    name_end: usize,
    to: usize,
}

impl Attribute {
    fn is_read(self, bytes: &[u8], of_image: bool) -> bool {
        let name = str::from_utf8(&bytes[self.from..self.name_end]).unwrap_or_default();
        match Key::of(name) {
            Some(key) => of_image || !key.is_of_images(),
            // A name in capitals may be one that is read.
            None => name.bytes().any(|byte| !matches!(byte, b'a'..=b'z' | b'-' | b'_' | b':' | b'0'..=b'9')),
        }
    }

    /// Whether the tag says the same of all others without this one.
    fn stands_free(self, bytes: &[u8]) -> bool {
        let follows = bytes[self.to..].iter().find(|byte| !byte.is_ascii_whitespace());
        bytes[self.from - 1].is_ascii_whitespace() && follows.is_some_and(|byte| *byte != b'=')
    }
}

/// The place behind a tag, `at` behind its name; `each` is told its attributes.
fn tag_end(bytes: &[u8], mut at: usize, mut each: impl FnMut(Attribute)) -> Option<usize> {
    let is_blank = |byte: u8| byte.is_ascii_whitespace();
    loop {
        match *bytes.get(at)? {
            b'>' => return Some(at + 1),
            byte if is_blank(byte) || byte == b'/' => at += 1,
            _ => {
                // The name of an attribute may begin with `=`, and ends before one.
                let ends = |byte: &u8| is_blank(*byte) || matches!(byte, b'/' | b'>' | b'=');
                let from = at;
                at += 1 + bytes[at + 1..].iter().position(ends)?;
                let name_end = at;
                let behind = bytes[at..].iter().position(|byte| !is_blank(*byte))?;
                if bytes[at + behind] == b'=' {
                    at += behind + 1;
                    at += bytes[at..].iter().position(|byte| !is_blank(*byte))?;
                    at += match bytes[at] {
                        quote @ (b'"' | b'\'') => memchr::memchr(quote, &bytes[at + 1..])? + 2,
                        _ => bytes[at..].iter().position(|byte| is_blank(*byte) || *byte == b'>')?,
                    };
                }
                each(Attribute { from, name_end, to: at });
            }
        }
    }
}

/// The place of the end tag of an element of raw text that opens before `from`.
fn raw_end(bytes: &[u8], from: usize, name: &[u8]) -> Option<usize> {
    let is_end = |at: &usize| {
        let rest = &bytes[at + 2..];
        rest.get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name))
            && rest.get(name.len()).is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
    };
    memmem::find_iter(&bytes[from..], b"</").map(|at| from + at).find(is_end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather::page::tree::Tree;

    /// What is read of a page.
    fn read(markup: &Markup) -> Vec<String> {
        let tree = Tree::parse(&markup.html);
        let is_read = |id: &usize| tree.parent(*id).is_none_or(|above| tree.name(above) != "script");
        let nodes = tree.within(Tree::ROOT).filter(is_read);
        let text = |id| markup.sheet(tree.text(id).unwrap_or_default());
        let is_spaced = |id| tree.ancestors(id).any(|above| matches!(tree.name(above), "pre" | "code" | "textarea"));
        let blank = |text: &str| {
            let mut last = 'x';
            let kept = text.chars().map(|c| if c.is_ascii_whitespace() { ' ' } else { c });
            kept.filter(|c| (*c, std::mem::replace(&mut last, *c)) != (' ', ' ')).collect::<String>()
        };
        let words = |id| if is_spaced(id) { text(id).to_owned() } else { blank(text(id)) };
        let is_read = |id, key: Key| tree.name(id) == "img" || !key.is_of_images();
        let said = |id| tree.attributes(id).filter(move |(key, _)| is_read(id, *key)).map(|said| format!("{said:?}"));
        let is_shape = |id: &usize| Tag::of(tree.name(*id).as_bytes()) == Tag::Shape;
        nodes
            .filter(|id| !is_shape(id))
            .map(|id| format!("{}{}{}", tree.name(id), said(id).collect::<String>(), words(id)))
            .collect()
    }

    #[test]
    fn a_page_is_the_same_without_its_scripts() {
        let code = "let a = '<b>'; ".repeat(20);
        for (html, is_cut) in [
            (format!("<p>a<script>{code}</script>b"), true),
            (format!("<p>a<SCRIPT src=x>{code}</Script >b"), true),
            (format!("<p>a<!-- {code} -->b<!-- {code} --!>c"), true),
            (format!("<!--><p>a<!-- {code} -->b"), true),
            (format!("<!---><p>a<script>{code}</script/>b"), true),
            (format!("<p class='<script>'>a</p><p>{code}<script>b</script>c"), false),
            (format!("<p a=b\"c><script>{code}</script>d<p e=\">\">f"), true),
            ("<p class=a onclick='a > b' id=b data-x>c<br data-x/>d<br/data-x>e".to_owned(), true),
            ("<p id data-x =a class=b>c<p id data-x = c =d>e<p id data-x='f' =g>h<p href data-x =i>j".to_owned(), true),
            ("<p title=a>b<img title=a alt='b' sizes=c>d<IMG SRC=a SIZES=b>".to_owned(), true),
            ("<svg viewBox=a><g><path d=b></path><use href=c /></g><a href=d>e</a></svg><i g=f>g".to_owned(), true),
            ("<svg><font color=a>b</svg><p>c".to_owned(), false),
            (format!("<p = '><script>{code}</script>'>a"), true),
            (format!("<p =a='><script>{code}</script>'>a"), false),
            (format!("<textarea><script>{code}</textarea>a<script>{code}</script>b"), true),
            (format!("<title><script></title>a{code}</script>b"), false),
            (format!("<style><!-- </style>a{code}--><script>{code}</script>b"), true),
            (format!("<style>a{{}}</style>b<style>{code}</style>c<STYLE media=print>d{code}</STYLE>"), true),
            ("<p>\n  a \n\t</p>\n\n<pre>\n\n a\n\n</pre>\n <code>  b</code>".to_owned(), true),
            ("<pre>\n\n a<p>  b\n\n</p>  c\n\n<textarea>\n\n a</textarea>".to_owned(), false),
            (format!("<style>/*sheet 0*/</style><style>/*sheet 7*/</style><svg><style>{code}</style></svg>"), false),
            (format!("<script><!-- {code}</script>a"), false),
            (format!("<script><!-- <script> {code}</script>a</script>b<script>{code}</script>c"), false),
            (format!("<svg><script>a</script><style>b</style>c</svg><script>{code}</script>b"), true),
            (format!("<script type='application/ld+json'>{code}</script>a"), false),
            (format!("<script id=__NEXT_DATA__>{code}</script>a"), false),
            (format!("<script>{code}"), false),
            (format!("a<!-- {code}"), false),
            (format!("a<p class='{code}"), false),
            (format!("<plaintext><script>{code}</script>"), false),
            ("<p>no <script>a</script>b".to_owned(), false),
            ("<".to_owned(), false),
            ("</><! x><?y ><p".to_owned(), false),
            (format!("a<?<script>{code}<p>b</script>c"), false),
            (format!("a</ <script>{code}<p>b</script>c"), false),
            (format!("a<!x<script>{code}<p>b</script>c"), false),
            (format!("<svg><![CDATA[</svg><script>]]></svg>{code}<p>b</script>c"), false),
        ] {
            let cut = emptied(&html);
            assert_eq!(cut.html.len() < html.len(), is_cut, "{html}");
            assert_eq!(read(&cut), read(&Markup::plain(&html)), "{html}");
        }
    }

    #[test]
    fn no_page_is_read_otherwise_without_its_scripts() {
        let long = "x ".repeat(40);
        let pieces = [
            "<script>",
            "</script>",
            "<!--",
            "-->",
            "--!>",
            "<svg>",
            "</svg>",
            "<math>",
            "<p a='",
            "'>",
            "\"",
            "=",
            ">",
            "<style>",
            "</style>",
            "<textarea>",
            "</textarea>",
            "<title>",
            "</title>",
            "<p>",
            "</p>",
            "b",
            "/>",
            "<br/",
            "</script ",
            " ",
            "<!",
            "<?",
            "</",
            "<script src=a>",
            "<xmp>",
            "</xmp>",
            "<plaintext>",
            "\n\n",
            "<pre>",
            "</pre>",
            " id=a",
            " data-x",
            " x='b'",
            " =",
            "<img ",
            &long,
        ];
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap_or(0)
        };
        for _ in 0..4000 {
            let html: String = (0..14).map(|_| pieces[next() % pieces.len()]).collect();
            // What stands in scripts of foreign elements is read as markup, and may be anything.
            if !html.contains("<svg>") && !html.contains("<math>") {
                assert_eq!(read(&emptied(&html)), read(&Markup::plain(&html)), "{html}");
            }
        }
    }
}
