//! What a page carries as data beside its elements: JSON-LD, and the state of its scripts.

use serde_json::Value;

use super::attribute::Key;
use super::tree::{Id, Tree};

/// Data nested deeper than this is not looked at.
const MAX_DEPTH: usize = 40;
/// A text of data that is worth more than the elements of the page, in characters.
const WORTH: usize = 500;

/// Objects whose `text` is what somebody wrote.
const POSTS: &[&str] = &["DiscussionForumPosting", "SocialMediaPosting", "Question"];

/// The data of a page.
#[derive(Debug, Default)]
pub(crate) struct Data {
    /// The objects of JSON-LD, those inside of others behind them.
    objects: Vec<Value>,
    /// What scripts keep as JSON: `__NEXT_DATA__` and the like.
    states: Vec<Value>,
    /// The names of each `<meta>`, in lower case, and what it says.
    metas: Vec<(Vec<String>, String)>,
}

/// How much a page shows, in characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown {
    pub(super) n_visible: usize,
    /// Running text in the content.
    pub(super) prose: usize,
}

impl Data {
    pub(crate) fn of(tree: &Tree) -> Self {
        let mut data = Self::default();
        for script in tree.within(Tree::ROOT) {
            match tree.name(script) {
                "script" => {}
                "meta" => {
                    data.metas.extend(meta(tree, script));
                    continue;
                }
                _ => continue,
            }
            let kind = tree.attribute(script, Key::Type).unwrap_or_default();
            if kind.contains("ld+json") {
                let text = tree.text_of(script);
                let text = text.trim().trim_start_matches("<!--").trim_end_matches("-->").trim_end_matches(';');
                // Line ends inside of strings are common, and no JSON.
                let value = serde_json::from_str(text)
                    .or_else(|_| serde_json::from_str(&text.replace(['\n', '\r', '\t'], " ")));
                if let Ok(value) = value {
                    gather(value, &mut data.objects, 0);
                }
            } else if kind == "application/json" || tree.attribute(script, Key::Id) == Some("__NEXT_DATA__") {
                data.states.extend(serde_json::from_str(&tree.text_of(script)));
            }
        }
        data
    }

    /// What the first `<meta>` of this name says.
    pub(crate) fn meta(&self, name: &str) -> Option<&str> {
        let is_it = |names: &[String]| names.iter().any(|said| said.eq_ignore_ascii_case(name));
        self.metas.iter().find(|(names, _)| is_it(names)).map(|(_, said)| said.as_str())
    }

    /// Whether an object is of one of these types.
    pub(crate) fn is_any(&self, types: &[&str]) -> bool {
        self.objects.iter().any(|object| is_of(object, types))
    }

    /// The first objects of these types.
    pub(crate) fn object(&self, types: &[&str]) -> Option<&Value> {
        self.objects.iter().find(|object| is_of(object, types))
    }

    /// Whether the page says that it is not free to read.
    pub(crate) fn is_paid(&self) -> bool {
        self.objects.iter().any(|object| match object.get("isAccessibleForFree") {
            Some(Value::Bool(free)) => !free,
            Some(Value::String(free)) => free.eq_ignore_ascii_case("false"),
            _ => false,
        })
    }

    /// The text in the data of a page whose elements hold much less than that.
    ///
    /// A page that shows much in small pieces is a list, and one that shows some of its data shows what it means to.
    pub(crate) fn text(&self, n_written: usize, shown: Shown, words: impl FnOnce() -> String) -> Option<String> {
        let Shown { n_visible, prose } = shown;
        let is_better = |text: &String, share: usize| {
            let n = text.chars().count();
            n > WORTH.max(2 * n_written) && n * share > n_visible
        };
        let bodies = self.objects.iter().filter_map(|object| {
            let text = object.get("text").filter(|_| is_of(object, POSTS));
            object.get("articleBody").or(text)?.as_str()
        });
        let body = bodies.max_by_key(|body| body.len()).map(str::to_owned);
        if let Some(body) = body.filter(|body| is_better(body, 3)) {
            return Some(body);
        }
        if prose > WORTH / 2 {
            return None;
        }
        let mut texts = Vec::new();
        for state in &self.states {
            strings(state, &mut texts, 0);
        }
        let text = Some(texts.join("\n\n")).filter(|text| is_better(text, 1))?;
        let words = words();
        let start = |text: &str| text.split_whitespace().take(12).collect::<Vec<_>>().join(" ");
        let n_shown = texts.iter().filter(|text| words.contains(&start(text))).count();
        (n_shown < 2).then_some(text)
    }
}

/// The names of a `<meta>` and what it says.
fn meta(tree: &Tree, id: Id) -> Option<(Vec<String>, String)> {
    let said = tree.attribute(id, Key::Content).map(str::trim).filter(|said| !said.is_empty())?;
    let names = [Key::Property, Key::Name, Key::ItemProp].into_iter().filter_map(|key| tree.attribute(id, key));
    let names = names.flat_map(str::split_whitespace).map(str::to_ascii_lowercase).collect();
    Some((names, said.to_owned()))
}

/// Whether an object of JSON-LD has one of these types.
fn is_of(object: &Value, types: &[&str]) -> bool {
    let is = |kind: &Value| kind.as_str().is_some_and(|kind| types.contains(&kind.rsplit('/').next().unwrap_or(kind)));
    match object.get("@type") {
        Some(Value::Array(kinds)) => kinds.iter().any(is),
        Some(kind) => is(kind),
        None => false,
    }
}

/// Collects the objects that have a type, outer ones first.
fn gather(value: Value, objects: &mut Vec<Value>, depth: usize) {
    match value {
        _ if depth > MAX_DEPTH => {}
        Value::Array(values) => values.into_iter().for_each(|value| gather(value, objects, depth + 1)),
        Value::Object(fields) => {
            let inner: Vec<Value> = ["@graph", "mainEntity", "mainEntityOfPage", "itemReviewed"]
                .iter()
                .filter_map(|key| fields.get(*key).cloned())
                .collect();
            if depth == 0 || fields.contains_key("@type") {
                objects.push(Value::Object(fields));
            }
            for value in inner {
                gather(value, objects, depth + 1);
            }
        }
        _ => {}
    }
}

/// Collects the strings that read like prose, each once.
fn strings(value: &Value, texts: &mut Vec<String>, depth: usize) {
    match value {
        _ if depth > MAX_DEPTH || texts.len() > 2000 => {}
        Value::Array(values) => values.iter().for_each(|value| strings(value, texts, depth + 1)),
        Value::Object(fields) => fields.values().for_each(|value| strings(value, texts, depth + 1)),
        Value::String(text) => {
            let n_words = text.split_whitespace().take(20).count();
            let is_code = text.contains("function(")
                || text.contains("=>")
                || text.starts_with(['{', '['])
                || text.contains(";}");
            if n_words >= 12 && text.contains(". ") && !is_code && !texts.contains(text) {
                texts.push(text.clone());
            }
        }
        _ => {}
    }
}
