//! A shared chat of ChatGPT, saved as a page.
//!
//! The conversation stands in the page twice: as HTML, of which little remains without its scripts,
//! and as the data that the scripts draw it from. Older pages hold it as JSON (`__NEXT_DATA__`); newer
//! ones as a stream of React Router, one flat array in which objects name their members and values
//! by index (`{"_3": 4}`), and the pieces of a promise follow in lines of their own (`P7:[...]`).
//! Written from the published encoding (turbo-stream 2); no saved page was at hand.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::gather::Input;
use crate::gather::tape::{Json, Tape};

/// How the calls begin that feed the stream.
const ENQUEUE: &str = "streamController.enqueue(";
const NEXT_DATA: &str = "id=\"__NEXT_DATA__\"";
/// Deeper than any message nests.
const MAX_DEPTH: usize = 64;

/// Whether a page may hold a shared chat.
pub(super) fn is_one(input: &Input) -> bool {
    input.has("current_node") && input.has("mapping") && (input.has(ENQUEUE) || input.has(NEXT_DATA))
}

/// The data of the page as JSON.
pub(super) fn data(page: &str) -> Option<Cow<'_, str>> {
    if let Some((_, rest)) = page.split_once(NEXT_DATA) {
        return rest.split_once('>').map(|(_, json)| json.into());
    }
    let stream = calls(page).concat();
    let tapes: Vec<(Option<&str>, Tape)> = stream
        .lines()
        .map(|line| {
            let named = line.strip_prefix('P').and_then(|rest| rest.split_once(':'));
            (named.map(|(id, _)| id), Tape::parse(named.map_or(line, |(_, json)| json)))
        })
        .collect();
    let mut flat = Flat::default();
    for (promise, tape) in &tapes {
        if let Some(id) = promise {
            flat.promises.insert((*id).to_owned(), flat.values.len());
        }
        flat.values.extend(tape.root().items());
    }
    let name = flat.values.iter().position(|value| value.text() == Some("mapping"))?;
    let name = format!("_{name}");
    let at = flat.values.iter().position(|value| value.has(&name))?;
    let mut out = String::new();
    flat.write(at, 0, 8 * page.len(), &mut out);
    Some(out.into())
}

/// What the calls of the stream are given, in their order.
fn calls(page: &str) -> Vec<String> {
    let given = page.match_indices(ENQUEUE).map(|(at, call)| Tape::parse(&page[at + call.len()..]));
    given.filter_map(|tape| tape.root().text().map(str::to_owned)).collect()
}

/// The first object in the data that holds a conversation.
pub(super) fn conversation(root: Json<'_>) -> Option<Json<'_>> {
    let mut open = vec![root];
    while let Some(json) = open.pop() {
        if json.at("mapping").is_object() {
            return Some(json);
        }
        open.extend(json.items().chain(json.members().map(|(_, value)| value)));
    }
    None
}

/// A scalar as JSON; what is neither a text, a number nor true says nothing to the reader.
fn scalar(value: Json) -> String {
    match (value.text(), value.name()) {
        (Some(text), _) => serde_json::Value::from(text).to_string(),
        (None, Some(number)) => number.to_owned(),
        _ if value.is_true() => "true".to_owned(),
        _ => "null".to_owned(),
    }
}

/// Values that name each other by index.
#[derive(Default)]
struct Flat<'t> {
    values: Vec<Json<'t>>,
    /// Where the value of each promise stands.
    promises: BTreeMap<String, usize>,
}

impl Flat<'_> {
    /// Writes the value at an index as JSON; what nests too deep, or is more than a page can mean, is
    /// `null`.
    fn write(&self, at: usize, depth: usize, most: usize, out: &mut String) {
        let Some(value) = self.values.get(at).filter(|_| depth < MAX_DEPTH && out.len() < most) else {
            out.push_str("null");
            return;
        };
        if value.is_object() {
            out.push('{');
            let mut before = "";
            for (name, inner) in value.members() {
                let name = name.strip_prefix('_').and_then(|n| self.values.get(n.parse::<usize>().ok()?)?.text());
                let Some(name) = name else { continue };
                out.push_str(&format!("{before}{}:", serde_json::Value::from(name)));
                self.refer(inner, depth, most, out);
                before = ",";
            }
            out.push('}');
        } else if value.is_array() {
            let kind = value.items().next().and_then(Json::text);
            let first = value.items().nth(1);
            match kind {
                Some("P") => match first.and_then(Json::name).and_then(|id| self.promises.get(id)) {
                    Some(at) => self.write(*at, depth + 1, most, out),
                    None => out.push_str("null"),
                },
                Some(_) => out.push_str(&first.map_or("null".to_owned(), scalar)),
                None => {
                    out.push('[');
                    for (n, inner) in value.items().enumerate() {
                        out.push_str(if n > 0 { "," } else { "" });
                        self.refer(inner, depth, most, out);
                    }
                    out.push(']');
                }
            }
        } else {
            out.push_str(&scalar(*value));
        }
    }

    /// Writes what an index stands for; those below zero are values that JSON has no index for.
    fn refer(&self, index: Json, depth: usize, most: usize, out: &mut String) {
        match index.index() {
            Some(at) => self.write(at, depth + 1, most, out),
            None => out.push_str("null"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_of_indices_becomes_json() {
        let check = |page: &str, expected: Option<&str>| assert_eq!(data(page).as_deref(), expected, "{page}");
        let stream =
            r#"[{"_1":2},"data",{"_3":4,"_5":6,"_7":-5},"mapping",{"_8":9},"title","A \"talk\"","z","n1",["P",7]]"#;
        let promise = r#"P7:[{"_12":11},[13,13],"parts","hi"]"#;
        let call = |text: &str| format!("<script>x.streamController.enqueue({});</script>", serde_json::json!(text));
        check(
            &format!("<html>{}{}", call(&format!("{stream}\n")), call(promise)),
            Some(r#"{"mapping":{"n1":{"parts":["hi","hi"]}},"title":"A \"talk\"","z":null}"#),
        );
        check("<html>streamController.enqueue(", None);
        // Values that name themselves end.
        let endless = call(r#"["mapping",{"_0":2},[2,2,1]]"#);
        assert!(data(&endless).is_some_and(|json| json.len() < 200_000));
        let page =
            "<script id=\"__NEXT_DATA__\" type=\"application/json\">{\"p\":[1,{\"mapping\":{\"a\":1}}]}</script>";
        let json = data(page).unwrap();
        assert!(conversation(Tape::parse(&json).root()).is_some_and(|found| found.at("mapping").has("a")));
    }
}
