//! Plain text: rules of equals signs open and end each source.

use super::{Renderer, plain, provenance};
use crate::prompts;

/// For tools that take no markup.
pub(super) const RENDERER: Renderer = Renderer {
    name: "text",
    about: "plain text",
    version: 1,
    escape: plain,
    opening: |frame| format!("{}\n", frame.preamble(prompts::SOURCES)),
    open: |frame, item| format!("===== {} {}: {}\n{}\n\n", item.id, frame.mark, item.title, provenance(item)),
    close: |frame, item, last| format!("===== end of {} {}\n{}", item.id, frame.mark, if last { "" } else { "\n" }),
    closing: "",
    wrap: None,
};
