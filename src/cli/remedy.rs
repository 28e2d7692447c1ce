//! What to type next where a document cannot be read as it is.

use crate::gather::Error;

/// The hint for an error of a reader of documents.
pub(super) fn of(error: &Error) -> Option<String> {
    Some(match error {
        Error::Encrypted { name } => {
            format!("`qpdf --decrypt --password=WORD {name} open.pdf` writes it without one")
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
        _ => return None,
    })
}
