//! `SubRip` captions, as players take them: there is no specification.
//!
//! The number before the times may be missing, milliseconds follow a comma or a dot, `{\an8}`
//! and HTML tags are markup.

use super::webvtt::{self, RawCue};
use crate::content::{Kind, Quality};
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "srt",
    kind: Kind::Transcript,
    about: "SubRip captions",
    extensions: &["srt"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    // Numbers and times open with a digit; other lines may be as long as a page.
    if !input.text.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
        return Confidence::No;
    }
    let mut lines = input.text.split(['\n', '\r']).filter(|line| !line.trim().is_empty()).peekable();
    lines.next_if(|line| is_number(line));
    let timed = lines.next().is_some_and(|line| times(line).is_some());
    if timed { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let mut document = webvtt::document(FORMAT.name, input, &cues(input.text))?;
    let is_broken =
        |line: &&str| line.contains("-->") && line.starts_with(|c: char| c.is_ascii_digit()) && times(line).is_none();
    let n_broken = input.text.lines().map(str::trim_start).filter(is_broken).count();
    if n_broken > 0 {
        document.doubt(Quality::Partial, format!("lines of times that cannot be read, kept as words: {n_broken}"));
    }
    Ok(Reading { documents: vec![document], problems: Vec::new() })
}

/// The cues of a file: a line of times opens one, the number line before it belongs to it.
fn cues(text: &str) -> Vec<RawCue> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    let opens: Vec<(usize, RawCue)> =
        lines.iter().enumerate().filter_map(|(at, line)| times(line).map(|cue| (at, cue))).collect();
    let mut cues = Vec::with_capacity(opens.len());
    for (index, (at, cue)) in opens.iter().enumerate() {
        let next = opens.get(index + 1).map_or(lines.len(), |(next, _)| *next);
        let body = &lines[at + 1..next];
        // The last line before the next times is the number of the next cue.
        let numbered = index + 1 < opens.len() && body.last().is_some_and(|line| is_number(line));
        let body = &body[..body.len() - usize::from(numbered)];
        let id =
            at.checked_sub(1).map(|before| lines[before].trim()).filter(|line| is_number(line)).unwrap_or_default();
        let text = body.join("\n");
        cues.push(RawCue {
            id: id.to_owned(),
            text: literal_brackets(&without_overrides(text.trim_matches('\n'))),
            ..cue.clone()
        });
    }
    cues
}

/// A line of times: `00:00:01,000 --> 00:00:02,000`, perhaps with a position after it.
fn times(line: &str) -> Option<RawCue> {
    let (start, rest) = line.split_once("-->")?;
    let (start, _) = time(start.trim())?;
    let (end, _) = time(rest.trim())?;
    Some(RawCue { start, end, ..RawCue::default() })
}

/// Seconds at the start of `text`, and what follows: `1:02:03,5`, `02:03.500`.
fn time(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | ',' | '.'))).unwrap_or(text.len());
    let (clock, rest) = text.split_at(end);
    let mut seconds = 0.0;
    let mut n_parts = 0;
    for part in clock.split(':') {
        let value: f64 = part.replace(',', ".").parse().ok()?;
        seconds = seconds * 60.0 + value;
        n_parts += 1;
    }
    ((2..=3).contains(&n_parts)).then_some((seconds, rest))
}

fn is_number(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
}

/// Text without `{\an8}` and its like.
fn without_overrides(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("{\\") {
        let Some(length) = rest[start..].find('}') else { break };
        out.push_str(&rest[..start]);
        rest = &rest[start + length + 1..];
    }
    out.push_str(rest);
    out
}

/// The tags that players know; any other `<` is a sign that somebody wrote.
const TAGS: &[&str] = &["i", "b", "u", "s", "em", "strong", "ruby", "rt", "br", "p", "c"];
/// Those that say more than their name: a colour, a voice.
const TAGS_WITH_MORE: &[&str] = &["font", "span", "v", "lang"];

/// Text whose `<` is escaped where it opens no tag: "I <3 it" loses no words.
fn literal_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        out.push_str(before);
        out.push_str(if is_tag(&tag[1..]) { "<" } else { "&lt;" });
        rest = &tag[1..];
    }
    out.push_str(rest);
    out
}

/// Whether a tag or a word's time is closed in `text`, which stands behind a `<`.
fn is_tag(text: &str) -> bool {
    let Some(tag) = text.find(['<', '>']).filter(|end| text[*end..].starts_with('>')).map(|end| &text[..end]) else {
        return false;
    };
    let bare = tag.trim_matches('/').trim_end();
    let name = bare.split([' ', '.', '\n']).next().unwrap_or_default().to_ascii_lowercase();
    let is_time =
        tag.contains(':') && tag.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b','));
    let is_plain = TAGS.contains(&name.as_str()) && !bare.contains([' ', '\n']);
    is_time || is_plain || TAGS_WITH_MORE.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, n_items: usize) {
        let input = Input::new("t.srt", text);
        assert_eq!(sniff(&input), Confidence::Certain, "{text:?}");
        let document = read(&input).unwrap().documents.remove(0);
        assert_eq!((document.text.as_str(), document.counts.items), (expected, n_items), "{text:?}");
    }

    #[test]
    fn captions_are_read_as_players_do() {
        check(
            "1\r\n00:00:01,000 --> 00:00:02,000\r\n{\\an8}<i>Hi</i>\r\nyou\r\n\r\n2\r\n0:00:02.5 --> 0:00:03.0\r\nho\r\n",
            "[0:01] Hi you ho\n",
            2,
        );
        check(
            "00:01,000 --> 00:02,000\nno number\n\n00:09,000 --> 00:10,000 X1:5\nlate\n",
            "[0:01] no number\n\n[0:09] late\n",
            2,
        );
        check(
            "\n\n7\n00:00:01,000 --> 00:00:02,000\n12\n\n8\n00:00:02,000 --> 00:00:03,000\nmonkeys\n",
            "[0:01] 12 monkeys\n",
            2,
        );
        check("1\n00:00:01,000 --> 00:00:02,000\nI <3 <b>it</b> a < b & c\n", "[0:01] I <3 it a < b & c\n", 1);
        check(
            "1\n00:00:01,000 --> 00:00:02,000\nI <3 10:30 x>y and <T> too\n",
            "[0:01] I <3 10:30 x>y and <T> too\n",
            1,
        );
        check(
            "1\n00:00:01,000 --> 00:00:02,000\nempty line\n\ninside\n2\n00:00:02,000 --> 00:00:03,000\nx\n",
            "[0:01] empty line inside x\n",
            2,
        );
    }

    #[test]
    fn a_list_is_not_captions() {
        for text in ["1\n2\n3\n", "1\na --> b\n", "words\n", "", "words\n00:00:01,000 --> 00:00:02,000\n"] {
            assert_eq!(sniff(&Input::new("t.srt", text)), Confidence::No, "{text:?}");
        }
    }
}
