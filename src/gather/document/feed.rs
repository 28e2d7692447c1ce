//! A feed as one document: its entries, the newest first as feeds have them.

use super::super::feed;
use crate::content::{Kind, SectionKind};
use crate::gather::draft::Draft;
use crate::gather::links::links;
use crate::gather::{Confidence, Error, Format, Input, Reading, fragment};

pub(crate) const FORMAT: Format = Format {
    name: "feed",
    kind: Kind::Page,
    about: "RSS and Atom feeds, entry by entry",
    extensions: &["rss", "atom", "xml"],
    sniff: |input| if feed::is_feed(input.text) { Confidence::Certain } else { Confidence::No },
    read,
    stream: None,
};

fn read(input: &Input) -> Result<Reading, Error> {
    let mut draft = Draft::default();
    for entry in feed::entries(input.text) {
        let title = entry.title.as_deref().unwrap_or("(no title)");
        let mut body = format!("## {title}\n\n");
        let about: Vec<&str> =
            [&entry.author, &entry.date, &entry.link].into_iter().flatten().map(String::as_str).collect();
        if !about.is_empty() {
            body += &format!("{}\n\n", about.join(" · "));
        }
        body += &fragment::markdown(&entry.html);
        if let Some(section) = draft.push(SectionKind::Heading, &body) {
            section.label = Some(title.to_owned());
            section.author = entry.author;
            section.time = None;
        }
    }
    if draft.sections.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "entries" });
    }
    let mut document = draft.document(FORMAT.name, FORMAT.kind);
    document.title = feed::title(input.text);
    document.links = links(&document.text);
    Ok(Reading { documents: vec![document], problems: Vec::new() })
}
