//! JSON of the hashed profile, read: without floats, large integers and repeated keys.
//!
//! `serde_json` takes the last of two equal keys in silence; here they are refused, since two readers
//! that disagree about an object must not agree about its id.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Integers of this size and more lose digits in JavaScript.
pub(super) const TOO_LARGE: u64 = 1 << 53;

/// Why a JSON text or value has no hashed form.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Not JSON, or nested deeper than 128.
    #[error("not readable as JSON")]
    Syntax(#[source] serde_json::Error),
    /// An object has a key twice.
    #[error("the key {0:?} stands twice")]
    DuplicateKey(String),
    /// A number with a fraction or an exponent.
    #[error("a number is not an integer")]
    Float,
    /// An integer whose magnitude is 2^53 or more.
    #[error("an integer is too large")]
    LargeInteger,
}

/// Reads one JSON text of the hashed profile.
pub(super) fn parse(text: &[u8]) -> Result<Value, Fault> {
    let fault = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value =
        Strict { fault: &fault }.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| fault.take().unwrap_or(Fault::Syntax(error)))
}

/// Builds a [`Value`] and remembers why it gave up.
#[derive(Clone, Copy)]
struct Strict<'a> {
    fault: &'a RefCell<Option<Fault>>,
}

impl Strict<'_> {
    fn refuse<T, E: serde::de::Error>(self, fault: Fault) -> Result<T, E> {
        let error = E::custom(&fault);
        self.fault.replace(Some(fault));
        Err(error)
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        if value.unsigned_abs() < TOO_LARGE { Ok(value.into()) } else { self.refuse(Fault::LargeInteger) }
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        if value < TOO_LARGE { Ok(value.into()) } else { self.refuse(Fault::LargeInteger) }
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Value, E> {
        self.refuse(Fault::Float)
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if map.contains_key(&key) {
                let fault = Fault::DuplicateKey(key);
                let error = A::Error::custom(&fault);
                self.fault.replace(Some(fault));
                return Err(error);
            }
            let value = entries.next_value_seed(self)?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::super::canonical::canonical;
    use super::*;

    fn check(text: &str, expected: &str) {
        let outcome = parse(text.as_bytes()).and_then(|value| canonical(&value));
        let shown = match outcome {
            Ok(bytes) => String::from_utf8(bytes).unwrap(),
            Err(Fault::Syntax(_)) => "syntax".to_owned(),
            Err(fault) => format!("{fault:?}"),
        };
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn only_the_hashed_profile_is_read_and_it_has_one_form() {
        check(r#" {"b":[1,-2,true,null],"a":"\u00e9\/"} "#, "{\"a\":\"\u{e9}/\",\"b\":[1,-2,true,null]}");
        check(r#"{"a":1,"b":2,"a":3}"#, r#"DuplicateKey("a")"#);
        check(r#"[{"x":{"a":1,"\u0061":1}}]"#, r#"DuplicateKey("a")"#);
        check("1.0", "Float");
        check("[1e2]", "Float");
        check("-0", "Float");
        check("9007199254740991", "9007199254740991");
        check("-9007199254740991", "-9007199254740991");
        check("9007199254740992", "LargeInteger");
        check("-9007199254740992", "LargeInteger");
        check("18446744073709551615", "LargeInteger");
        check("18446744073709551616", "Float");
        check("1e400", "syntax");
        check(r#""\ud83d""#, "syntax");
        check("\u{feff}{}", "syntax");
        check("{} {}", "syntax");
        check("", "syntax");
        check(&"[".repeat(200_000), "syntax");
        // Keys are ordered by UTF-16 units: U+10000 starts with D800 and comes before U+E000.
        check("{\"\u{e000}\":1,\"\u{10000}\":2}", "{\"\u{10000}\":2,\"\u{e000}\":1}");
    }
}
