//! `WebVTT` captions, parsed as the W3C specification says (Candidate Recommendation 2019, 6.1-6.4).
//!
//! A bad cue is skipped and never takes the file with it. Styles are for screens and are dropped;
//! settings and regions stay with the cues and are no part of the text.

mod settings;

use super::captions::{self, Shown, ShownLine};
use super::timed;
use crate::content::{Cue, Document, Kind, Quality, Region, Settings};
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "webvtt",
    kind: Kind::Transcript,
    about: "WebVTT captions, rolling automatic captions merged",
    extensions: &["vtt"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    let signed = input.text.strip_prefix("WEBVTT");
    if signed.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n', '\r'])) {
        Confidence::Certain
    } else {
        Confidence::No
    }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let file = parse(input.text).ok_or_else(|| Error::Malformed {
        name: input.name.to_owned(),
        format: FORMAT.name,
        reason: "the first line is not WEBVTT",
    })?;
    let mut document = document(FORMAT.name, input, &file.cues)?;
    let language = file.header.iter().find_map(|line| line.strip_prefix("Language:"));
    document.language = language.map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty());
    if file.n_broken > 0 {
        let reason = format!("captions left out, since their times cannot be read: {}", file.n_broken);
        document.doubt(Quality::Partial, reason);
    }
    Ok(Reading { documents: vec![document], problems: Vec::new() })
}

/// The transcript of raw cues; `SubRip` shares it.
pub(super) fn document(format: &str, input: &Input, raw: &[RawCue]) -> Result<Document, Error> {
    let shown: Vec<Shown> = raw.iter().map(RawCue::shown).collect();
    let (speech, n_silent) = captions::speech(&shown);
    let cues = raw.iter().map(RawCue::cue).collect();
    timed::transcript(format, input, &captions::tell_speakers_apart(speech), cues, (raw.len(), n_silent))
}

/// Header lines and cues of a file.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) header: Vec<String>,
    pub(super) cues: Vec<RawCue>,
    regions: Vec<Region>,
    /// Blocks with words under times that are none.
    pub(super) n_broken: usize,
}

/// A cue before its markup is read.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct RawCue {
    pub(super) id: String,
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) settings: Option<Settings>,
    pub(super) text: String,
}

impl RawCue {
    fn cue(&self) -> Cue {
        let spans = spans(&self.text);
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Cue {
            id: some(&self.id),
            start: self.start,
            end: self.end,
            text: spans.iter().map(|span| span.text.as_str()).collect(),
            speaker: spans.into_iter().find_map(|span| span.speaker),
            settings: self.settings.clone(),
        }
    }

    fn shown(&self) -> Shown {
        let mut lines: Vec<ShownLine> = Vec::new();
        for span in spans(&self.text) {
            for (index, piece) in span.text.split('\n').enumerate() {
                let stamped = span.stamped && index == 0;
                match lines.last_mut().filter(|line| index == 0 && line.speaker == span.speaker) {
                    Some(line) => {
                        line.text.push_str(piece);
                        line.stamped |= stamped;
                    }
                    None => lines.push(ShownLine { speaker: span.speaker.clone(), text: piece.to_owned(), stamped }),
                }
            }
        }
        for line in &mut lines {
            line.text = crate::content::line(&line.text);
        }
        lines.retain(|line| !line.text.is_empty());
        Shown { start: self.start, end: self.end, lines }
    }
}

/// Parses a file; `None` where it does not open with the signature.
pub(super) fn parse(text: &str) -> Option<File> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = text.replace('\0', "\u{fffd}").replace("\r\n", "\n").replace('\r', "\n");
    let rest = text.strip_prefix("WEBVTT")?;
    if !(rest.is_empty() || rest.starts_with([' ', '\t', '\n'])) {
        return None;
    }
    let lines: Vec<&str> = text.split('\n').skip(1).collect();
    let mut file = File::default();
    let mut at = 0;
    while let Some(line) = lines.get(at).filter(|line| !line.is_empty() && !line.contains("-->")) {
        file.header.push((*line).to_owned());
        at += 1;
    }
    while at < lines.len() {
        if lines[at].is_empty() {
            at += 1;
            continue;
        }
        let (block, next) = block(&lines, at, &file);
        match block {
            Block::Cue(cue) => file.cues.push(cue),
            Block::Region(region) => file.regions.push(region),
            Block::Other => file.n_broken += usize::from(is_broken(&lines[at..next])),
        }
        at = next;
    }
    Some(file)
}

/// What a block is.
enum Block {
    Cue(RawCue),
    Region(Region),
    /// A comment, a style, or nothing that can be read.
    Other,
}

