//! `forkful note ADDRESS TEXT`

use super::super::settings::act;
use super::super::{Context, Failure};

#[derive(Debug, clap::Args)]
pub(crate) struct Note {
    /// A branch for its last message, an id, NAME~2, NAME^ for the question there, or @
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// The words, or - for stdin
    #[arg(value_name = "TEXT", required_unless_present = "delete")]
    text: Option<String>,
    /// Take the note away
    #[arg(short, long, conflicts_with = "text")]
    delete: bool,
}

impl Note {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let text = self.text.as_deref().map(super::branch::words).transpose()?;
        let id = super::open(context)?.note(&self.address, text.as_deref(), &act())?;
        if context.json {
            context.printer.json(&serde_json::json!({"schema": "forkful.note/1", "message": id, "note": text}))?;
        }
        context.printer.say(format_args!("{}  {}", if self.delete { "Unnoted" } else { "Noted" }, id.short()));
        Ok(0)
    }
}
