//! Whether a question fits the window of its model, asked before anything is sent.
//!
//! Where the count is the model's own and its window is known, what does not fit is refused; where
//! either is an estimate it is a warning, and the server decides.

use super::fan_out::FanPlan;
use super::overflow::smaller;
use super::{Counting, Draft, Error, Workspace};
use crate::catalog::{Catalog, Match};
use crate::content::{Digest, Problem};
use crate::fork;
use crate::send::Prompt;
use crate::tokens::Tokens;

/// A question as its model counts it.
struct Measured {
    tokens: Tokens,
    is_exact: bool,
}

impl Workspace {
    /// Refuses a question that is known not to fit, and warns of one that may not.
    pub fn check_window(&self, draft: &Draft, catalog: &Catalog) -> Result<Option<Problem>, Error> {
        let (counting, _) = Counting::choose(catalog, Some(&draft.prompt.model), None);
        let counting = self.calibrated(catalog, counting.clone()).unwrap_or(counting);
        let told = counting.tokenizer.told(draft.counted_by(counting.tokenizer.encoding()));
        self.check_size(&draft.prompt, draft.parent, &Measured { tokens: told.tokens, is_exact: told.exact }, catalog)
    }

    /// The same for the largest question of each model of a fan-out.
    pub fn check_windows(&self, plan: &FanPlan, catalog: &Catalog) -> Result<Vec<Problem>, Error> {
        let mut warnings = Vec::new();
        for (number, lane) in plan.lanes.iter().enumerate() {
            let sizes = plan.forks.iter().filter(|fork| fork.lane == number).map(|fork| fork.load.n_tokens);
            let Some(largest) = sizes.max() else { continue };
            let tokens = Tokens(u32::try_from(largest).unwrap_or(u32::MAX));
            let measured = Measured { tokens, is_exact: lane.tokenizer.scale().is_none() };
            warnings.extend(self.check_size(&lane.draft.prompt, lane.draft.parent, &measured, catalog)?);
        }
        Ok(warnings)
    }

    fn check_size(
        &self,
        prompt: &Prompt,
        parent: Digest,
        measured: &Measured,
        catalog: &Catalog,
    ) -> Result<Option<Problem>, Error> {
        let found = catalog.find(&prompt.model);
        let answer = Tokens(prompt.max_output.unwrap_or(1));
        let (model, room) = (&found.model, found.model.usable(answer));
        let Measured { tokens, is_exact } = *measured;
        if tokens <= room || matches!(found.how, Match::Unknown { .. }) {
            return Ok(None);
        }
        let answer = prompt.max_output.map(Tokens);
        let window = if answer.is_some() { model.context } else { model.usable(Tokens(0)) };
        if !is_exact || !matches!(found.how, Match::Named) {
            let mark = if is_exact { "" } else { "~" };
            let beside = answer.map_or(String::new(), |answer| format!(" with an answer of {answer}"));
            let message =
                format!("the prompt of {mark}{tokens} tokens{beside} is likely more than the {window} it reads");
            return Ok(Some(Problem::warning(&prompt.model, message)));
        }
        let bundle = fork::bundle_of(&self.store, parent)?;
        let of_bundle = self.store.bundle(bundle)?.total_tokens;
        let over = u64::from((tokens - room).0);
        let budget = smaller(of_bundle, tokens, u64::from(tokens.0), over);
        Err(Error::OverWindowOf { model: model.id.clone(), tokens, answer, window, budget })
    }
}
