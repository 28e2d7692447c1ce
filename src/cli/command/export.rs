//! `forkful export [ADDRESS]`

use std::path::PathBuf;

use super::super::{Context, Failure};
use crate::workspace::Exported;

/// One file to mail: a bundle with its branches, one branch, or everything
#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    /// Bundle or branch [default: everything]
    #[arg(value_name = "ADDRESS")]
    address: Option<String>,
    /// Write to a file [default: stdout]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let Exported { file, n_objects } = super::open(context)?.export(self.address.as_deref())?;
        match self.output.as_ref().filter(|path| path.as_os_str() != "-") {
            Some(path) => {
                super::write(path, &file, &[])?;
                if context.json {
                    let value = serde_json::json!({
                        "schema": "forkful.export/1",
                        "output": path.display().to_string(),
                        "objects": n_objects,
                        "bytes": file.len(),
                    });
                    context.printer.json(&value)?;
                }
                let size = file.len().div_ceil(1024);
                context.printer.say(format_args!("Exported  {}  {n_objects} objects, {size} KiB", path.display()));
            }
            None => context.printer.out(&String::from_utf8_lossy(&file))?,
        }
        Ok(0)
    }
}
