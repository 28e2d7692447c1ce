//! XML that no other reader knows: kept as it is written, a long line broken between elements.
//!
//! Nothing is expanded, neither entities nor what a document type names.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::json::lines_as_sections;
use super::xml;
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "xml",
    kind: Kind::Data,
    about: "XML of any shape, as data",
    extensions: &["xml", "xsd", "xsl", "svg", "plist", "rdf", "kml", "gpx", "tei"],
    sniff,
    read,
    stream: None,
};

/// A line longer than this is broken between elements.
const LONG: usize = 1000;

fn sniff(input: &Input) -> Confidence {
    let text = input.text.trim_start();
    match xml::root(text) {
        Some(_) if text.starts_with("<?xml") => Confidence::Likely,
        Some(_) if text.trim_end().ends_with('>') => Confidence::Possible,
        _ => Confidence::No,
    }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let is_long = |line: &str| line.len() > LONG;
    let broken: Vec<String> = input
        .text
        .lines()
        .map(|line| if is_long(line) { line.replace("><", ">\n<") } else { line.to_owned() })
        .collect();
    let mut document = lines_as_sections(FORMAT.name, &broken.join("\n"));
    if document.text.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "elements" });
    }
    xml::judge(&mut document, is_whole(input.text));
    Ok(Reading { documents: vec![document], problems: Vec::new() })
}

/// Whether all that is opened is closed.
fn is_whole(text: &str) -> bool {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut n_open = 0usize;
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => n_open += 1,
            Ok(Event::End(_)) => n_open = n_open.saturating_sub(1),
            Ok(Event::Eof) => return n_open == 0,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Quality;

    #[test]
    fn xml_is_kept_and_told_where_it_ends_early() {
        let long = format!("<?xml version=\"1.0\"?><a>{}</a>", "<b>pear</b>".repeat(200));
        for (text, confidence, quality) in [
            ("<?xml version=\"1.0\"?>\n<a><b>&pear;</b></a>\n", Confidence::Likely, Quality::Complete),
            ("<a><b/></a>", Confidence::Possible, Quality::Complete),
            ("<?xml version=\"1.0\"?><a><b>pear</b", Confidence::Likely, Quality::Partial),
            (&long, Confidence::Likely, Quality::Complete),
        ] {
            let input = Input::new("x", text);
            assert_eq!(sniff(&input), confidence, "{text}");
            let document = read(&input).unwrap().documents.remove(0);
            assert_eq!(document.quality, quality, "{text}");
            assert_eq!(document.text.replace('\n', ""), text.replace('\n', ""));
        }
        assert_eq!(sniff(&Input::new("x", "<3 pears")), Confidence::No);
    }
}
