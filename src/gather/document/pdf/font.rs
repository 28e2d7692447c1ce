//! Fonts: from the bytes of a shown string to characters and their widths (ISO 32000-1, 9.6 to 9.10).
//!
//! What a code means is said by the font's own map to Unicode, else by the names of its glyphs, else
//! by a predefined encoding. A code that nothing explains becomes U+FFFD, and the page counts it.

use std::collections::BTreeMap;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS, UTF_16BE};
use lopdf::{Dictionary, Document, Object};

use super::cmap::Map;

/// Bytes that a stream of a font may unpack to.
const MAX_STREAM: usize = 16 * 1024 * 1024;

/// One code of a shown string.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Glyph {
    pub(crate) text: String,
    /// Width in thousandths of the size.
    pub(crate) width: f32,
    /// A single byte 32, which word spacing applies to.
    pub(crate) is_blank: bool,
}

/// A font as far as text needs it.
#[derive(Debug, Clone)]
pub(crate) struct Font {
    map: Option<Map>,
    kind: Kind,
    widths: BTreeMap<u32, f32>,
    default_width: f32,
    pub(crate) bold: bool,
    pub(crate) italic: bool,
    pub(crate) mono: bool,
    /// How wide a unit of a width is; a Type 3 font has its own.
    pub(crate) unit: f32,
}

#[derive(Debug, Clone)]
enum Kind {
    /// One byte a code: what each of them means.
    Simple(Vec<String>),
    /// Codes of several bytes, told apart by a map.
    Composite { codes: Codes },
}

#[derive(Debug, Clone)]
enum Codes {
    /// Two bytes are a glyph.
    Identity,
    Mapped(Map),
    /// The bytes are text of a known encoding.
    Encoded(&'static Encoding),
}

impl Font {
    pub(crate) fn read(document: &Document, font: &Dictionary) -> Self {
        let map = stream(document, font.get_deref(b"ToUnicode", document).ok()).map(|bytes| Map::parse(&bytes));
        let subtype =
            font.get_deref(b"Subtype", document).ok().and_then(|name| name.as_name().ok()).unwrap_or_default();
        let composite = subtype == b"Type0";
        let inner = if composite { descendant(document, font).unwrap_or(font) } else { font };
        let descriptor = dictionary(document, inner, b"FontDescriptor");
        let name =
            [font, inner].into_iter().find_map(|font| font.get_deref(b"BaseFont", document).ok()?.as_name().ok());
        let name = String::from_utf8_lossy(name.unwrap_or_default()).to_ascii_lowercase();
        let flags = descriptor.and_then(|d| d.get_deref(b"Flags", document).ok()?.as_i64().ok()).unwrap_or(0);
        let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        let mut read = Self {
            map,
            kind: Kind::Simple(Vec::new()),
            widths: BTreeMap::new(),
            default_width: 500.0,
            bold: has(&["bold", "black", "heavy", "cmbx", "sfbx", "-demi", "semibold", "medi"]) || flags & 0x40000 != 0,
            italic: has(&["italic", "oblique", "cmti", "cmmi", "sfti", "slanted", "cmsl"]) || flags & 0x40 != 0,
            mono: has(&["courier", "mono", "cmtt", "sftt", "consola", "menlo", "typewriter"]) || flags & 1 != 0,
            unit: 1.0,
        };
        if composite {
            read.kind = Kind::Composite { codes: codes(document, font) };
            read.wide(document, inner);
        } else {
            read.kind = Kind::Simple(names(document, font, descriptor, subtype == b"TrueType"));
            read.narrow(document, font, &name);
            if subtype == b"Type3" {
                let matrix = font.get_deref(b"FontMatrix", document).ok().and_then(|m| m.as_array().ok());
                let scale = matrix.and_then(|matrix| matrix.first()?.as_float().ok()).unwrap_or(0.001);
                read.unit = scale * 1000.0;
            }
        }
        read
    }

