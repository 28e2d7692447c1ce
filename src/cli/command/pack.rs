//! `forkful pack SRC...`

use std::borrow::Cow;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use unicode_width::UnicodeWidthStr;

use super::super::args::{FitArgs, SourceArgs};
use super::super::settings::act;
use super::super::table::{cell, counted, tail};
use super::super::{Context, Failure};
use super::pack_compress::{Compression, compress};
use super::tally::{tallied, tell};
use crate::bundle::render::Renderer;
use crate::bundle::{Duplicates, Request};
use crate::catalog::Money;
use crate::content::{Document, Kind, Quality, line};
use crate::gather::Output;
use crate::tokens::Tokens;
use crate::workspace::project::Terms;
use crate::workspace::{self, Fit, Parcel, Squeeze, Tallied, Workspace, amount, shape};

#[derive(Debug, clap::Args)]
pub(crate) struct Pack {
    /// md, xml, text, messages or forkful [default: by the ending of -o, else md]
    #[arg(short = 'F', long, value_name = "FORMAT")]
    format: Option<String>,
    /// Write to a file; - is stdout, also on a terminal
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Keep the bundle under this name
    #[arg(short, long, value_name = "NAME")]
    name: Option<String>,
    /// Everything in several bundles of at most so many tokens, cut at sections: NAME-1, FILE-1.md ...
    #[arg(long, value_name = "N", value_parser = amount, conflicts_with_all = ["budget", "focus", "keep"])]
    split: Option<Tokens>,
    #[arg(help = "A summary that a model writes in the place of a source, kept and used again: s2, or s2=2k")]
    #[arg(long, value_name = "SOURCE[=N]", value_parser = Squeeze::from_str)]
    compress: Vec<Squeeze>,
    #[arg(help = "The model that writes summaries [default: $FORKFUL_MODEL, else the last one used here]")]
    #[arg(long, value_name = "NAME", requires = "compress")]
    compress_with: Option<String>,
    /// Dollars that the summaries may cost
    #[arg(long, value_name = "USD", requires = "compress", value_parser = Money::from_str)]
    max_cost: Option<Money>,
    /// Print the requests that --compress would send, and their price; pack nothing
    #[arg(long, requires = "compress")]
    dry_run: bool,
    #[command(flatten)]
    sources: SourceArgs,
    #[command(flatten)]
    fit: FitArgs,
}

/// What is written: a rendered bundle, or the file that can be imported.
pub(super) enum Target {
    Rendered(&'static Renderer),
    Exchange,
}

impl Pack {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let terms = context.terms(self.sources.profile.as_deref())?;
        let mut flags = self.fit.over(&terms.choices);
        flags.budget = self.split.or(flags.budget);
        let target = self.target(&terms)?;
        let renderer = match target {
            Target::Rendered(renderer) => renderer,
            Target::Exchange => super::renderer("md")?,
        };
        let (request, counting) = super::request(context, &flags, renderer)?;
        let sources = SourceArgs { output: self.written(), ..self.sources.clone() };
        let mut gathered = super::gather(context, &sources, &terms, super::plain_policy(&flags))?;
        if !self.compress.is_empty() {
            let wish = Compression {
                named: &self.compress,
                model: self.compress_with.as_deref(),
                is_rehearsal: self.dry_run,
                most: self.max_cost,
            };
            if let Some(code) = compress(context, &mut gathered.sources, &wish)? {
                return Ok(code);
            }
        }
        if self.split.is_some() {
            let request = Request { focus: None, duplicates: Duplicates::Keep, ..request };
            let prepared = workspace::prepare(&gathered.sources, request, counting)?;
            self.split_up(context, &prepared, &flags.counting, &target, self.name(&terms))?;
            gathered.write_lock(context)?;
            return Ok(gathered.code);
        }
        let fit = workspace::plan(&gathered.sources, request, counting)?;
        let bundle = fit.freeze()?;
        let tallied = tallied(context, &flags.counting, &fit.counting, &[&bundle.text])?;
        let name = self.name(&terms);
        let file = self.output.as_ref().filter(|path| path.as_os_str() != "-");

        let workspace = store(context, name.is_some() || matches!(target, Target::Exchange))?;
        if let Some(workspace) = &workspace {
            let before = workspace.pack(&fit, &bundle, name, &act())?;
            if let Some((name, before)) = name.zip(before) {
                context.printer.say(format_args!("Moved   {name}  from bundle {}", before.short()));
            }
        }
        let product = match target {
            Target::Rendered(_) => Cow::Borrowed(bundle.text.as_bytes()),
            Target::Exchange => Cow::Owned(exported(workspace.as_ref(), &bundle.id.to_string())?),
        };
        if let Some(path) = file {
            super::write(path, &product, &fit.locators)?;
        }
        let shown = file.map(|path| path.display().to_string());
        if context.json {
            let by_provider = tallied.as_ref().map(Tallied::shape);
            let shape = fit.pack_shape(bundle.id, name, shown.as_deref());
            context.printer.json(&shape::Pack { by_provider, ..shape })?;
        } else if file.is_none() && (self.output.is_some() || !context.printer.to_terminal) {
            context.printer.out(&String::from_utf8_lossy(&product))?;
        }
        self.summary(context, &fit, name.unwrap_or(""), &bundle.id.short(), shown.as_deref());
        gathered.write_lock(context)?;
        if let Some(tallied) = &tallied {
            tell(context, &fit, tallied);
        }
        Ok(gathered.code)
    }

