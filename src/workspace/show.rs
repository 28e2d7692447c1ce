//! `show`: a bundle in any format, a branch as Markdown, a message.

use super::{Error, Workspace};
use crate::bundle::Bundle;
use crate::bundle::render::Renderer;
use crate::content::{Digest, Role};
use crate::fork::{self, Place};

impl Workspace {
    /// The bundle with that id, whole.
    pub(super) fn bundle(&self, id: Digest) -> Result<Bundle, Error> {
        let manifest = self.store.bundle(id)?;
        let text = self.store.text(manifest.text)?;
        let documents = manifest.items.iter().map(|item| self.store.document(item.document));
        let documents = documents.collect::<Result<_, _>>()?;
        Ok(Bundle::thaw(id, manifest, documents, text)?)
    }

    /// What stands at an address: a bundle as `renderer` writes it (else as it was packed), a branch
    /// or message as Markdown.
    pub fn show(&self, address: &str, renderer: Option<&Renderer>) -> Result<String, Error> {
        let place = fork::resolve(&self.store, address)?;
        match (place, renderer) {
            (Place::Bundle { id, .. }, renderer) => {
                let bundle = self.bundle(id)?;
                Ok(renderer.map_or_else(|| bundle.text.clone(), |renderer| bundle.render(renderer)))
            }
            (Place::Branch(branch), None) => self.conversation(branch.tip),
            (Place::Message { id }, None) => {
                let spoken = self.store.message(id)?.message.spoken();
                Ok(if spoken.ends_with('\n') { spoken } else { spoken + "\n" })
            }
            (_, Some(_)) => Err(Error::NotABundle { address: address.to_owned() }),
        }
    }

    /// A conversation as Markdown: each question as a quotation, each answer as it stands.
    fn conversation(&self, tip: Digest) -> Result<String, Error> {
        let (bundle, messages) = fork::chain(&self.store, tip)?;
        let named = self.store.pointers(crate::store::BUNDLES)?.into_iter().find(|(_, target)| *target == bundle);
        let name = named.and_then(|(name, _)| Some(name.split_once('/')?.1.to_owned()));
        let mut out =
            format!("# {}\n", name.map_or_else(|| bundle.short(), |name| format!("{name} {}", bundle.short())));
        for (id, record) in messages {
            let text = record.message.spoken();
            let text = text.trim_end();
            out += "\n";
            match record.message.role {
                Role::User => {
                    let quoted: Vec<_> = text.lines().map(|line| format!("> {line}").trim_end().to_owned()).collect();
                    out += &format!("{}\n", quoted.join("\n"));
                }
                Role::Assistant | Role::System => out += &format!("{text}\n\n<!-- {} -->\n", id.short()),
            }
        }
        Ok(out)
    }
}
