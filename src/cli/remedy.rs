//! What to type next where a document cannot be read as it is.

use crate::content::line;
use crate::gather::{Error, NO_DIRECTORY, OLD_SLIDES, OLD_TEXT};

/// Endings of documents that are zip archives.
const OFFICE: &[&str] = &["docx", "odt", "pptx", "odp", "xlsx", "ods", "epub"];

/// The hint for an error of a reader of documents.
pub(super) fn of(error: &Error) -> Option<String> {
    Some(match error {
        Error::Encrypted { name } => {
            format!("`qpdf --decrypt --password=WORD {name} open.pdf` writes it without one")
        }
        Error::Archive { name, reason: NO_DIRECTORY } if is_of(name, OFFICE) => {
            "get it again, or open it in an office program, which may repair it, and save it anew".to_owned()
        }
        Error::Archive { reason: NO_DIRECTORY, .. } | Error::Damaged { format: "gzip", .. } => {
            "get it again: it is damaged or cut off".to_owned()
        }
        Error::Damaged { name, .. } => format!(
            "get it again, or repair it: `qpdf {name} repaired.pdf`; `--pdf-engine pdftotext` may read more of it"
        ),
        Error::Scanned { name, .. } => format!("recognise its text first: `ocrmypdf {name} searchable.pdf`"),
        Error::Limit { name, .. } => {
            format!("write it anew, `qpdf {name} new.pdf`, or try `--pdf-engine pdftotext`")
        }
        Error::Program { program, .. } => {
            format!("install `{program}` (poppler), or read PDF files with `--pdf-engine own`")
        }
        Error::NoChapter { name, titles, .. } => match titles.iter().position(|title| !title.is_empty()) {
            Some(at) => format!(
                "`{name}#{}` is \"{}\"; a number from 1 to {} or words of a title name one",
                at + 1,
                line(&titles[at]),
                titles.len()
            ),
            None => format!("`{name}#1` is the first; a number from 1 to {} names one", titles.len()),
        },
        Error::Binary { name, looks_like: Some(OLD_TEXT) } => {
            format!("`soffice --headless --convert-to docx {name}` writes it anew")
        }
        Error::Binary { name, looks_like: Some(OLD_SLIDES) } => {
            format!("`soffice --headless --convert-to pptx {name}` writes it anew")
        }
        Error::NothingRead { name, items: "text" }
            if is_of(name, &["pdf", "docx", "odt", "pptx", "odp", "epub", "rtf"]) =>
        {
            "open it: it may hold pictures only; text in pictures has to be recognised first, as by `ocrmypdf`"
                .to_owned()
        }
        Error::NothingRead { name, items: "text" } if is_of(name, &["html", "htm", "xhtml"]) => {
            format!("save the page from a browser once it shows its text; `{name}@as=text` reads its source")
        }
        Error::NothingRead { name, items: "text" } if name.starts_with("http") => {
            "save the page from a browser once it shows its text, and read that file".to_owned()
        }
        Error::Malformed { name, .. } | Error::NothingRead { name, .. } => {
            format!("read it as plain text with `{name}@as=text`")
        }
        _ => return None,
    })
}

/// Whether a name has one of these endings.
fn is_of(name: &str, endings: &[&str]) -> bool {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    endings.contains(&ending.as_str())
}
