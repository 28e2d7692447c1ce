//! `forkful init [SRC...]`

use super::super::args::WebArgs;
use super::super::{Context, Failure};
use super::add::{Row, told};
use crate::budget::Policy;
use crate::tokens::Tokens;
use crate::workspace::amount;
use crate::workspace::project::{self, NAME};
use crate::workspace::shape::Add;

#[derive(Debug, clap::Args)]
pub(crate) struct Init {
    /// Files and folders to begin with; each may carry @weight=2,floor=2k,cap=8k,keep=ends,tier=spare,as=FORMAT,pin
    #[arg(value_name = "SRC")]
    sources: Vec<String>,
    /// The name that the bundle is kept under
    #[arg(short, long, value_name = "NAME")]
    name: Option<String>,
    /// Tokens the bundle may take: 12000, 12k, 1M
    #[arg(short, long, value_name = "N", value_parser = amount)]
    budget: Option<Tokens>,
    #[command(flatten)]
    web: WebArgs,
}

impl Init {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let mut named = super::parse(&self.sources, Policy::PLAIN)?;
        for source in &mut named {
            source.follow = source.follow.max(self.web.follow([&*source]).depth);
        }
        let rows = named.iter().map(|source| Row::read(context, source, &self.web)).collect::<Result<Vec<_>, _>>()?;
        let here = context.settings.here.as_deref().ok_or_else(|| Failure::error("there is no working folder"))?;
        project::init(here, self.name.as_deref(), self.budget, &named, Policy::PLAIN)?;
        if context.json {
            let sources = rows.into_iter().map(|row| row.shape("added", None)).collect();
            context.printer.json(&Add { schema: "forkful.add/1", project: NAME.to_owned(), profile: None, sources })?;
            return Ok(0);
        }
        context.printer.say(format_args!("Created {NAME}"));
        for row in &rows {
            context.printer.say(told(context, "Added", row));
        }
        let next =
            if rows.is_empty() { "forkful add SRC...     forkful plan" } else { "forkful plan     forkful pack" };
        context.printer.say(format_args!("Next    {next}"));
        Ok(0)
    }
}
