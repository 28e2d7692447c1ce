//! The lines of a talk: typed with an editor that knows history and completion, or piped in.

use std::io::{self, BufRead};

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Cmd, ColorMode, CompletionType, Config, Editor, EventHandler, Helper, KeyCode, KeyEvent, Modifiers};

use super::super::{Context, Failure};

/// Where lines come from.
pub(in crate::cli) enum Lines {
    Typed { editor: Box<Editor<Assistant, MemHistory>>, has_colour: bool },
    Piped,
}

/// What a person did.
pub(super) enum Typed {
    Line(String),
    /// Ctrl-C: the line is dropped.
    Nothing,
    /// Ctrl-D, or the end of the pipe.
    End,
}

/// What can be completed.
#[derive(Debug, Default)]
pub(in crate::cli) struct Known {
    /// What comes after a slash.
    pub(super) orders: Vec<String>,
    pub(super) branches: Vec<String>,
    /// Prompts with their variables.
    pub(super) prompts: Vec<(String, Vec<String>)>,
}

/// What helps at the line.
#[derive(Default)]
pub(in crate::cli) struct Assistant {
    known: Known,
}

impl Lines {
    /// Lines that a person types.
    pub(in crate::cli) fn typed(context: &Context) -> Result<Self, Failure> {
        let broken = |error| Failure::error(format!("cannot use the terminal: {error}"));
        let has_colour = context.settings.colour;
        let colours = if has_colour { ColorMode::Enabled } else { ColorMode::Disabled };
        let config = Config::builder().completion_type(CompletionType::List).color_mode(colours).auto_add_history(true);
        let mut editor = Editor::with_history(config.build(), MemHistory::new()).map_err(broken)?;
        editor.set_helper(Some(Assistant::default()));
        let newline = || EventHandler::Simple(Cmd::Newline);
        editor.bind_sequence(KeyEvent(KeyCode::Enter, Modifiers::ALT), newline());
        Ok(Self::Typed { editor: Box::new(editor), has_colour })
    }

    /// Lines of stdin.
    pub(in crate::cli) fn piped() -> Self {
        Self::Piped
    }

    pub(super) fn are_typed(&self) -> bool {
        matches!(self, Self::Typed { .. })
    }

    /// Lines that can be brought back.
    pub(super) fn remember(&mut self, lines: Vec<String>) {
        if let Self::Typed { editor, .. } = self {
            for line in lines {
                // A line that is not remembered is typed again.
                let _ = editor.add_history_entry(line);
            }
        }
    }

    /// The next line, with what continues it.
    pub(super) fn next(&mut self, title: &str, known: impl Fn() -> Known) -> Result<Typed, Failure> {
        let line = match self {
            Self::Typed { editor, has_colour } => {
                if let Some(assistant) = editor.helper_mut() {
                    assistant.known = known();
                }
                let plain = format!("{title}> ");
                let shown = if *has_colour { format!("\u{1b}[1m{plain}\u{1b}[0m") } else { plain.clone() };
                match editor.readline(&(plain, shown)) {
                    Ok(line) => line,
                    Err(ReadlineError::Interrupted) => return Ok(Typed::Nothing),
                    Err(ReadlineError::Eof) => return Ok(Typed::End),
                    Err(error) => return Err(Failure::error(format!("cannot read the terminal: {error}"))),
                }
            }
            Self::Piped => {
                let mut line = String::new();
                while line.is_empty() || goes_on(line.trim_end_matches(['\r', '\n'])) {
                    let n_bytes = io::stdin().lock().read_line(&mut line);
                    if n_bytes.map_err(|error| Failure::error(format!("cannot read stdin: {error}")))? == 0 {
                        break;
                    }
                }
                if line.is_empty() {
                    return Ok(Typed::End);
                }
                line
            }
        };
        let line = line.replace("\r\n", "\n").replace("\\\n", "\n");
        Ok(Typed::Line(line.trim_end_matches('\n').to_owned()))
    }
}

/// Whether a line ends in a backslash that is not itself escaped.
fn goes_on(line: &str) -> bool {
    line.bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1
}

impl Helper for Assistant {}
impl Highlighter for Assistant {}

impl Hinter for Assistant {
    type Hint = String;
}

impl Validator for Assistant {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let is_open = goes_on(context.input());
        Ok(if is_open { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Completer for Assistant {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &rustyline::Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(self.known.complete(&line[..at]))
    }
}

impl Known {
    /// Where the word at the end begins, and what it may become.
    fn complete(&self, line: &str) -> (usize, Vec<String>) {
        let start = line.rfind(char::is_whitespace).map_or(0, |at| at + 1);
        let (before, word) = line.split_at(start);
        let Some(order) = line.strip_prefix('/') else { return (start, Vec::new()) };
        let starting = |candidates: &mut dyn Iterator<Item = String>| -> Vec<String> {
            candidates.filter(|candidate| candidate.starts_with(word)).collect()
        };
        if before.is_empty() {
            return (start, starting(&mut self.orders.iter().map(|name| format!("/{name} "))));
        }
        let mut words = order.split_whitespace();
        let is_prompt = words.next() == Some("prompt");
        let named =
            words.next().filter(|_| is_prompt).and_then(|name| self.prompts.iter().find(|(own, _)| own == name));
        match named {
            Some((name, variables)) if *name != word => {
                (start, starting(&mut variables.iter().map(|variable| format!("{variable}=\""))))
            }
            _ if is_prompt => (start, starting(&mut self.prompts.iter().map(|(name, _)| format!("{name} ")))),
            _ => (start, starting(&mut self.branches.iter().cloned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_completed_depends_on_what_stands_before() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
        let known = Known {
            orders: words(&["fork", "go", "prompt"]),
            branches: words(&["main", "skeptic"]),
            prompts: vec![("quotes".to_owned(), words(&["claim", "most"]))],
        };
        let check = |line: &str, expected: (usize, &[&str])| {
            assert_eq!(known.complete(line), (expected.0, words(expected.1)), "{line}");
        };
        check("/f", (0, &["/fork "]));
        check("/", (0, &["/fork ", "/go ", "/prompt "]));
        check("/go s", (4, &["skeptic"]));
        check("/diff main s", (11, &["skeptic"]));
        check("/prompt q", (8, &["quotes "]));
        check("/prompt quotes c", (15, &["claim=\""]));
        check("why s", (4, &[]));
    }

    #[test]
    fn a_backslash_at_the_end_goes_on() {
        for (line, expected) in [("a\\", true), ("a\\\\", false), ("", false), ("\\", true), ("a", false)] {
            assert_eq!(goes_on(line), expected, "{line}");
        }
    }
}
