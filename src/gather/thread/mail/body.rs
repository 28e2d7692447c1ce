//! What one message says: its own words, and what is attached to it that has words.
//!
//! Of a message in two forms the text is read, unless it only says that there is another. HTML is
//! read by the engine for pages, whole. A message that is sent on and a text that is attached stand
//! behind the words under headings of their own; anything else is named.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::people;
use crate::content::line;
use crate::gather::document::html;
use crate::gather::fragment;
use crate::gather::page::{Fragment, Images};

/// Messages in messages, and parts in parts, are read to this depth.
const MAX_DEPTH: usize = 16;
/// A text of fewer words may stand for another form of itself.
const FEW_WORDS: usize = 60;
/// It does where the other form has so many times its words.
const FAR_MORE: usize = 4;
/// Names of files that hold text whatever their type says.
const TEXTS: &[&str] = &["txt", "md", "markdown", "csv", "tsv", "json", "log", "yaml", "yml", "org", "rst"];

/// What a message says.
#[derive(Debug, Default)]
pub(super) struct Body {
    /// Its own words.
    pub(super) text: String,
    /// What is attached that has words.
    pub(super) attached: Vec<Attached>,
    /// Names of what has none.
    pub(super) files: Vec<String>,
    /// Characters of text that it holds and does not show.
    pub(super) n_hidden: usize,
}

/// A message that is sent on, or a text.
#[derive(Debug)]
pub(super) struct Attached {
    pub(super) heading: String,
    /// Who wrote it, where it says so.
    pub(super) author: Option<String>,
    pub(super) text: String,
}

/// Reads a message.
pub(super) fn read(message: &Message) -> Body {
    let mut body = Body::default();
    body.take(message, 0);
    body
}

/// Where a part is met.
#[derive(Debug, Clone, Copy)]
struct Place {
    depth: usize,
    /// Whether it belongs to a form of the message that is read.
    is_read: bool,
}

impl Body {
    /// Takes a message; its own words become those of this body.
    fn take(&mut self, message: &Message, depth: usize) {
        let mut words = Vec::new();
        self.part(message, 0, Place { depth, is_read: true }, &mut words);
        words.retain(|text| !text.trim().is_empty());
        self.text = words.join("\n\n");
    }

    fn part(&mut self, message: &Message, id: u32, place: Place, words: &mut Vec<String>) {
        let Some(part) = message.part(id) else { return };
        let is_attached = message.attachments.contains(&id);
        let inside = Place { depth: place.depth + 1, ..place };
        match &part.body {
            PartType::Multipart(parts) if place.depth < MAX_DEPTH => {
                let is_alternative = part.is_content_type("multipart", "alternative");
                let form = if is_alternative { form(message, parts) } else { None };
                for id in parts {
                    let is_read = place.is_read && form.is_none_or(|form| form == *id);
                    self.part(message, *id, Place { is_read, ..inside }, words);
                }
            }
            PartType::Message(inner) if place.depth < MAX_DEPTH => self.forwarded(inner, inside.depth),
            // Another form of words that are read already.
            PartType::Text(_) | PartType::Html(_) if !place.is_read && part.attachment_name().is_none() => {}
            PartType::Text(text) => {
                let text = text.replace("\r\n", "\n");
                if is_attached { self.attach(part, text) } else { words.push(text) }
            }
            PartType::Html(html) => {
                let shown = shown(html);
                self.n_hidden += shown.n_hidden;
                if is_attached { self.attach(part, shown.text) } else { words.push(shown.text) }
            }
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => match text_of(part, bytes) {
                Some(text) => self.attach(part, text),
                None => self.files.push(name(part)),
            },
            PartType::Message(_) | PartType::Multipart(_) => self.files.push(name(part)),
        }
    }

    fn attach(&mut self, part: &MessagePart, text: String) {
        let heading = part.attachment_name().map_or_else(|| "Attached text".to_owned(), line);
        self.attached.push(Attached { heading, author: None, text });
    }

    fn forwarded(&mut self, message: &Message, depth: usize) {
        let mut inner = Self::default();
        inner.take(message, depth);
        let subject = message.subject().map(line).unwrap_or_default();
        let heading = format!("Forwarded message: {subject}").trim_end_matches([' ', ':']).to_owned();
        let author = people::author(message);
        let mut head: Vec<String> = author.iter().map(|author| format!("From: {author}")).collect();
        head.extend(people::addressed(message));
        head.extend(message.date().map(|date| format!("Date: {}", date.to_rfc3339())));
        let text = format!("{}\n\n{}", head.join("\n"), inner.text.trim());
        self.attached.push(Attached { heading, author, text: text.trim().to_owned() });
        self.attached.append(&mut inner.attached);
        self.files.append(&mut inner.files);
        self.n_hidden += inner.n_hidden;
    }
}

/// Which of several forms of a message is read: the text, unless it only stands for another.
fn form(message: &Message, parts: &[u32]) -> Option<u32> {
    let is_own = |id: &u32| !message.attachments.contains(id);
    let text_in = |id: &u32| match &message.part(*id)?.body {
        PartType::Text(text) if is_own(id) => Some((*id, n_words(text))),
        _ => None,
    };
    let html = parts.iter().rev().find_map(|id| Some((*id, html_in(message, *id, 0)?)));
    match (parts.iter().find_map(text_in), html) {
        (Some((text, n)), Some((page, html))) => {
            let is_stub = n < FEW_WORDS && n_words(&shown(html).text) > n * FAR_MORE;
            Some(if is_stub { page } else { text })
        }
        (Some((text, _)), None) => Some(text),
        (None, html) => html.map(|(page, _)| page),
    }
}

/// The first HTML in a part that is no attachment.
fn html_in<'a>(message: &'a Message, id: u32, depth: usize) -> Option<&'a str> {
    match &message.part(id)?.body {
        PartType::Html(html) if !message.attachments.contains(&id) => Some(html),
        PartType::Multipart(parts) if depth < MAX_DEPTH => parts.iter().find_map(|id| html_in(message, *id, depth + 1)),
        _ => None,
    }
}

/// What HTML shows; what nests deeper than any page is read in one pass.
fn shown(html: &str) -> Fragment {
    let in_one_pass = || Fragment { text: fragment::markdown(html), n_hidden: 0 };
    html::whole(html, Images::Told).unwrap_or_else(in_one_pass)
}

fn n_words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
}

fn name(part: &MessagePart) -> String {
    line(part.attachment_name().unwrap_or("attachment"))
}

/// The text of a file that is one by its name, sent as bytes.
fn text_of(part: &MessagePart, bytes: &[u8]) -> Option<String> {
    let (_, extension) = part.attachment_name()?.rsplit_once('.')?;
    let is_text = TEXTS.contains(&extension.to_ascii_lowercase().as_str()) && !bytes.contains(&0);
    std::str::from_utf8(bytes).ok().filter(|_| is_text).map(|text| text.replace("\r\n", "\n"))
}
