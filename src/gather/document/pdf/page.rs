//! The content of a page: which letters stand where (ISO 32000-1, 8.3, 8.10 and 9.4).
//!
//! Every letter is kept with its place, size and look. Text that a page marks as decoration is left
//! out, as is what nobody who looks at the page sees: text outside of it, of no size, in white on white
//! ([`ink`](super::ink), [`ground`](super::ground)) and, unless the page is a scan, text that is not painted.

use std::collections::BTreeMap;
use std::rc::Rc;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::font::Font;
use super::ground::{Area, Ground};
use super::ink::Inks;
use super::ruling::{Pen, Ruling};

/// Forms in forms are read to this depth.
const MAX_DEPTH: usize = 10;
/// Letters of one page that are read; a dense page of a newspaper has 30,000.
const MAX_LETTERS: usize = 400_000;
/// Letters smaller than this are read by nobody, in points.
const TINY: f32 = 1.2;
/// Bytes that the content of a page, or of a form, may unpack to.
const MAX_CONTENT: usize = 64 * 1024 * 1024;
/// Operations that a page may have, forms included.
const MAX_OPERATIONS: usize = 4_000_000;

/// A letter, ligature or mark on a page; the origin is below and left.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Letter {
    pub(crate) text: String,
    pub(crate) left: f32,
    pub(crate) right: f32,
    /// The line it stands on.
    pub(crate) base: f32,
    pub(crate) size: f32,
    pub(crate) look: Look,
    /// Quarter turns of its line, counter-clockwise.
    pub(crate) turns: u8,
}

/// How a letter looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Look {
    pub(crate) bold: bool,
    pub(crate) italic: bool,
    pub(crate) mono: bool,
}

/// What stands on a page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) letters: Vec<Letter>,
    pub(crate) width: f32,
    pub(crate) height: f32,
    /// What turns places in the file into places on the page as it is shown.
    pub(crate) place: Matrix,
    pub(crate) n_pictures: usize,
    /// The straight lines that are drawn on it.
    pub(crate) rulings: Vec<Ruling>,
    /// Letters that nobody who looks at the page sees.
    pub(crate) n_hidden: usize,
    /// Something of it was beyond a limit.
    pub(crate) is_cut: bool,
}

/// Fonts that were read, by where they stand in the file.
pub(crate) type Fonts = BTreeMap<ObjectId, Rc<Font>>;

/// Reads one page.
pub(crate) fn read(document: &Document, id: ObjectId, fonts: &mut Fonts) -> Page {
    let inherited = |key: &[u8]| inherited(document, id, key);
    let crop = inherited(b"CropBox").or_else(|| inherited(b"MediaBox")).and_then(|area| numbers(document, &area));
    let area = match crop.as_deref() {
        Some([a, b, c, d]) if (c - a).abs() > 1.0 && (d - b).abs() > 1.0 => {
            [a.min(*c), b.min(*d), a.max(*c), b.max(*d)]
        }
        _ => [0.0, 0.0, 612.0, 792.0],
    };
    let turns = inherited(b"Rotate").and_then(|turn| turn.as_i64().ok()).unwrap_or(0).rem_euclid(360) / 90;
    let resources = inherited(b"Resources").and_then(|resources| resources.as_dict().ok().cloned()).unwrap_or_default();
    let content = document.get_page_content_with_limit(id, MAX_CONTENT);
    let mut reader = Reader {
        document,
        fonts,
        page: Page::default(),
        hidden: Vec::new(),
        n_operations: 0,
        spans: Vec::new(),
        pen: Pen::default(),
        ground: Ground::default(),
    };
    reader.page.is_cut = content.is_err();
    let [width, height] = [area[2] - area[0], area[3] - area[1]];
    // Turned so that the page stands as it is shown.
    let (start, width, height) = match turns {
        1 => ([0.0, -1.0, 1.0, 0.0, -area[1], area[2]], height, width),
        2 => ([-1.0, 0.0, 0.0, -1.0, area[2], area[3]], width, height),
        3 => ([0.0, 1.0, -1.0, 0.0, area[3], -area[0]], height, width),
        _ => ([1.0, 0.0, 0.0, 1.0, -area[0], -area[1]], width, height),
    };
    (reader.page.width, reader.page.height, reader.page.place) = (width, height, start);
    reader.run(&content.unwrap_or_default(), &resources, (start, Inks::default()), 0);
    let mut page = reader.page;
    page.rulings = reader.pen.drawn;
    if page.n_pictures > 0 && (reader.ground.is_scan() || page.letters.len() < reader.hidden.len()) {
        // A scan with its text laid under it.
        page.letters.append(&mut reader.hidden);
    } else {
        page.n_hidden += reader.hidden.len();
    }
    page
}

