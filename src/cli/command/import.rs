//! `forkful import FILE`

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use super::super::settings::act;
use super::super::table::counted;
use super::super::{Context, Failure};
use crate::gather::{Branches, Manner, Wishes, picked, source};
use crate::store::exchange::{self, Limits, Outcome};
use crate::store::{BRANCHES, BUNDLES, REMOTES, TAGS};
use crate::workspace::{Adopted, AdoptedTree, Intake};

/// Conversations that are told one by one.
const FEW: usize = 20;

#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// A .forkful file or page, the export of a chat program (a file, folder or zip; EXPORT.zip#WORDS for one conversation of it), or - for stdin
    #[arg(value_name = "FILE")]
    file: String,
    #[arg(help = "Who it is from: their branches stand under NAME/ [default: as the file says]")]
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    #[arg(help = "The most the file may hold, unpacked [default: 2147483648]")]
    #[arg(long, value_name = "N")]
    max_bytes: Option<usize>,
    #[arg(help = "The most objects it may hold [default: 2000000]")]
    #[arg(long, value_name = "N")]
    max_objects: Option<usize>,
    /// Take in conversations that were not to be remembered, too
    #[arg(long)]
    private: bool,
    #[arg(help = "The program whose export it is, where its form does not say it")]
    #[arg(long = "as", value_name = "FORMAT")]
    format: Option<String>,
}

impl Import {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        if self.file == "-" {
            let mut input = BufReader::with_capacity(PEEKED, io::stdin());
            let is_ours = exchange::is_forkful(input.fill_buf().unwrap_or_default());
            return if is_ours { self.exchange(context, input) } else { self.adopt(context, &mut input) };
        }
        if let Ok(file) = File::open(&self.file) {
            let mut input = BufReader::with_capacity(PEEKED, file);
            if exchange::is_forkful(input.fill_buf().unwrap_or_default()) {
                return self.exchange(context, input);
            }
        }
        self.adopt(context, &mut io::empty())
    }

    /// Brings in the conversations of another program.
    fn adopt(&self, context: &Context, stdin: &mut dyn Read) -> Result<u8, Failure> {
        let format = self.format.as_deref();
        let manner = Manner { branches: Branches::Tree, private: self.private, ..Manner::default() };
        let wishes = Wishes { format, manner, ..Wishes::default() };
        let harvest = picked(source::gather(&self.file, wishes, stdin)?, &self.file)?;
        let problems = harvest.gathered.iter().flat_map(|source| &source.problems).chain(&harvest.problems);
        context.printer.problems(&problems.cloned().collect::<Vec<_>>());
        let adopted = super::made(context)?.adopt(&harvest.gathered, &act())?;
        if adopted.trees.is_empty() {
            return Err(Failure::error(format!("{} holds no conversation with a model", self.file))
                .hint(format!("as a source: `forkful read {0}`, `forkful pack {0}`", self.file)));
        }
        if context.json {
            context.printer.json(&serde_json::json!({
                "schema": "forkful.import/1",
                "conversations": adopted.trees.iter().map(tree_json).collect::<Vec<_>>(),
            }))?;
        }
        tell(context, &adopted);
        Ok(0)
    }

    /// Brings in a `.forkful` file or page.
    fn exchange(&self, context: &Context, mut input: impl BufRead) -> Result<u8, Failure> {
        let standard = Limits::STANDARD;
        let limits = Limits {
            total_bytes: self.max_bytes.unwrap_or(standard.total_bytes),
            line_bytes: self.max_bytes.map_or(standard.line_bytes, |most| most.min(standard.line_bytes)),
            objects: self.max_objects.unwrap_or(standard.objects),
        };
        let intake = Intake { from: self.from.clone(), limits };
        let imported = super::made(context)?.import(&mut input, &intake, &act())?;
        if context.json {
            let names: Vec<_> = imported.names.iter().map(json).collect();
            let value = serde_json::json!({
                "schema": "forkful.import/1",
                "from": imported.from,
                "objects": imported.n_objects,
                "withheld": imported.n_withheld,
                "names": names,
                "remarks": imported.n_remarks,
                "remarks_kept": imported.n_remarks_kept,
            });
            context.printer.json(&value)?;
        }
        let from = imported.from.as_ref().map_or(String::new(), |from| format!(" from {from}"));
        context.printer.say(format_args!("Imported  {}{from}", counted(imported.n_objects, "object")));
        for one in &imported.names {
            let (outcome, other) = told(one);
            let other = other.map_or(String::new(), |other| format!(" {}", spoken(other)));
            context.printer.say(format_args!("  {}: {outcome}{other}", spoken(&one.name)));
        }
        if imported.n_remarks + imported.n_remarks_kept > 0 {
            let came = counted(imported.n_remarks, "remark");
            let kept = match imported.n_remarks_kept {
                0 => String::new(),
                n => format!(", {n} not taken: something else is said here"),
            };
            context.printer.say(format_args!("Remarks   {came} came along{kept}"));
        }
        if imported.n_withheld > 0 {
            let texts = counted(imported.n_withheld, "text");
            context.printer.say(format_args!(
                "Withheld  {texts} by the sender: branches and the sources that came can be read, \
                 their bundle not shown whole or asked"
            ));
        }
        Ok(0)
    }
}

