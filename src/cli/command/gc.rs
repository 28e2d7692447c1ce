//! `forkful gc [--prune]`

use super::super::settings::act;
use super::super::table::counted;
use super::super::{Context, Failure};

#[derive(Debug, clap::Args)]
pub(crate) struct Gc {
    /// Take it away for good; what the undo window reaches always stays
    #[arg(long)]
    prune: bool,
    /// The undo window, back from the last operation: 30d, 12h, 0d
    #[arg(long, value_name = "SPAN", default_value = WINDOW, value_parser = window)]
    keep: Window,
}

const WINDOW: &str = "90d";

/// The undo window in milliseconds, and as it was written.
type Window = (i64, String);

fn window(text: &str) -> Result<Window, String> {
    Ok((super::super::moment::span(text)?, text.to_owned()))
}

impl Gc {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        let act = act();
        let (keep, written) = &self.keep;
        let found = workspace.loose(*keep, &act)?;
        let glimpses: Vec<(String, &str, String)> =
            found.examples.iter().map(|(id, kind)| (id.short(), kind.name(), workspace.glimpse(*id, *kind))).collect();
        let sweep = if self.prune { workspace.sweep(*keep, &act)? } else { found };
        let n_objects: usize = sweep.loose.iter().map(|loose| loose.n_objects).sum();
        let n_bytes: u64 = sweep.loose.iter().map(|loose| loose.n_bytes).sum();
        if context.json {
            let kind = |loose: &crate::store::Loose| serde_json::json!({"kind": loose.kind.name(), "objects": loose.n_objects, "bytes": loose.n_bytes});
            let value = serde_json::json!({
                "schema": "forkful.gc/1",
                "pruned": self.prune,
                "kept": sweep.n_kept,
                "objects": n_objects,
                "bytes": n_bytes,
                "loose": sweep.loose.iter().map(kind).collect::<Vec<_>>(),
            });
            context.printer.json(&value)?;
        } else {
            for (id, kind, words) in &glimpses {
                let line = format!("{kind:<7}  {id}  {words}");
                let line = super::super::table::shorten(line.trim_end(), context.printer.width);
                context.printer.out(&format!("{line}\n"))?;
            }
            let n_more = sweep
                .loose
                .iter()
                .filter(|loose| matches!(loose.kind.name(), "message" | "bundle"))
                .map(|loose| loose.n_objects)
                .sum::<usize>()
                .saturating_sub(glimpses.len());
            if n_more > 0 {
                context.printer.out(&format!("... {n_more} more\n"))?;
            }
        }
        let size = n_bytes.div_ceil(1024);
        let kept = counted(sweep.n_kept, "object");
        let printer = &context.printer;
        let again = if written == WINDOW { String::new() } else { format!("--keep {written} ") };
        match (n_objects, self.prune) {
            (0, _) => printer.say(format_args!("Nothing is loose: {kept}")),
            (n, true) => printer.say(format_args!("Freed  {}, {size} KiB; {kept} stay", counted(n, "object"))),
            (n, false) => printer.say(format_args!(
                "Loose  {}, {size} KiB; {kept} stay; `forkful gc {again}--prune` frees them for good",
                counted(n, "object")
            )),
        }
        Ok(0)
    }
}
