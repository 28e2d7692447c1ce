//! `forkful fetch URL...`

use std::path::PathBuf;

use super::super::args::SourceArgs;
use super::super::table::cell;
use super::super::{Context, Failure};
use crate::budget::Policy;
use crate::store::Pages;
use crate::workspace::shape;
use crate::workspace::web::{State, is_address};

#[derive(Debug, clap::Args)]
pub(crate) struct Fetch {
    /// Write the bytes that came for the one address to a file; - is stdout
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    sources: SourceArgs,
}

impl Fetch {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        if self.output.is_some() && self.sources.sources.len() != 1 {
            return Err(
                Failure::usage("`-o` takes the bytes of one address").hint("fetch one at a time, or leave `-o` out")
            );
        }
        let terms = context.terms(self.sources.profile.as_deref())?;
        // One address that fails does not stop the others: that is what the exit code is for.
        let sources = SourceArgs { keep_going: true, ..self.sources.clone() };
        let gathered = super::gather(context, &sources, &terms, Policy::PLAIN)?;
        gathered.write_lock(context)?;
        if let Some(path) = &self.output {
            self.write(context, path, &gathered)?;
            return Ok(gathered.code);
        }
        let links: Vec<shape::Link> = gathered.sources.links.iter().map(shape::Link::of).collect();
        if context.json {
            let fetch = shape::Fetch { schema: "forkful.fetch/1", links };
            context.printer.json(&shape::Fetched { fetch, problems: gathered.sources.missed.clone() })?;
            return Ok(gathered.code);
        }
        if links.is_empty() {
            context.printer.say("No links: name an address, or `--follow` those of a source");
        }
        context.printer.out(&table(&links, context.printer.width))?;
        Ok(gathered.code)
    }

    fn write(&self, context: &Context, path: &std::path::Path, gathered: &super::Gathered) -> Result<(), Failure> {
        let name = self.sources.sources.first().map_or("", String::as_str);
        let read = gathered.sources.links.iter().find_map(|link| match &link.state {
            State::Read(locked) if link.from.is_none() => Some(locked),
            _ => None,
        });
        let folder = context.settings.store().unwrap_or_default();
        let bytes =
            read.filter(|_| is_address(name)).and_then(|locked| Pages::of(&folder).read(locked.found.page.sha256));
        let bytes = bytes.ok_or_else(|| Failure::error(format!("nothing came for {name}")))?;
        if path.as_os_str() == "-" {
            context.printer.raw(&bytes)?;
            return Ok(());
        }
        super::write(path, &bytes, &[])?;
        context.printer.say(format_args!("Wrote   {}", path.display()));
        Ok(())
    }
}

/// State, kind, size and address of every link, and where it leads.
fn table(links: &[shape::Link], width: usize) -> String {
    let row = |link: &shape::Link| {
        let size = link.bytes.map_or(String::new(), size);
        let kind = link.format.as_deref().unwrap_or(link.class);
        let leads = link.final_url.as_ref().map(|url| format!("  → {url}")).unwrap_or_default();
        let why = link.error.as_ref().map(|error| format!("  {}", crate::content::line(error))).unwrap_or_default();
        let room = width.max(120).saturating_sub(40);
        format!(
            "{} {} {size:>9}  {}{leads}{why}\n",
            cell(link.state, 8),
            cell(kind, 12),
            cell(&link.url, room).trim_end()
        )
    };
    links.iter().map(row).collect()
}

/// `12.3 kB`
fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1000 => format!("{bytes} B"),
        1000..1_000_000 => format!("{} kB", tenths(1000)),
        _ => format!("{} MB", tenths(1_000_000)),
    }
}
