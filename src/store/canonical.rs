//! Canonical JSON: the bytes that are hashed.
//!
//! RFC 8785 over a profile without floats, large integers and repeated keys. `serde_json` writes no
//! blanks and the escapes of the RFC, so that only the order of the keys is left to do, and the profile
//! to check: members are moved as they stand in the text, and no value is built.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::ops::Range;

use serde::ser::Error as _;

use super::json::{Fault, TOO_LARGE, parse};

/// Arrays and objects within each other, as many as `serde_json` reads back.
const DEEPEST: usize = 127;

/// The canonical bytes of `value`, if it has the hashed profile.
pub(super) fn canonical(value: &impl serde::Serialize) -> Result<Vec<u8>, Fault> {
    let text = serde_json::to_string(value).map_err(Fault::Syntax)?;
    let mut order = Order { text: &text, at: 0, out: Vec::with_capacity(text.len()) };
    order.value(0)?;
    Ok(order.out)
}

/// Whether bytes are the canonical form of something.
pub(super) fn is_canonical(bytes: &[u8]) -> bool {
    parse(bytes).is_ok_and(|value| canonical(&value).is_ok_and(|canonical| canonical == bytes))
}

/// Goes through JSON as `serde_json` writes it.
struct Order<'a> {
    text: &'a str,
    /// What was gone through.
    at: usize,
    out: Vec<u8>,
}

/// A member of an object: its key as it is written, and where in the output it stands.
struct Member<'a> {
    key: &'a str,
    place: Range<usize>,
}

