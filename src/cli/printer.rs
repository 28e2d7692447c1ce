//! stdout is the product, stderr is the talk.
//!
//! Nothing of others that could steer a terminal leaves this file towards one: escape and control
//! characters of sources, servers and file names are dropped. A reader that closed its end is no error.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};

use serde::Serialize;

use unicode_width::UnicodeWidthStr as _;

use super::table::{cell, shorten};
use crate::content::{Problem, Severity, line, turns};

/// Notes that say the same and are told one by one.
const FEW: usize = 3;

/// The two streams and how much to say.
#[derive(Clone)]
pub(crate) struct Printer {
    /// stdout is a terminal.
    pub to_terminal: bool,
    /// Columns to fill.
    pub width: usize,
    quiet: bool,
}

impl Printer {
    pub(super) fn new(quiet: bool, width: usize) -> Self {
        Self { to_terminal: io::stdout().is_terminal(), width, quiet }
    }

    /// Whether talk is held back.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// A name in its column: whole where no terminal sets a width, else cut to so many columns.
    pub(crate) fn cell(&self, name: &str, columns: usize) -> String {
        cell(name, if self.to_terminal { columns } else { columns.max(name.width()) })
    }

    /// A line as wide as a terminal; whole where there is none.
    pub(crate) fn row(&self, line: &str) -> String {
        if self.to_terminal { shorten(line, self.width) } else { line.to_owned() }
    }

    /// The product, exactly; made harmless when a person sees it.
    pub(crate) fn out(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        let written = if self.to_terminal {
            stdout.write_all(harmless(text).as_bytes())
        } else {
            stdout.write_all(text.as_bytes())
        };
        closed_is_fine(written.and_then(|()| stdout.flush()))
    }

    /// The product byte for byte, for files and pipes; a terminal gets it harmless.
    pub(crate) fn raw(&self, bytes: &[u8]) -> io::Result<()> {
        if self.to_terminal {
            return self.out(&String::from_utf8_lossy(bytes));
        }
        let mut stdout = io::stdout().lock();
        closed_is_fine(stdout.write_all(bytes).and_then(|()| stdout.flush()))
    }

    /// The product as one JSON document.
    pub(crate) fn json<T: Serialize>(&self, value: &T) -> io::Result<()> {
        if !self.to_terminal {
            let mut stdout = BufWriter::new(io::stdout().lock());
            let written = serde_json::to_writer_pretty(&mut stdout, value).map_err(io::Error::from);
            return closed_is_fine(written.and_then(|()| stdout.write_all(b"\n")).and_then(|()| stdout.flush()));
        }
        let text = serde_json::to_string_pretty(value).map_err(io::Error::other)?;
        self.out(&(text + "\n"))
    }

    /// One of many JSON documents, each on a line.
    pub(crate) fn json_line<T: Serialize>(&self, value: &T) -> io::Result<()> {
        let text = serde_json::to_string(value).map_err(io::Error::other)?;
        self.out(&(text + "\n"))
    }

    /// A line of talk.
    pub(crate) fn say(&self, line: impl Display) {
        if !self.quiet {
            complain(&line.to_string());
        }
    }

    /// What a reader noticed: notes are talk, the rest is always said.
    pub(crate) fn problems(&self, problems: &[Problem]) {
        for (severity, told) in folded(problems) {
            match severity {
                Severity::Note => self.say(told),
                Severity::Warning | Severity::Error => complain(&told),
            }
        }
    }
}

/// Problems as lines; of notes that say the same of many places, one line with their number.
pub(super) fn folded(problems: &[Problem]) -> Vec<(Severity, String)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for note in problems.iter().filter(|problem| problem.severity == Severity::Note) {
        *counts.entry(&note.message).or_default() += 1;
    }
    let mut done = BTreeSet::new();
    let mut told = Vec::new();
    for Problem { severity, place, message } in problems {
        let (word, n) = match severity {
            Severity::Note => ("note", counts.get(message.as_str()).copied().unwrap_or(1)),
            Severity::Warning => ("warning", 1),
            Severity::Error => ("error", 1),
        };
        if n > FEW && !done.insert(message) {
            continue;
        }
        let others = if n > FEW { format!(" and {} others", n - 1) } else { String::new() };
        told.push((*severity, line(&format!("{word}: {place}{others}: {message}"))));
    }
    told
}

/// What this program itself has made for a terminal, escape sequences and all.
pub(super) fn show(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    closed_is_fine(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
}

/// A line on stderr, quiet or not.
pub(crate) fn complain(line: &str) {
    // Where stderr is gone there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "{}", harmless(line));
}

/// The text without what steers a terminal or turns its lines around: controls except line end and
/// tab, and the marks that set the writing direction.
pub(crate) fn harmless(text: &str) -> String {
    let steers = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    text.chars().filter(|c| !steers(*c) && !turns(*c)).collect()
}

fn closed_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_that_say_the_same_of_many_places_are_one() {
        let check = |n: usize, expected: &[&str]| {
            let notes = (0..n).map(|n| Problem::note(format!("d/{n}"), "skipped: hidden"));
            let problems: Vec<Problem> =
                notes.chain([Problem::error("x", "lost"), Problem::error("x", "lost")]).collect();
            let told: Vec<String> = folded(&problems).into_iter().map(|(_, told)| told).collect();
            assert_eq!(told, [expected, &["error: x: lost", "error: x: lost"]].concat());
        };
        check(2, &["note: d/0: skipped: hidden", "note: d/1: skipped: hidden"]);
        check(4, &["note: d/0 and 3 others: skipped: hidden"]);
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2J\u{9b}31m\u{7}\u{8}\r\n\u{202e}b\tc\u{7f}"), "a[2J31m\nb\tc");
    }
}
