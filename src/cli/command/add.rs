//! `forkful add SRC...`

use super::super::args::WebArgs;
use super::super::table::{cell, tail};
use super::super::{Context, Failure, web};
use super::pack::about;
use crate::budget::Policy;
use crate::tokens::{Encoding, Tokens};
use crate::workspace::project::{Added, Error, Project};
use crate::workspace::shape::{Add as Shape, AddSource};
use crate::workspace::{self, Counting, Source};

#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// Files and folders; each may carry @weight=2,floor=2k,cap=8k,keep=ends,tier=spare,as=FORMAT,pin
    #[arg(value_name = "SRC", required_unless_present = "stand_ins")]
    sources: Vec<String>,
    /// Add to this profile of the file only
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    #[command(flatten)]
    web: WebArgs,
}

/// A source that was read before it is added.
pub(super) struct Row {
    locator: String,
    about: String,
    tokens: Tokens,
}

impl Add {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let here = context.settings.here.as_deref().ok_or(Error::Missing)?;
        let mut project = Project::find(here, None)?.ok_or(Error::Missing)?;
        project.profile.clone_from(&self.profile);
        let mut named = super::parse(&self.sources, Policy::PLAIN)?;
        for source in &mut named {
            source.follow = source.follow.max(self.web.follow([&*source]).depth);
        }
        // Everything is read before anything is written.
        let rows = named.iter().map(|source| Row::read(context, source, &self.web)).collect::<Result<Vec<_>, _>>()?;
        let stand_ins = &self.web.stand_ins;
        let files: Vec<String> = stand_ins.iter().map(|link| link.file.clone()).collect();
        let files = super::parse(&files, Policy::PLAIN)?;
        let files = files.iter().map(|source| Row::read(context, source, &self.web)).collect::<Result<Vec<_>, _>>()?;
        let mut sources = Vec::new();
        for (source, row) in named.iter().zip(rows) {
            let added = project.add(source, Policy::PLAIN)?;
            sources.push(row.added(context, &project.shown, &added, None));
        }
        for (link, row) in stand_ins.iter().zip(files) {
            let added = project.add_link(link)?;
            sources.push(row.added(context, &project.shown, &added, Some(link.url.clone())));
        }
        if context.json {
            let (project, profile) = (project.shown, project.profile);
            context.printer.json(&Shape { schema: "forkful.add/1", project, profile, sources })?;
        }
        Ok(0)
    }
}

impl Row {
    /// Reads a source to say what it is.
    pub(super) fn read(context: &Context, source: &Source, web: &WebArgs) -> Result<Self, Failure> {
        if source.locator == "-" {
            return Err(Error::Stdin { path: source.locator.clone() }.into());
        }
        let mut sources = web::alone(context, source, web)?;
        // What a thread mentions may stand in the file already: `plan` says what is missing.
        sources.unresolved.clear();
        context.printer.problems(&sources.problems());
        let failures = std::mem::take(&mut sources.failures);
        if !failures.is_empty() {
            return Err(Failure::sources(failures, false));
        }
        let documents: Vec<_> = sources.read.iter().flat_map(|sourced| &sourced.gathered.documents).collect();
        let about = match documents.as_slice() {
            [only] => about(only),
            several => format!("{} documents", several.len()),
        };
        let encoding = context.terms(None)?.choices.encoding.map_or(Encoding::ALL[0], |said| said.value);
        let tokens = workspace::count(&sources, Counting::by(encoding)).total();
        Ok(Self { locator: source.locator.clone(), about, tokens })
    }

    /// Says that it was added to the file `shown`, perhaps for a link.
    fn added(self, context: &Context, shown: &str, added: &Added, url: Option<String>) -> AddSource {
        let (word, state, line) = match added {
            Added::New => ("Added", "added", None),
            Added::Changed => ("Changed", "changed", None),
            Added::Already(line) => ("Kept", "already", Some(*line)),
        };
        if !context.json {
            context.printer.say(told(context, word, &self));
            if let Some(url) = &url {
                context.printer.say(format_args!("        it stands for {url}"));
            }
            if let Some(line) = line {
                context.printer.say(format_args!("        it stands already in {shown}:{line}"));
            }
        }
        AddSource { url, ..self.shape(state, line) }
    }

    pub(super) fn shape(self, state: &'static str, line: Option<usize>) -> AddSource {
        AddSource { path: self.locator, url: None, state, line, about: self.about, tokens: self.tokens.0 }
    }
}

/// `Added   talk.vtt  transcript · 117 turns   5,811 tok`
pub(super) fn told(context: &Context, word: &str, row: &Row) -> String {
    let about = cell(&row.about, context.printer.width.saturating_sub(20 + 24));
    format!("{word:<7} {}  {about} {:>9} tok", cell(&tail(&row.locator, 20), 20), row.tokens)
}
