//! Rich text (RTF 1.9.1): paragraphs with their look, headings by style, lists, tables, links, notes.

mod field;
mod hanging;
mod state;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use encoding_rs::{Encoding, WINDOWS_1252};

use self::field::Field;
use self::hanging::Hanging;
use self::state::{State, Target};
use super::code_page::{charset, code_page};
use super::prose::{Look, Mark, Prose, Words};
use super::{Found, settle, some};
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "rtf",
    kind: Kind::Essay,
    about: "rich text (RTF)",
    extensions: &["rtf"],
    sniff,
    read,
    stream: None,
};

/// Letters of a title are at least this large, in half points.
const TITLE: usize = 32;
/// Groups nested deeper than this are read as if they were as deep as this.
const MAX_DEPTH: usize = 512;

fn sniff(input: &Input) -> Confidence {
    if input.bytes.trim_ascii_start().starts_with(b"{\\rtf") { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let found = markdown(input.bytes).unwrap_or_default();
    settle(input, &FORMAT, found)
}

/// What rich text holds, if it is any.
pub(super) fn markdown(bytes: &[u8]) -> Option<Found> {
    let bytes = bytes.trim_ascii_start();
    bytes.starts_with(b"{\\rtf").then(|| {
        let read = |guesses| {
            let mut reader = Reader::new();
            reader.guesses = guesses;
            reader.run(bytes);
            reader
        };
        let reader = read(true);
        // Where most of a text is set in one width, or moved in, that says nothing of any of it.
        let says_nothing = reader.n_guessed * 2 > reader.n_paragraphs && reader.n_paragraphs > 1;
        if says_nothing { read(false) } else { reader }.finish()
    })
}

struct Reader {
    states: Vec<State>,
    depth: usize,
    prose: Prose,
    words: Words,
    note: Words,
    notes: Vec<String>,
    /// Text of a destination that is not the body.
    aside: String,
    /// Fields that are open, outermost first.
    fields: Vec<Field>,
    page: &'static Encoding,
    fonts: BTreeMap<usize, &'static Encoding>,
    styles: BTreeMap<usize, String>,
    /// Bytes that wait for their fellows, since characters may have two.
    pending: Vec<u8>,
    /// Half of a character beyond the first plane.
    surrogate: Option<u16>,
    cells: Vec<String>,
    rows: Vec<Vec<String>>,
    list_mark: String,
    has_mark: bool,
    title: Option<String>,
    author: Option<String>,
    n_pictures: usize,
    /// Fonts whose letters are of one width.
    fixed: BTreeSet<usize>,
    items: Hanging,
    /// Whether fonts and indents say what code and quotations are.
    guesses: bool,
    n_paragraphs: usize,
    n_guessed: usize,
}

impl Reader {
    fn new() -> Self {
        Self {
            states: vec![State { skip: 1, ..State::default() }],
            depth: 0,
            prose: Prose::default(),
            words: Words::default(),
            note: Words::default(),
            notes: Vec::new(),
            aside: String::new(),
            fields: Vec::new(),
            page: WINDOWS_1252,
            fonts: BTreeMap::new(),
            styles: BTreeMap::new(),
            pending: Vec::new(),
            surrogate: None,
            cells: Vec::new(),
            rows: Vec::new(),
            list_mark: String::new(),
            has_mark: false,
            title: None,
            author: None,
            n_pictures: 0,
            fixed: BTreeSet::new(),
            items: Hanging::default(),
            guesses: true,
            n_paragraphs: 0,
            n_guessed: 0,
        }
    }

    fn finish(mut self) -> Found {
        self.paragraph();
        self.table();
        for (index, note) in std::mem::take(&mut self.notes).into_iter().enumerate() {
            self.prose.block(&format!("[^{}]: {note}", index + 1));
        }
        let mut found = Found { title: self.title, author: self.author, text: self.prose.finish(), ..Found::default() };
        found.count(self.n_pictures, "pictures left out");
        if self.depth > 0 {
            found.missing.push("the text ends within a group; it may be cut off".to_owned());
        }
        found
    }

    fn state(&mut self) -> &mut State {
        self.states.last_mut().expect("the first state is never closed")
    }

    fn run(&mut self, bytes: &[u8]) {
        let mut at = 0;
        let mut starred = false;
        while at < bytes.len() {
            let byte = bytes[at];
            at += 1;
            match byte {
                b'{' => {
                    self.flush();
                    self.depth += 1;
                    if self.states.len() < MAX_DEPTH {
                        let state = self.state().clone();
                        self.states.push(state);
                    }
                }
                b'}' => {
                    self.flush();
                    self.close();
                    if self.depth == 0 {
                        return;
                    }
                }
                b'\\' => {
                    let rest = &bytes[at..];
                    let n_letters = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count().min(32);
                    if n_letters == 0 {
                        at += 1;
                        if rest.first() != Some(&b'\'') {
                            self.flush();
                        }
                        match rest.first() {
                            Some(b'\'') => {
                                let hex = rest.get(1..3).and_then(|hex| std::str::from_utf8(hex).ok());
                                at += 2;
                                if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                                    self.pending.push(byte);
                                }
                                continue;
                            }
                            Some(b'*') => starred = true,
                            Some(b'~') => self.text("\u{a0}"),
                            Some(b'_') => self.text("\u{2011}"),
                            Some(b'\n' | b'\r') => self.paragraph(),
                            Some(b'{') => self.text("{"),
                            Some(b'}') => self.text("}"),
                            Some(b'\\') => self.text("\\"),
                            _ => {}
                        }
                        continue;
                    }
                    let word = &rest[..n_letters];
                    let sign = usize::from(rest.get(n_letters) == Some(&b'-'));
                    let n_digits =
                        rest[n_letters + sign..].iter().take_while(|byte| byte.is_ascii_digit()).count().min(10);
                    let end = if n_digits == 0 { n_letters } else { n_letters + sign + n_digits };
                    let number =
                        std::str::from_utf8(&rest[n_letters..end]).ok().and_then(|number| number.parse::<i64>().ok());
                    at += end + usize::from(rest.get(end) == Some(&b' '));
                    if word == b"bin" {
                        at += usize::try_from(number.unwrap_or(0)).unwrap_or(0);
                        continue;
                    }
                    if word == b"u" {
                        self.unicode(number.unwrap_or(0));
                        at += self.stand_ins(&bytes[at.min(bytes.len())..]);
                        continue;
                    }
                    self.flush();
                    let word = std::str::from_utf8(word).unwrap_or_default();
                    self.word(word, number, std::mem::take(&mut starred));
                }
                b'\r' | b'\n' | 0 => {}
                _ => self.pending.push(byte),
            }
        }
        self.flush();
    }

    /// How many bytes stand in for the character that was just given by its number.
    fn stand_ins(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        for _ in 0..self.state().skip.min(8) {
            match bytes.get(at) {
                Some(b'\\') if bytes.get(at + 1) == Some(&b'\'') => at += 4,
                Some(b'\\' | b'{' | b'}') | None => break,
                Some(_) => at += 1,
            }
        }
        at.min(bytes.len())
    }

    fn unicode(&mut self, number: i64) {
        self.flush();
        let Ok(unit) = u16::try_from(number.rem_euclid(65_536)) else { return };
        let units: Vec<u16> = self.surrogate.take().into_iter().chain([unit]).collect();
        if (0xd800..0xdc00).contains(&unit) {
            self.surrogate = Some(unit);
            return;
        }
        self.text(&String::from_utf16_lossy(&units));
    }

    /// Decodes the bytes that wait.
    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.pending);
        let font = self.state().font;
        let encoding = self.fonts.get(&font).copied().unwrap_or(self.page);
        let (text, _) = encoding.decode_without_bom_handling(&bytes);
        self.text(&text);
    }

    fn text(&mut self, text: &str) {
        let state = self.state().clone();
        let link = self.fields.iter().rev().find_map(|field| field::target(&field.told));
        match state.target {
            _ if state.is_hidden => {}
            Target::Body => {
                let code = self.guesses && link.is_none() && self.fixed.contains(&state.font);
                self.words.push(text, Look { code, ..state.look }, link.as_deref());
            }
            Target::Note => self.note.push(text, state.look, link.as_deref()),
            Target::ListText => self.list_mark.push_str(text),
            Target::Field => {
                if let Some(field) = self.fields.last_mut() {
                    field.told.push_str(text);
                }
            }
            Target::Nowhere => {}
            Target::Fonts | Target::Styles | Target::Title | Target::Author => self.aside.push_str(text),
        }
    }

    fn close(&mut self) {
        let closed = self.state().clone();
        if self.states.len() > self.depth.max(1) {
            self.states.pop();
        }
        self.depth = self.depth.saturating_sub(1);
        let above = self.state().target;
        if closed.target != above {
            let aside = std::mem::take(&mut self.aside);
            match closed.target {
                Target::Title => self.title = some(&aside),
                Target::Author => self.author = some(&aside),
                Target::Note => {
                    let note = std::mem::take(&mut self.note).markdown();
                    self.notes.push(note.split_whitespace().collect::<Vec<_>>().join(" "));
                }
                _ => {}
            }
        } else if closed.target == Target::Styles {
            let name = std::mem::take(&mut self.aside).trim().trim_end_matches(';').to_ascii_lowercase();
            self.styles.insert(closed.style, name);
        }
        self.fields.retain(|field| field.depth <= self.depth);
    }

    fn word(&mut self, word: &str, number: Option<i64>, starred: bool) {
        let on = number != Some(0);
        let index = usize::try_from(number.unwrap_or(0)).unwrap_or(0);
        match word {
            "par" | "sect" | "page" => self.paragraph(),
            "line" | "lbr" => self.text("\n"),
            "tab" => self.tab(),
            "b" => self.state().look.bold = on,
            "i" => self.state().look.italic = on,
            "strike" | "striked" => self.state().look.strike = on,
            "v" => self.state().is_hidden = on,
            "plain" => (self.state().look, self.state().is_hidden) = (Look::default(), false),
            "pard" => {
                let state = self.state();
                (state.in_table, state.outline, state.list, state.style) = (false, None, None, 0);
                (state.left, state.first, state.is_centered) = (0, 0, false);
            }
            "qc" => self.state().is_centered = true,
            "ql" | "qr" | "qj" => self.state().is_centered = false,
            "fs" => self.state().size = index,
            "intbl" => self.state().in_table = true,
            "outlinelevel" => self.state().outline = Some(index).filter(|level| *level < 9),
            "s" => self.state().style = index,
            "ilvl" => self.state().list = Some(index),
            "ls" => {
                let level = self.state().list.unwrap_or(0);
                self.state().list = on.then_some(level);
            }
            "cell" | "nestcell" => self.cell(),
            "row" | "nestrow" => self.rows.push(std::mem::take(&mut self.cells)),
            "f" => self.state().font = index,
            "fmodern" => {
                let font = self.state().font;
                self.fixed.insert(font);
            }
            "li" => self.state().left = number.unwrap_or(0),
            "fi" => self.state().first = number.unwrap_or(0),
            "fcharset" => {
                if let Some(encoding) = charset(index) {
                    let font = self.state().font;
                    self.fonts.insert(font, encoding);
                }
            }
            "ansicpg" => self.page = code_page(index).unwrap_or(self.page),
            "uc" => self.state().skip = index,
            "fonttbl" => self.aim(Target::Fonts),
            "stylesheet" => self.aim(Target::Styles),
            "title" => self.aim(Target::Title),
            "author" => self.aim(Target::Author),
            "footnote" => {
                let number = self.notes.len() + 1;
                self.text(&format!("[^{number}]"));
                self.aim(Target::Note);
            }
            "field" => {
                let target = self.state().target;
                self.fields.push(Field { depth: self.depth, told: String::new(), target });
            }
            "fldinst" => self.aim(Target::Field),
            // A field shows where it stands: in the text, or in a note.
            "fldrslt" => self.aim(self.fields.last().map_or(Target::Body, |field| field.target)),
            "listtext" | "pntext" => {
                self.has_mark = true;
                self.list_mark.clear();
                self.aim(Target::ListText);
            }
            "pict" | "object" => {
                self.n_pictures += usize::from(self.state().target == Target::Body);
                self.aim(Target::Nowhere);
            }
            "colortbl" | "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr"
            | "footerf" | "info" | "annotation" | "listtable" | "listoverridetable" | "revtbl" | "themedata"
            | "datastore" | "xe" | "tc" | "pntxta" | "pntxtb" | "nonshppict" | "atnid" | "atnauthor" | "deleted" => {
                self.aim(Target::Nowhere);
            }
            "shppict" | "ud" => {}
            _ if starred => self.aim(Target::Nowhere),
            _ => match field::sign(word) {
                "" => {}
                sign => self.text(sign),
            },
        }
    }

    /// Sends the text of this group elsewhere; what goes nowhere stays there, but for what names a document.
    fn aim(&mut self, target: Target) {
        let is_named = matches!(target, Target::Title | Target::Author);
        if self.state().target != Target::Nowhere || is_named {
            self.aside.clear();
            self.state().target = target;
        }
    }

    /// A tab; behind a bullet or a number that hangs out of its paragraph it ends the mark of an item.
    fn tab(&mut self) {
        let state = self.state();
        let hangs = state.first < 0 && state.list.is_none() && state.target == Target::Body;
        let before = self.words.plain();
        let mark = before.trim();
        if hangs && !self.has_mark && hanging::is_mark(mark) {
            self.has_mark = true;
            mark.clone_into(&mut self.list_mark);
            self.words = Words::default();
            return;
        }
        self.text("\t");
    }

    fn cell(&mut self) {
        let words = std::mem::take(&mut self.words).markdown();
        self.cells.push(words.trim().to_owned());
    }

    fn paragraph(&mut self) {
        let state = self.state().clone();
        if state.target != Target::Body {
            if state.target == Target::Note {
                self.note.push(" ", Look::default(), None);
            }
            return;
        }
        if state.in_table {
            self.words.push(" ", Look::default(), None);
            return;
        }
        self.table();
        let words = std::mem::take(&mut self.words);
        let mark = std::mem::take(&mut self.list_mark);
        let had_mark = std::mem::take(&mut self.has_mark);
        if words.is_blank() {
            return;
        }
        let style = self.styles.get(&state.style).cloned().unwrap_or_default();
        self.n_paragraphs += 1;
        if !had_mark {
            self.items.clear();
        }
        let by_style = style.strip_prefix("heading ").and_then(|level| level.trim().parse().ok());
        // Without styles the words on top are the title that stand as titles do.
        let is_title = self.n_paragraphs == 1
            && self.styles.is_empty()
            && state.is_centered
            && state.size >= TITLE
            && words.is_bold()
            && !had_mark;
        let heading = by_style.or(state.outline.map(|level| level + 1)).or((style == "title" || is_title).then_some(1));
        if let Some(level) = heading {
            self.prose.heading(level, &words.calm().markdown());
        } else if had_mark || state.list.is_some() {
            let level = state.list.unwrap_or_else(|| self.items.depth(state.left));
            let number: String = mark.trim().chars().take_while(char::is_ascii_digit).collect();
            let mark = number.parse().map_or(Mark::Bullet, Mark::Number);
            self.prose.item(level, mark, &words.markdown());
        } else if style.contains("quot") || style == "block text" {
            self.prose.quote(&words.markdown());
        } else if self.guesses && words.is_code() {
            self.n_guessed += 1;
            words.plain().split('\n').for_each(|line| self.prose.code(line));
        } else if self.guesses
            && state.left >= 480
            && state.first == 0
            && self.items.is_empty()
            && self.styles.is_empty()
        {
            self.n_guessed += 1;
            self.prose.quote(&words.markdown());
        } else if style.contains("preformatted") || style.contains("source code") {
            for line in words.plain().split('\n') {
                self.prose.code(line);
            }
        } else {
            self.prose.paragraph(&words.markdown());
        }
    }

    fn table(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        if !rows.is_empty() {
            self.prose.table(&rows);
        }
    }
}
