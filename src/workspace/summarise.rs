//! `summarise`: what came out of a branch, asked of a model.
//!
//! The summary is a turn on a branch of its own, so that the branch itself stays as it was and the
//! answer is kept like any other; its first line becomes the branch's description where there is none.

use super::{Act, Answered, Ask, Draft, Error, Workspace};
use crate::prompts;
use crate::send::Ending;
use crate::send::endpoint::Environment;
use crate::store::topic;

/// Characters of a summary that a description takes.
const DESCRIPTION: usize = 200;

impl Workspace {
    /// Makes the question for a summary ready; `ask` says everything but where and what.
    pub fn draft_summary(
        &self,
        branch: &str,
        name: Option<&str>,
        ask: Ask,
        environment: &Environment,
    ) -> Result<Draft, Error> {
        let branch = self.only_branch(branch)?;
        let wanted = format!("{}-summary", branch.name);
        let name = match name {
            Some(name) => name.to_owned(),
            None => crate::fork::free_name(&self.store, &wanted)?,
        };
        let question = prompts::SUMMARY.trim().to_owned();
        self.draft(&Ask { address: branch.name, new_branch: Some(name), question, ..ask }, environment)
    }

    /// Describes a branch by the first line of its summary, if it is whole and nobody described the branch.
    pub fn describe_by(&self, branch: &str, answered: &Answered, act: &Act) -> Result<Option<String>, Error> {
        let branch = self.only_branch(branch)?;
        let is_described = self.store.remark(&branch.pointer(), topic::DESCRIPTION)?.is_some();
        let first = answered.outcome.text.lines().map(str::trim).find(|line| !line.is_empty());
        let (Ending::Complete, false, Some(first)) = (&answered.outcome.ending, is_described, first) else {
            return Ok(None);
        };
        let description: String = crate::content::line(first).chars().take(DESCRIPTION).collect();
        self.describe_branch(&branch.name, Some(&description), act)?;
        Ok(Some(description))
    }
}
