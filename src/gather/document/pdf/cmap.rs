//! Character maps of fonts: which bytes are one code, and which characters or glyphs a code means
//! (ISO 32000-1, 9.7.5 and 9.10.3).

use std::collections::BTreeMap;

/// Codes that one range may list; a hostile map says four thousand millions.
const MAX_RANGE: u32 = 65_536;

/// A character map.
#[derive(Debug, Clone, Default)]
pub(crate) struct Map {
    /// For each length in bytes, the codes that have it.
    spaces: Vec<(usize, u32, u32)>,
    /// What codes mean in Unicode.
    characters: BTreeMap<u32, String>,
    /// Which glyph codes mean: first, last, glyph of the first.
    glyphs: Vec<(u32, u32, u32)>,
}

/// A word of a map.
#[derive(Debug, Clone, PartialEq)]
enum Token {
    Hex(Vec<u8>),
    Number(u32),
    Open,
    Close,
    Word(String),
}

impl Map {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let mut map = Self::default();
        let mut held: Vec<Token> = Vec::new();
        for token in Tokens(bytes) {
            let Token::Word(word) = &token else {
                held.push(token);
                continue;
            };
            match word.as_str() {
                "endcodespacerange" => {
                    for pair in held.chunks(2) {
                        if let [Token::Hex(low), Token::Hex(high)] = pair {
                            map.spaces.push((low.len(), number(low), number(high)));
                        }
                    }
                }
                "endbfchar" => {
                    for pair in held.chunks(2) {
                        if let [Token::Hex(code), Token::Hex(text)] = pair {
                            map.characters.insert(number(code), utf16(text, 0));
                        }
                    }
                }
                "endbfrange" => map.ranges(&held),
                "endcidchar" => {
                    for pair in held.chunks(2) {
                        if let [Token::Hex(code), Token::Number(glyph)] = pair {
                            map.glyphs.push((number(code), number(code), *glyph));
                        }
                    }
                }
                "endcidrange" => {
                    for triple in held.chunks(3) {
                        if let [Token::Hex(low), Token::Hex(high), Token::Number(glyph)] = triple {
                            map.glyphs.push((number(low), number(high), *glyph));
                        }
                    }
                }
                _ => {}
            }
            held.clear();
        }
        map.spaces.sort_unstable();
        map
    }

    fn ranges(&mut self, held: &[Token]) {
        let mut rest = held;
        while let [Token::Hex(low), Token::Hex(high), target, tail @ ..] = rest {
            let (low, high) = (number(low), number(high).min(number(low).saturating_add(MAX_RANGE)));
            rest = tail;
            match target {
                Token::Hex(text) => {
                    for code in low..=high {
                        self.characters.insert(code, utf16(text, code - low));
                    }
                }
                Token::Open => {
                    let mut code = low;
                    while let [token, tail @ ..] = rest {
                        rest = tail;
                        match token {
                            Token::Hex(text) if code <= high => {
                                self.characters.insert(code, utf16(text, 0));
                                code += 1;
                            }
                            Token::Close => break,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// What a code means, if the map says it.
    pub(crate) fn text(&self, code: u32) -> Option<&str> {
        self.characters.get(&code).map(String::as_str).filter(|text| !text.is_empty())
    }

    pub(crate) fn glyph(&self, code: u32) -> Option<u32> {
        let range = self.glyphs.iter().find(|(low, high, _)| (*low..=*high).contains(&code))?;
        Some(range.2.saturating_add(code - range.0))
    }

    /// Whether codes are told apart at all.
    pub(crate) fn has_spaces(&self) -> bool {
        !self.spaces.is_empty()
    }

    /// The first code of `bytes` and its length.
    pub(crate) fn code(&self, bytes: &[u8]) -> (u32, usize) {
        let longest = self.spaces.iter().map(|(length, ..)| *length).max().unwrap_or(2).clamp(1, 4);
        for length in 1..=longest.min(bytes.len()) {
            let code = number(&bytes[..length]);
            let is_in = |(own, low, high): &(usize, u32, u32)| {
                // Every byte lies in the range of its place.
                *own == length
                    && (0..length).all(|at| {
                        let byte = |value: u32| value >> (8 * at) & 255;
                        (byte(*low)..=byte(*high)).contains(&byte(code))
                    })
            };
            if self.spaces.iter().any(is_in) {
                return (code, length);
            }
        }
        let length = longest.min(bytes.len()).max(1);
        (number(&bytes[..length.min(bytes.len())]), length)
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().take(4).fold(0, |sum, byte| sum << 8 | u32::from(*byte))
}

/// UTF-16 of which the last unit is raised.
fn utf16(bytes: &[u8], raise: u32) -> String {
    if let [byte] = bytes {
        return char::from_u32(u32::from(*byte) + raise).map(String::from).unwrap_or_default();
    }
    let mut units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    if let Some(last) = units.last_mut() {
        *last = last.wrapping_add(u16::try_from(raise).unwrap_or(0));
    }
    String::from_utf16_lossy(&units).replace('\0', "")
}

struct Tokens<'a>(&'a [u8]);

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            self.0 = self.0.trim_ascii_start();
            let first = *self.0.first()?;
            match first {
                b'%' => {
                    let end = self.0.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(self.0.len());
                    self.0 = &self.0[end..];
                }
                b'<' if self.0.get(1) != Some(&b'<') => {
                    let end = self.0.iter().position(|byte| *byte == b'>').unwrap_or(self.0.len());
                    let digits: Vec<u8> = self.0[1..end.max(1)]
                        .iter()
                        .filter_map(|byte| char::from(*byte).to_digit(16))
                        .map(|d| d as u8)
                        .collect();
                    self.0 = &self.0[(end + 1).min(self.0.len())..];
                    let bytes = digits.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).copied().unwrap_or(0));
                    return Some(Token::Hex(bytes.collect()));
                }
                b'[' | b']' => {
                    self.0 = &self.0[1..];
                    return Some(if first == b'[' { Token::Open } else { Token::Close });
                }
                _ => {
                    let is_end =
                        |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'<' | b'[' | b']' | b'%' | b'>');
                    let end = self.0[1..].iter().position(is_end).map_or(self.0.len(), |end| end + 1);
                    let word = String::from_utf8_lossy(&self.0[..end]).into_owned();
                    self.0 = &self.0[end..];
                    return Some(word.parse().map_or(Token::Word(word), Token::Number));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_told_apart_and_named() {
        let map = Map::parse(
            b"1 begincodespacerange <00> <80> <8140> <9ffc> endcodespacerange\n\
              2 beginbfchar <01> <0041> <02> <00660069> endbfchar % a comment\n\
              2 beginbfrange <10><12><0061> <20> <21> [<0078> <D83DDE00>] endbfrange\n\
              1 begincidrange <8140> <8142> 100 endcidrange",
        );
        for (code, text) in [(1, "A"), (2, "fi"), (0x11, "b"), (0x12, "c"), (0x20, "x"), (0x21, "😀")] {
            assert_eq!(map.text(code), Some(text));
        }
        assert_eq!((map.code(b"\x01\x02"), map.code(b"\x81\x41")), ((1, 1), (0x8141, 2)));
        assert_eq!((map.glyph(0x8141), map.glyph(5)), (Some(101), None));
        let huge = Map::parse(b"<00000000> <ffffffff> <0041> endbfrange");
        assert!(huge.characters.len() <= MAX_RANGE as usize + 1);
    }
}
