//! `forkful import FILE`

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use super::super::settings::act;
use super::super::table::counted;
use super::super::{Context, Failure};
use crate::store::exchange::Outcome;

/// Bring in a .forkful file: verified whole, no tip lost
#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// The file, or - for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Import {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let mut input: Box<dyn BufRead> = if self.file.as_os_str() == "-" {
            Box::new(BufReader::new(io::stdin()))
        } else {
            let file = File::open(&self.file);
            Box::new(BufReader::new(
                file.map_err(|error| Failure::error(format!("cannot read {}: {error}", self.file.display())))?,
            ))
        };
        let imported = super::open(context)?.import(&mut input, &act())?;
        let told: Vec<_> = imported.names.iter().map(|one| (one.name.as_str(), outcome(&one.outcome))).collect();
        if context.json {
            let names: Vec<_> = told
                .iter()
                .map(|(name, (outcome, now))| match now {
                    Some(now) => serde_json::json!({"name": name, "outcome": outcome, "as": now}),
                    None => serde_json::json!({"name": name, "outcome": outcome}),
                })
                .collect();
            let value =
                serde_json::json!({"schema": "forkful.import/1", "objects": imported.n_objects, "names": names});
            context.printer.json(&value)?;
        }
        context.printer.say(format_args!("Imported  {}", counted(imported.n_objects, "object")));
        for (name, (outcome, now)) in told {
            let now = now.map_or(String::new(), |now| format!(" {now}"));
            context.printer.say(format_args!("  {name}: {outcome}{now}"));
        }
        Ok(0)
    }
}

fn outcome(outcome: &Outcome) -> (&'static str, Option<&str>) {
    match outcome {
        Outcome::New => ("new", None),
        Outcome::Same => ("already here", None),
        Outcome::Behind => ("already further on here", None),
        Outcome::Forwarded => ("moved forward", None),
        Outcome::Kept { name } => ("kept as", Some(name)),
    }
}
