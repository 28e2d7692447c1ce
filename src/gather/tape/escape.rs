//! Escapes of JSON strings, and the halves of characters that exporters leave.

use memchr::memchr;

/// The text that a string with sound escapes stands for.
pub(super) fn unescaped(raw: &str) -> Box<str> {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(next) = memchr(b'\\', rest.as_bytes()) {
        text.push_str(&rest[..next]);
        let Some((character, length)) = escape(&rest.as_bytes()[next..]) else { break };
        text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
        rest = &rest[next + length..];
    }
    text.push_str(rest);
    text.into_boxed_str()
}

/// The quote that ends a string: the first with an even number of backslashes before it.
pub(super) fn quote(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr(b'"', bytes.get(at..)?)?;
        let n_before = bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        if n_before % 2 == 0 {
            return Some(at);
        }
        at += 1;
    }
}

/// The character of an escape, none for half of one, and the bytes it takes.
pub(super) fn escape(bytes: &[u8]) -> Option<(Option<char>, usize)> {
    let plain = match bytes.get(1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        other @ (b'"' | b'\\' | b'/') => char::from(*other),
        b'u' => {
            let high = unit(bytes)?;
            let low = bytes.get(6..).filter(|rest| rest.starts_with(b"\\u")).and_then(unit);
            if let (0xd800..0xdc00, Some(low @ 0xdc00..0xe000)) = (high, low) {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Some((char::from_u32(code), 12));
            }
            return Some((char::from_u32(high), 6));
        }
        _ => return None,
    };
    Some((Some(plain), 2))
}

/// The code unit of `\u0041`.
fn unit(bytes: &[u8]) -> Option<u32> {
    let digits = bytes.get(2..6)?.iter().map(|byte| char::from(*byte).to_digit(16));
    digits.into_iter().try_fold(0, |sum, digit| Some(sum * 16 + digit?))
}