/// A key of the page, or of the nodes above it.
fn inherited(document: &Document, id: ObjectId, key: &[u8]) -> Option<Object> {
    let mut next = document.get_dictionary(id).ok();
    for _ in 0..64 {
        let node = next?;
        if let Ok(value) = node.get_deref(key, document) {
            return Some(value.clone());
        }
        next = node.get_deref(b"Parent", document).ok().and_then(|parent| parent.as_dict().ok());
    }
    None
}

pub(super) fn numbers(document: &Document, array: &Object) -> Option<Vec<f32>> {
    let number = |object: &Object| document.dereference(object).ok()?.1.as_float().ok();
    array.as_array().ok()?.iter().map(number).collect()
}

/// `[a b c d e f]` of 8.3.3.
pub(crate) type Matrix = [f32; 6];

fn times(left: &Matrix, right: &Matrix) -> Matrix {
    [
        left[0] * right[0] + left[1] * right[2],
        left[0] * right[1] + left[1] * right[3],
        left[2] * right[0] + left[3] * right[2],
        left[2] * right[1] + left[3] * right[3],
        left[4] * right[0] + left[5] * right[2] + right[4],
        left[4] * right[1] + left[5] * right[3] + right[5],
    ]
}

const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

#[derive(Clone)]
struct State {
    place: Matrix,
    font: Option<Rc<Font>>,
    size: f32,
    letter_space: f32,
    word_space: f32,
    stretch: f32,
    leading: f32,
    rise: f32,
    mode: i64,
    inks: Inks,
}

struct Reader<'a> {
    document: &'a Document,
    fonts: &'a mut Fonts,
    page: Page,
    /// Letters that are not painted.
    hidden: Vec<Letter>,
    n_operations: usize,
    /// Marked content that is open: what its letters say instead, where they begin, whether it is decoration.
    spans: Vec<(Option<String>, usize, bool)>,
    pen: Pen,
    ground: Ground,
}

