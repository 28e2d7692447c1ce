//! Bytes from anywhere become documents.
//!
//! A [`Format`] is a record: a name, a function that says how sure it is that a text is of its
//! form, and a function that reads it. [`FORMATS`] lists them all; help, README and the fixture
//! test iterate that list. [`read`] decodes what is text, picks a format by what stands in it (the
//! name of the file only breaks ties), reads it and holds the promises that every document gives:
//! canonical text, sections in order that cover it, no success on zero items.
//! [`source`] is the one file here that touches the disk; [`unresolved`] looks at several documents
//! together and says which sources a thread talks about that are not there.
//! Nothing here counts tokens, cuts text or follows a link.

mod absolute;
mod container;
mod decode;
mod detect;
mod document;
mod draft;
mod elements;
mod error;
mod exclude;
mod family;
mod feed;
pub mod fetch;
mod fragment;
mod front_matter;
mod gzip;
mod identifier;
mod links;
mod manner;
mod mentions;
mod moment;
mod outline;
mod page;
mod pick;
mod quality;
mod relink;
mod second;
mod short;
pub mod site;
pub mod source;
mod split;
mod stream;
mod tape;
mod thread;

use crate::content::{Document, Kind, Problem, Quality, Severity};
use tape::{Json, Tape};

pub use container::NO_DIRECTORY;
pub use decode::{OLD_SLIDES, OLD_TEXT};
pub use document::pdf::{register as register_worker, serve as serve_worker};
pub(crate) use draft::paragraph;
pub use error::Error;
pub use exclude::{Exclude, Output, ParsePatternError, Pattern};
pub use identifier::identifier;
pub use links::{LinkClass, classify, links};
pub use manner::{Branches, Links, Manner, ParseMannerError, PdfEngine, Times};
pub use mentions::unresolved;
pub use outline::{Lens, Outline, Roll, Rolls, Sieve};
pub use pick::{Candidate, picked};
pub use second::at_second;
pub use short::Short;
pub use stream::Stream;
pub(crate) use thread::attached;

/// Reads one form of source.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// The name in `forkful formats`, in JSON and after `as=`.
    pub name: &'static str,
    /// The kind of its documents, unless the source says otherwise.
    pub kind: Kind,
    /// One line for help and README.
    pub about: &'static str,
    /// File name extensions; they decide only between formats that are equally sure.
    pub extensions: &'static [&'static str],
    /// Says how sure it is that the text, or the bytes, have this form.
    pub sniff: fn(&Input) -> Confidence,
    /// Reads them.
    pub read: fn(&Input) -> Result<Reading, Error>,
    /// How its elements are read one by one where an export is large.
    pub stream: Option<Stream>,
}

/// A source on its way into a reader.
#[derive(Debug)]
pub struct Input<'a> {
    /// Name of the source, for problems and ties.
    pub name: &'a str,
    /// The bytes as they came.
    pub bytes: &'a [u8],
    /// The text they are, decoded, byte order mark taken off; empty where they are no text.
    pub text: &'a str,
    /// What its owner asks for.
    pub wishes: Wishes<'a>,
    /// How many elements of the same source were read before this text.
    pub n_before: usize,
    /// Whether a zero stands in the text, which no person writes.
    has_nul: bool,
    /// The JSON of the text, from its first bracket on; empty for a text that is none.
    json: &'a str,
    /// The first JSON values in outline, for those that recognise a format.
    shapes: Vec<Tape<'a>>,
}

impl<'a> Input<'a> {
    /// A text without wishes.
    pub fn new(name: &'a str, text: &'a str) -> Self {
        let json = split::json(text);
        let first = if split::is_lines(json) { json.lines().take(8).collect() } else { vec![json] };
        let shapes = first.into_iter().map(Tape::shape).collect();
        let has_nul = memchr::memchr(0, text.as_bytes()).is_some();
        Self { text, has_nul, json, shapes, ..Self::of_bytes(name, text.as_bytes()) }
    }

    /// Bytes that are no text, without wishes.
    pub fn of_bytes(name: &'a str, bytes: &'a [u8]) -> Self {
        let (wishes, shapes) = (Wishes::default(), Vec::new());
        Self { name, bytes, text: "", wishes, n_before: 0, has_nul: false, json: "", shapes }
    }

    /// Whether one of the first elements passes: of an array, of a text of lines, or the one object.
    fn any(&self, test: impl Fn(Json) -> bool) -> bool {
        self.shapes.iter().map(Tape::root).any(|root| test(root) || root.items().any(&test))
    }

    /// Whether a mark stands anywhere in the text.
    fn has(&self, mark: &str) -> bool {
        memchr::memmem::find(self.text.as_bytes(), mark.as_bytes()).is_some()
    }

