//! Data that a page carries for its own scripts.
//!
//! Pages of Next.js carry JSON in `__NEXT_DATA__`; those of React Router a stream in which every value
//! stands once in one array and is named by its place (turbo-stream 2, read 2026-08).

use serde_json::{Map, Value};

/// How deep the values of a stream may nest.
const MAX_DEPTH: usize = 200;
/// How many values a stream may unfold to; one that repeats itself could grow without end.
const MAX_VALUES: usize = 2_000_000;

/// The JSON in `<script id="ID">`.
pub(super) fn script(html: &str, id: &str) -> Option<Value> {
    let start = html.find(&format!("id=\"{id}\""))?;
    let body = &html[start..];
    let body = &body[body.find('>')? + 1..];
    serde_json::from_str(&body[..body.find("</script")?]).ok()
}

/// What a page hands to the stream of React Router, as one value.
pub(super) fn routed(html: &str) -> Option<Value> {
    let mark = "streamController.enqueue(";
    let mut rest = html;
    let mut text = String::new();
    while let Some(at) = rest.find(mark) {
        rest = &rest[at + mark.len()..];
        // The argument is a JavaScript string, in practice always a JSON one.
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        if let Some(Ok(piece)) = values.next() {
            text += &piece;
        }
    }
    let first = text.lines().next()?;
    let Value::Array(values) = serde_json::from_str(first).ok()? else { return None };
    let mut left = MAX_VALUES;
    unfold(&values, 0, 0, &mut left)
}

/// The value at a place with what it refers to.
fn unfold(values: &[Value], at: usize, depth: usize, left: &mut usize) -> Option<Value> {
    *left = left.checked_sub(1)?;
    if depth > MAX_DEPTH {
        return None;
    }
    // Places below zero stand for undefined, holes, null and odd numbers.
    let mut refer = |place: &Value| match place.as_i64().map(usize::try_from) {
        Some(Ok(place)) => unfold(values, place, depth + 1, left),
        _ => Some(Value::Null),
    };
    match values.get(at)? {
        Value::Object(fields) => {
            let mut object = Map::new();
            for (key, place) in fields {
                let name = key.strip_prefix('_').and_then(|place| values.get(place.parse::<usize>().ok()?)?.as_str());
                object.insert(name.unwrap_or(key).to_owned(), refer(place)?);
            }
            Some(Value::Object(object))
        }
        // A word in front says of what type the rest is: dates, sets, promises.
        Value::Array(items) => match items.first() {
            Some(Value::String(kind)) if matches!(kind.as_str(), "P" | "Z") => refer(items.get(1)?),
            Some(Value::String(_)) => Some(items.get(1).cloned().unwrap_or(Value::Null)),
            _ => items.iter().map(refer).collect::<Option<Vec<_>>>().map(Value::Array),
        },
        plain => Some(plain.clone()),
    }
}

/// The first object in `value`, however deep, that passes.
pub(super) fn find<'a>(value: &'a Value, test: &dyn Fn(&Map<String, Value>) -> bool) -> Option<&'a Map<String, Value>> {
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(object) if test(object) => return Some(object),
            Value::Object(object) => waiting.extend(object.values()),
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    None
}
