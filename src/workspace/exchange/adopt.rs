//! Conversations of other programs, taken in with every branch.
//!
//! A conversation becomes a bundle of what was attached to it, and each end of it a branch. The
//! bundle's first source says whose conversation it is, so that each has its own; those without a name
//! of their own share one. What came before is found again by its hash: a conversation that has gone
//! on moves its branches on, and one that has not changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::names::{Names, slug};
use crate::budget::Policy;
use crate::bundle::render::RENDERERS;
use crate::bundle::{self, Bundle, Duplicates, Measured, Request};
use crate::content::{Conversation, Digest, Document, Kind};
use crate::fork::foreign::{Planted, plant};
use crate::gather::source::Gathered;
use crate::gather::{attached, paragraph};
use crate::prompts;
use crate::store::record::{MessageRecord, Move, ProvenanceRecord, RemarkMove};
use crate::store::{self, At, BRANCHES, BUNDLES, Change, ObjectKind, topic};
use crate::tokens::{Encoding, Tokens};
use crate::workspace::{Act, Error, Workspace};

/// How often the names are looked at again because somebody else moves them.
const MOST_ATTEMPTS: usize = 100;

/// The format of the source that says where a conversation comes from.
pub(super) const MARKER: &str = "import";

/// What was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// The conversations, in the order of the source.
    pub trees: Vec<AdoptedTree>,
    /// Documents of the source that are no conversations with a model.
    pub n_others: usize,
}

/// One conversation that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptedTree {
    /// How its program calls it.
    pub id: Option<String>,
    /// Its title there.
    pub title: Option<String>,
    /// The bundle under it.
    pub bundle: Digest,
    /// The bundle's name.
    pub name: String,
    /// Its branches, the one where it stands first.
    pub branches: Vec<AdoptedBranch>,
    /// Messages in it.
    pub n_messages: usize,
    /// Of them, those that were not here.
    pub n_new: usize,
    /// Messages kept beside the talk: tool calls, their results, instructions of the program.
    pub n_asides: usize,
}

/// One branch of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptedBranch {
    /// Its name here.
    pub name: String,
    /// What became of it.
    pub outcome: &'static str,
}

/// A conversation ready to be named.
struct Ready {
    conversation: Arc<Conversation>,
    format: String,
    bundle: Bundle,
    planted: Planted,
    locator: String,
    sha256: Digest,
    n_new: usize,
}

impl Workspace {
    /// Takes in every conversation of what was gathered, in one operation.
    pub fn adopt(&self, gathered: &[Gathered], act: &Act) -> Result<Adopted, Error> {
        let mut ready = Vec::new();
        let mut n_others = 0;
        let mut roots: BTreeMap<Vec<Digest>, Bundle> = BTreeMap::new();
        let mut met = BTreeSet::new();
        for source in gathered {
            for document in &source.documents {
                let Some(conversation) = &document.conversation else {
                    n_others += 1;
                    continue;
                };
                let bundle = root(conversation, &document.format, &mut roots)?;
                let planted = plant(conversation, &document.format, bundle.id)?;
                if planted.tips.is_empty() {
                    n_others += 1;
                    continue;
                }
                let mut n_new = 0;
                for object in &planted.objects {
                    let is_first = met.insert(object.id());
                    n_new += usize::from(is_first && self.store.kind(object.id())?.is_none());
                }
                ready.push(Ready {
                    conversation: Arc::clone(conversation),
                    format: document.format.clone(),
                    bundle,
                    planted,
                    locator: source.locator.clone(),
                    sha256: source.sha256,
                    n_new,
                });
            }
        }
        let mut n_attempts = 0;
        loop {
            n_attempts += 1;
            let (change, trees) = self.adoption(&ready, act)?;
            let adopted = Adopted { trees, n_others };
            if change.moves.is_empty() && change.runs.is_empty() && change.objects.is_empty() {
                return Ok(adopted);
            }
            match self.store.transact(&change) {
                Err(store::Error::Moved { .. } | store::Error::Taken { .. }) if n_attempts < MOST_ATTEMPTS => {}
                outcome => return Ok(outcome.map(|_| adopted)?),
            }
        }
    }

