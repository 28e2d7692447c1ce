//! `forkful verify`

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use super::super::failure::MISMATCH;
use super::super::table::counted;
use super::super::{Context, Failure};
use crate::store::verify::Mended;
use crate::workspace::Verified;

#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// Put back what can be put back: renderings from their documents, names from the journal
    #[arg(long)]
    repair: bool,
    /// Repair with the objects of this .forkful file as well
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// Count bundles again that were measured by this tokenizer.json
    #[arg(long, value_name = "FILE")]
    tokenizer: Option<PathBuf>,
}

impl Verify {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        if let Some(path) = &self.tokenizer {
            super::local(path)?;
        }
        let workspace = super::open(context)?;
        let mut mended = None;
        if let Some(path) = &self.from {
            let file = File::open(path);
            let file = file.map_err(|error| Failure::error(format!("cannot read {}: {error}", path.display())))?;
            mended = Some(workspace.mend(Some(&mut BufReader::new(file)))?);
        } else if self.repair {
            mended = Some(workspace.mend(None)?);
        }
        let verified = workspace.verify()?;
        let findings = findings(&verified);
        if context.json {
            let mut value = serde_json::json!({
                "schema": "forkful.verify/1",
                "objects": verified.report.n_objects,
                "bundles": verified.n_bundles,
                "withheld": verified.report.n_withheld,
                "findings": findings,
            });
            if let Some(Mended { objects, pointers }) = &mended {
                value["mended"] = serde_json::json!({"objects": objects, "names": pointers});
            }
            if verified.n_uncounted > 0 {
                value["uncounted"] = verified.n_uncounted.into();
            }
            context.printer.json(&value)?;
        } else {
            for finding in &findings {
                context.printer.out(&format!("{finding}\n"))?;
            }
        }
        if let Some(Mended { objects, pointers }) = &mended {
            let (objects, names) = (counted(objects.len(), "object"), counted(pointers.len(), "name"));
            context.printer.say(format_args!("Mended    {objects}, {names}"));
        }
        let objects = counted(verified.report.n_objects, "object");
        let bundles = counted(verified.n_bundles, "bundle");
        let verdict = if findings.is_empty() { "all sound".to_owned() } else { counted(findings.len(), "finding") };
        context.printer.say(format_args!("Verified  {objects}, {bundles}: {verdict}"));
        if verified.report.n_withheld > 0 {
            let texts = counted(verified.report.n_withheld, "text");
            let bundles = counted(verified.n_withheld, "bundle");
            context.printer.say(format_args!("Withheld  {texts} by the sender; {bundles} cannot be rendered here"));
        }
        if verified.n_uncounted > 0 {
            let bundles = counted(verified.n_uncounted, "bundle");
            let told = format_args!(
                "Uncounted {bundles}, measured by a tokenizer that is not here: name it with `--tokenizer FILE`"
            );
            context.printer.say(told);
        }
        Ok(if findings.is_empty() { 0 } else { MISMATCH })
    }
}

fn findings(verified: &Verified) -> Vec<String> {
    let stored = verified.report.findings.iter().map(ToString::to_string);
    stored.chain(verified.bundles.iter().map(ToString::to_string)).collect()
}
