//! `pack --compress`: a summary that a model wrote in the place of a source.
//!
//! The source becomes a bundle of its own, the summary is asked for on it and is a turn like any
//! other, on a branch named after the question: so the original and the run are kept, and the next
//! pack of the same source finds the summary there and is the same bundle, with no network and no
//! price. `retry BRANCH --here` has it written anew. The document that takes the source's place says
//! whose summary it is, of which document.

use std::str::FromStr;
use std::sync::Arc;

use super::fan_out::Price;
use super::{Act, Ask, Draft, Error, Sources, Workspace, amount};
use crate::budget::Policy;
use crate::bundle::render::Renderer;
use crate::bundle::{self, Duplicates, Entry, Measured, Request};
use crate::catalog::{Catalog, Money};
use crate::content::{
    Counts, Digest, Document, Message, Quality, Role, Section, SectionKind, Summary, canonical, line,
};
use crate::fork;
use crate::prompts;
use crate::send::endpoint::Environment;
use crate::store::record::{DocumentRecord, RunState};
use crate::store::{BRANCHES, Object, topic};
use crate::tokens::{Encoding, Tokens, count};

/// The reader that is named as the maker of a summary.
const FORMAT: &str = "summary";

/// `s2`, or `s2=2k`: which source, and how long its summary may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Squeeze {
    /// `s2`.
    pub source: String,
    /// Tokens of the summary; a fifth of the source where nothing is said.
    pub tokens: Option<Tokens>,
}

/// The text is no `s2` or `s2=2k`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a source to summarise: {0} (s2, or s2=2k)")]
pub struct ParseSqueezeError(pub String);

impl FromStr for Squeeze {
    type Err = ParseSqueezeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ParseSqueezeError(text.to_owned());
        let (source, tokens) = text.split_once('=').map_or((text, None), |(source, tokens)| (source, Some(tokens)));
        let tokens = tokens.map(amount).transpose().map_err(|_| refuse())?.filter(|tokens| *tokens > Tokens(0));
        let is_empty = text.contains('=') && tokens.is_none();
        if !super::passage::is_source(source) || is_empty {
            return Err(refuse());
        }
        Ok(Self { source: source.to_owned(), tokens })
    }
}

/// A source that is to be summarised.
#[derive(Debug)]
pub struct Squeezable {
    /// `s2`.
    pub source: String,
    /// What it is called.
    pub title: String,
    /// Tokens of it.
    pub tokens: Tokens,
    /// Tokens that its summary may have.
    pub wanted: Tokens,
    /// The branch on which its summary stands or will stand.
    pub branch: String,
    document: Arc<Document>,
    bundle: Digest,
    question: String,
}

/// A summary that is there.
#[derive(Debug)]
pub struct Squeezed {
    /// The document that takes the source's place.
    pub document: Document,
    /// The model that wrote it.
    pub model: String,
    /// Tokens of it.
    pub tokens: Tokens,
}

