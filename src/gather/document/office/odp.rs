//! Slides of `LibreOffice` and others (`OpenDocument` presentation).

use super::odf::{Writer, properties};
use super::package::{Content, Package, content};
use super::paint::Ink;
use super::xml::Element;
use super::{finish, slides};
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "odp",
    kind: Kind::Text,
    about: "OpenDocument slides (LibreOffice) with their notes, a section a slide",
    extensions: &["odp", "otp"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    if content(input) == Some(Content::Odp) { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let mut package = Package::open(input)?;
    let (mut writer, root) = Writer::open(&mut package)?;
    // White stands on the colors and pictures of a slide, which are not followed.
    writer.paper = Ink::Dyed;
    for (index, page) in root.all("page").into_iter().enumerate() {
        let is_title = |class: Option<&str>| matches!(class, Some("title"));
        let title = page.elements().find(|frame| is_title(frame.attribute("presentation:class")));
        let words = title.and_then(|frame| frame.find("p")).map(|paragraph| writer.words(paragraph));
        slides::begin(&mut writer.prose, index + 1, words.as_ref());
        let mut rest = page.clone();
        rest.children.retain(|node| match node {
            super::xml::Node::Element(element) => {
                !is_title(element.attribute("presentation:class")) && element.name != "notes"
            }
            super::xml::Node::Text(_) => false,
        });
        writer.blocks(&rest);
        // Beside what is said, a page of notes has its number, its date and a picture of the slide.
        let is_said = |frame: &&Element| frame.attribute("presentation:class").is_none_or(|class| class == "notes");
        let frames = page.child("notes").into_iter().flat_map(Element::elements).filter(is_said);
        let lines: Vec<String> =
            frames.flat_map(|frame| frame.all("p")).map(|paragraph| writer.words(paragraph).markdown()).collect();
        slides::notes(&mut writer.prose, &lines);
    }
    writer.notes();
    let mut found = properties(&mut package)?;
    writer.tell(&mut found);
    found.text = writer.prose.finish();
    finish(input, &FORMAT, found, &package)
}