    /// [`Self::any`] as the word of one who recognises a format.
    fn certain(&self, test: impl Fn(Json) -> bool) -> Confidence {
        if self.any(test) { Confidence::Certain } else { Confidence::No }
    }
}

/// What the owner of a source asks its reader for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wishes<'a> {
    /// The name of a format, or of a kind.
    pub format: Option<&'a str>,
    /// What its reader shall choose.
    pub manner: Manner,
    /// The encoding that whoever sent the bytes names, where they are text.
    pub charset: Option<&'a str>,
    /// What is left out of a folder or an archive.
    pub exclude: &'a Exclude,
    /// Where the bytes came from on the web, where that is known.
    pub address: Option<&'a str>,
    /// The one document to read: its id, the first letters of it, or words of its title.
    pub pick: Option<&'a str>,
}

impl Wishes<'_> {
    /// Whether the document with this id and title is wanted.
    fn want(&self, id: Option<&str>, title: Option<&str>) -> bool {
        let Some(pick) = self.pick.map(str::to_lowercase) else { return true };
        let id = id.unwrap_or_default().to_lowercase();
        let starts = pick.len() >= 4 && id.starts_with(&pick);
        id == pick || starts || title.is_some_and(|title| title.to_lowercase().contains(&pick))
    }
}

/// How sure a format is that a text has its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It has not.
    No,
    /// Nothing speaks against it.
    Possible,
    /// Its marks are there.
    Likely,
    /// The form announces itself.
    Certain,
}

/// What a source held.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The documents, at least one.
    pub documents: Vec<Document>,
    /// What a person should know about them.
    pub problems: Vec<Problem>,
}

/// Every format there is; of two that are equally sure, the first reads.
pub const FORMATS: &[Format] = &[
    thread::markdown::FORMAT,
    thread::chatgpt::FORMAT,
    thread::claude::FORMAT,
    thread::claude_code::FORMAT,
    thread::codex::FORMAT,
    thread::open_webui::FORMAT,
    thread::librechat::FORMAT,
    thread::llm::FORMAT,
    thread::sharegpt::FORMAT,
    thread::gemini::FORMAT,
    thread::copilot::FORMAT,
    thread::grok::FORMAT,
    thread::x_archive::FORMAT,
    thread::x_api_v1::FORMAT,
    thread::x_api_v2::FORMAT,
    thread::bluesky::FORMAT,
    thread::mastodon::FORMAT,
    thread::hackernews::FORMAT,
    thread::reddit::FORMAT,
    thread::lobsters::FORMAT,
    thread::discourse::FORMAT,
    thread::github::FORMAT,
    thread::slack::FORMAT,
    thread::discord::FORMAT,
    thread::telegram::FORMAT,
    thread::whatsapp::FORMAT,
    thread::signal::FORMAT,
    thread::messenger::FORMAT,
    document::mhtml::FORMAT,
    thread::mail::FORMAT,
    document::webvtt::FORMAT,
    document::srt::FORMAT,
    document::youtube::FORMAT,
    document::ttml::FORMAT,
    document::whisper::FORMAT,
    document::podcast::FORMAT,
    document::deepgram::FORMAT,
    document::assemblyai::FORMAT,
    document::rev::FORMAT,
    document::amazon::FORMAT,
    document::transcript_list::FORMAT,
    document::transcript::FORMAT,
    document::pdf::FORMAT,
    document::office::docx::FORMAT,
    document::office::odt::FORMAT,
    document::office::rtf::FORMAT,
    document::office::epub::FORMAT,
    document::office::fiction_book::FORMAT,
    document::office::pptx::FORMAT,
    document::office::odp::FORMAT,
    document::office::xlsx::FORMAT,
    document::office::xls::FORMAT,
    document::office::ods::FORMAT,
    document::office::msg::FORMAT,
    document::notebook::FORMAT,
    document::feed::FORMAT,
    document::opml::FORMAT,
    document::html::FORMAT,
    document::json::FORMAT,
    document::xml_data::FORMAT,
    document::yaml::FORMAT,
    document::text::FORMAT,
    document::markdown::FORMAT,
    document::markup::FORMAT,
    document::csv::FORMAT,
    document::code::FORMAT,
];

/// Reads the documents that `bytes` hold.
///
/// `name` breaks ties and stands in problems; `as_format` is the name of a format or of a kind.
pub fn read(name: &str, bytes: &[u8], as_format: Option<&str>) -> Result<Reading, Error> {
    read_as(name, bytes, Wishes { format: as_format, ..Wishes::default() })
}