impl Workspace {
    /// Makes ready what a squeeze needs: the source as a bundle of its own, and the question.
    pub fn squeezable(&self, sources: &Sources, squeeze: &Squeeze) -> Result<Squeezable, Error> {
        let documents: Vec<(&str, &Arc<Document>)> = sources
            .read
            .iter()
            .flat_map(|read| {
                read.gathered.documents.iter().map(move |document| (read.gathered.locator.as_str(), document))
            })
            .collect();
        let number =
            squeeze.source.trim_start_matches('s').parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let found = number.and_then(|place| documents.get(place));
        let unknown = || Error::NoSource { cited: squeeze.source.clone(), n_sources: documents.len() };
        let (locator, document) = found.copied().ok_or_else(unknown)?;
        let name = locator.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(locator).to_owned();
        let tokens = count(Encoding::O200kBase, &document.text);
        let wanted = squeeze.tokens.unwrap_or_else(|| Tokens((tokens.0 / 500 * 100).max(300)));
        let title = document.title.clone().unwrap_or_else(|| name.clone());
        // Always in the same form, whatever is packed: or the summary would not be found again.
        let request = Request {
            encoding: Encoding::O200kBase,
            budget: None,
            reserve: Tokens(0),
            renderer: Renderer::named("md").expect("Markdown is a format"),
            focus: None,
            duplicates: Duplicates::Keep,
        };
        let entry = Entry { document: Arc::clone(document), name, policy: Policy::PLAIN };
        let measured = Measured::new(vec![entry], request)?;
        let bundle = bundle::freeze(&measured.plan()?, &measured.entries, &measured.request)?;
        self.store.put(&bundle.objects()?)?;
        let question = prompts::fill(prompts::COMPRESS.trim(), &[("tokens", &wanted.0.to_string())]);
        let asked = fork::following(bundle.id, &[Message::text(Role::User, question.as_str())])?[0].id();
        let branch = format!("summary-{}", &asked.to_string()[..12]);
        let (source, document, bundle) = (squeeze.source.clone(), Arc::clone(document), bundle.id);
        Ok(Squeezable { source, title, tokens, wanted, branch, document, bundle, question })
    }

    /// The summary that stands on its branch, if a whole one does.
    pub fn squeezed(&self, squeezable: &Squeezable) -> Result<Option<Squeezed>, Error> {
        if self.store.pointer(&format!("{BRANCHES}{}", squeezable.branch))?.is_none() {
            return Ok(None);
        }
        let branch = fork::branch(&self.store, &squeezable.branch)?;
        let record = self.store.message(branch.tip)?;
        let runs = self.store.runs_of_answer(branch.tip)?;
        let run = runs.into_iter().find(|run| run.state == RunState::Complete);
        let Some(run) = run.filter(|_| record.message.role == Role::Assistant) else { return Ok(None) };
        let model = run.served_model.unwrap_or(run.model);
        let original = Object::of(&DocumentRecord::new(&squeezable.document).0)?.id();
        let summary = Summary { of: original, model: model.clone(), message: branch.tip };
        let document = written(&record.message.spoken(), squeezable, summary);
        Ok(Some(Squeezed { tokens: count(Encoding::O200kBase, &document.text), document, model }))
    }

    /// Makes the question for a summary ready; `ask` says everything but where and what.
    pub fn draft_squeeze(&self, squeezable: &Squeezable, ask: Ask, environment: &Environment) -> Result<Draft, Error> {
        // A branch with half an answer is in the way of a whole one.
        let is_there = self.store.pointer(&format!("{BRANCHES}{}", squeezable.branch))?.is_some();
        let free = fork::free_name(&self.store, &squeezable.branch)?;
        let mut draft = self.draft(
            &Ask {
                address: squeezable.bundle.to_string(),
                new_branch: Some(free),
                question: squeezable.question.clone(),
                ..ask
            },
            environment,
        )?;
        if is_there {
            draft.seen = Some(fork::branch(&self.store, &squeezable.branch)?.tip);
        }
        draft.branch.clone_from(&squeezable.branch);
        Ok(draft)
    }

    /// What a summary costs where it is as long as was asked for; none where nobody knows.
    pub fn price_squeeze(
        &self,
        squeezable: &Squeezable,
        draft: &Draft,
        catalog: &Catalog,
    ) -> Result<Option<Price>, Error> {
        let price = self.price(draft, catalog)?;
        let answer = |price: Price| Money(price.answer.0 / 1000 * u64::from(squeezable.wanted.0));
        Ok(price.map(|price| Price { answer: answer(price), ..price }))
    }

    /// How long a summary may be so that it costs no more than is left; refused where the question
    /// alone does, or where nobody knows.
    pub fn longest_squeeze(&self, draft: &Draft, catalog: &Catalog, left: Money) -> Result<Tokens, Error> {
        let price = self.price(draft, catalog)?;
        let price = price.ok_or_else(|| Error::NoPrice { model: draft.prompt.model.clone() })?;
        // One token of an answer is the least that is worth the question.
        let token = Money((price.answer.0 / 1000).max(1));
        let needed = price.cold + token;
        if needed > left {
            let what = "a summary costs at least";
            return Err(Error::TooDear { what, needed, most: left });
        }
        let tokens = u32::try_from((left - price.cold).0 / token.0).unwrap_or(u32::MAX);
        let longest = catalog.find(&draft.prompt.model).model.max_output.unwrap_or(Tokens(u32::MAX));
        Ok(Tokens(tokens).min(longest))
    }

