//! `forkful pack SRC... --split 100k`: several bundles, each within the size, chained.

use std::path::{Path, PathBuf};

use super::super::args::CountingArgs;
use super::super::printer::complain;
use super::super::settings::act;
use super::super::table::counted;
use super::super::{Context, Failure};
use super::pack::{Pack, Target, store};
use super::tally::{tallied, tell};
use crate::tokens::Tokens;
use crate::workspace::shape::{self, Split};
use crate::workspace::{Prepared, Tallied};

impl Pack {
    /// Keeps, writes or prints the parts, each under its number.
    pub(super) fn split_up(
        &self,
        context: &Context,
        prepared: &Prepared,
        counting: &CountingArgs,
        target: &Target,
        name: Option<&str>,
    ) -> Result<(), Failure> {
        if matches!(target, Target::Exchange) {
            let failure = Failure::usage("a .forkful file holds one bundle");
            return Err(failure.hint("keep the parts with `--name NAME`, then `forkful export NAME-1 -o FILE`"));
        }
        let parts = prepared.split()?;
        let texts: Vec<&str> = parts.iter().map(|(_, bundle)| bundle.text.as_str()).collect();
        let tallied = tallied(context, counting, &prepared.counting, &texts)?;
        let file = self.output.as_ref().filter(|path| path.as_os_str() != "-");
        let workspace = store(context, name.is_some())?;
        let size = prepared.limits().budget.unwrap_or_default();
        let mut shapes = Vec::new();
        for ((fit, bundle), number) in parts.iter().zip(1..) {
            let name = name.map(|name| format!("{name}-{number}"));
            if let Some(workspace) = &workspace {
                let before = workspace.pack(fit, bundle, name.as_deref(), &act())?;
                if let Some((name, before)) = name.as_ref().zip(before) {
                    context.printer.say(format_args!("Moved   {name}  from bundle {}", before.short()));
                }
            }
            let path = file.map(|file| numbered(file, number));
            if let Some(path) = &path {
                super::write(path, bundle.text.as_bytes(), &prepared.locators)?;
            } else if !context.json && (self.output.is_some() || !context.printer.to_terminal) {
                context.printer.out(&bundle.text)?;
            }
            let shown = path.map(|path| path.display().to_string());
            let holds: Vec<&str> = fit.planned.frame.items.iter().map(|item| item.id.as_str()).collect();
            context.printer.say(format_args!(
                "Packed  {}{} of {size} tokens, {}   bundle {}{}",
                name.as_ref().map_or(String::new(), |name| format!("{name}  ")),
                fit.told(fit.planned.total),
                holds.join(" "),
                bundle.id.short(),
                shown.as_ref().map_or(String::new(), |shown| format!("   {shown}")),
            ));
            let tallied = tallied.as_ref().map(|tallied| tallied.of(number - 1));
            if let Some(tallied) = &tallied {
                tell(context, fit, tallied);
            }
            let by_provider = tallied.as_ref().map(Tallied::shape);
            shapes.push(shape::Pack { by_provider, ..fit.pack_shape(bundle.id, name.as_deref(), shown.as_deref()) });
        }
        if let Some(path) = file.map(|file| numbered(file, parts.len() + 1)).filter(|path| path.exists()) {
            let path = path.display();
            complain(&format!("warning: {path} is no part of this split; remove what an earlier one left"));
        }
        let total: Tokens = parts.iter().map(|(fit, _)| fit.planned.total).sum();
        let tokenizer = &prepared.counting.tokenizer;
        let n_parts = counted(parts.len(), "part");
        context.printer.say(format_args!("Split   {} tokens in {n_parts} ({tokenizer})", tokenizer.told(total)));
        if context.json {
            context.printer.json(&Split { schema: "forkful.split/1", size: size.0, bundles: shapes })?;
        }
        Ok(())
    }
}

/// `out.md` as `out-1.md`.
fn numbered(path: &Path, number: usize) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default();
    let mut name = stem.to_owned();
    name.push(format!("-{number}"));
    if let Some(ending) = path.extension() {
        name.push(".");
        name.push(ending);
    }
    path.with_file_name(name)
}