/// Reads the documents that `bytes` hold and `wishes` ask for.
pub fn read_as(name: &str, bytes: &[u8], wishes: Wishes) -> Result<Reading, Error> {
    if gzip::is_packed(bytes) {
        return gzip::read(name, bytes, wishes);
    }
    match decode::body(name, bytes, wishes.charset)? {
        decode::Body::Text(text, problem) => settle(&Input { bytes, wishes, ..Input::new(name, &text) }, problem),
        decode::Body::Binary => settle(&Input { wishes, ..Input::of_bytes(name, bytes) }, None),
    }
}

/// Chooses a format, reads, and holds what every document promises; `decoded` is what is to be known of its encoding.
fn settle(input: &Input, decoded: Option<Problem>) -> Result<Reading, Error> {
    let name = input.name;
    let (format, kind) = detect::choose(input, input.wishes.format)?;
    let mut reading = (format.read)(input)?;
    let n_read = reading.documents.len();
    let wanted = |document: &Document| input.wishes.want(document.id.as_deref(), document.title.as_deref());
    // What is attached to a conversation goes with it.
    reading.documents.retain(|document| document.kind != format.kind || wanted(document));
    if let (true, Some(pick)) = (reading.documents.len() < n_read.min(1), input.wishes.pick) {
        return Err(Error::not_inside(name, pick).among(format.kind));
    }
    for document in &mut reading.documents {
        if let Some(kind) = kind {
            document.kind = kind;
        }
        reading.problems.extend(draft::settle(name, document));
        absolute::links(document, input.wishes.address);
        relink::relink(document, input.wishes.manner.links);
    }
    reading.documents.retain(|document| !document.text.is_empty());
    if reading.documents.is_empty() {
        return Err(Error::NothingRead { name: name.to_owned(), items: "text" });
    }
    for document in &mut reading.documents {
        quality::judge(input, document);
        if let Some(lost) = decoded.as_ref().filter(|problem| problem.severity == Severity::Warning) {
            document.doubt(Quality::Partial, lost.message.clone());
        }
    }
    reading.problems.extend(detect::odd_characters(input));
    reading.problems.extend(decoded.filter(|problem| problem.severity == Severity::Note));
    reading.problems.extend(quality::told(name, &reading.documents));
    Ok(reading)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Pieces that formats are made of, so that random texts come near to them.
    fn hostile_text() -> impl Strategy<Value = String> {
        let pieces = [
            "WEBVTT\n",
            "\n\n",
            "\n",
            "\r",
            " ",
            "00:01.000 --> 00:02.000",
            "00:00:01,000 --> 00:00:02,000\n",
            "1\n",
            "<v Ada>",
            "<00:00.500>",
            "&gt;&gt; ",
            "&foo;",
            "Ada: ",
            "[0:47](https://v.example/?t=1)",
            "**1:00** · ",
            "# Thread Export\n\n",
            "- Tweets captured: 2\n",
            "## Tweet 1\n\n",
            "\n\n## Tweet 2\n\n",
            "# ",
            "## Transcript\n",
            "```\n",
            "---\n",
            "a: b\n",
            "<div>",
            "<p>",
            "</p>",
            "<html>",
            "<svg>",
            "<!--",
            "[",
            "](https://",
            ")",
            "!",
            "the full podcast",
            "\u{feff}",
            "\0",
            "\u{1b}",
            "é",
            "👩‍🌾",
            "\u{202e}",
            "{",
            "}",
            "\"",
            ",",
            "words and words. ",
        ];
        prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_keeps_the_promises(text in hostile_text(), name in "[a-z]{1,3}(\\.(md|txt|vtt|srt|html|csv))?") {
            let words = FORMATS.iter().map(|format| Some(format.name)).chain([None, Some("transcript"), Some("paper")]);
            for word in words {
                let Ok(reading) = read(&name, text.as_bytes(), word) else { continue };
                prop_assert!(!reading.documents.is_empty());
                for document in &reading.documents {
                    prop_assert!(!document.text.is_empty());
                    prop_assert_eq!(&crate::content::canonical(&document.text).0, &document.text);
                    prop_assert!(draft::covers(&document.text, &document.sections), "{:?} as {:?}", &document.text, word);
                    let links = document.links.iter().filter_map(|link| link.start);
                    prop_assert!(links.into_iter().all(|start| document.text.get(start..).is_some()));
                }
                prop_assert!(!reading.problems.iter().any(|problem| problem.message.contains("did not fit")));
                prop_assert_eq!(reading, read(&name, text.as_bytes(), word).unwrap());
                let documents = read(&name, text.as_bytes(), word).unwrap().documents;
                unresolved(&documents.iter().collect::<Vec<_>>());
            }
        }
    }
}
