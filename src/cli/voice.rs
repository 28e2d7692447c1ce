//! How an answer is shown: as Markdown that a terminal renders while it comes, else as it is.

use std::cell::OnceCell;
use std::io;

use super::Context;
use super::args::VoiceArgs;
use super::markdown::Renderer;
use super::printer::{Printer, harmless, show};
use crate::workspace::{Links, Workspace};

/// Shows the words of an answer as they come.
pub(super) struct Voice<'a> {
    printer: &'a Printer,
    way: Way<'a>,
    /// What was said last, where anything was.
    last: Option<char>,
}

enum Way<'a> {
    Silent,
    Plain,
    Rendered(Box<Renderer<'a>>),
}

impl<'a> Voice<'a> {
    /// One that says nothing.
    pub(super) fn silent(context: &'a Context) -> Self {
        Self { printer: &context.printer, way: Way::Silent, last: None }
    }

    /// One that speaks of the sources under an address, whose marks lead where they stand on the web.
    pub(super) fn aloud(context: &'a Context, workspace: &'a Workspace, address: String, args: VoiceArgs) -> Self {
        let printer = &context.printer;
        let is_rendered = printer.to_terminal && context.settings.escapes && !args.plain;
        let way = if is_rendered {
            // The sources are read when the first mark comes.
            let links: OnceCell<Option<Links>> = OnceCell::new();
            let lead = move |mark: &str| links.get_or_init(|| workspace.links(&address).ok()).as_ref()?.of(mark);
            Way::Rendered(Box::new(Renderer::new(printer.width, context.settings.colour, Box::new(lead))))
        } else {
            Way::Plain
        };
        Self { printer, way, last: None }
    }

    /// More words.
    pub(super) fn say(&mut self, words: &str) -> io::Result<()> {
        self.last = words.chars().next_back().or(self.last);
        match &mut self.way {
            Way::Silent => Ok(()),
            Way::Plain => self.printer.out(words),
            Way::Rendered(renderer) => show(&renderer.push(&harmless(words))),
        }
    }

    /// There are no more; the line is ended.
    pub(super) fn end(&mut self) -> io::Result<()> {
        match (&mut self.way, self.last.take()) {
            (Way::Silent, _) | (_, None) | (Way::Plain, Some('\n')) => Ok(()),
            (Way::Plain, Some(_)) => self.printer.out("\n"),
            (Way::Rendered(renderer), Some(_)) => show(&renderer.finish()),
        }
    }
}