/// Collects one block, and says which line is after it.
fn block(lines: &[&str], first: usize, file: &File) -> (Block, usize) {
    let mut buffer = String::new();
    let mut cue: Option<RawCue> = None;
    let mut seen_arrow = false;
    // Regions are described before the cues that are shown in them.
    let is_region = file.cues.is_empty()
        && lines[first].strip_prefix("REGION").is_some_and(|rest| rest.trim_matches(BLANK).is_empty());
    let mut at = first;
    while let Some(line) = lines.get(at).filter(|line| !line.is_empty()) {
        if line.contains("-->") {
            let n_line = at - first + 1;
            if n_line > 2 || seen_arrow {
                break;
            }
            seen_arrow = true;
            cue = timings(line, &file.regions).map(|timed| RawCue { id: std::mem::take(&mut buffer), ..timed });
        } else {
            if !buffer.is_empty() {
                buffer.push('\n');
            }
            buffer.push_str(line);
        }
        at += 1;
    }
    let block = match cue {
        Some(cue) => Block::Cue(RawCue { text: buffer, ..cue }),
        None if is_region && !seen_arrow => Block::Region(settings::region(&lines[first + 1..at].join("\n"))),
        None => Block::Other,
    };
    (block, at)
}

/// Whether a block that is no cue was meant to be one: not a comment or a style, with a time and words.
fn is_broken(block: &[&str]) -> bool {
    let is_aside = ["NOTE", "STYLE", "REGION"].iter().any(|word| block[0].starts_with(word));
    let is_timed = |line: &&str| line.contains("-->") && line.contains(|c: char| c.is_ascii_digit());
    !is_aside && block.iter().any(is_timed)
}

/// White space inside of a line.
const BLANK: [char; 3] = [' ', '\t', '\u{c}'];

/// Times and settings of a cue: `00:01.000 --> 00:02.000 align:start`.
fn timings(line: &str, regions: &[Region]) -> Option<RawCue> {
    let (start, rest) = timestamp(line.trim_start_matches(BLANK))?;
    let rest = rest.trim_start_matches(BLANK).strip_prefix("-->")?;
    let (end, rest) = timestamp(rest.trim_start_matches(BLANK))?;
    Some(RawCue { start, end, settings: settings::cue(rest, regions), ..RawCue::default() })
}

/// A time stamp at the start of `text`, in seconds, and what follows it.
fn timestamp(text: &str) -> Option<(f64, &str)> {
    let (first, n_first, rest) = digits(text)?;
    let (second, n_second, rest) = digits(rest.strip_prefix(':')?)?;
    let with_hours = n_first != 2 || first > 59.0 || rest.starts_with(':');
    let (hours, minutes, seconds, n_seconds, rest) = if with_hours {
        let (third, n_third, rest) = digits(rest.strip_prefix(':')?)?;
        (first, second, third, n_third, rest)
    } else {
        (0.0, first, second, n_second, rest)
    };
    let (thousandths, n_thousandths, rest) = digits(rest.strip_prefix('.')?)?;
    let exact = n_second == 2 && n_seconds == 2 && n_thousandths == 3 && minutes <= 59.0 && seconds <= 59.0;
    exact.then(|| (hours * 3600.0 + minutes * 60.0 + seconds + thousandths / 1000.0, rest))
}

/// A run of ASCII digits: its value, its length, and what follows.
fn digits(text: &str) -> Option<(f64, usize, &str)> {
    let n = text.bytes().take_while(u8::is_ascii_digit).count();
    let value = text[..n].parse().ok()?;
    Some((value, n, &text[n..]))
}

/// Text after a tag, with the voice it is in.
#[derive(Debug, Default)]
struct Span {
    speaker: Option<String>,
    text: String,
    /// The tag before it is a word time.
    stamped: bool,
}

/// The text of a cue without its tags, cut at voices and word times.
fn spans(raw: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut open = Span::default();
    let mut rest = raw;
    loop {
        let text_end = rest.find('<').unwrap_or(rest.len());
        open.text.push_str(&decoded(&rest[..text_end]));
        let Some(tag) = rest.get(text_end + 1..) else { break };
        // A tag that is never closed swallows the rest of the cue, as the specification has it.
        let tag_end = tag.find('>').unwrap_or(tag.len());
        let name = &tag[..tag_end];
        let stamped = name.starts_with(|c: char| c.is_ascii_digit());
        let voice = voice(name);
        if stamped || voice.is_some() {
            let speaker = voice.map_or_else(|| open.speaker.clone(), |name| Some(name).filter(|name| !name.is_empty()));
            spans.push(std::mem::replace(&mut open, Span { speaker, stamped, text: String::new() }));
        }
        rest = tag.get(tag_end + 1..).unwrap_or_default();
    }
    spans.push(open);
    spans
}

