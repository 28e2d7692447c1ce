//! `gc`: what nothing leads to, found and taken away.

use super::{Act, Error, Workspace};
use crate::content::{Digest, line};
use crate::store::{ObjectKind, Sweep};

/// Characters of a message that a list shows.
const PREVIEW: usize = 80;

impl Workspace {
    /// What nothing leads to, nor led to within the last `keep` milliseconds; changes nothing.
    pub fn loose(&self, keep: i64, act: &Act) -> Result<Sweep, Error> {
        Ok(self.store.loose(keep, act.time)?)
    }

    /// Takes that away for good.
    pub fn sweep(&self, keep: i64, act: &Act) -> Result<Sweep, Error> {
        Ok(self.store.sweep(keep, act.entry("gc".to_owned()))?)
    }

    /// A loose object in a few words, while it is there.
    pub fn glimpse(&self, id: Digest, kind: ObjectKind) -> String {
        let words = match kind {
            ObjectKind::Message => self.store.message(id).map(|record| line(&record.message.spoken())),
            _ => self.store.bundle(id).map(|bundle| format!("{} tokens", bundle.total_tokens)),
        };
        words.unwrap_or_default().chars().take(PREVIEW).collect()
    }
}
