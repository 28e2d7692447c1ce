//! `forkful show ADDRESS`

use super::super::{Context, Failure};

/// A bundle in any format, a branch as Markdown, a message
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Branch, bundle, id, NAME~2 or @
    #[arg(value_name = "ADDRESS", default_value = "@")]
    address: String,
    /// md, xml, text or messages, for a bundle [default: as it was packed]
    #[arg(short = 'F', long, value_name = "FORMAT")]
    format: Option<String>,
}

impl Show {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let renderer = self.format.as_deref().map(super::renderer).transpose()?;
        let text = super::open(context)?.show(&self.address, renderer)?;
        if context.json {
            context
                .printer
                .json(&serde_json::json!({"schema": "forkful.show/1", "address": self.address, "text": text}))?;
        } else {
            context.printer.out(&text)?;
        }
        Ok(0)
    }
}