/// The speaker that a tag `v Ada` or `v.loud Ada` begins; nobody, the empty name, after `/v`.
fn voice(tag: &str) -> Option<String> {
    if tag == "/v" {
        return Some(String::new());
    }
    let rest = tag.strip_prefix('v')?;
    let (class, name) = rest.split_once([' ', '\t', '\n']).unwrap_or((rest, ""));
    (class.is_empty() || class.starts_with('.')).then(|| crate::content::line(&decoded(name)))
}

/// The character references that captions really hold.
const USUAL: &[(&str, &str)] = &[
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&nbsp;", "\u{a0}"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&lrm;", "\u{200e}"),
    ("&rlm;", "\u{200f}"),
];

/// Text with its character references decoded, as HTML has them.
fn decoded(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let plain = text.replace("&amp;", "");
    let unusual = USUAL.iter().fold(plain, |rest, (entity, _)| rest.replace(entity, "")).contains('&');
    if unusual {
        // One of the two thousand other names: ask a parser that knows them.
        return super::html::decode_entities(text);
    }
    USUAL
        .iter()
        .fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character))
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Counts;

    fn transcript(text: &str) -> Document {
        read(&Input::new("t.vtt", text)).unwrap().documents.remove(0)
    }

    #[test]
    fn cues_become_turns_with_marks() {
        let text = "WEBVTT - talk\nKind: captions\nLanguage: en\n\nSTYLE\n::cue {}\n\nNOTE a --> b\n\nintro\n00:01.000 --> 00:02.500 align:start\n<v.loud Ada>Hello &amp; <i>welcome</i></v>\n\n01:00:00.000 --> 01:00:01.000\n<v Bo>Thanks,\nall\n";
        let document = transcript(text);
        assert_eq!(document.text, "[0:01] Ada: Hello & welcome\n\n[1:00:00] Bo: Thanks, all\n");
        assert_eq!(document.language.as_deref(), Some("en"));
        assert_eq!(document.counts, Counts { items: 2, visible: 2, hidden: 0, branches: 1 });
        let cue = &document.cues[0];
        assert_eq!((cue.id.as_deref(), cue.start, cue.end), (Some("intro"), 1.0, 2.5));
        assert_eq!(cue.text, "Hello & welcome");
        assert_eq!(cue.speaker.as_deref(), Some("Ada"));
        assert_eq!(document.cues[1].text, "Thanks,\nall");
    }

    #[test]
    fn a_region_stands_before_the_cues_that_are_shown_in_it() {
        let region = |text: &str| {
            let cues = parse(text).unwrap().cues;
            let shown = |cue: &RawCue| cue.settings.as_ref()?.region.as_ref().map(|region| region.id.clone());
            cues.iter().map(shown).collect::<Vec<_>>()
        };
        let top = Some("top".to_owned());
        let cue = "00:01.000 --> 00:02.000 region:top\nx\n\n";
        for (text, expected) in [
            (format!("WEBVTT\n\nREGION\nid:top\n\n{cue}"), vec![top.clone()]),
            (format!("WEBVTT\n\nREGION \t\nlines:2\nid:top\n\n{cue}"), vec![top]),
            (format!("WEBVTT\nREGION\nid:top\n\n{cue}"), vec![None]),
            (format!("WEBVTT\n\nREGIONS\nid:top\n\n{cue}"), vec![None]),
            (format!("WEBVTT\n\n{cue}REGION\nid:top\n\n{cue}"), vec![None, None]),
        ] {
            assert_eq!(region(&text), expected, "{text}");
        }
    }

    #[test]
    fn times_are_read_to_the_letter() {
        for (text, seconds) in [
            ("00:01.000", Some(1.0)),
            ("1:00:00.500", Some(3600.5)),
            ("100:00:00.000x", Some(360_000.0)),
            ("60:00.000", None),
            ("0:01.000", None),
            ("00:01,000", None),
            ("00:01.00", None),
            ("00:60.000", None),
            ("00:1.000", None),
            ("", None),
        ] {
            assert_eq!(timestamp(text).map(|(seconds, _)| seconds), seconds, "{text}");
        }
    }

    #[test]
    fn a_file_without_captions_is_an_error() {
        for text in ["WEBVTT", "WEBVTT\n\n00:00.000 -> 00:01.000\nx\n", "WEBVTT\n\n00:00.000 --> 00:01.000\n\n"] {
            assert!(matches!(read(&Input::new("t", text)), Err(Error::NothingRead { .. })), "{text:?}");
        }
        assert!(matches!(read(&Input::new("t", "WEBVTTx")), Err(Error::Malformed { .. })));
    }
}