impl Reader<'_> {
    /// Reads content that begins at a place, with the inks that are chosen there.
    fn run(&mut self, content: &[u8], resources: &Dictionary, (start, inks): (Matrix, Inks), depth: usize) {
        let Ok(content) = Content::decode(content) else {
            self.page.is_cut = true;
            return;
        };
        let mut state = State {
            place: start,
            font: None,
            size: 1.0,
            letter_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            mode: 0,
            inks,
        };
        let mut kept: Vec<State> = Vec::new();
        let (mut text, mut line) = (IDENTITY, IDENTITY);
        let n_spans = self.spans.len();
        for operation in &content.operations {
            self.n_operations += 1;
            if self.n_operations > MAX_OPERATIONS || self.page.letters.len() > MAX_LETTERS {
                self.page.is_cut = true;
                break;
            }
            let number = |at: usize| operation.operands.get(at).and_then(|n| n.as_float().ok()).unwrap_or(0.0);
            match operation.operator.as_str() {
                "q" if kept.len() < 512 => kept.push(state.clone()),
                "Q" => state = kept.pop().unwrap_or(state),
                "cm" => state.place = times(&matrix(operation), &state.place),
                "BT" => (text, line) = (IDENTITY, IDENTITY),
                "Tf" => {
                    let name = operation.operands.first().and_then(|name| name.as_name().ok()).unwrap_or_default();
                    state.font = self.font(resources, name);
                    state.size = number(1);
                }
                "Tc" => state.letter_space = number(0),
                "Tw" => state.word_space = number(0),
                "Tz" => state.stretch = number(0) / 100.0,
                "TL" => state.leading = number(0),
                "Ts" => state.rise = number(0),
                "Tr" => state.mode = operation.operands.first().and_then(|mode| mode.as_i64().ok()).unwrap_or(0),
                "Td" | "TD" => {
                    if operation.operator == "TD" {
                        state.leading = -number(1);
                    }
                    line = times(&[1.0, 0.0, 0.0, 1.0, number(0), number(1)], &line);
                    text = line;
                }
                "Tm" => {
                    line = matrix(operation);
                    text = line;
                }
                "T*" | "'" | "\"" => {
                    if operation.operator == "\"" {
                        (state.word_space, state.letter_space) = (number(0), number(1));
                    }
                    line = times(&[1.0, 0.0, 0.0, 1.0, 0.0, -state.leading], &line);
                    text = line;
                    if let Some(Object::String(bytes, _)) = operation.operands.last() {
                        self.show(&state, &mut text, bytes);
                    }
                }
                "Tj" => {
                    if let Some(Object::String(bytes, _)) = operation.operands.first() {
                        self.show(&state, &mut text, bytes);
                    }
                }
                "TJ" => {
                    for part in operation.operands.first().and_then(|parts| parts.as_array().ok()).into_iter().flatten()
                    {
                        match part {
                            Object::String(bytes, _) => self.show(&state, &mut text, bytes),
                            part => {
                                let shift = -part.as_float().unwrap_or(0.0) / 1000.0 * state.size * state.stretch;
                                text = times(&[1.0, 0.0, 0.0, 1.0, shift, 0.0], &text);
                            }
                        }
                    }
                }
                "Do" => self.form(operation, resources, &state, depth),
                "BI" | "EI" | "ID" => self.picture(&state.place),
                "sh" => self.ground.paint(self.whole(), false),
                "BMC" | "BDC" => self.open(operation, resources),
                "EMC" if self.spans.len() > n_spans => self.close(),
                operator => {
                    if !state.inks.follow(self.document, resources, operation) {
                        if matches!(operator, "f" | "F" | "f*" | "B" | "B*" | "b" | "b*") {
                            self.fill(state.inks);
                        }
                        self.pen.follow(operation, &state.place);
                    }
                }
            }
        }
        while self.spans.len() > n_spans {
            self.close();
        }
    }

    /// A picture fills the unit square (8.9.5).
    fn picture(&mut self, place: &Matrix) {
        self.page.n_pictures += 1;
        let corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
        let point =
            |(x, y): (f32, f32)| (place[0] * x + place[2] * y + place[4], place[1] * x + place[3] * y + place[5]);
        if let Some(area) = Area::around(corners.map(point)) {
            self.ground.picture(area, self.page.width, self.page.height);
        }
    }

    fn whole(&self) -> Area {
        Area { low: (0.0, 0.0), high: (self.page.width, self.page.height) }
    }

    /// Fills the path that is built.
    fn fill(&mut self, inks: Inks) {
        if inks.fill.is_clear {
            return;
        }
        if inks.fill.is_white {
            self.pen.rectangles().into_iter().for_each(|area| self.ground.paint(area, true));
        } else if let Some(area) = if self.pen.is_cut { Some(self.whole()) } else { self.pen.around() } {
            self.ground.paint(area, false);
        }
    }

    fn font(&mut self, resources: &Dictionary, name: &[u8]) -> Option<Rc<Font>> {
        let fonts = resources.get_deref(b"Font", self.document).ok()?.as_dict().ok()?;
        let object = fonts.get(name).ok()?;
        let font = self.document.dereference(object).ok()?.1.as_dict().ok()?;
        let Ok(id) = object.as_reference() else { return Some(Rc::new(Font::read(self.document, font))) };
        if let Some(font) = self.fonts.get(&id) {
            return Some(Rc::clone(font));
        }
        let read = Rc::new(Font::read(self.document, font));
        self.fonts.insert(id, Rc::clone(&read));
        Some(read)
    }

    fn form(&mut self, operation: &Operation, resources: &Dictionary, state: &State, depth: usize) {
        let Some(Object::Name(name)) = operation.operands.first() else { return };
        let objects = resources.get_deref(b"XObject", self.document).ok().and_then(|objects| objects.as_dict().ok());
        let Some(stream) = objects.and_then(|o| o.get_deref(name, self.document).ok()?.as_stream().ok()) else {
            return;
        };
        if stream.dict.get_deref(b"Subtype", self.document).ok().and_then(|kind| kind.as_name().ok()) != Some(b"Form") {
            return self.picture(&state.place);
        }
        if depth >= MAX_DEPTH {
            self.page.is_cut = true;
            return;
        }
        let Ok(content) = stream.get_plain_content_with_limit(MAX_CONTENT) else {
            self.page.is_cut = true;
            return;
        };
        let own = stream.dict.get_deref(b"Matrix", self.document).ok().and_then(|m| numbers(self.document, m));
        let own: Matrix = own.and_then(|numbers| numbers.try_into().ok()).unwrap_or(IDENTITY);
        let inner =
            stream.dict.get_deref(b"Resources", self.document).ok().and_then(|r| r.as_dict().ok()).unwrap_or(resources);
        self.run(&content, inner, (times(&own, &state.place), state.inks), depth + 1);
    }

    fn open(&mut self, operation: &Operation, resources: &Dictionary) {
        let tag = operation.operands.first().and_then(|tag| tag.as_name().ok()).unwrap_or_default();
        let properties = operation.operands.get(1).and_then(|properties| match properties {
            Object::Name(name) => resources
                .get_deref(b"Properties", self.document)
                .ok()?
                .as_dict()
                .ok()?
                .get_deref(name, self.document)
                .ok()?
                .as_dict()
                .ok(),
            properties => properties.as_dict().ok(),
        });
        let instead = properties
            .and_then(|p| p.get_deref(b"ActualText", self.document).ok())
            .and_then(|text| lopdf::decode_text_string(text).ok());
        // Running heads and page numbers; an artifact without a type may be anything.
        let kind = properties.and_then(|p| p.get_deref(b"Type", self.document).ok()?.as_name().ok());
        let is_decoration = tag == b"Artifact" && kind == Some(b"Pagination");
        self.spans.push((instead, self.page.letters.len(), is_decoration));
    }

    fn close(&mut self) {
        let Some((instead, from, is_decoration)) = self.spans.pop() else { return };
        let from = from.min(self.page.letters.len());
        if is_decoration {
            self.page.letters.truncate(from);
        } else if let (Some(instead), [first, rest @ ..]) = (instead, &mut self.page.letters[from..]) {
            first.text = instead.chars().filter(|c| !c.is_control()).collect();
            for letter in rest {
                letter.text.clear();
            }
        }
    }

    fn show(&mut self, state: &State, text: &mut Matrix, bytes: &[u8]) {
        let Some(font) = &state.font else { return };
        for glyph in font.glyphs(bytes) {
            let place = times(text, &state.place);
            let at = times(&[1.0, 0.0, 0.0, 1.0, 0.0, state.rise], &place);
            let mut advance = glyph.width / 1000.0 * state.size;
            let ink = advance * state.stretch;
            advance += state.letter_space + if glyph.is_blank { state.word_space } else { 0.0 };
            advance *= state.stretch;
            let (across, up) =
                ((place[0].powi(2) + place[1].powi(2)).sqrt(), (place[2].powi(2) + place[3].powi(2)).sqrt());
            let turns = match (place[0].abs() >= place[1].abs(), place[0] >= 0.0, place[1] >= 0.0) {
                (true, true, _) => 0,
                (true, false, _) => 2,
                (false, _, true) => 1,
                (false, _, false) => 3,
            };
            // Along its own line, whichever way that runs.
            let (left, base) = match turns {
                0 => (at[4], at[5]),
                1 => (at[5], -at[4]),
                2 => (-at[4], -at[5]),
                _ => (-at[5], at[4]),
            };
            let letter = Letter {
                text: glyph.text,
                left,
                right: left + ink * across,
                base,
                size: (state.size * up).abs(),
                look: Look { bold: font.bold || state.mode == 2, italic: font.italic, mono: font.mono },
                turns,
            };
            let unseen = match state.mode {
                1 => state.inks.stroke.is_unseen(),
                2 => state.inks.fill.is_unseen() && state.inks.stroke.is_unseen(),
                _ => state.inks.fill.is_unseen(),
            };
            let middle = [0, 1].map(|way| at[4 + way] + place[way] * ink / 2.0 + place[2 + way] * state.size * 0.3);
            let is_on = |at: f32, end: f32| at > -2.0 && at < end + 2.0;
            if !(is_on(at[4], self.page.width) && is_on(at[5], self.page.height)) {
                self.page.n_hidden += 1;
            } else if matches!(state.mode, 3 | 7) {
                self.hidden.push(letter);
            } else if letter.size * font.unit < TINY
                || unseen && (state.inks.fill.is_clear || self.ground.is_white((middle[0], middle[1])))
            {
                self.page.n_hidden += usize::from(!letter.text.trim().is_empty());
            } else {
                self.page.letters.push(letter);
            }
            *text = times(&[1.0, 0.0, 0.0, 1.0, advance, 0.0], text);
        }
    }
}

