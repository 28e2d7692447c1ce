//! Texts of `LibreOffice` and others (`OpenDocument` text).

use super::finish;
use super::odf::{Writer, properties};
use super::package::{Content, Package, content};
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "odt",
    kind: Kind::Essay,
    about: "OpenDocument texts (LibreOffice): headings, lists, tables, links, notes",
    extensions: &["odt", "ott"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    if content(input) == Some(Content::Odt) { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let mut package = Package::open(input)?;
    let (mut writer, root) = Writer::open(&mut package)?;
    writer.blocks(root.find("text").unwrap_or(&root));
    writer.notes();
    let mut found = properties(&mut package)?;
    writer.tell(&mut found);
    found.text = writer.prose.finish();
    finish(input, &FORMAT, found, &package)
}
