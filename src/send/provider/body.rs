//! The body of a request: fields in the order in which they are written.
//!
//! Field order is part of the bytes that forks share, so a body is a list and never a map. What a
//! person adds (`--extra-json`) replaces a field in its place, joins an object, stands before the
//! last field if it is new, and takes a field out where it is `null`.

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::content::{Message, Part, Role};
use crate::net::{Credential, Method, Request, Url};
use crate::send::{Endpoint, Prompt};

/// What stands between two texts of one message where a server takes only one string.
pub(super) const JOINT: &str = "\n\n";

/// Named values in a fixed order.
#[derive(Debug, Default)]
pub(super) struct Body {
    fields: Vec<(String, Box<RawValue>)>,
}

/// One entry of the conversation as servers want it: neighbours of one role are one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Turn<'a> {
    pub(super) role: Role,
    /// One or more; the bundle is the first message of the user's first turn.
    pub(super) messages: Vec<&'a Message>,
}

impl Body {
    pub(super) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        self.fields.push((name.to_owned(), raw(&value)));
        self
    }

    pub(super) fn with_some(self, name: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The same with what a person adds.
    pub(super) fn joined(mut self, extra: &Map<String, Value>) -> Self {
        for (name, value) in extra {
            let place = self.fields.iter().position(|(own, _)| own == name);
            match (place, value) {
                (Some(at), Value::Null) => drop(self.fields.remove(at)),
                (None, Value::Null) => {}
                (Some(at), value) => self.fields[at].1 = merged(&self.fields[at].1, value),
                (None, value) => {
                    let last = self.fields.len().saturating_sub(1);
                    self.fields.insert(last, (name.clone(), raw(value)));
                }
            }
        }
        self
    }

    /// The request that carries it.
    pub(super) fn request(
        self,
        prompt: &Prompt,
        endpoint: &Endpoint,
        url: Url,
        key: (&'static str, &'static str),
    ) -> Request {
        let accept = if prompt.stream { "text/event-stream" } else { "application/json" };
        let (header, prefix) = key;
        Request {
            method: Method::Post,
            url,
            headers: vec![("accept", accept.to_owned()), ("content-type", "application/json".to_owned())],
            credential: endpoint.key.clone().map(|secret| Credential { header, prefix, secret }),
            more: prompt.headers.clone(),
            body: serde_json::to_vec(&self.joined(&prompt.extra)).expect("raw JSON is JSON"),
        }
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in &self.fields {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Any value as the JSON that will be sent.
pub(super) fn raw(value: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("strings and finite numbers are JSON")
}

/// The conversation with neighbours of one role made one, since chat templates refuse two in a row.
pub(super) fn turns(messages: &[Message]) -> Vec<Turn<'_>> {
    let mut turns: Vec<Turn> = Vec::new();
    for message in messages {
        match turns.last_mut() {
            Some(last) if last.role == message.role => last.messages.push(message),
            _ => turns.push(Turn { role: message.role, messages: vec![message] }),
        }
    }
    turns
}

impl Turn<'_> {
    /// The words of each message, without empty ones, which servers refuse.
    pub(super) fn texts(&self) -> Vec<String> {
        self.messages.iter().map(|message| message.spoken()).filter(|text| !text.is_empty()).collect()
    }
}

/// What this protocol once sealed for this model; a value from elsewhere is no object and gives nothing.
pub(super) fn sealed(part: &Part, own: &str, prompt: &Prompt) -> Option<Value> {
    match part {
        Part::Sealed { protocol, model, item } if protocol == own && *model == prompt.model => {
            serde_json::from_str(item).ok().filter(Value::is_object)
        }
        _ => None,
    }
}

fn merged(own: &RawValue, more: &Value) -> Box<RawValue> {
    fn join(own: Value, more: &Value) -> Value {
        match (own, more) {
            (Value::Object(mut own), Value::Object(more)) => {
                for (name, value) in more {
                    let joined = join(own.remove(name).unwrap_or_default(), value);
                    if !joined.is_null() {
                        own.insert(name.clone(), joined);
                    }
                }
                Value::Object(own)
            }
            (_, more) => more.clone(),
        }
    }
    raw(&join(serde_json::from_str(own.get()).unwrap_or_default(), more))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_person_adds_finds_its_place() {
        let check = |extra: Value, expected: &str| {
            let body = Body::default()
                .with("model", "m")
                .with("options", json!({"a": 1, "b": 2}))
                .with_some("none", None::<u32>)
                .with("messages", json!([]));
            let written = serde_json::to_string(&body.joined(extra.as_object().expect("an object")));
            assert_eq!(written.expect("JSON"), expected);
        };
        check(json!({}), r#"{"model":"m","options":{"a":1,"b":2},"messages":[]}"#);
        check(json!({"seed": 7}), r#"{"model":"m","options":{"a":1,"b":2},"seed":7,"messages":[]}"#);
        check(json!({"model": "n", "options": null}), r#"{"model":"n","messages":[]}"#);
        check(
            json!({"options": {"b": 3, "c": {"d": 4}}, "x": null}),
            r#"{"model":"m","options":{"a":1,"b":3,"c":{"d":4}},"messages":[]}"#,
        );
        check(json!({"options": {"a": null}}), r#"{"model":"m","options":{"b":2},"messages":[]}"#);
    }
}