fn matrix(operation: &Operation) -> Matrix {
    let mut matrix = IDENTITY;
    for (value, operand) in matrix.iter_mut().zip(&operation.operands) {
        *value = operand.as_float().unwrap_or(0.0);
    }
    matrix
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::{Stream, dictionary};

    /// The words of a page of this content, and how many of its letters nobody sees.
    fn check(content: &str, words: &str, n_hidden: usize) {
        let mut document = Document::new();
        let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" };
        let picture = dictionary! { "Type" => "XObject", "Subtype" => "Image", "Width" => 1, "Height" => 1 };
        let picture = document.add_object(Stream::new(picture, vec![0]));
        let form = dictionary! { "Type" => "XObject", "Subtype" => "Form" };
        let form = document.add_object(Stream::new(form, b"BT /F 12 Tf 10 10 Td (form) Tj ET".to_vec()));
        let resources = dictionary! {
            "Font" => dictionary! { "F" => font },
            "XObject" => dictionary! { "I" => picture, "X" => form },
        };
        let content = document.add_object(Stream::new(Dictionary::new(), content.as_bytes().to_vec()));
        let area: Vec<Object> = [0, 0, 200, 200].map(Object::from).to_vec();
        let id = document.add_object(dictionary! {
            "Type" => "Page", "MediaBox" => area, "Resources" => resources, "Contents" => content,
        });
        let page = read(&document, id, &mut Fonts::new());
        let found: String = page.letters.iter().map(|letter| letter.text.as_str()).collect();
        assert_eq!((found.as_str(), page.n_hidden), (words, n_hidden));
    }

    #[test]
    fn what_nobody_sees_is_counted() {
        let show = |before: &str, word: &str| format!("{before} BT /F 12 Tf 10 10 Td ({word}) Tj ET\n");
        check(&(show("1 g", "gone") + &show("0 g", "here")), "here", 4);
        check(&(show("1 1 1 rg", "a b") + &show("0 0 0 0 k", "c")), "", 3);
        check(&show("0 0 0.5 rg 0 0 100 100 re f 1 g", "on blue"), "on blue", 0);
        check(&show("0 g 0 0 100 100 re f 1 g 0 0 100 100 re f", "gone"), "", 4);
        check(&show("0 g 5 5 m 5 30 l 90 30 90 5 5 5 c f 1 g", "on a curve"), "on a curve", 0);
        check(&show("q 100 0 0 100 0 0 cm /I Do Q 1 g", "on a picture"), "on a picture", 0);
        check(&show("0 g 0 100 100 100 re f 1 g", "beside"), "", 6);
        check("BT /F 0.5 Tf 10 10 Td (tiny) Tj ET BT /F 1 Tf 9 0 0 9 10 10 Tm (scaled) Tj ET", "scaled", 4);
        check("BT /F 12 Tf 1 g 1 Tr 10 10 Td (outlined) Tj ET", "outlined", 0);
        check("1 g /X Do 0 g /X Do", "form", 4);
        let not_painted = "BT /F 12 Tf 3 Tr 10 10 Td (under) Tj 0 Tr (over it all) Tj ET";
        check(not_painted, "over it all", 5);
        check(&format!("q 10 0 0 10 0 0 cm /I Do Q {not_painted}"), "over it all", 5);
        check(&format!("q 200 0 0 200 0 0 cm /I Do Q {not_painted}"), "over it allunder", 0);
        check("q 10 0 0 10 0 0 cm /I Do Q BT /F 12 Tf 3 Tr 10 10 Td (scanned) Tj ET", "scanned", 0);
    }
}
