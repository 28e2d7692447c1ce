//! `forkful show ADDRESS`

use super::super::args::VoiceArgs;
use super::super::voice::Voice;
use super::super::{Context, Failure};
use crate::workspace::Aspect;

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Branch, bundle, id, NAME~2, NAME^ (the question there), @, s2@41:07 or "BUNDLE[s2 41:07]"
    #[arg(value_name = "ADDRESS", default_value = "@")]
    address: String,
    /// md, xml, text or messages, for a bundle [default: as it was packed]
    #[arg(short = 'F', long, value_name = "FORMAT")]
    format: Option<String>,
    /// The question with its answer
    #[arg(long, conflicts_with = "format")]
    turn: bool,
    /// How the answer came about: model, server, tokens, time
    #[arg(long, conflicts_with_all = ["format", "turn"])]
    run: bool,
    /// What stood there once this operation was done
    #[arg(long, value_name = "OPERATION")]
    at: Option<u64>,
    #[command(flatten)]
    voice: VoiceArgs,
}

impl Show {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let aspect = match (self.turn, self.run) {
            (true, _) => Aspect::Turn,
            (_, true) => Aspect::Run,
            _ => Aspect::Itself(self.format.as_deref().map(super::renderer).transpose()?),
        };
        let workspace = super::open(context)?;
        let shown = workspace.show(&self.address, aspect, self.at)?;
        if context.json {
            let mut value = shown.fields;
            value["schema"] = "forkful.show/1".into();
            value["address"] = self.address.as_str().into();
            value["text"] = shown.text.into();
            context.printer.json(&value)?;
        } else if matches!(shown.fields["kind"].as_str(), Some("branch" | "turn" | "message" | "passage")) {
            let mut voice = Voice::aloud(context, &workspace, self.address.clone(), self.voice);
            voice.say(&shown.text)?;
            voice.end()?;
        } else {
            context.printer.out(&shown.text)?;
        }
        Ok(0)
    }
}
