//! `forkful graft BRANCH --onto ADDRESS`

use super::super::settings::act;
use super::super::{Context, Failure};

#[derive(Debug, clap::Args)]
pub(crate) struct Graft {
    /// The branch whose turns come
    #[arg(value_name = "BRANCH")]
    branch: String,
    /// Where they go: a branch, which moves, or any other place, where a branch is made
    #[arg(long, value_name = "ADDRESS", default_value = "@")]
    onto: String,
    /// The new branch for them
    #[arg(short = 'b', long = "branch", value_name = "NAME")]
    name: Option<String>,
}

impl Graft {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let carried = super::open(context)?.graft(&self.branch, &self.onto, self.name.as_deref(), &act())?;
        super::pick::tell(context, "graft", "Grafted", &carried)
    }
}
