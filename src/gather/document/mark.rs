//! Time marks and speaker names at the head of a line of a transcript, in the shapes people use.

use super::captions::leading_name;
use crate::content::line;

/// The head of a line and the words after it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mark<'a> {
    pub(super) seconds: f64,
    pub(super) speaker: Option<String>,
    /// Address that the time links to.
    pub(super) url: Option<&'a str>,
    /// Words on the same line; none where the line only announces the paragraph below.
    pub(super) words: &'a str,
}

/// Reads the mark of a line: `[0:47](url) words`, `**0:47** · words`, `**Ada:** [0:47](url) words`,
/// `[00:01:02] Ada: words`, `(0:47) words`, `0:47 words`, `Ada (00:01:02)`, `Ada 0:47`.
pub(super) fn parse(raw: &str) -> Option<Mark<'_>> {
    let raw = raw.trim();
    if !has_clock(raw) {
        return None;
    }
    if let Some((seconds, url, rest)) = time(raw) {
        let rest = rest
            .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '·' | '•' | '–' | '—' | '-' | '|' | ':'));
        let (speaker, words) = speaker(rest).map_or((None, rest), |(name, words)| (Some(name), words));
        return Some(Mark { seconds, speaker, url, words });
    }
    if let Some((name, rest)) = speaker(raw)
        && let Some((seconds, url, words)) = time(rest)
    {
        return Some(Mark { seconds, speaker: Some(name), url, words: words.trim_start() });
    }
    announced(raw)
}

/// Whether a colon stands between digits: few lines of prose have one.
pub(super) fn has_clock(text: &str) -> bool {
    let digit = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
    memchr::memchr_iter(b':', text.as_bytes()).any(|at| digit(at.checked_sub(1)) && digit(Some(at + 1)))
}

/// The seconds of a text that is a clock time and nothing else: `0:47`, `01:02:03.500`.
pub(in crate::gather) fn seconds(text: &str) -> Option<f64> {
    clock(text).filter(|(_, rest)| rest.is_empty()).map(|(seconds, _)| seconds)
}

/// A name in front of words: `**Ada:** words`, `**Ada**: words`, `Ada: words`.
pub(super) fn speaker(text: &str) -> Option<(String, &str)> {
    if let Some(rest) = text.strip_prefix("**") {
        let (name, words) = rest.split_once("**")?;
        let bare = name.strip_suffix(':');
        let words = if bare.is_some() { words } else { words.strip_prefix(':')? };
        let name = line(bare.unwrap_or(name));
        let fits = !name.is_empty() && name.len() <= 60 && name.chars().any(char::is_alphabetic);
        return fits.then(|| (name, words.trim_start()));
    }
    leading_name(text).map(|(name, words)| (name.to_owned(), words))
}

/// A time at the start: its seconds, the address it links to, and what follows.
fn time(text: &str) -> Option<(f64, Option<&str>, &str)> {
    if let Some(inner) = text.strip_prefix("**") {
        let (inner, rest) = inner.split_once("**")?;
        let (seconds, url, left) = time(inner)?;
        return left.trim_end_matches(':').is_empty().then_some((seconds, url, rest));
    }
    if let Some(inner) = text.strip_prefix('[') {
        let (seconds, rest) = clock(inner)?;
        let rest = rest.strip_prefix(']')?;
        let link = rest.strip_prefix('(').and_then(|link| link.split_once(')'));
        return Some(link.map_or((seconds, None, rest), |(url, rest)| (seconds, Some(url), rest)));
    }
    if let Some(inner) = text.strip_prefix('(') {
        let (seconds, rest) = clock(inner)?;
        return Some((seconds, None, rest.strip_prefix(')')?));
    }
    let (seconds, rest) = clock(text)?;
    let ends = rest.is_empty()
        || rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '·' | '–' | '—' | '-' | '|' | ':'));
    ends.then_some((seconds, None, rest))
}

