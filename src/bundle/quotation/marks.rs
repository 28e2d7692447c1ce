//! Citation marks of an answer and the passages that they point to.

use std::ops::Range;

use super::words::is_clock;
use super::{Source, place};

/// A mark such as `[s2 41:07; s3]` and where it stands in the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Where, brackets included.
    pub range: Range<usize>,
    /// What it points to.
    pub targets: Vec<Target>,
}

/// One place that a mark points to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The source: `s2`.
    pub source: String,
    /// Where in it, as written: `41:07`, `post 3`.
    pub place: Option<String>,
}

/// Why a mark points nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nowhere {
    /// The bundle has no such source.
    NoSource,
    /// The source has no such place.
    NoPlace,
    /// The recording ends before that time.
    Past {
        /// Where its last words begin.
        last: String,
    },
    /// The text of the source is not here, so nobody can say.
    Withheld,
}

impl Nowhere {
    /// The reason as people read it.
    pub fn reason(&self) -> String {
        match self {
            Self::NoSource => "no such source".to_owned(),
            Self::NoPlace => "no such place in the source".to_owned(),
            Self::Past { last } => format!("past the end of the source, whose last words begin at {last}"),
            Self::Withheld => "cannot be checked: withheld".to_owned(),
        }
    }
}

impl Target {
    /// As it stands in a mark: `s2 41:07`.
    pub fn name(&self) -> String {
        match &self.place {
            Some(place) => format!("{} {place}", self.source),
            None => self.source.clone(),
        }
    }
}

/// The marks of a text, in order.
pub fn marks(text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (start, _) in text.match_indices('[') {
        let rest = &text[start + 1..];
        let Some(end) = rest.find([']', '\n', '[']).filter(|end| rest[*end..].starts_with(']')) else { continue };
        if is_mark(&rest[..end]) {
            marks.push(Mark { range: start..start + end + 2, targets: targets(&rest[..end]) });
        }
    }
    marks
}

/// Whether what stands between brackets starts like a mark.
pub(super) fn is_mark(inside: &str) -> bool {
    split_source(inside.trim_start()).is_some()
}

/// `s2` and what follows it.
fn split_source(text: &str) -> Option<(&str, &str)> {
    let digits = text.strip_prefix('s')?;
    let n_digits = digits.bytes().take_while(u8::is_ascii_digit).count();
    let (source, rest) = text.split_at(1 + n_digits);
    let ends = rest.is_empty() || rest.starts_with([' ', ',', ';', ':', '\u{a0}', '\u{b6}']);
    ((1..=4).contains(&n_digits) && ends).then_some((source, rest))
}

fn targets(inside: &str) -> Vec<Target> {
    let mut targets: Vec<Target> = Vec::new();
    for fragment in inside.split([',', ';']) {
        let fragment = fragment.trim();
        if let Some((source, rest)) = split_source(fragment) {
            let place = rest.trim_start_matches([' ', ':', '\u{a0}']).trim_start_matches("at ").trim();
            let place = (!place.is_empty()).then(|| place.to_owned());
            targets.push(Target { source: source.to_owned(), place });
            continue;
        }
        let Some(last) = targets.last_mut() else { continue };
        match &mut last.place {
            _ if fragment.is_empty() => {}
            None => last.place = Some(fragment.to_owned()),
            Some(_) if is_clock(fragment) || fragment.starts_with("post ") || fragment.starts_with('\u{b6}') => {
                let source = last.source.clone();
                targets.push(Target { source, place: Some(fragment.to_owned()) });
            }
            // A heading may have a comma.
            Some(place) => *place += &format!(", {fragment}"),
        }
    }
    targets
}

/// The source and the bytes of its text that a target points to; `withheld` are sources whose texts are not here.
pub fn resolve(target: &Target, sources: &[Source<'_>], withheld: &[String]) -> Result<(usize, Range<usize>), Nowhere> {
    let Some(index) = sources.iter().position(|source| source.id == target.source) else {
        let is_withheld = withheld.contains(&target.source);
        return Err(if is_withheld { Nowhere::Withheld } else { Nowhere::NoSource });
    };
    let document = sources[index].document;
    let range = target.place.as_ref().map_or(Ok(0..document.text.len()), |wanted| place(document, wanted))?;
    Ok((index, range))
}
