//! `forkful import FILE`

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use super::super::settings::act;
use super::super::table::counted;
use super::super::{Context, Failure};
use crate::store::exchange::{self, Limits, Outcome};
use crate::workspace::Intake;

/// Bring in a .forkful file or page: verified whole, no tip lost
#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// The file, plain, packed or a page, or - for stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[arg(help = "Who it is from: their branches stand under NAME/ [default: as the file says]")]
    #[arg(long, value_name = "NAME")]
    from: Option<String>,
    #[arg(help = "The most the file may hold, unpacked [default: 2147483648]")]
    #[arg(long, value_name = "N")]
    max_bytes: Option<usize>,
    #[arg(help = "The most objects it may hold [default: 2000000]")]
    #[arg(long, value_name = "N")]
    max_objects: Option<usize>,
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
        let standard = Limits::STANDARD;
        let limits = Limits {
            total_bytes: self.max_bytes.unwrap_or(standard.total_bytes),
            line_bytes: self.max_bytes.map_or(standard.line_bytes, |most| most.min(standard.line_bytes)),
            objects: self.max_objects.unwrap_or(standard.objects),
        };
        let intake = Intake { from: self.from.clone(), limits };
        let imported = super::open(context)?.import(&mut input, &intake, &act())?;
        if context.json {
            let names: Vec<_> = imported.names.iter().map(json).collect();
            let value = serde_json::json!({
                "schema": "forkful.import/1",
                "from": imported.from,
                "objects": imported.n_objects,
                "withheld": imported.n_withheld,
                "names": names,
            });
            context.printer.json(&value)?;
        }
        let from = imported.from.as_ref().map_or(String::new(), |from| format!(" from {from}"));
        context.printer.say(format_args!("Imported  {}{from}", counted(imported.n_objects, "object")));
        for one in &imported.names {
            let (outcome, other) = told(one);
            let other = other.map_or(String::new(), |other| format!(" {other}"));
            context.printer.say(format_args!("  {}: {outcome}{other}", one.name));
        }
        if imported.n_withheld > 0 {
            let texts = counted(imported.n_withheld, "text");
            context.printer.say(format_args!(
                "Withheld  {texts} by the sender: branches can be read, their bundle not shown or asked"
            ));
        }
        Ok(0)
    }
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