    /// The name of the command line, else for the project's sources that of the project.
    fn name<'a>(&'a self, terms: &'a Terms) -> Option<&'a str> {
        let said = terms.choices.name.as_ref().filter(|_| self.sources.sources.is_empty());
        self.name.as_deref().or_else(|| said.map(|said| said.value.as_str()))
    }

    /// The file that is written, where it is there already; of parts, those that may be.
    fn written(&self) -> Option<Output> {
        let file = self.output.as_ref().filter(|path| path.as_os_str() != "-")?;
        let is_numbered = self.split.is_some();
        if !is_numbered {
            return Some(Output { path: fs::canonicalize(file).ok()?, is_numbered });
        }
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(Output { path: fs::canonicalize(folder).ok()?.join(file.file_name()?), is_numbered })
    }

    fn target(&self, terms: &Terms) -> Result<Target, Failure> {
        let ending = self.output.as_ref().and_then(|path| path.extension()).and_then(|ending| ending.to_str());
        let name = match (self.format.as_deref(), ending) {
            (Some(name), _) => name,
            (None, Some("forkful")) => "forkful",
            (None, Some("xml")) => "xml",
            (None, Some("txt")) => "text",
            (None, Some("json")) => "messages",
            (None, _) => terms.choices.format.as_ref().map_or("md", |said| said.value.as_str()),
        };
        if name == "forkful" { Ok(Target::Exchange) } else { super::renderer(name).map(Target::Rendered) }
    }

    fn summary(&self, context: &Context, fit: &Fit, name: &str, id: &str, output: Option<&str>) {
        let printer = &context.printer;
        let columns = fit.locators.iter().map(|locator| locator.width()).max().unwrap_or(0).clamp(8, 28);
        for ((entry, locator), portion) in fit.entries.iter().zip(&fit.locators).zip(&fit.planned.plan.portions) {
            let about = cell(&about(&entry.document), printer.width.saturating_sub(columns + 24));
            printer.say(format_args!(
                "Read    {}  {about} {:>9} tok",
                cell(&tail(locator, columns), columns),
                fit.told(portion.tokens)
            ));
        }
        for (item, entry) in fit.planned.frame.items.iter().zip(&fit.entries) {
            if let (quality @ (Quality::Partial | Quality::Suspect), Some(reason)) =
                (entry.document.quality, &entry.document.quality_reason)
            {
                let word = if quality == Quality::Partial { "Partial" } else { "Suspect" };
                printer.say(format_args!("{word} {}  {}", item.id, line(reason)));
            }
        }
        for (item, portion) in fit.planned.frame.items.iter().zip(&fit.planned.plan.portions) {
            let left_out = portion.cut_tokens();
            if left_out > Tokens(0) {
                let gaps = counted(portion.gaps.len(), "gap");
                printer.say(format_args!(
                    "Cut     {}  {} of {} tokens left out, in {gaps}",
                    item.id,
                    fit.told(left_out),
                    fit.told(portion.tokens)
                ));
            }
        }
        if let Some(duplicates) = super::plan::duplicates(fit) {
            printer.say(format_args!("Folded  {}", duplicates.trim_start_matches("duplicates: ")));
        }
        let limit = fit.limit().map_or(String::new(), |limit| format!(" of {limit}"));
        let total = format!("{}{limit} tokens ({})", fit.told(fit.planned.total), fit.counting.tokenizer);
        printer.say(format_args!("Packed  {name}{}{total}   bundle {id}", if name.is_empty() { "" } else { "  " }));
        if let Some(range) = super::range(&fit.counting.tokenizer, fit.planned.total) {
            printer.say(format_args!("        {range}"));
        }
        if let Some(output) = output {
            printer.say(format_args!("Wrote   {output}"));
        }
        if printer.to_terminal && !context.json && self.output.is_none() {
            let address = if name.is_empty() { id } else { name };
            printer.say(format_args!("Next    forkful show {address}     forkful ask {address} \"...\" -m MODEL"));
        }
    }
}

/// The store: the artifact needs none, so one that cannot be opened matters only where it is asked for.
pub(super) fn store(context: &Context, is_needed: bool) -> Result<Option<Workspace>, Failure> {
    match super::made(context) {
        Ok(workspace) => Ok(Some(workspace)),
        Err(failure) if is_needed => Err(failure),
        Err(failure) => {
            failure.warn("the bundle is not kept");
            Ok(None)
        }
    }
}

fn exported(workspace: Option<&Workspace>, id: &str) -> Result<Vec<u8>, Failure> {
    let Some(workspace) = workspace else { return Ok(Vec::new()) };
    Ok(workspace.export(&Parcel { address: Some(id.to_owned()), ..Parcel::default() })?.file)
}

/// A document in a few words: `thread · @karpathy · 2 posts`.
pub(super) fn about(document: &Document) -> String {
    let noun = match document.kind {
        Kind::Thread => "post",
        Kind::Transcript => "turn",
        _ => "section",
    };
    let items = counted(document.sections.len(), noun);
    let who = document.author.as_deref().or(document.title.as_deref());
    let fields = [Some(document.kind.name()), Some(&items), who];
    fields.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
