//! `show`: a bundle in any format, a branch, a turn, a message, a run, a passage.

use serde_json::json;

use super::passage::is_source;
use super::{Citation, Error, Workspace};
use crate::bundle::Bundle;
use crate::bundle::render::Renderer;
use crate::content::{Digest, Part, Role, line};
use crate::fork::{self, Place, View};
use crate::store::record::{MessageRecord, RunRecord};
use crate::store::topic;

/// What is to be shown of an address.
#[derive(Debug, Clone, Copy)]
pub enum Aspect {
    /// What stands there, a bundle in this format if one is named.
    Itself(Option<&'static Renderer>),
    /// The question and its answer.
    Turn,
    /// How the answer came about.
    Run,
}

/// What stands at an address.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// As text.
    pub text: String,
    /// As JSON: the fields of `forkful.show/1` beside schema, address and text.
    pub fields: serde_json::Value,
}

impl Workspace {
    /// The bundle with that id, whole.
    pub(super) fn bundle(&self, id: Digest) -> Result<Bundle, Error> {
        let manifest = self.store.bundle(id)?;
        let text = self.store.text(manifest.text)?;
        let documents = manifest.items.iter().map(|item| self.store.document(item.document));
        let documents = documents.collect::<Result<Vec<_>, _>>()?;
        Ok(Bundle::thaw(id, manifest, documents, text)?)
    }

    /// What stands at an address or a citation, or stood there once operation `at` was done.
    pub fn show(&self, address: &str, aspect: Aspect, at: Option<u64>) -> Result<Shown, Error> {
        if let Some(citation) = Citation::parse(address) {
            return self.show_passage(&citation, at);
        }
        let view = View::at(&self.store, at)?;
        let place = match fork::resolve_in(&view, address) {
            Err(fork::Error::Unknown { .. }) if is_source(address) => {
                let citation = Citation { address: "@".to_owned(), source: address.to_owned(), place: None };
                return self.show_passage(&citation, at);
            }
            found => found?,
        };
        match (place, aspect) {
            (Place::Bundle { id, .. }, Aspect::Itself(renderer)) => {
                let bundle = self.bundle(id)?;
                let text = renderer.map_or_else(|| bundle.text.to_string(), |renderer| bundle.render(renderer));
                Ok(Shown { text, fields: json!({"kind": "bundle", "id": id}) })
            }
            (Place::Bundle { .. }, _) => Err(Error::NotAMessage { address: address.to_owned() }),
            (place, Aspect::Turn) => self.show_turn(&view, place.id(), address),
            (place, Aspect::Run) => self.show_runs(place.id(), address),
            (Place::Branch(branch), Aspect::Itself(None)) => {
                let (bundle, messages) = fork::chain(&self.store, branch.tip)?;
                let remarks = view.remarks_on(&branch.pointer())?;
                let heading = heading(&view, bundle)?;
                let text = conversation(&view, &heading, remarks.get(topic::DESCRIPTION), &messages)?;
                let ids: Vec<Digest> = messages.iter().map(|(id, _)| *id).collect();
                let mut fields = json!({"kind": "branch", "id": branch.tip, "bundle": bundle, "messages": ids});
                if let Some(description) = remarks.get(topic::DESCRIPTION) {
                    fields["description"] = json!(description);
                }
                Ok(Shown { text, fields })
            }
            (Place::Message { id }, Aspect::Itself(None)) => {
                let record = self.store.message(id)?;
                let spoken = record.message.spoken();
                let text = if spoken.ends_with('\n') { spoken } else { spoken + "\n" };
                let mut fields = json!({
                    "kind": "message", "id": id, "parent": record.parent, "role": record.message.role,
                    "parts": record.message.parts,
                });
                for (topic, value) in view.remarks_on(&id.to_string())? {
                    fields[topic] = json!(value);
                }
                Ok(Shown { text, fields })
            }
            (_, Aspect::Itself(Some(_))) => Err(Error::NotABundle { address: address.to_owned() }),
        }
    }

    fn show_passage(&self, citation: &Citation, at: Option<u64>) -> Result<Shown, Error> {
        let passage = self.passage(citation, at)?;
        let mut fields = json!({
            "kind": "passage", "bundle": passage.bundle, "source": passage.source,
            "start": passage.start, "end": passage.end, "kept": passage.is_kept,
        });
        let optional = [("title", &passage.title), ("url", &passage.url), ("label", &passage.label)];
        for (name, value) in optional.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?))) {
            fields[name] = json!(value);
        }
        fields["passage"] = json!(passage.text);
        Ok(Shown { text: passage.markdown(), fields })
    }

    fn show_turn(&self, view: &View<'_>, id: Digest, address: &str) -> Result<Shown, Error> {
        let messages = fork::conversation(&self.store, id)?;
        let turns = fork::turns(&self.store, id)?;
        let turn = turns.last().ok_or_else(|| Error::NotAMessage { address: address.to_owned() })?;
        let start = messages.iter().position(|(id, _)| *id == turn.question).unwrap_or(0);
        let mut out = String::new();
        for (id, record) in &messages[start..] {
            out += &said(view, *id, record)?;
        }
        let fields = json!({"kind": "turn", "question": turn.question, "answer": turn.answer});
        Ok(Shown { text: out.trim_start_matches('\n').to_owned(), fields })
    }

    fn show_runs(&self, id: Digest, address: &str) -> Result<Shown, Error> {
        let runs = self.store.runs_of_answer(id)?;
        if runs.is_empty() {
            return Err(Error::NoRun { address: address.to_owned() });
        }
        let mut text = runs.iter().map(account).collect::<Vec<_>>().join("\n");
        let mut fields = json!({"kind": "run", "id": id, "runs": runs});
        let thought = thought(&self.store.message(id)?);
        if !thought.is_empty() {
            text += &format!("\nThought before the answer:\n\n{}\n", thought.trim_end());
            fields["reasoning"] = json!(thought);
        }
        Ok(Shown { text, fields })
    }
}