/// So much of a file tells what it is.
const PEEKED: usize = 1 << 16;

/// What came, conversation by conversation where they are few.
fn tell(context: &Context, adopted: &Adopted) {
    let sum = |n: fn(&AdoptedTree) -> usize| adopted.trees.iter().map(n).sum::<usize>();
    let what = [
        counted(adopted.trees.len(), "conversation"),
        counted(sum(|tree| tree.branches.len()), "branch"),
        counted(sum(|tree| tree.n_messages), "message"),
    ];
    let n_new = sum(|tree| tree.n_new);
    let news = if n_new == 0 { ", all already here".to_owned() } else { format!(", {n_new} new") };
    context.printer.say(format_args!("Imported  {}{news}", what.join(", ")));
    for tree in adopted.trees.iter().take(FEW) {
        for branch in tree.branches.iter().take(FEW) {
            context.printer.say(format_args!("  {}: {}", branch.name, branch.outcome));
        }
        if tree.branches.len() > FEW {
            context.printer.say(format_args!("  ... {} more branches of {}", tree.branches.len() - FEW, tree.name));
        }
    }
    if adopted.trees.len() > FEW {
        context.printer.say(format_args!("  ... {} more conversations: forkful log", adopted.trees.len() - FEW));
    }
    let n_asides = sum(|tree| tree.n_asides);
    if n_asides > 0 {
        let asides = counted(n_asides, "message");
        context.printer.say(format_args!(
            "Beside    {asides} of tools and the program are kept with the answers they led to, and never sent"
        ));
    }
    if adopted.n_others > 0 {
        let others = counted(adopted.n_others, "document");
        context.printer.say(format_args!("Passed    {others} without a conversation with a model"));
    }
}

fn tree_json(tree: &AdoptedTree) -> serde_json::Value {
    let branches = tree.branches.iter().map(|one| serde_json::json!({"name": one.name, "outcome": one.outcome}));
    let mut value = serde_json::json!({
        "bundle": tree.bundle,
        "name": tree.name,
        "branches": branches.collect::<Vec<_>>(),
        "messages": tree.n_messages,
        "new": tree.n_new,
        "beside": tree.n_asides,
    });
    for (field, text) in [("id", &tree.id), ("title", &tree.title)] {
        if let Some(text) = text {
            value[field] = text.as_str().into();
        }
    }
    value
}

fn json(one: &exchange::Imported) -> serde_json::Value {
    let mut value = serde_json::json!({"name": one.name, "outcome": told(one).0});
    if let Outcome::Kept { name } = &one.outcome {
        value["as"] = name.as_str().into();
    }
    if let Some(remote) = &one.remote {
        value["remote"] = remote.as_str().into();
    }
    value
}

/// A name as one types it: a branch's alone, another's with what it is.
fn spoken(name: &str) -> String {
    let short = |space: &str| name.strip_prefix(space);
    let bundle = short(BUNDLES).map(|own| format!("bundle {own}"));
    let tag = bundle.or_else(|| short(TAGS).map(|own| format!("tag {own}")));
    tag.or_else(|| short(BRANCHES).or_else(|| short(REMOTES)).map(str::to_owned)).unwrap_or_else(|| name.to_owned())
}

/// What became of a name in words, and the other name that these words end in.
fn told(one: &exchange::Imported) -> (&'static str, Option<&str>) {
    match &one.outcome {
        Outcome::New => ("new", None),
        Outcome::Same => ("already here", None),
        Outcome::Behind => ("already further on here", None),
        Outcome::Forwarded => ("moved forward", None),
        Outcome::Kept { name } => ("kept as", Some(name)),
        Outcome::Arrived => ("kept as", one.remote.as_deref()),
    }
}
