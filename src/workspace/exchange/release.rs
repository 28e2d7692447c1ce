//! Branches in the shape of other programs.

use std::collections::BTreeMap;

use super::adopt::MARKER;
use crate::content::{Attachment, Conversation, Digest, Role};
use crate::fork::foreign::{Dialect, lift, uuid};
use crate::fork::{self, View};
use crate::store::record::{DocumentRecord, Pointers};
use crate::store::{BRANCHES, BUNDLES, topic};
use crate::workspace::draft::context;
use crate::workspace::{Error, Workspace};

/// What is to go to another program.
#[derive(Debug, Clone)]
pub struct Abroad {
    /// A bundle with its branches, or one branch; everything when absent.
    pub address: Option<String>,
    /// The program's shape.
    pub dialect: &'static Dialect,
    /// Whether the bundle's text goes along, before the first question.
    pub with_bundle: bool,
}

/// Conversations in the shape of another program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// The file.
    pub file: String,
    /// Conversations in it.
    pub n_conversations: usize,
    /// Messages of the talk in it.
    pub n_messages: usize,
    /// Branches in it.
    pub n_branches: usize,
    /// Sources that stay here.
    pub n_sources_left: usize,
}

impl Workspace {
    /// Writes the branches under an address as conversations of another program, one a bundle.
    pub fn release(&self, abroad: &Abroad) -> Result<Released, Error> {
        let selection = self.selection(abroad.address.as_deref())?;
        let mut by_bundle: BTreeMap<Digest, Pointers> = BTreeMap::new();
        let mut order = Vec::new();
        let loose = selection.roots.iter().map(|id| (String::new(), *id));
        let mut branches: Vec<_> = selection.pointers.iter().filter(|(name, _)| name.starts_with(BRANCHES)).collect();
        branches.sort_by_cached_key(|(name, _)| numbered_parts(name));
        for (name, tip) in branches.into_iter().map(|(name, tip)| (name.clone(), *tip)).chain(loose) {
            let bundle = fork::bundle_of(&self.store, tip)?;
            if tip != bundle {
                let here = by_bundle.entry(bundle).or_default();
                if here.is_empty() {
                    order.push(bundle);
                }
                here.insert(name, tip);
            }
        }
        if order.is_empty() {
            return Err(Error::NothingSaid { address: abroad.address.clone() });
        }
        if abroad.dialect.is_single && order.len() > 1 {
            return Err(Error::OneConversation { dialect: abroad.dialect.name, n_there: order.len() });
        }
        let mut conversations = Vec::with_capacity(order.len());
        let mut n_sources_left = 0;
        for bundle in order {
            let (conversation, n_left) = self.conversation(bundle, &by_bundle[&bundle], abroad)?;
            n_sources_left += n_left;
            conversations.push(conversation);
        }
        Ok(Released {
            file: (abroad.dialect.write)(&conversations),
            n_conversations: conversations.len(),
            n_messages: conversations.iter().map(|one| one.talk().nodes.len()).sum(),
            n_branches: conversations.iter().map(|one| one.talk().leaves().len()).sum(),
            n_sources_left,
        })
    }

    /// The conversation on a bundle as far as these branches lead, and how many of its sources it lacks.
    fn conversation(&self, id: Digest, branches: &Pointers, abroad: &Abroad) -> Result<(Conversation, usize), Error> {
        let name = self.store.pointers_to(id)?.iter().find_map(|name| name.strip_prefix(BUNDLES).map(str::to_owned));
        let current = self.current(name.as_deref(), branches)?;
        let standing = branches.get(&current).copied();
        let mut named: Vec<_> = branches.iter().collect();
        named.sort_by_cached_key(|(name, _)| numbered_parts(name));
        let tips: Vec<Digest> = standing.into_iter().chain(named.into_iter().map(|(_, tip)| *tip)).collect();
        let mut conversation = lift(&self.store, &tips, abroad.dialect.name)?;
        conversation.title = self.store.remark(&current, topic::DESCRIPTION)?.or(name);
        if abroad.dialect.has_ids {
            conversation.id.get_or_insert_with(|| uuid(id));
        }
        let record = self.store.bundle(id)?;
        let mut sources = Vec::new();
        let mut n_own = 0;
        for item in &record.items {
            let document: DocumentRecord = self.store.record(item.document)?;
            if document.format != MARKER {
                let name = document.title.clone().or_else(|| item.label.clone()).unwrap_or_else(|| item.id.clone());
                // What a program made a document of stands in its own messages.
                n_own += usize::from(document.format == abroad.dialect.name);
                sources.push((name, document.text));
            }
        }
        if abroad.dialect.has_attachments && !abroad.with_bundle {
            for (name, text) in sources {
                conversation.attachments.push(Attachment { name, text: self.store.text(text)? });
            }
            return Ok((conversation, 0));
        }
        if abroad.with_bundle {
            let text = context(&self.bundle(id)?);
            prepend(&mut conversation, &text);
            return Ok((conversation, 0));
        }
        Ok((conversation, sources.len() - n_own))
    }

    /// The branch at which a conversation stands: `@`, else its main one, else the one that moved last.
    fn current(&self, name: Option<&str>, branches: &Pointers) -> Result<String, Error> {
        if let Some(at) = self.store.at()?.filter(|at| branches.contains_key(at)) {
            return Ok(at);
        }
        let main = name.map(|name| format!("{BRANCHES}{name}/main"));
        if let Some(main) = main.filter(|main| branches.contains_key(main)) {
            return Ok(main);
        }
        let moved = fork::moments(&View::present(&self.store), branches, None, 1)?;
        let last = moved.into_iter().next().map(|(name, _)| name);
        Ok(last.or_else(|| branches.keys().next().cloned()).unwrap_or_default())
    }
}

/// A name part by part, so that `talk`, `talk-2` and `talk-10` stand in the order in which they were given.
fn numbered_parts(name: &str) -> Vec<(&str, u64)> {
    let part = |part| {
        let numbered = str::rsplit_once(part, '-').and_then(|(stem, number)| Some((stem, number.parse().ok()?)));
        numbered.unwrap_or((part, 1))
    };
    name.split('/').map(part).collect()
}

/// Puts a text before the first question of every line.
fn prepend(conversation: &mut Conversation, text: &str) {
    let mut is_below = vec![false; conversation.nodes.len()];
    for index in 0..conversation.nodes.len() {
        let parent = conversation.nodes[index].parent;
        let below = parent.is_some_and(|parent| is_below[parent]);
        let node = &mut conversation.nodes[index];
        let is_question = node.role == Role::User && !node.is_hidden;
        if is_question && !below {
            node.text = format!("{}\n\n{}", text.trim_end(), node.text);
            node.raw = None;
        }
        is_below[index] = below || is_question;
    }
}