    /// Says of the branch with a summary whose it is.
    pub fn describe_squeeze(&self, squeezable: &Squeezable, act: &Act) -> Result<(), Error> {
        let branch = fork::branch(&self.store, &squeezable.branch)?;
        if self.store.remark(&branch.pointer(), topic::DESCRIPTION)?.is_none() {
            let description = format!("in the place of {}", line(&squeezable.title));
            self.describe_branch(&branch.name, Some(&description), act)?;
        }
        Ok(())
    }
}

impl Sources {
    /// Puts a summary in the place of the document that it sums up.
    pub fn replace(&mut self, squeezable: &Squeezable, squeezed: Squeezed) {
        let mut documents = self.read.iter_mut().flat_map(|read| &mut read.gathered.documents);
        let number = squeezable.source.trim_start_matches('s').parse::<usize>().unwrap_or(0);
        if let Some(document) = documents.nth(number.saturating_sub(1)) {
            *document = Arc::new(squeezed.document);
        }
    }
}

/// The document of a summary: paragraphs whose place in the source is their label.
fn written(text: &str, squeezable: &Squeezable, summary: Summary) -> Document {
    let original = &squeezable.document;
    let title = format!("{} (summary by {} of {} tokens)", squeezable.title, summary.model, squeezable.tokens);
    let reason = format!("a summary by {}", summary.model);
    let mut document = Document {
        format: FORMAT.to_owned(),
        title: Some(title),
        text: String::new(),
        sections: Vec::new(),
        links: Vec::new(),
        counts: Counts { items: original.sections.len(), visible: 0, hidden: 0, branches: 1 },
        quality: Quality::Partial,
        quality_reason: Some(reason),
        cues: Vec::new(),
        summary: Some(summary),
        conversation: None,
        ..Document::clone(original)
    };
    let (text, _) = canonical(text);
    for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        if !document.text.is_empty() {
            document.text.push('\n');
        }
        let start = document.text.len();
        document.text += paragraph;
        let label = place(paragraph, original);
        let time =
            label.as_deref().and_then(|label| original.sections.iter().find(|own| own.label.as_deref() == Some(label)));
        let time = time.and_then(|section| section.time.clone());
        let kind = if time.is_some() { SectionKind::Turn } else { SectionKind::Paragraph };
        let end = document.text.len();
        document.sections.push(Section { start, end, kind, label, author: None, time, reply_to: None });
        document.text.push('\n');
    }
    document.counts.visible = document.sections.len();
    document
}

/// The place that a paragraph names before its words, as the source labels it.
fn place(paragraph: &str, original: &Document) -> Option<String> {
    let (place, _) = paragraph.strip_prefix('[')?.split_once(']')?;
    let labels = || original.sections.iter().filter_map(|section| section.label.as_deref());
    let same = labels().find(|label| label.eq_ignore_ascii_case(place.trim()));
    same.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_squeeze_names_a_source_and_perhaps_a_length() {
        let check = |text: &str, expected: Option<(&str, Option<u32>)>| {
            let read = text.parse::<Squeeze>().ok();
            let told = read.as_ref().map(|squeeze| (squeeze.source.as_str(), squeeze.tokens.map(|tokens| tokens.0)));
            assert_eq!(told, expected, "{text}");
        };
        check("s2", Some(("s2", None)));
        check("s12=2k", Some(("s12", Some(2000))));
        for bad in ["", "2", "s", "talk.vtt", "s2=", "s2=0", "s2=x", "s2,s3"] {
            check(bad, None);
        }
    }
}
