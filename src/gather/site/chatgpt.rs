//! A chat that somebody shared from ChatGPT: the conversation inside of its page.
//!
//! The page carries the same tree of messages as the data export, in `__NEXT_DATA__` (2023 to 2024) or
//! in a React Router stream (since 2025). Shapes from public readers of such pages; no page under a free
//! licence was at hand, so a page without the tree is read as a page.

use super::{Ask, Site, Stage, Step, parts, stream};
use crate::net::Url;

pub(super) const SITE: Site =
    Site { name: "chatgpt", about: "a chat that was shared from ChatGPT, as the conversation it is", ask, then };

fn ask(link: &Url) -> Option<Ask> {
    let (host, parts) = parts(link);
    let is_shared = matches!(host, "chatgpt.com" | "chat.openai.com") && parts.len() > 1 && parts[0] == "share";
    is_shared.then(|| Ask::First(vec![link.address()]))
}

fn then(stage: &Stage) -> Step {
    let Some(html) = stage.text(0) else { return Step::Read };
    let data = stream::script(&html, "__NEXT_DATA__").or_else(|| stream::routed(&html));
    let is_tree = |object: &serde_json::Map<String, serde_json::Value>| {
        object.get("mapping").is_some_and(|mapping| mapping.as_object().is_some_and(|nodes| !nodes.is_empty()))
    };
    let found = data.as_ref().and_then(|data| stream::find(data, &is_tree));
    match found.and_then(|conversation| serde_json::to_vec(conversation).ok()) {
        Some(bytes) => Step::Give { bytes, media_type: "application/json", title: None },
        None => Step::Read,
    }
}
