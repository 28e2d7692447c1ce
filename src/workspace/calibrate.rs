//! Estimates made better by what answers in the store said their questions counted.

use std::collections::BTreeMap;
use std::path::Path;

use super::draft::context;
use super::{Counting, Error, Workspace};
use crate::catalog::Catalog;
use crate::content::Digest;
use crate::fork;
use crate::store::record::RunRecord;
use crate::tokens::{Encoding, Sample, Tokenizer, Tokens, count};

/// Runs looked at for answers of one model, the newest first.
const LOOKED_AT: usize = 50;

impl Workspace {
    /// Opens the store in `folder` if there is one; makes none.
    pub fn open_existing(folder: &Path) -> Result<Option<Self>, Error> {
        if folder.join("store.db").exists() { Self::open(folder).map(Some) } else { Ok(None) }
    }

    /// `counting` with the scale that answers of its model show; as it is where it is exact or none did.
    ///
    /// Computed from the runs each time: nothing of it is stored, and no hash covers it.
    pub fn calibrated(&self, catalog: &Catalog, counting: Counting) -> Result<Counting, Error> {
        let (Some(scale), Some(model)) = (counting.tokenizer.scale(), &counting.model) else { return Ok(counting) };
        let mut ids = BTreeMap::new();
        let runs = self.store.calls()?;
        let is_of_it = |run: &&RunRecord| {
            let id = ids.entry(run.model.clone()).or_insert_with(|| catalog.find(&run.model).model.id);
            // What a provider puts around documents of their own is no count of text.
            run.params["citations"] != true && run.usage.input.is_some() && *id == model.id
        };
        let runs: Vec<&RunRecord> = runs.iter().rev().filter(is_of_it).take(LOOKED_AT).collect();
        let mut bundles = BTreeMap::new();
        let samples = runs.into_iter().rev().filter_map(|run| {
            let told = Tokens(u32::try_from(run.usage.input?).ok()?);
            // A question whose way is gone by garbage collection teaches nothing.
            Some(Sample { counted: self.counted(run, scale.base, &mut bundles).ok()?, told })
        });
        match scale.calibrated(&samples.collect::<Vec<_>>()) {
            Some(scale) => Ok(Counting { tokenizer: Tokenizer::Scaled(scale), ..counting }),
            None => Ok(counting),
        }
    }

    /// Tokens of the texts that a run sent: the bundle, the turns before, the question.
    fn counted(
        &self,
        run: &RunRecord,
        encoding: Encoding,
        bundles: &mut BTreeMap<Digest, Tokens>,
    ) -> Result<Tokens, Error> {
        let (bundle, messages) = fork::chain(&self.store, run.question)?;
        let of_bundle = match bundles.get(&bundle) {
            Some(tokens) => *tokens,
            None => count(encoding, &context(&self.bundle(bundle)?)),
        };
        bundles.insert(bundle, of_bundle);
        let of_messages = messages.iter().map(|(_, record)| count(encoding, &record.message.spoken()));
        Ok(of_bundle + of_messages.sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Store, sample};

    #[test]
    fn answers_in_the_store_teach_the_factor_of_their_model_alone() {
        let store = Store::open_in_memory().unwrap();
        let bundle = sample::fill(&store, &"The bitter lesson is read twice.\n".repeat(200));
        let question = sample::message(bundle, "Why twice?");
        store.put(std::slice::from_ref(&question)).unwrap();
        let workspace = Workspace { store };
        let catalog = Catalog::built_in();
        let counting = |model: &str| Counting::choose(&catalog, Some(model), None).0;
        let learned = |model: &str| {
            let calibrated = workspace.calibrated(&catalog, counting(model)).unwrap();
            let scale = calibrated.tokenizer.scale().cloned();
            scale.map(|scale| (scale.factor.to_string(), scale.basis))
        };
        let before = learned("claude-opus-5");
        let run = |attempt: &str, model: &str, input: Option<u64>| {
            let mut run = RunRecord { question: question.id(), ..sample::run(attempt, bundle) };
            run.model = model.to_owned();
            run.usage.input = input;
            workspace.store.begin_run(&run).unwrap();
        };
        run("a1", "claude-opus-5", None);
        run("a2", "gpt-5", Some(1406));
        assert_eq!(learned("claude-opus-5"), before);

        let counted = workspace.counted(&workspace.store.runs().unwrap()[0], Encoding::O200kBase, &mut [].into());
        let counted = u64::from(counted.unwrap().0);
        run("a3", "anthropic/claude-opus-5", Some(counted * 14 / 10));
        run("a4", "claude-opus-5", Some(counted * 15 / 10));
        run("a5", "claude-opus-4-5", Some(counted * 12 / 10));
        let expected = |factor: &str, basis: &str| Some((factor.to_owned(), basis.to_owned()));
        assert_eq!(learned("claude-opus-5"), expected("1.5", "calibrated by 2 answers"));
        assert_eq!(learned("claude-opus-4-5"), expected("1.2", "calibrated by 1 answer"));
        assert_eq!(learned("gpt-5"), None);
    }
}
