//! `forkful diff A B`

use super::super::args::WebArgs;
use super::super::{Context, Failure, web};
use crate::store::Pages;
use crate::workspace;
use crate::workspace::project::Project;
use crate::workspace::web::web_diff;

#[derive(Debug, clap::Args)]
pub(crate) struct Diff {
    /// Branch, bundle, id, NAME~2 or @
    #[arg(value_name = "A", required_unless_present = "web")]
    left: Option<String>,
    /// What it is held against
    #[arg(value_name = "B", default_value = "@")]
    right: String,
    /// The summary only
    #[arg(long)]
    stat: bool,
    /// What is otherwise on the web since the links were locked: asks for every link of the lock
    #[arg(long, conflicts_with = "left")]
    web: bool,
    #[command(flatten)]
    links: WebArgs,
}

impl Diff {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let Some(left) = &self.left else { return self.web(context) };
        let diff = super::open(context)?.diff(left, &self.right)?;
        match (diff, context.json) {
            (workspace::Diff::Talks(diff), true) => context.printer.json(&diff.shape())?,
            (workspace::Diff::Talks(diff), false) => context.printer.out(&diff.markdown(self.stat))?,
            (workspace::Diff::Bundles(diff), true) => context.printer.json(&diff.shape())?,
            (workspace::Diff::Bundles(diff), false) => context.printer.out(&diff.table(self.stat))?,
        }
        Ok(0)
    }

    /// Asks for every link of the lock.
    fn web(&self, context: &Context) -> Result<u8, Failure> {
        super::network_is_allowed(context, "asking for links")?;
        let terms = context.terms(None)?;
        let of_project = terms.project.as_ref().map(Project::lock_path);
        let path = self.links.lock.clone().or(of_project).ok_or_else(|| {
            Failure::usage("there is no lock to hold the web against")
                .hint("name it with `--lock FILE`, or use a forkful.toml")
        })?;
        let lock = web::read_lock(&path, true)?;
        let folder = context.settings.store().unwrap_or_default();
        let pages = Pages::of(&folder);
        let args = WebArgs { refresh: vec![String::new()], ..self.links.clone() };
        let mut line = web::Line::new(context, &args, pages.clone())?;
        let diff = web_diff(&lock, &pages, &mut |wanted| line.fetch(wanted));
        line.end()?;
        if context.json {
            context.printer.json(&diff.shape())?;
        } else {
            context.printer.out(&diff.table(self.stat))?;
        }
        if !diff.is_clean() {
            context.printer.say("Next    forkful pack --refresh");
        }
        Ok(0)
    }
}
