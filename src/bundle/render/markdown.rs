//! Markdown: a heading opens and ends each source.

use super::{Renderer, plain, provenance};
use crate::prompts;

/// The default: reads well in a chat window and in an editor.
pub(super) const RENDERER: Renderer = Renderer {
    name: "md",
    about: "Markdown, for any chat window (default)",
    version: 1,
    escape: plain,
    opening: |frame| format!("# Sources\n\n{}\n", frame.preamble(prompts::SOURCES)),
    open: |frame, item| format!("## {} {}: {}\n\n{}\n\n", item.id, frame.mark, item.title, provenance(item)),
    close: |frame, item, last| format!("## end of {} {}\n{}", item.id, frame.mark, if last { "" } else { "\n" }),
    closing: "",
    wrap: None,
};
