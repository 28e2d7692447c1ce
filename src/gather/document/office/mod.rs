//! Documents of office programs, and books: zips of XML that become Markdown.
//!
//! One file a format. [`package`] reads the parts of the zip, [`xml`] gives a part as a tree,
//! [`prose`] writes blocks and runs of words as Markdown. What a reader leaves out (comments,
//! pictures) is counted and told; a part that is damaged makes the document partial.

mod code_page;
mod css;
mod formula;
mod number;
mod odf;
mod odf_objects;
mod odf_styles;
mod package;
mod paint;
mod prose;
mod slides;
mod styles;
mod table;

pub(in crate::gather) mod docx;
pub(in crate::gather) mod epub;
pub(in crate::gather) mod fiction_book;
pub(in crate::gather) mod msg;
pub(in crate::gather) mod odp;
pub(in crate::gather) mod ods;
pub(in crate::gather) mod odt;
pub(in crate::gather) mod pptx;
pub(in crate::gather) mod rtf;
pub(in crate::gather) mod xls;
pub(in crate::gather) mod xlsx;

use self::package::Package;
use self::paint::Unseen;
pub(super) use self::prose::{linked, table as table_of};
use super::markdown;
use super::xml;
use crate::content::{Problem, Quality, canonical, line};
use crate::gather::{Error, Format, Input, Reading, draft};

/// What a note says of text that is there and not seen, before its number.
const HIDDEN: &str = "characters of text that the document hides, left out";

/// What a note says of text that is seen only if something dark lies under it.
const DOUBTFUL: &str = "characters of white text that may stand on something dark, kept";

/// What a reader made of a document.
#[derive(Debug, Default)]
struct Found {
    /// Markdown.
    text: String,
    title: Option<String>,
    author: Option<String>,
    date: Option<String>,
    language: Option<String>,
    /// How many of what were left out or changed.
    counts: Vec<(usize, &'static str)>,
    /// Formulas of sheets whose value the file does not have.
    n_uncounted: usize,
    /// What is missing, each a clause of its own.
    missing: Vec<String>,
}

impl Found {
    fn count(&mut self, n: usize, what: &'static str) {
        if n > 0 {
            self.counts.push((n, what));
        }
    }

    fn count_unseen(&mut self, unseen: Unseen) {
        self.count(unseen.n_hidden, HIDDEN);
        self.count(unseen.n_doubtful, DOUBTFUL);
    }
}

/// Words on one line, if there are any.
fn some(text: &str) -> Option<String> {
    Some(line(text)).filter(|text| !text.is_empty())
}

/// Title, author, date and language of an office document (ECMA-376 part 2, `core.xml`).
fn properties(package: &mut Package) -> Result<Found, Error> {
    let path = package.relations("")?.into_values().find(|relation| relation.kind == "core-properties");
    let Some(root) = path.map(|path| package.xml(&path.target)).transpose()?.flatten() else {
        return Ok(Found::default());
    };
    let text = |name: &str| root.find(name).and_then(|element| some(&element.text()));
    Ok(Found {
        title: text("title"),
        author: text("creator"),
        date: text("created").or(text("modified")),
        language: text("language"),
        ..Found::default()
    })
}

/// The document of what was found; the first heading may be its title.
fn finish(input: &Input, format: &Format, found: Found, package: &Package) -> Result<Reading, Error> {
    let mut missing = found.missing;
    if package.n_broken > 0 {
        missing.push(format!("parts that are damaged or end early: {}", package.n_broken));
    }
    settle(input, format, Found { missing, ..found })
}

/// The text without a first line that only says who wrote it, which is said of the document already.
fn without_author(text: String, author: Option<&str>) -> String {
    match text.split_once("\n\n") {
        Some((first, rest)) if author == Some(first) => rest.to_owned(),
        _ => text,
    }
}

fn settle(input: &Input, format: &Format, mut found: Found) -> Result<Reading, Error> {
    found.count(found.n_uncounted, "formulas without a stored value, shown as they are written");
    let (own_title, text) = markdown::take_title(&canonical(&found.text).0, found.title.as_deref());
    let text = without_author(text, found.author.as_deref());
    let sections = markdown::sections(&text);
    if sections.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "text" });
    }
    let mut document = draft::document(format.name, format.kind, text, sections, 0);
    document.title = found.title.or(own_title);
    document.author = found.author;
    document.date = found.date;
    document.language = found.language;
    for reason in found.missing {
        document.doubt(Quality::Partial, reason);
    }
    markdown::finish(&mut document);
    let notes = found.counts.into_iter().map(|(n, what)| Problem::note(input.name, format!("{what}: {n}")));
    Ok(Reading { documents: vec![document], problems: notes.collect() })
}
