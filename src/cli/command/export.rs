//! `forkful export [ADDRESS]`

use std::path::{Path, PathBuf};

use super::super::table::counted;
use super::super::{Context, Failure};
use crate::fork::foreign::{DIALECTS, Dialect};
use crate::store::exchange::gzip;
use crate::workspace::{Abroad, Exported, Parcel, Withhold};

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag that a person types")]
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
    /// Write the branches in the shape of another program: chatgpt, claude, open-webui, librechat, sharegpt, jsonl
    #[arg(long = "as", value_name = "PROGRAM", value_parser = dialect)]
    #[arg(conflicts_with_all = ["since", "author", "no_sources", "redact", "html"])]
    dialect: Option<&'static Dialect>,
    /// With --as: the text of the bundle before the first question
    #[arg(long, requires = "dialect")]
    with_bundle: bool,
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
        if let Some(dialect) = self.dialect {
            return self.abroad(context, dialect, output);
        }
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
                "remarks": exported.n_remarks,
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

impl Export {
    /// Writes the branches for another program.
    fn abroad(&self, context: &Context, dialect: &'static Dialect, output: Option<&Path>) -> Result<u8, Failure> {
        let abroad = Abroad { address: self.address.clone(), dialect, with_bundle: self.with_bundle };
        let released = super::open(context)?.release(&abroad)?;
        let bytes = released.file.into_bytes();
        let file = if self.gzip { gzip(&bytes)? } else { bytes };
        let Some(path) = output else {
            context.printer.raw(&file)?;
            left(context, released.n_sources_left);
            return Ok(0);
        };
        super::write(path, &file, &[])?;
        if context.json {
            context.printer.json(&serde_json::json!({
                "schema": "forkful.export/1",
                "as": dialect.name,
                "output": path.display().to_string(),
                "conversations": released.n_conversations,
                "branches": released.n_branches,
                "messages": released.n_messages,
                "sources_left": released.n_sources_left,
                "bytes": file.len(),
            }))?;
        }
        let what = [
            counted(released.n_conversations, "conversation"),
            counted(released.n_branches, "branch"),
            counted(released.n_messages, "message"),
        ];
        context.printer.say(format_args!("Exported  {}  {} for {}", path.display(), what.join(", "), dialect.name));
        left(context, released.n_sources_left);
        Ok(0)
    }
}

/// What a file for another program has no place for.
fn left(context: &Context, n_sources: usize) {
    if n_sources > 0 {
        let sources = counted(n_sources, "source");
        context.printer.say(format_args!("Left out  {sources}: --with-bundle puts the text before the first question"));
    }
}

fn dialect(word: &str) -> Result<&'static Dialect, String> {
    Dialect::named(word).ok_or_else(|| {
        let names: Vec<&str> = DIALECTS.iter().map(|dialect| dialect.name).collect();
        format!("one of {}", names.join(", "))
    })
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
