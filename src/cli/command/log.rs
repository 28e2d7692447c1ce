//! `forkful log`

use super::super::settings::now;
use super::super::{Context, Failure};
use crate::fork::{Detail, draw};
use crate::workspace::LogAsk;

/// Names that a log shows when it is not told how many.
const MOST: usize = 20;

#[derive(Debug, clap::Args)]
pub(crate) struct Log {
    /// Only the bundle under this branch, bundle or id
    #[arg(value_name = "ADDRESS")]
    address: Option<String>,
    /// Only the line of this branch; may be given again
    #[arg(short, long, value_name = "NAME")]
    branch: Vec<String>,
    /// Only what moved since then: 2h, 30d, 2026-01-31, or RFC 3339
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    #[arg(help = "So many branches and other names at most [default: 20; all with --json]")]
    #[arg(short = 'n', long, value_name = "N")]
    most: Option<usize>,
    /// Every name and every turn
    #[arg(short, long, conflicts_with = "most")]
    all: bool,
    /// The tree as it was once this operation was done
    #[arg(long, value_name = "OPERATION")]
    at: Option<u64>,
}

impl Log {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        let since = self.since.as_deref().map(|text| super::super::moment::moment(text, now())).transpose();
        let is_limited = !self.all && !context.json && self.branch.is_empty();
        let ask = LogAsk {
            address: self.address.clone(),
            branches: self.branch.clone(),
            since: since.map_err(Failure::usage)?,
            most: self.most.or(is_limited.then_some(MOST)),
            at: self.at,
        };
        super::tell_left(context, &workspace)?;
        let logged = workspace.log(&ask)?;
        if context.json {
            context.printer.json(&workspace.log_shape(&logged, self.at)?)?;
            return Ok(0);
        }
        if logged.trees.is_empty() {
            context.printer.say(match (logged.n_hidden, self.at) {
                (0, None) => "Nothing is packed yet: `forkful pack SRC... --name NAME`",
                (0, Some(_)) => "Nothing was packed then",
                _ => "Nothing moved since then",
            });
        }
        let detail = if self.all { Detail::Whole } else { Detail::Folded };
        context.printer.out(&draw(&logged.trees, context.printer.width, detail))?;
        if logged.n_hidden > 0 && !logged.trees.is_empty() {
            context.printer.out(&format!("... {} more: --all\n", logged.n_hidden))?;
        }
        Ok(0)
    }
}
