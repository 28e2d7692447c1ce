//! `forkful edit ADDRESS [TEXT]`

use std::path::Path;
use std::process::Command;
use std::{env, fs, io};

use super::super::args::{ModelArgs, VoiceArgs};
use super::super::settings::act;
use super::super::{Context, Failure};
use super::question::{Asked, PromptArgs};
use crate::workspace::{Aspect, Workspace};

#[derive(Debug, clap::Args)]
pub(crate) struct Edit {
    #[arg(
        help = "NAME^ for the question of a branch's last turn, NAME for the answer, an id, or @; then the new text, or - for stdin [default: what $VISUAL or $EDITOR makes of the old one]"
    )]
    #[arg(value_name = "ADDRESS [TEXT]", required = true)]
    words: Vec<String>,
    #[command(flatten)]
    prompt: PromptArgs,
    #[arg(help = "The new branch [default: the branch's name with a number]")]
    #[arg(short, long, value_name = "NAME")]
    branch: Option<String>,
    /// Leave the branch at the new question
    #[arg(long)]
    no_ask: bool,
    #[command(flatten)]
    model: ModelArgs,
    #[command(flatten)]
    voice: VoiceArgs,
}

impl Edit {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        let Asked { address, question } = self.prompt.sort(context, &self.words, Asked::at)?;
        let address = address.ok_or_else(|| {
            Failure::usage("what is to be said differently?").hint("NAME^ is the question of a branch's last turn")
        })?;
        let text = match question {
            Some(text) if self.prompt.prompt.is_some() => text,
            Some(text) => super::branch::words(&text)?,
            None => rewritten(context, &workspace, &address)?,
        };
        let edited = workspace.edit(&address, &text, self.branch.as_deref())?;
        if edited.is_question && !self.no_ask {
            let open = workspace.open_edited(&edited)?;
            return super::retry::answer(context, &workspace, &open, Some(&edited), &self.model, self.voice);
        }
        let branch = workspace.keep_edited(&edited, &act())?;
        if context.json {
            let value = serde_json::json!({
                "schema": "forkful.edit/1",
                "branch": branch.name,
                "message": branch.tip,
                "edited": edited.original,
            });
            context.printer.json(&value)?;
        }
        context.printer.say(format_args!("Edited  {}  {}", branch.name, branch.tip.short()));
        Ok(0)
    }
}

/// The old text as the person's editor leaves it.
fn rewritten(context: &Context, workspace: &Workspace, address: &str) -> Result<String, Failure> {
    let old = workspace.show(address, Aspect::Itself(None), None)?.text;
    let Some(editor) = context.settings.editor.as_ref() else {
        return Err(Failure::usage("there is no new text")
            .hint(format!("`forkful edit {address} \"new text\"`, or set EDITOR")));
    };
    let broken = |error: io::Error| Failure::error(format!("cannot edit with {editor}: {error}"));
    let path = env::temp_dir().join(format!("forkful-{}.md", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path).and_then(|mut file| io::Write::write_all(&mut file, old.as_bytes())).map_err(broken)?;
    let opened = open(editor, &path);
    let text = fs::read_to_string(&path);
    // What the editor left is read; a file that stays harms nobody.
    let _ = fs::remove_file(&path);
    opened?;
    text.map_err(broken)
}

/// Opens a file in the person's editor, and waits until it is closed.
pub(crate) fn open(editor: &str, path: &Path) -> Result<(), Failure> {
    // An editor may be named with flags, as `code --wait`.
    let mut words = editor.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or(editor));
    let status = command.args(words).arg(path).status();
    let status = status.map_err(|error| Failure::error(format!("cannot edit with {editor}: {error}")))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::error(format!("{editor} ended with {status}; nothing is changed")))
}
