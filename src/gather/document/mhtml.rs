//! A web page saved as one file: MHTML (RFC 2557), as Chrome, Edge and Internet Explorer save it.
//!
//! A mail whose first HTML part is the page and whose other parts are its pictures and styles, which
//! nobody reads here. Frames are pages of their own, and counted.

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use super::html;
use crate::content::{Kind, Problem, line};
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "mhtml",
    kind: Kind::Page,
    about: "web pages saved as one file (MHTML)",
    extensions: &["mhtml", "mht"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    let text = input.text.trim_start();
    // A page may have a colon in each of its lines too.
    if text.starts_with('<') {
        return Confidence::No;
    }
    let head: Vec<&str> = text.lines().take(100).take_while(|line| !line.trim().is_empty()).collect();
    let is_header = |line: &&str| line.starts_with([' ', '\t']) || line.contains(':');
    if head.is_empty() || !head.iter().all(is_header) {
        return Confidence::No;
    }
    let head = head.join("\n").to_ascii_lowercase();
    let has = |name: &str| head.lines().any(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')));
    let is_related = has("content-type") && head.contains("multipart/related");
    let is_saved = has("snapshot-content-location") || head.contains("saved by ") || !has("to") && !has("message-id");
    if is_related && is_saved && has("mime-version") { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let malformed = |reason| Error::Malformed { name: input.name.to_owned(), format: FORMAT.name, reason };
    let message = MessageParser::default().parse(input.text.as_bytes()).ok_or_else(|| malformed("no mail"))?;
    let pages: Vec<&mail_parser::MessagePart> =
        message.parts.iter().filter(|part| matches!(part.body, PartType::Html(_))).collect();
    let Some(page) = pages.first() else { return Err(malformed("no page in it")) };
    let text = page.text_contents().unwrap_or_default();
    let mut reading = html::page(input.name, text, FORMAT.name)?;
    let address = saved_from(&message).or_else(|| page.content_location().map(line));
    let address = address.filter(|address| address.starts_with("http"));
    for document in &mut reading.documents {
        document.title = document.title.take().or_else(|| message.subject().map(line));
        document.url = document.url.take().or_else(|| address.clone());
    }
    if pages.len() > 1 {
        reading.problems.push(Problem::note(input.name, format!("frames of the page, left out: {}", pages.len() - 1)));
    }
    Ok(reading)
}

/// Where the page was saved from, as Chrome says it.
fn saved_from(message: &Message) -> Option<String> {
    message.header("Snapshot-Content-Location").and_then(|value| value.as_text()).map(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_page_is_no_mail() {
        let saved = "From: <Saved by Blink>\nSnapshot-Content-Location: https://a.example/\nSubject: x\nDate: y\n\
                     MIME-Version: 1.0\nContent-Type: multipart/related;\n\tboundary=\"b\"\n\n";
        let mail =
            "From: a@b.example\nTo: c@d.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: multipart/related\n\n";
        let is_sure = |text: &str| sniff(&Input::new("x", text)) == Confidence::Certain;
        assert!(is_sure(saved));
        assert!(!is_sure(mail));
        assert!(!is_sure("# words\n\nMIME-Version: multipart/related"));
        assert!(read(&Input::new("x", saved)).is_err());
    }
}