    /// What is to change for the conversations, as the names stand.
    fn adoption(&self, ready: &[Ready], act: &Act) -> Result<(Change, Vec<AdoptedTree>), Error> {
        let pointers = self.store.pointers("")?;
        let mut names = Names::of(&pointers);
        let what = if ready.len() == 1 { "conversation" } else { "conversations" };
        let mut change = Change::new(act.entry(format!("import of {} {what}", ready.len())));
        let mut trees = Vec::new();
        let mut ends = BTreeSet::new();
        for one in ready {
            let Ready { conversation, bundle, planted, .. } = one;
            let (name, is_new) = names.bundle(bundle.id, &one.wanted());
            if is_new {
                change.moves.push(Move { name: format!("{BUNDLES}{name}"), from: None, to: Some(bundle.id) });
                change.objects.extend(bundle.objects()?);
                change.provenance.extend(bundle.manifest.items.iter().map(|item| ProvenanceRecord {
                    locator: one.locator.clone(),
                    sha256: one.sha256,
                    document: item.document,
                    time: act.time,
                }));
            }
            if one.n_new > 0 {
                change.objects.extend(planted.objects.iter().cloned());
            }
            for run in &planted.runs {
                if is_new || self.store.run(&run.attempt)?.as_ref() != Some(run) {
                    change.runs.push(run.clone());
                }
            }
            let mut branches = Vec::new();
            for (number, tip) in planted.tips.iter().enumerate() {
                if !ends.insert(*tip) {
                    continue;
                }
                let branch = self.branch_to(one, *tip, number, &name, &mut names, &mut change)?;
                branches.push(branch);
            }
            trees.push(AdoptedTree {
                id: conversation.id.clone(),
                title: conversation.title.clone(),
                bundle: bundle.id,
                name,
                branches,
                n_messages: planted.objects.len(),
                n_new: one.n_new,
                n_asides: planted.n_asides,
            });
        }
        // The next command goes on with the one conversation that came, or with the first where nothing was done yet.
        let first = trees.first().and_then(|tree| tree.branches.first());
        if !change.moves.is_empty()
            && let Some(branch) = first
            && (trees.len() == 1 || self.store.at()?.is_none())
        {
            change.at = At::Go(format!("{BRANCHES}{}", branch.name));
        }
        Ok((change, trees))
    }

    /// The branch on which one end of a conversation stands: one that is there, one that moves on, or a new one.
    fn branch_to(
        &self,
        one: &Ready,
        tip: Digest,
        number: usize,
        base: &str,
        names: &mut Names,
        change: &mut Change,
    ) -> Result<AdoptedBranch, Error> {
        let is_known = self.store.kind(tip)?.is_some();
        if is_known
            && let Some(pointer) = self.name_on(tip)?
            && let Some(name) = pointer.strip_prefix(BRANCHES)
        {
            return Ok(AdoptedBranch { name: name.to_owned(), outcome: "already here" });
        }
        let own = format!("{BRANCHES}{base}/");
        if let Some((pointer, from)) = self.behind(one, tip, &own, change)? {
            let name = pointer[BRANCHES.len()..].to_owned();
            change.moves.push(Move { name: pointer, from: Some(from), to: Some(tip) });
            return Ok(AdoptedBranch { name, outcome: "moved forward" });
        }
        let title = one.conversation.title.as_deref();
        let last = match (one.conversation.id.is_none(), title.and_then(slug), number) {
            // Conversations that share a bundle are told apart by their titles.
            (true, Some(slug), 0) => slug,
            _ => "main".to_owned(),
        };
        let wanted: String = format!("{base}/{last}").chars().take(64).collect();
        let name = names.free(wanted.trim_end_matches(['-', '/', '.']));
        let pointer = format!("{BRANCHES}{name}");
        if let (0, Some(title)) = (number, title) {
            change.remarks.push(RemarkMove {
                subject: pointer.clone(),
                topic: topic::DESCRIPTION.to_owned(),
                from: self.store.remark(&pointer, topic::DESCRIPTION)?,
                to: Some(title.to_owned()),
            });
        }
        change.moves.push(Move { name: pointer, from: None, to: Some(tip) });
        Ok(AdoptedBranch { name, outcome: "new" })
    }