    /// Widths of a composite font (9.7.4.3).
    fn wide(&mut self, document: &Document, font: &Dictionary) {
        let number = |object: &Object| object.as_float().unwrap_or(0.0);
        self.default_width = font.get_deref(b"DW", document).map_or(1000.0, number);
        let Some(list) = font.get_deref(b"W", document).ok().and_then(|widths| widths.as_array().ok()) else { return };
        let resolve = |object: &Object| document.dereference(object).map_or(Object::Null, |(_, object)| object.clone());
        let list: Vec<Object> = list.iter().map(resolve).collect();
        let code = |object: &Object| object.as_i64().ok().and_then(|code| u32::try_from(code).ok()).unwrap_or(0);
        let mut rest = list.as_slice();
        while let [first, second, tail @ ..] = rest {
            if let Ok(widths) = second.as_array() {
                for (at, width) in (code(first)..).zip(widths) {
                    self.widths.insert(at, number(&resolve(width)));
                }
                rest = tail;
            } else if let [width, tail @ ..] = tail {
                for at in code(first)..=code(second).min(code(first).saturating_add(65_535)) {
                    self.widths.insert(at, number(width));
                }
                rest = tail;
            } else {
                break;
            }
        }
    }

    /// Widths of a simple font (9.6.2), of one of the standard fonts where it has none.
    fn narrow(&mut self, document: &Document, font: &Dictionary, name: &str) {
        let first = font.get_deref(b"FirstChar", document).ok().and_then(|code| code.as_i64().ok()).unwrap_or(0);
        let first = u32::try_from(first).unwrap_or(0);
        if let Some(widths) = font.get_deref(b"Widths", document).ok().and_then(|widths| widths.as_array().ok()) {
            for (code, width) in (first..).zip(widths.iter().take(256)) {
                let width = document.dereference(width).ok().and_then(|(_, width)| width.as_float().ok());
                self.widths.insert(code, width.unwrap_or(0.0));
            }
            let missing =
                dictionary(document, font, b"FontDescriptor").and_then(|d| d.get_deref(b"MissingWidth", document).ok());
            self.default_width = missing.and_then(|width| width.as_float().ok()).unwrap_or(0.0);
            return;
        }
        let table = if name.contains("courier") {
            self.default_width = 600.0;
            return;
        } else if name.contains("times") || name.contains("roman") {
            TIMES
        } else {
            HELVETICA
        };
        let stretch = if self.bold { 1.06 } else { 1.0 };
        self.widths = (32..).zip(table.iter().map(|width| f32::from(*width) * stretch)).collect();
    }

    /// The codes of a shown string.
    pub(crate) fn glyphs(&self, bytes: &[u8]) -> Vec<Glyph> {
        let mut found = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while !rest.is_empty() {
            let (code, n_bytes) = self.code(rest);
            let own = &rest[..n_bytes.min(rest.len())];
            rest = &rest[own.len()..];
            let glyph = match &self.kind {
                Kind::Composite { codes: Codes::Mapped(map) } => map.glyph(code).unwrap_or(code),
                _ => code,
            };
            let width = self.widths.get(&glyph).copied().unwrap_or(self.default_width) * self.unit;
            found.push(Glyph { text: self.text(code, own), width, is_blank: own == b" " });
        }
        found
    }

    fn code(&self, bytes: &[u8]) -> (u32, usize) {
        match &self.kind {
            Kind::Simple(_) => (u32::from(bytes[0]), 1),
            Kind::Composite { codes } => match codes {
                Codes::Mapped(map) if map.has_spaces() => map.code(bytes),
                Codes::Encoded(encoding) if *encoding != UTF_16BE => {
                    let n = if bytes[0] < 0x81 || bytes.len() < 2 { 1 } else { 2 };
                    (bytes[..n].iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)), n)
                }
                _ if bytes.len() < 2 => (u32::from(bytes[0]), 1),
                _ => (u32::from(bytes[0]) << 8 | u32::from(bytes[1]), 2),
            },
        }
    }

    fn text(&self, code: u32, bytes: &[u8]) -> String {
        if let Some(text) = self.map.as_ref().and_then(|map| map.text(code)).filter(|text| *text != "\u{fffd}") {
            return text.to_owned();
        }
        match &self.kind {
            Kind::Simple(names) => names.get(code as usize).cloned().unwrap_or_default(),
            Kind::Composite { codes: Codes::Encoded(encoding) } => {
                encoding.decode_without_bom_handling(bytes).0.into_owned()
            }
            Kind::Composite { .. } => "\u{fffd}".to_owned(),
        }
    }
}

fn dictionary<'a>(document: &'a Document, from: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    from.get_deref(key, document).ok()?.as_dict().ok()
}

fn descendant<'a>(document: &'a Document, font: &'a Dictionary) -> Option<&'a Dictionary> {
    let list = font.get_deref(b"DescendantFonts", document).ok()?.as_array().ok()?;
    document.dereference(list.first()?).ok()?.1.as_dict().ok()
}

