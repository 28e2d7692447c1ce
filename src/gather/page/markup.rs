//! Markup on its way into a tree.
//!
//! `html5ever` builds the tree, and its tokenizer, which looks at every character, reads whatever is not plain:
//! references, declarations, tags with more than names and values. Plain texts and tags, nearly all of a page, are told
//! here as the HTML standard tells them (section 13.2.5) and handed over as tokens. Between two of its pieces the
//! tokenizer always stands at a text, so that the tree is the one that it would make alone, less what nobody reads:
//! words of scripts and comments, attributes without a [`Key`](super::attribute::Key), drawings, all but one of the blanks
//! between tags.

mod reference;
mod tag;
#[cfg(test)]
mod tests;

use std::ops::Range;

use html5ever::interface::TreeSink;
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tokenizer::{
    self, CharacterTokens, CommentToken, EndTag, StartTag, TagToken, Token, TokenSink, TokenSinkResult, TokenizerOpts,
};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, LocalName, ParseOpts, Parser, QualName, ns, parse_document};
use memchr::{memchr, memchr2, memmem, memrchr};

use self::reference::Within;
use self::tag::{Sort, Tag, Value, ends_name, small};
use super::tree::{Sink, Tree};

/// Pages that have more to read than this are data, in bytes.
pub(crate) const MAX_BYTES: usize = 32 * 1024 * 1024;
/// A page may have so many elements and texts, and one more for every two of its bytes.
const FREE_NODES: usize = 1024 * 1024;
/// So much is given to the tokenizer at once.
const PIECE: usize = 4096;
/// So much of a page is held for the pieces of it that a tree keeps; scripts are as large, and nothing holds them.
const PART: usize = 8192;

/// Where so many bytes were searched for the end of an element that is none here, the tokenizer reads the rest.
const MAX_VAIN: usize = 1024 * 1024;

/// Why a page is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// There is more of it than [`MAX_BYTES`].
    Large,
    /// Its elements nest deeper than was asked for.
    Deep,
    /// There are more of them than it has tags, as those make that stay open: each paragraph has all of them again.
    Many,
}

/// The tree of a page whose elements nest no deeper than `depth`.
pub(super) fn tree(html: &str, depth: usize) -> Result<Tree, Refused> {
    let html = html.strip_prefix('\u{feff}').unwrap_or(html);
    let mut page = Markup {
        html,
        part: (StrTendril::new(), 0),
        parser: parser(html.len().min(MAX_BYTES)),
        depth,
        n_read: 0,
        n_vain: 0,
        n_spaced: 0,
    };
    page.read()?;
    let tree = page.parser.finish();
    if tree.depth() > depth { Err(Refused::Deep) } else { Ok(tree) }
}

fn parser(n_bytes: usize) -> Parser<Sink> {
    let options = ParseOpts {
        // A mark of the order of bytes is known before.
        tokenizer: TokenizerOpts { discard_bom: false, ..Default::default() },
        // Without scripts, what stands in `<noscript>` is markup.
        tree_builder: TreeBuilderOpts { scripting_enabled: false, ..Default::default() },
    };
    parse_document(Sink::new(n_bytes), options)
}

/// A page that is being read.
struct Markup<'a> {
    html: &'a str,
    /// The part of the page at hand, of which a tree keeps pieces, and where it begins.
    part: (StrTendril, usize),
    parser: Parser<Sink>,
    depth: usize,
    /// Bytes of it that were not left out.
    n_read: usize,
    /// Bytes of it that were searched for the ends of elements that are not raw where they stand.
    n_vain: usize,
    /// How many elements are open whose blanks are read as they stand.
    n_spaced: usize,
}

