//! `forkful verify`

use super::super::failure::MISMATCH;
use super::super::table::counted;
use super::super::{Context, Failure};
use crate::workspace::Verified;

/// Hash, render and count everything again
#[derive(Debug, clap::Args)]
pub(crate) struct Verify {}

impl Verify {
    #[expect(clippy::unused_self, reason = "every verb is called alike")]
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let verified = super::open(context)?.verify()?;
        let findings = findings(&verified);
        if context.json {
            let value = serde_json::json!({
                "schema": "forkful.verify/1",
                "objects": verified.report.n_objects,
                "bundles": verified.n_bundles,
                "withheld": verified.report.n_withheld,
                "findings": findings,
            });
            context.printer.json(&value)?;
        } else {
            for finding in &findings {
                context.printer.out(&format!("{finding}\n"))?;
            }
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
        Ok(if findings.is_empty() { 0 } else { MISMATCH })
    }
}

fn findings(verified: &Verified) -> Vec<String> {
    let stored = verified.report.findings.iter().map(ToString::to_string);
    stored.chain(verified.bundles.iter().map(ToString::to_string)).collect()
}
