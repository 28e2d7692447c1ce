//! `forkful record -b NAME --question Q --answer FILE|-`

use std::io;

use super::super::settings::act;
use super::super::{Context, Failure};
use crate::gather::source;

#[derive(Debug, clap::Args)]
pub(crate) struct Record {
    /// Where the branch starts if it is new: bundle, branch, id, NAME~2 or @
    #[arg(value_name = "ADDRESS", default_value = "@")]
    address: String,
    /// The branch to append to; made if it is not there [default: the one at ADDRESS, else main]
    #[arg(short, long, value_name = "NAME")]
    branch: Option<String>,
    /// The question that was asked
    #[arg(long, value_name = "TEXT")]
    question: String,
    /// The answer that came: a file, or - for stdin
    #[arg(long, value_name = "FILE")]
    answer: String,
}

impl Record {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let answer = source::raw(&self.answer, &mut io::stdin().lock())?;
        let workspace = super::open(context)?;
        let branch = match &self.branch {
            Some(branch) => branch.clone(),
            None => workspace.branch_at(&self.address)?,
        };
        let recorded = workspace.record(&branch, &self.address, &self.question, answer.trim_end(), &act())?;
        if context.json {
            let value = serde_json::json!({
                "schema": "forkful.record/1",
                "branch": recorded.branch,
                "message": recorded.message,
            });
            context.printer.json(&value)?;
        }
        context.printer.say(format_args!("Recorded  {}  {}", recorded.branch, recorded.message.short()));
        Ok(0)
    }
}