fn stream(document: &Document, object: Option<&Object>) -> Option<Vec<u8>> {
    let (_, object) = document.dereference(object?).ok()?;
    object.as_stream().ok()?.get_plain_content_with_limit(MAX_STREAM).ok()
}

/// How a composite font tells its codes apart.
fn codes(document: &Document, font: &Dictionary) -> Codes {
    let Ok(encoding) = font.get_deref(b"Encoding", document) else { return Codes::Identity };
    if let Some(bytes) = stream(document, Some(encoding)) {
        return Codes::Mapped(Map::parse(&bytes));
    }
    let name = String::from_utf8_lossy(encoding.as_name().unwrap_or_default()).into_owned();
    let is = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    match () {
        () if is(&["UCS2", "UTF16"]) => Codes::Encoded(UTF_16BE),
        () if is(&["GBK", "GB-EUC", "GBpc"]) => Codes::Encoded(GBK),
        () if is(&["RKSJ"]) => Codes::Encoded(SHIFT_JIS),
        () if is(&["B5", "ETen"]) => Codes::Encoded(BIG5),
        () if is(&["KSC"]) => Codes::Encoded(EUC_KR),
        () if name.starts_with("EUC") => Codes::Encoded(EUC_JP),
        () => Codes::Identity,
    }
}

/// What each code of a simple font means by the names of its glyphs.
fn names(document: &Document, font: &Dictionary, descriptor: Option<&Dictionary>, true_type: bool) -> Vec<String> {
    let encoding = font.get_deref(b"Encoding", document).ok();
    let own = encoding.and_then(|encoding| encoding.as_dict().ok());
    let base = match (encoding, own) {
        (_, Some(own)) => own.get_deref(b"BaseEncoding", document).ok().and_then(|base| base.as_name().ok()),
        (Some(name), None) => name.as_name().ok(),
        (None, None) => None,
    };
    let mut texts = if let Some(base) = base {
        predefined(document, base)
    } else {
        let standard = predefined(document, if true_type { b"WinAnsiEncoding" } else { b"StandardEncoding" });
        let built_in = built_in(document, descriptor).unwrap_or_else(|| vec![String::new(); 256]);
        built_in.into_iter().zip(standard).map(|(own, standard)| if own.is_empty() { standard } else { own }).collect()
    };
    let differences = own.and_then(|own| own.get_deref(b"Differences", document).ok()?.as_array().ok());
    let mut code = 0;
    for object in differences.into_iter().flatten() {
        match object {
            Object::Integer(first) => code = usize::try_from(*first).unwrap_or(256),
            Object::Name(name) => {
                if let Some(text) = texts.get_mut(code) {
                    *text = named(document, name);
                }
                code += 1;
            }
            _ => {}
        }
    }
    texts
}

/// What each code means in an encoding that every reader knows (annex D).
fn predefined(document: &Document, name: &[u8]) -> Vec<String> {
    let font = lopdf::dictionary! { "Type" => "Font", "Encoding" => Object::Name(name.to_vec()) };
    let encoding = font.get_font_encoding(document);
    let text = |code: u8| encoding.as_ref().ok().and_then(|encoding| encoding.bytes_to_string(&[code]).ok());
    (0..=255).map(|code| text(code).unwrap_or_default()).collect()
}