impl<'a> Order<'a> {
    fn value(&mut self, depth: usize) -> Result<(), Fault> {
        match self.text.as_bytes()[self.at] {
            b'{' | b'[' if depth == DEEPEST => Err(Fault::Syntax(serde_json::Error::custom("nested too deep"))),
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => {
                let text = self.string();
                self.out.extend_from_slice(text.as_bytes());
                Ok(())
            }
            _ => {
                let rest = &self.text[self.at..];
                let text = &rest[..rest.find([',', ']', '}']).unwrap_or(rest.len())];
                check_number(text)?;
                self.at += text.len();
                self.out.extend_from_slice(text.as_bytes());
                Ok(())
            }
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), Fault> {
        self.step();
        while !self.ends(b']') {
            self.value(depth + 1)?;
        }
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<(), Fault> {
        self.step();
        let first = self.out.len();
        let mut members: Vec<Member<'a>> = Vec::new();
        while !self.ends(b'}') {
            let start = self.out.len();
            let key = self.string();
            self.out.extend_from_slice(key.as_bytes());
            self.step();
            self.value(depth + 1)?;
            members.push(Member { key, place: start..self.out.len() });
        }
        if members.is_sorted_by(|left, right| by_utf16(left.key, right.key).is_lt()) {
            return Ok(());
        }
        members.sort_by(|left, right| by_utf16(left.key, right.key));
        if let Some(pair) = members.windows(2).find(|pair| pair[0].key == pair[1].key) {
            return Err(Fault::DuplicateKey(plain(pair[0].key).into_owned()));
        }
        let unordered = self.out.split_off(first);
        for (number, Member { place, .. }) in members.iter().enumerate() {
            if number > 0 {
                self.out.push(b',');
            }
            self.out.extend_from_slice(&unordered[place.start - first..place.end - first]);
        }
        self.out.push(b'}');
        Ok(())
    }

    /// Takes one sign over.
    fn step(&mut self) {
        self.out.push(self.text.as_bytes()[self.at]);
        self.at += 1;
    }

    /// Takes over what stands between two values, and says whether it closes what holds them.
    fn ends(&mut self, close: u8) -> bool {
        let sign = self.text.as_bytes()[self.at];
        if sign == close || sign == b',' {
            self.step();
        }
        sign == close
    }

    /// A string with its quotes.
    fn string(&mut self) -> &'a str {
        let start = self.at;
        let mut at = start + 1;
        let bytes = self.text.as_bytes();
        while let Some(found) = memchr::memchr2(b'"', b'\\', &bytes[at..]) {
            at += found + 1;
            if bytes[at - 1] == b'"' {
                break;
            }
            // What is escaped is no quote; four digits after `u` are none either.
            at += 1;
        }
        self.at = at;
        &self.text[start..at]
    }
}

/// Refuses a number that is no small integer; words pass.
fn check_number(text: &str) -> Result<(), Fault> {
    if text.starts_with(|c: char| c.is_ascii_lowercase()) {
        Ok(())
    } else if text.contains(['.', 'e', 'E']) {
        Err(Fault::Float)
    } else if text.trim_start_matches('-').parse::<u64>().is_ok_and(|n| n < TOO_LARGE) {
        Ok(())
    } else {
        Err(Fault::LargeInteger)
    }
}

/// The order of two keys by the UTF-16 units of what they say.
fn by_utf16(left: &str, right: &str) -> Ordering {
    // Most keys are ASCII without escapes.
    let is_plain = |key: &str| key.is_ascii() && !key.contains('\\');
    if is_plain(left) && is_plain(right) {
        return left[1..left.len() - 1].cmp(&right[1..right.len() - 1]);
    }
    plain(left).encode_utf16().cmp(plain(right).encode_utf16())
}

/// What a string says.
fn plain(string: &str) -> Cow<'_, str> {
    if string.contains('\\') {
        Cow::Owned(serde_json::from_str(string).unwrap_or_default())
    } else {
        Cow::Borrowed(&string[1..string.len() - 1])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn text() -> impl Strategy<Value = String> {
        proptest::string::string_regex("(?s).{0,6}").expect("a pattern")
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            (-((1_i64 << 53) - 1)..1 << 53).prop_map(Value::from),
            text().prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                proptest::collection::vec((text(), inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// The judge is a crate that does nothing else.
        #[test]
        fn the_canonical_form_is_that_of_the_rfc(value in value()) {
            prop_assert_eq!(canonical(&value).unwrap(), serde_json_canonicalizer::to_vec(&value).unwrap());
        }
    }

    #[test]
    fn what_has_no_hashed_form_is_refused() {
        let check = |value: Value, expected: &str| {
            let fault = canonical(&value).unwrap_err();
            assert_eq!(
                if matches!(fault, Fault::Syntax(_)) { "syntax".to_owned() } else { format!("{fault:?}") },
                expected
            );
        };
        check(json!({ "a": [1.5] }), "Float");
        check(json!({ "a": 1e300 }), "Float");
        check(json!([-0.0]), "Float");
        check(json!({ "a": { "b": 1_u64 << 53 } }), "LargeInteger");
        check(json!(-(1_i64 << 53)), "LargeInteger");
        check(json!(u64::MAX), "LargeInteger");
    }

    #[test]
    fn keys_that_two_parts_of_a_record_share_are_refused() {
        #[derive(serde::Serialize)]
        struct Record {
            b: u8,
            #[serde(flatten)]
            rest: Value,
        }
        let bytes = |rest| canonical(&Record { b: 1, rest }).map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(bytes(json!({ "a": { "d": "\\\"", "c\n": [] } })).unwrap(), r#"{"a":{"c\n":[],"d":"\\\""},"b":1}"#);
        assert!(matches!(bytes(json!({ "b": 2 })), Err(Fault::DuplicateKey(key)) if key == "b"));
    }

    #[test]
    fn what_is_written_can_be_read_back_however_deep() {
        let nested = |n| (0..n).fold(json!(null), |inner, _| json!([inner]));
        for n in [126, 127, 128, 129] {
            let written = canonical(&nested(n));
            let text = format!("{}null{}", "[".repeat(n), "]".repeat(n));
            assert_eq!((written.is_ok(), parse(text.as_bytes()).is_ok()), (n < 128, n < 128), "{n}");
            if let Ok(bytes) = written {
                assert_eq!(parse(&bytes).unwrap(), nested(n));
            }
        }
    }
}