    /// A branch of the same conversation that stands on the way to `tip` and does not move yet.
    fn behind(&self, one: &Ready, tip: Digest, own: &str, change: &Change) -> Result<Option<(String, Digest)>, Error> {
        if one.n_new == one.planted.objects.len() {
            return Ok(None);
        }
        let mut parents = BTreeMap::new();
        for object in &one.planted.objects {
            parents.insert(object.id(), object.record::<MessageRecord>()?.parent);
        }
        let mut at = parents.get(&tip).copied();
        while let Some(id) = at {
            if self.store.kind(id)? == Some(ObjectKind::Message) {
                let here = self.store.pointers_to(id)?;
                let is_free = |name: &String| change.moves.iter().all(|step| step.name != *name);
                let found = here.into_iter().find(|name| name.starts_with(own) && is_free(name));
                return Ok(found.map(|name| (name, id)));
            }
            at = parents.get(&id).copied();
        }
        Ok(None)
    }
}

impl Ready {
    /// The name that the bundle should have.
    fn wanted(&self) -> String {
        let file = self.locator.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or_default();
        let stem = file.split('#').next().unwrap_or_default().split('.').next().unwrap_or_default();
        let by_title = self.conversation.title.as_deref().filter(|_| self.conversation.id.is_some()).and_then(slug);
        let by_file = || slug(stem).filter(|_| self.conversation.id.is_none());
        let by_day = || {
            let day = self.conversation.started.map(|time| time.to_string().chars().take(10).collect::<String>());
            day.map_or_else(|| self.format.clone(), |day| format!("{}-{day}", self.format))
        };
        by_title.or_else(by_file).unwrap_or_else(by_day)
    }
}

/// The bundle under a conversation: where it comes from, and what was attached to it.
fn root(conversation: &Conversation, format: &str, known: &mut BTreeMap<Vec<Digest>, Bundle>) -> Result<Bundle, Error> {
    let name = conversation.id.as_ref().map(|id| format!(", {}", crate::content::line(id))).unwrap_or_default();
    let text = prompts::fill(prompts::IMPORTED, &[("program", format), ("name", &name)]);
    let marker = Document { kind: Kind::Chat, ..paragraph(MARKER, &text) };
    let attachments = conversation.attachments.iter().map(|attachment| attached(format, attachment));
    let documents: Vec<Arc<Document>> =
        std::iter::once(marker).chain(attachments).filter(|document| !document.text.is_empty()).map(Arc::new).collect();
    let key: Vec<Digest> = documents
        .iter()
        .map(|document| Digest::of(format!("{:?}\n{}", document.title, document.text).as_bytes()))
        .collect();
    if let Some(bundle) = known.get(&key) {
        return Ok(bundle.clone());
    }
    let request = Request {
        encoding: Encoding::O200kBase,
        budget: None,
        reserve: Tokens(0),
        renderer: &RENDERERS[0],
        focus: None,
        duplicates: Duplicates::Keep,
    };
    let entry = |document| bundle::Entry { document, name: "conversation".to_owned(), policy: Policy::PLAIN };
    let entries: Vec<bundle::Entry> = documents.into_iter().map(entry).collect();
    let planned = Measured::new(entries.clone(), request.clone())?.plan()?;
    let bundle = bundle::freeze(&planned, &entries, &request)?;
    if conversation.id.is_none() {
        known.insert(key, bundle.clone());
    }
    Ok(bundle)
}