/// What a glyph of this name is: by the Adobe Glyph List, its rules, and the habits of TeX.
fn named(document: &Document, name: &[u8]) -> String {
    let known = |name: &[u8]| {
        let names = Object::Array(vec![Object::Integer(1), Object::Name(name.to_vec())]);
        let font = lopdf::dictionary! { "Type" => "Font", "Encoding" => lopdf::dictionary! { "Differences" => names } };
        let encoding = font.get_font_encoding(document).ok()?;
        // Codes below 32 mean nothing where the name is not known.
        encoding.bytes_to_string(&[1]).ok().filter(|text| !text.is_empty())
    };
    if name == b".notdef" {
        return String::new();
    }
    if let Some(text) = known(name) {
        return text;
    }
    let word = String::from_utf8_lossy(name).into_owned();
    let stem = word.split('.').next().unwrap_or_default();
    let hex = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).map(String::from);
    let listed = match stem {
        "ff" => Some("ff"),
        "ffi" => Some("ffi"),
        "ffl" => Some("ffl"),
        "fi" => Some("fi"),
        "fl" => Some("fl"),
        "dotlessj" | "jmath" => Some("ȷ"),
        "negationslash" => Some("\u{338}"),
        "mapsto" => Some("↦"),
        "arrowhookleft" => Some("↩"),
        "visiblespace" | "nbspace" | "nonbreakingspace" => Some(" "),
        "sfthyphen" | "hyphenminus" => Some("-"),
        "parenleftbig" | "parenleftBig" | "parenleftbigg" | "parenleftBigg" => Some("("),
        "parenrightbig" | "parenrightBig" | "parenrightbigg" | "parenrightBigg" => Some(")"),
        "bracketleftbig" | "bracketleftBig" | "bracketleftbigg" | "bracketleftBigg" => Some("["),
        "bracketrightbig" | "bracketrightBig" | "bracketrightbigg" | "bracketrightBigg" => Some("]"),
        "braceleftbig" | "braceleftBig" | "braceleftbigg" | "braceleftBigg" => Some("{"),
        "bracerightbig" | "bracerightBig" | "bracerightbigg" | "bracerightBigg" => Some("}"),
        "summationtext" | "summationdisplay" => Some("∑"),
        "producttext" | "productdisplay" => Some("∏"),
        "integraltext" | "integraldisplay" => Some("∫"),
        "radicalbig" | "radicalBig" | "radicalbigg" | "radicalBigg" => Some("√"),
        _ => None,
    };
    if let Some(text) = listed {
        return text.to_owned();
    }
    if stem.contains('_') {
        return stem.split('_').map(|part| named(document, part.as_bytes())).collect();
    }
    let by_number = stem
        .strip_prefix("uni")
        .filter(|digits| digits.len() >= 4 && digits.is_ascii())
        .map(|digits| (0..digits.len() / 4).filter_map(|at| hex(&digits[at * 4..at * 4 + 4])).collect::<String>())
        .filter(|text| !text.is_empty())
        .or_else(|| stem.strip_prefix('u').filter(|digits| (4..=6).contains(&digits.len())).and_then(hex));
    if let Some(text) = by_number {
        return text;
    }
    if stem.len() < word.len() && !stem.is_empty() {
        return named(document, stem.as_bytes());
    }
    // `a65` or `char65`: the code itself.
    let digits = stem.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let is_coded = stem.len() - digits.len() <= 4 && digits.len() >= 2;
    digits
        .parse()
        .ok()
        .filter(|_| is_coded)
        .and_then(char::from_u32)
        .filter(|c| !c.is_control())
        .map_or("\u{fffd}".to_owned(), String::from)
}

/// The encoding in the clear part of an embedded Type 1 font: `dup 65 /A put`.
fn built_in(document: &Document, descriptor: Option<&Dictionary>) -> Option<Vec<String>> {
    let program = stream(document, descriptor?.get_deref(b"FontFile", document).ok())?;
    let clear = &program[..memchr::memmem::find(&program, b"eexec").unwrap_or(program.len()).min(65_536)];
    let text = String::from_utf8_lossy(clear);
    let start = text.find("/Encoding")?;
    let mut texts = vec![String::new(); 256];
    let words: Vec<&str> = text[start..].split_ascii_whitespace().take(2000).collect();
    for window in words.windows(4) {
        if let ["dup", code, name, "put"] = window
            && let (Ok(code), Some(name)) = (code.parse::<usize>(), name.strip_prefix('/'))
            && let Some(text) = texts.get_mut(code)
        {
            *text = named(document, name.as_bytes());
        }
    }
    texts.iter().any(|text| !text.is_empty()).then_some(texts)
}

/// Widths of the characters 32 to 126 in Helvetica, from its published metrics.
const HELVETICA: &[u16] = &[
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
];
/// The same in Times Roman.
const TIMES: &[u16] = &[
    250, 333, 408, 500, 500, 833, 778, 180, 333, 333, 500, 564, 250, 333, 250, 278, 500, 500, 500, 500, 500, 500, 500,
    500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 722, 667, 667, 722, 611, 556, 722, 722, 333, 389, 722, 611, 889,
    722, 722, 556, 722, 667, 556, 611, 722, 722, 944, 722, 722, 611, 333, 278, 333, 469, 500, 333, 444, 500, 444, 500,
    444, 333, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 333, 389, 278, 500, 500, 722, 500, 500, 444, 480,
    200, 480, 541,
];
