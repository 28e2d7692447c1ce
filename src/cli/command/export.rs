//! `forkful export [ADDRESS]`

use std::path::{Path, PathBuf};

use super::super::table::counted;
use super::super::{Context, Failure};
use crate::store::exchange::gzip;
use crate::workspace::{Exported, Parcel, Withhold};

/// One file to mail: a bundle with its branches, one branch, or everything
#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    #[arg(help = "Bundle or branch [default: everything]")]
    #[arg(value_name = "ADDRESS")]
    address: Option<String>,
    #[arg(help = "Write to a file; NAME.html is a readable page, NAME.gz is packed [default: stdout]")]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Only what is new since a branch, an id, an operation's number, or the last file of a peer
    #[arg(long, value_name = "REF")]
    since: Vec<String>,
    /// Say in the file who it is from; its branches arrive under that name
    #[arg(long, value_name = "NAME")]
    author: Option<String>,
    /// Keep the texts of all sources here
    #[arg(long)]
    no_sources: bool,
    /// Keep the text of one source (s2), or of every source that holds these words
    #[arg(long, value_name = "S2|WORDS")]
    redact: Vec<String>,
    /// A page that anybody can read and forkful can import; so is FILE.html
    #[arg(long)]
    html: bool,
    /// Pack the file with gzip
    #[arg(long)]
    gzip: bool,
}

impl Export {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let parcel = Parcel {
            address: self.address.clone(),
            since: self.since.clone(),
            withhold: Withhold { sources: self.no_sources, named: self.redact.clone() },
            author: self.author.clone(),
        };
        let output = self.output.as_deref().filter(|path| path.as_os_str() != "-");
        let is_packed = self.gzip || output.is_some_and(|path| has_extension(path, "gz"));
        if is_packed && output.is_none() && context.printer.to_terminal {
            return Err(Failure::usage("packed bytes do not go to a terminal").hint("name a file: `-o FILE`"));
        }
        let is_page = self.html || output.is_some_and(|path| has_extension(path, "html"));
        let workspace = super::open(context)?;
        let exported = if is_page { workspace.page(&parcel)? } else { workspace.export(&parcel)? };
        let file = if is_packed { gzip(&exported.file)? } else { exported.file.clone() };
        let Some(path) = output else {
            context.printer.raw(&file)?;
            return Ok(0);
        };
        super::write(path, &file, &[])?;
        if context.json {
            let value = serde_json::json!({
                "schema": "forkful.export/1",
                "output": path.display().to_string(),
                "objects": exported.n_objects,
                "withheld": exported.n_withheld,
                "prerequisites": exported.n_prerequisites,
                "bytes": file.len(),
            });
            context.printer.json(&value)?;
        }
        let size = file.len().div_ceil(1024);
        let objects = counted(exported.n_objects, "object");
        context.printer.say(format_args!("Exported  {}  {objects}, {size} KiB", path.display()));
        tell(context, &exported);
        Ok(0)
    }
}

/// What the reader of the file has to know.
fn tell(context: &Context, exported: &Exported) {
    if exported.n_prerequisites > 0 {
        let builds = counted(exported.n_prerequisites, "object");
        context.printer.say(format_args!("Thin      builds on {builds} that the reader must have"));
    }
    if exported.n_withheld > 0 {
        let texts = counted(exported.n_withheld, "text");
        context.printer.say(format_args!("Withheld  {texts}; their hashes and what answers quote of them travel"));
    }
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}
