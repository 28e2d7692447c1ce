//! `forkful branch`

use std::io::{self, Read};

use unicode_width::UnicodeWidthStr as _;

use super::super::settings::act;
use super::super::table::{cell, counted};
use super::super::{Context, Failure};
use crate::content::Timestamp;
use crate::workspace::{ListedBranch, Workspace};

#[derive(Debug, clap::Args)]
pub(crate) struct Branch {
    #[command(subcommand)]
    change: Option<Change>,
    #[arg(help = "So many branches at most, those that moved last [default: 200; all with --json]")]
    #[arg(short = 'n', long, value_name = "N")]
    most: Option<usize>,
    /// Every branch
    #[arg(short, long, conflicts_with = "most")]
    all: bool,
}

/// Branches that are listed when nobody says how many.
const MOST: usize = 200;

#[derive(Debug, clap::Subcommand)]
enum Change {
    /// Give a branch another name
    Rename {
        /// The branch
        #[arg(value_name = "NAME")]
        name: String,
        /// Its new name
        #[arg(value_name = "NEW-NAME")]
        to: String,
    },
    /// Take branches away; `forkful undo` brings them back
    Delete {
        /// The branches
        #[arg(value_name = "NAME", required = true)]
        names: Vec<String>,
    },
    /// Say what a branch is about
    Describe {
        /// The branch
        #[arg(value_name = "NAME")]
        name: String,
        /// The words, or - for stdin
        #[arg(value_name = "TEXT", required_unless_present = "delete")]
        text: Option<String>,
        /// Take the description away
        #[arg(short, long, conflicts_with = "text")]
        delete: bool,
    },
}

impl Branch {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        let printer = &context.printer;
        match &self.change {
            None => {
                super::tell_left(context, &workspace)?;
                let is_limited = !self.all && !context.json;
                list(context, &workspace, self.most.or(is_limited.then_some(MOST)))?;
            }
            Some(Change::Rename { name, to }) => {
                let branch = workspace.rename_branch(name, to, &act())?;
                tell(context, "rename", &branch.name)?;
                printer.say(format_args!("Renamed  {name} to {to}"));
            }
            Some(Change::Delete { names }) => {
                let mut gone = Vec::new();
                for deleted in workspace.delete_branches(names, &act())? {
                    let loose = match deleted.n_loose {
                        0 => String::new(),
                        n => format!(", {} on no other branch", counted(n, "turn")),
                    };
                    printer.say(format_args!("Deleted  {}  at {}{loose}", deleted.name, deleted.tip.short()));
                    gone.push(serde_json::json!({"name": deleted.name, "tip": deleted.tip}));
                }
                if context.json {
                    let value = serde_json::json!({"schema": "forkful.branch/1", "change": "delete", "branches": gone});
                    printer.json(&value)?;
                }
            }
            Some(Change::Describe { name, text, .. }) => {
                let text = text.as_deref().map(words).transpose()?;
                workspace.describe_branch(name, text.as_deref(), &act())?;
                tell(context, "describe", name)?;
                printer.say(format_args!("Described  {name}"));
            }
        }
        Ok(0)
    }
}

fn list(context: &Context, workspace: &Workspace, most: Option<usize>) -> Result<(), Failure> {
    let printer = &context.printer;
    let (branches, n_hidden) = workspace.branches(most)?;
    if context.json {
        let shapes: Vec<_> = branches.iter().map(ListedBranch::shape).collect();
        let value = serde_json::json!({"schema": "forkful.branch/1", "branches": shapes});
        return Ok(context.printer.json(&value)?);
    }
    if branches.is_empty() {
        context.printer.say("No branches yet: `forkful fork BUNDLE -b NAME`");
    }
    let widest = branches.iter().map(|branch| branch.name.width()).max().unwrap_or(0).max(4);
    // Beside the other columns a terminal has this much for names, and some of it for what is said of them.
    let columns = if printer.to_terminal { widest.min(printer.width.saturating_sub(56).max(24)) } else { widest };
    for branch in &branches {
        let sign = if branch.at { "@" } else { " " };
        let bundle = branch.bundle_name.clone().unwrap_or_else(|| branch.bundle.short());
        let moved = branch.moved.map_or(String::new(), Timestamp::minute);
        let line = format!(
            "{sign} {}  {}  {:>9}  {}  {moved}  {}",
            cell(&branch.name, columns),
            branch.tip.short(),
            counted(branch.n_turns, "turn"),
            printer.cell(&bundle, 12),
            crate::content::line(branch.description.as_deref().unwrap_or("")),
        );
        printer.out(&(printer.row(line.trim_end()) + "\n"))?;
    }
    if n_hidden > 0 {
        context.printer.out(&format!("... {n_hidden} more: --all\n"))?;
    }
    Ok(())
}

fn tell(context: &Context, change: &str, name: &str) -> Result<(), Failure> {
    if context.json {
        let value = serde_json::json!({"schema": "forkful.branch/1", "change": change, "branch": name});
        context.printer.json(&value)?;
    }
    Ok(())
}

/// The words, or what stdin brings where they are `-`.
pub(crate) fn words(text: &str) -> Result<String, Failure> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut text = String::new();
    let read = io::stdin().lock().read_to_string(&mut text);
    read.map_err(|error| Failure::error(format!("cannot read stdin: {error}")))?;
    Ok(text.trim().to_owned())
}
