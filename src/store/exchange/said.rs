//! Remarks as lines of a file: what is said of a message or a branch, and of which.

use serde_json::{Map, Value, json};

use super::TAG;
use crate::content::Digest;
use crate::store::name::split_pointer;
use crate::store::{Remarks, topic};

/// The longest value of a remark, in bytes.
const LONGEST: usize = 64 << 10;

/// The canonical line of a remark.
pub(super) fn line(subject: &str, topic: &str, value: &str) -> Value {
    let on = if subject.parse::<Digest>().is_ok() { format!("{TAG}{subject}") } else { subject.to_owned() };
    json!({"kind": "remark", "on": on, "topic": topic, "value": value})
}

/// The remark of a line, if it is one that is known here: a stranger's words reach the terminal only as such.
pub(super) fn read(fields: &Map<String, Value>) -> Option<((String, String), String)> {
    let text = |field: &str| fields.get(field).and_then(Value::as_str);
    let (on, topic, value) = (text("on")?, text("topic")?, text("value")?);
    let subject = match on.strip_prefix(TAG) {
        Some(hex) => hex.parse::<Digest>().ok()?.to_string(),
        None => split_pointer(on).is_ok().then(|| on.to_owned())?,
    };
    let fits = match topic {
        topic::RATING => matches!(value, "up" | "down" | "1" | "2" | "3" | "4" | "5"),
        topic::NOTE | topic::DESCRIPTION => !value.trim().is_empty() && value.len() <= LONGEST,
        topic::EDITED | topic::STALE | topic::TAKEN => value.parse::<Digest>().is_ok(),
        _ => false,
    };
    fits.then(|| ((subject, topic.to_owned()), value.to_owned()))
}

/// The remarks on what travels: on messages among `ids` and on these pointers.
pub(super) fn on<'a>(
    remarks: &'a Remarks,
    has: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = (&'a str, &'a str, &'a str)> + 'a {
    let travelling = remarks.iter().filter(move |((subject, _), _)| has(subject));
    travelling.map(|((subject, topic), value)| (subject.as_str(), topic.as_str(), value.as_str()))
}