/// `bitter 9f3a21c`.
fn heading(view: &View<'_>, bundle: Digest) -> Result<String, Error> {
    let named = view.pointers_to(bundle)?;
    let name = named.iter().find_map(|name| name.strip_prefix(crate::store::BUNDLES));
    Ok(name.map_or_else(|| bundle.short(), |name| format!("{name} {}", bundle.short())))
}

/// A conversation as Markdown: each question as a quotation, each answer as it stands.
fn conversation(
    view: &View<'_>,
    heading: &str,
    description: Option<&String>,
    messages: &[(Digest, MessageRecord)],
) -> Result<String, Error> {
    let mut out = format!("# {heading}\n");
    if let Some(description) = description {
        out += &format!("\n{description}\n");
    }
    for (id, record) in messages {
        out += &said(view, *id, record)?;
    }
    Ok(out)
}

/// One message as Markdown, with what is said of it after an answer.
fn said(view: &View<'_>, id: Digest, record: &MessageRecord) -> Result<String, Error> {
    let text = record.message.spoken();
    let text = text.trim_end();
    let mut remarks = view.remarks_on(&id.to_string())?;
    let short = |of: Option<String>| of.map(|of| of.chars().take(7).collect::<String>());
    let fields = [
        remarks.remove(topic::RATING),
        short(remarks.remove(topic::EDITED)).map(|of| format!("edited by hand from {of}")),
        short(remarks.remove(topic::STALE)).map(|of| format!("stale, from {of}")),
        short(remarks.remove(topic::TAKEN)).map(|of| format!("taken from {of}")),
        remarks.remove(topic::NOTE).map(|note| format!("note: {}", line(&note).replace("--", "- -"))),
    ];
    let fields: Vec<String> = fields.into_iter().flatten().collect();
    let remarked = fields.iter().fold(String::new(), |all, field| all + " · " + field);
    Ok(match record.message.role {
        Role::User => {
            let quoted: Vec<_> = text.lines().map(|line| format!("> {line}").trim_end().to_owned()).collect();
            let remarked =
                if fields.is_empty() { String::new() } else { format!("\n<!-- {}{remarked} -->\n", id.short()) };
            format!("\n{}\n{remarked}", quoted.join("\n"))
        }
        Role::Assistant | Role::System => format!("\n{text}\n\n<!-- {}{remarked} -->\n", id.short()),
    })
}

/// What the model thought aloud before it answered.
fn thought(record: &MessageRecord) -> String {
    let thoughts = record.message.parts.iter().filter_map(|part| match part {
        Part::Reasoning { text } => Some(text.as_str()),
        Part::Text { .. } | Part::Sealed { .. } => None,
    });
    thoughts.collect::<Vec<_>>().join("\n")
}

/// One model call in lines of a name and a value.
fn account(run: &RunRecord) -> String {
    let state = serde_json::to_value(run.state).ok().and_then(|value| Some(value.as_str()?.to_owned()));
    let number = |n: Option<u64>| n.map(|n| n.to_string());
    let elapsed = run.ended.map(|ended| {
        let spent = (ended.0 - run.started.0).max(0);
        format!("{} in {}.{:03} s", run.started, spent / 1000, spent % 1000)
    });
    let fields = [
        ("run", Some(run.attempt.clone())),
        ("state", state),
        ("model", Some(run.model.clone())),
        ("served", run.served_model.clone().filter(|served| *served != run.model)),
        ("server", Some(format!("{} ({})", run.base_url, run.protocol))),
        ("params", Some(run.params.to_string())),
        ("input", number(run.usage.input)),
        ("cached", number(run.usage.cached)),
        ("written", number(run.usage.cache_write)),
        ("output", number(run.usage.output)),
        ("reasoning", number(run.usage.reasoning)),
        ("estimated", run.estimate.and_then(|usage| Some(format!("~{} in, ~{} out", usage.input?, usage.output?)))),
        ("request", Some(format!("sha256:{}", run.request_sha256))),
        ("time", elapsed.or_else(|| Some(format!("{}, not ended", run.started)))),
        ("error", run.error.clone()),
    ];
    let lines = fields.into_iter().filter_map(|(name, value)| Some(format!("{name:<10} {}\n", line(&value?))));
    lines.collect()
}