impl<'a> Markup<'a> {
    fn read(&mut self) -> Result<(), Refused> {
        let bytes = self.html.as_bytes();
        let (mut text, mut at) = (0, 0);
        while let Some(start) = memchr(b'<', &bytes[at..]).map(|found| at + found) {
            if !matches!(bytes.get(start + 1), Some(b'!' | b'?' | b'/' | b'a'..=b'z' | b'A'..=b'Z')) {
                at = start + 1;
                continue;
            }
            let is_settled = self.text(text..start);
            text = start;
            // What does not end may be anything.
            let Some(end) = self.markup(start, is_settled) else { break };
            (text, at) = (end, end);
            self.check()?;
        }
        while text < self.html.len() {
            let end = self.html.ceil_char_boundary(self.html.len().min(text + PIECE));
            self.tokenize(text..end);
            self.check()?;
            text = end;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Refused> {
        let (deepest, n_nodes) = self.parser.tokenizer.sink.sink.extent();
        match () {
            () if deepest > self.depth => Err(Refused::Deep),
            () if n_nodes > FREE_NODES + self.n_read / 2 => Err(Refused::Many),
            () if self.n_read > MAX_BYTES => Err(Refused::Large),
            () => Ok(()),
        }
    }

    /// A piece of the page; those that stand near to each other share their bytes, and no part is held twice.
    fn piece(&mut self, place: Range<usize>) -> StrTendril {
        let number = |at: usize| u32::try_from(at).expect("a source is far smaller");
        let (part, start) = &self.part;
        if place.start < *start {
            return self.html[place].into();
        }
        if place.end > start + part.len() {
            let end = place.end.max(self.html.floor_char_boundary(self.html.len().min(place.start + PART)));
            self.part = (self.html[place.start..end].into(), place.start);
        }
        let (part, start) = &self.part;
        part.subtendril(number(place.start - start), number(place.len()))
    }

    /// A piece of the page with line feeds as its only ends of lines.
    fn words(&mut self, place: Range<usize>) -> StrTendril {
        let words = &self.html[place.clone()];
        if memchr(b'\r', words.as_bytes()).is_none() {
            return self.piece(place);
        }
        words.replace("\r\n", "\n").replace('\r', "\n").into()
    }

    /// A text as a tree has it, if that is plain.
    fn decoded(&mut self, place: Range<usize>, has_references: bool) -> Option<StrTendril> {
        let text = self.words(place);
        match memchr2(0, if has_references { b'&' } else { 0 }, text.as_bytes()) {
            None => Some(text),
            Some(_) if has_references => reference::plain(&text, Within::Text).map(StrTendril::from),
            Some(_) => None,
        }
    }

    /// Gives a piece of the page to the tokenizer.
    fn tokenize(&mut self, place: Range<usize>) {
        self.n_read += place.len();
        let piece = self.piece(place);
        self.parser.process(piece);
    }

    fn token(&mut self, token: Token) -> TokenSinkResult<<Sink as TreeSink>::Handle> {
        self.parser.tokenizer.sink.process_token(token, 1)
    }

    /// Reads a text, and says whether the tokenizer is done with it: a reference may go on.
    fn text(&mut self, place: Range<usize>) -> bool {
        let place = if self.n_spaced == 0 { squeezed(self.html, place) } else { place };
        self.n_read += place.len();
        if place.is_empty() {
            return true;
        }
        if let Some(text) = self.decoded(place.clone(), true) {
            let _ = self.token(CharacterTokens(text));
            return true;
        }
        let text = self.words(place);
        // The tokenizer looks for longer names until it sees what is none.
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'#';
        let is_open = |name: &[u8]| name.strip_suffix(b";").unwrap_or(name).iter().all(is_name);
        let is_settled = memrchr(b'&', text.as_bytes()).is_none_or(|at| !is_open(&text.as_bytes()[at + 1..]));
        self.parser.process(text);
        is_settled
    }

    /// Reads what opens at a `<`, and says where it ends; none where it does not.
    fn markup(&mut self, start: usize, is_settled: bool) -> Option<usize> {
        let rest = &self.html.as_bytes()[start..];
        let name = rest[1..].strip_prefix(b"/").unwrap_or(&rest[1..]);
        if name.first().is_some_and(u8::is_ascii_alphabetic) {
            return self.tag(&Tag::read(self.html, start)?, is_settled);
        }
        let is_comment = rest.starts_with(b"<!--");
        let up_to = |mark: &[u8]| memmem::find(rest, mark).map(|at| at + mark.len());
        let length = if is_comment {
            comment(rest)?
        } else if rest.starts_with(b"<![CDATA[") && self.is_foreign() {
            up_to(b"]]>")?
        } else {
            // A declaration, or what is no tag.
            up_to(b">")?
        };
        if is_comment && is_settled {
            let _ = self.token(CommentToken(StrTendril::new()));
        } else {
            self.tokenize(start..start + length);
        }
        Some(start + length)
    }

    /// Whether what is open is of another language than HTML.
    fn is_foreign(&self) -> bool {
        self.parser.tokenizer.sink.adjusted_current_node_present_but_not_in_html_namespace()
    }

    fn tag(&mut self, tag: &Tag<'a>, is_settled: bool) -> Option<usize> {
        let is_plain = tag.is_plain && is_settled;
        match tag.sort {
            Sort::Shape if is_settled && self.is_foreign() => return Some(tag.place.end),
            Sort::Spaced if tag.is_end => self.n_spaced = self.n_spaced.saturating_sub(1),
            Sort::Spaced => self.n_spaced += 1,
            Sort::Plaintext => return None,
            Sort::Script | Sort::Words | Sort::Raw if !tag.is_end => return self.raw(tag, is_plain),
            _ => {}
        }
        if is_plain {
            let _ = self.tag_token(tag);
        } else {
            self.tokenize(tag.place.clone());
        }
        Some(tag.place.end)
    }

    fn tag_token(&mut self, tag: &Tag<'a>) -> TokenSinkResult<<Sink as TreeSink>::Handle> {
        self.n_read += tag.place.len();
        let attribute = |(name, value): &(&str, Value)| Attribute {
            name: QualName::new(None, ns!(), LocalName::from(small(name))),
            value: match value {
                Value::Placed(place) => self.piece(place.clone()),
                Value::Decoded(text) => text.as_str().into(),
            },
        };
        let attrs = tag.attributes.iter().map(attribute).collect();
        let token = tokenizer::Tag {
            kind: if tag.is_end { EndTag } else { StartTag },
            name: LocalName::from(small(tag.name)),
            self_closing: tag.closes_itself,
            attrs,
            had_duplicate_attributes: false,
        };
        self.token(TagToken(token))
    }

    /// Reads the start of an element in which nothing is a tag but its own end, and its words if it is one here.
    fn raw(&mut self, tag: &Tag<'a>, is_plain: bool) -> Option<usize> {
        let (start, end) = (tag.place.start, tag.place.end);
        let bytes = self.html.as_bytes();
        if self.n_vain > MAX_VAIN {
            return None;
        }
        let mut close = raw_end(bytes, end, tag.name.as_bytes())?;
        if tag.sort == Sort::Script && memmem::find(&bytes[end..close], b"<!--").is_some() {
            close = script_end(bytes, end)?;
        }
        let is_wanted = tag.sort != Sort::Script || is_read(&self.html[start..end]);
        let place = if is_wanted { end..close } else { end..end };
        let n_words = place.len();
        let words = self.decoded(place, tag.sort == Sort::Words);
        if let Some(words) = words.filter(|_| is_plain) {
            if !matches!(self.tag_token(tag), TokenSinkResult::RawData(_)) {
                self.n_vain += close - end;
                return Some(end);
            }
            self.n_read += n_words;
            let _ = self.token(CharacterTokens(words));
            return Some(close);
        }
        if self.is_foreign() {
            return None;
        }
        let end = Tag::read(self.html, close)?.place.end;
        self.tokenize(start..end);
        Some(end)
    }
}

/// A text with at most one of the blanks at either end.
fn squeezed(html: &str, place: Range<usize>) -> Range<usize> {
    let text = &html.as_bytes()[place.clone()];
    let is_word = |byte: &u8| !byte.is_ascii_whitespace();
    let Some(first) = text.iter().position(is_word) else { return place.end - text.len().min(1)..place.end };
    let last = text.iter().rposition(is_word).unwrap_or(first);
    place.start + first.saturating_sub(1)..place.end.min(place.start + last + 2)
}

/// Whether the tag of a script says that it holds data or a formula.
fn is_read(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    ["json", "math/", "__next_data__"].iter().any(|mark| tag.contains(mark))
}

/// How long the comment is that a text opens with.
fn comment(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(b"<!-->") {
        return Some(5);
    }
    if bytes.starts_with(b"<!--->") {
        return Some(6);
    }
    let mut at = 4;
    loop {
        at += memmem::find(&bytes[at..], b"--")?;
        match (bytes.get(at + 2), bytes.get(at + 3)) {
            (Some(b'>'), _) => return Some(at + 3),
            (Some(b'!'), Some(b'>')) => return Some(at + 4),
            _ => at += 1,
        }
    }
}

/// Whether bytes open with a name, and not with a longer one.
fn opens(bytes: &[u8], name: &[u8]) -> bool {
    bytes.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        && bytes.get(name.len()).is_some_and(|byte| ends_name(*byte))
}

/// The place of the end tag of an element of raw text that opens before `from`.
fn raw_end(bytes: &[u8], from: usize, name: &[u8]) -> Option<usize> {
    memmem::find_iter(&bytes[from..], b"</").map(|at| from + at).find(|at| opens(&bytes[at + 2..], name))
}

/// The place of the end tag of a script with comments in it: a script in a comment ends for itself.
fn script_end(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut is_comment, mut is_inner) = (false, false);
    let mut at = from;
    loop {
        at += memchr2(b'<', b'-', &bytes[at..])?;
        let rest = &bytes[at..];
        if !is_comment && rest.starts_with(b"<!--") {
            // Its end may share the dashes of its beginning.
            (is_comment, at) = (true, at + 1);
        } else if is_comment && rest.starts_with(b"-->") {
            (is_comment, is_inner) = (false, false);
        } else if opens(rest, b"</script") {
            if !is_inner {
                return Some(at);
            }
            is_inner = false;
        } else if is_comment && opens(rest, b"<script") {
            is_inner = true;
        }
        at += 1;
    }
}