/// A name with its time at the end of the line and nothing after: the words come below.
fn announced(text: &str) -> Option<Mark<'_>> {
    let (name, last) = text.rsplit_once(char::is_whitespace)?;
    let last = last.trim_end_matches(':');
    let inner = last.trim_matches(|c: char| matches!(c, '(' | ')' | '[' | ']' | '*'));
    let (seconds, rest) = clock(inner)?;
    let name =
        line(name.trim_matches(|c: char| matches!(c, '*' | ':' | '·' | '|' | '-' | '–' | '—') || c.is_whitespace()));
    let n_words = name.split(' ').count();
    let named = name.chars().next().is_some_and(char::is_uppercase)
        && name.len() <= 60
        && n_words <= 5
        && !name.contains(['.', ',', ':', '?', '!', '"'])
        && rest.is_empty();
    named.then_some(Mark { seconds, speaker: Some(name), url: None, words: "" })
}

/// `m:ss`, `h:mm:ss`, either with a fraction, at the start of `text`; seconds and the rest.
fn clock(text: &str) -> Option<(f64, &str)> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == ':')).unwrap_or(text.len());
    let mut seconds = 0.0;
    let mut n_parts = 0;
    for part in text[..end].split(':') {
        let fits = if n_parts == 0 { (1..=3).contains(&part.len()) } else { part.len() == 2 && part < "60" };
        if !fits {
            return None;
        }
        seconds = seconds * 60.0 + part.parse::<f64>().ok()?;
        n_parts += 1;
    }
    let rest = &text[end..];
    let fraction = rest.strip_prefix(['.', ',']).map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    let rest = if fraction > 0 { &rest[1 + fraction..] } else { rest };
    (2..=3).contains(&n_parts).then_some((seconds, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_of_a_mark_is_read() {
        type Head<'a> = (f64, Option<&'a str>, &'a str);
        let cases: &[(&str, Option<Head>)] = &[
            ("[0:47](https://v.example/w?t=47s) Hello", Some((47.0, None, "Hello"))),
            ("**0:47** · Hello", Some((47.0, None, "Hello"))),
            ("**Ada Bee:** [1:00:47](https://v.example) Hello", Some((3647.0, Some("Ada Bee"), "Hello"))),
            ("**Ada**: (0:47) Hello", Some((47.0, Some("Ada"), "Hello"))),
            ("[00:01:02] Ada: Hello", Some((62.0, Some("Ada"), "Hello"))),
            ("(00:01:02) Hello", Some((62.0, None, "Hello"))),
            ("(00:01:02.250) **Ada:** Hello", Some((62.0, Some("Ada"), "Hello"))),
            ("0:47 hello", Some((47.0, None, "hello"))),
            ("0:47", Some((47.0, None, ""))),
            ("Ada Bee 00:01:02", Some((62.0, Some("Ada Bee"), ""))),
            ("Ada Bee (0:47):", Some((47.0, Some("Ada Bee"), ""))),
            ("**Ada Bee** · 0:47", Some((47.0, Some("Ada Bee"), ""))),
            ("SPEAKER_00 0:47", Some((47.0, Some("SPEAKER_00"), ""))),
            ("words at 0:47", None),
            ("We met at the corner of it all at 0:47", None),
            ("Ada: Hello", None),
            ("1:2 odds", None),
            ("0:60 x", None),
            ("John 3:16b", None),
            ("[0:47 x]", None),
            ("12:30pm", None),
            ("", None),
            ("**", None),
        ];
        for (text, expected) in cases {
            let mark = parse(text);
            let found = mark.as_ref().map(|mark| (mark.seconds, mark.speaker.as_deref(), mark.words));
            assert_eq!(found, *expected, "{text:?}");
        }
        assert_eq!(parse("[0:47](https://v.example/w) x").and_then(|mark| mark.url), Some("https://v.example/w"));
    }
}
