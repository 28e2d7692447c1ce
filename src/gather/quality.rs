//! How far a text can be trusted, judged by the text and its source alone.
//!
//! A reader knows what it could not read and says so itself. Here is what no reader of one format
//! sees: characters that a wrong decoding made, text that says the same again and again, signs that
//! are no writing, captions whose times run backwards, a download that was cut off. Each finding
//! lowers the document's quality with its reason. Shares decide, not single places, and they are
//! whole numbers without a name or path, since quality and reason are hashed with the document.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Input;
use super::document::seconds;
use crate::content::{Document, Kind, Problem, Quality};

/// Bytes of a text that are looked at.
const JUDGED: usize = 4 * 1024 * 1024;
/// Characters that a text has at least for shares of them to say something.
const ENOUGH: usize = 200;
/// Words of sentences that a text has at least to be called repetitive.
const ENOUGH_WORDS: usize = 100;
/// Bytes at the end of captions that hold the last of them.
const CAPTION_END: usize = 4096;
/// Bytes at the end of a PDF that hold its end mark.
const PDF_END: usize = 4096;

/// Lowers the quality of what is not as it should be.
pub(super) fn judge(input: &Input, document: &mut Document) {
    let text = head(&document.text);
    let mut found: Vec<(Quality, String)> = Vec::new();
    let mut suspect = |reason: Option<String>| found.extend(reason.map(|reason| (Quality::Suspect, reason)));
    let is_prose = document.kind != Kind::Data && document.format != "code";
    let signs = Signs::of(text);
    suspect(signs.replaced().filter(|_| document.quality < Quality::Suspect));
    suspect(signs.private());
    suspect(mojibake(text, &signs));
    suspect(glyph_numbers(text, &signs));
    if document.format == "pdf" {
        suspect(signs.no_words());
    }
    if is_prose {
        suspect(signs.no_writing());
        suspect(repeats(text));
    }
    if document.kind == Kind::Transcript {
        suspect(backwards(document));
    }
    found.extend(cut_off(input, document).map(|reason| (Quality::Partial, reason.to_owned())));
    for (quality, reason) in found {
        document.doubt(quality, reason);
    }
}

/// What is to be told of documents that are not complete.
pub(super) fn told(name: &str, documents: &[Document]) -> Vec<Problem> {
    let warning = |document: &Document| {
        let reason = document.quality_reason.as_ref()?;
        let place = match &document.title {
            Some(title) if documents.len() > 1 => format!("{name}, {title}"),
            _ => name.to_owned(),
        };
        Some(Problem::warning(place, format!("{}: {reason}", document.quality.name())))
    };
    documents.iter().filter_map(warning).collect()
}

/// The first bytes of a text, whole characters.
fn head(text: &str) -> &str {
    let end = (0..=text.len().min(JUDGED)).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// Characters of a text by what they are.
#[expect(clippy::struct_field_names, reason = "each is a count")]
#[derive(Debug, Default)]
struct Signs {
    n_shown: usize,
    n_written: usize,
    n_letters: usize,
    n_latin: usize,
    n_vowels: usize,
    n_foreign: usize,
    n_replaced: usize,
    n_private: usize,
}

impl Signs {
    fn of(text: &str) -> Self {
        let mut signs = Self::default();
        let mut n_each = [0; 256];
        text.bytes().for_each(|byte| n_each[usize::from(byte)] += 1);
        let (ascii, others) = n_each.split_at(128);
        for (c, n) in ('\0'..).zip(ascii) {
            signs.add(c, *n);
        }
        if others.iter().any(|n| *n > 0) {
            text.chars().filter(|c| !c.is_ascii()).for_each(|c| signs.add(c, 1));
        }
        signs
    }

    /// Counts a character that stands `n` times.
    fn add(&mut self, c: char, n: usize) {
        let n_if = |is: bool| if is { n } else { 0 };
        // Most letters with a mark are vowels.
        let is_marked = matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}');
        let is_vowel = matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
        self.n_shown += n_if(!c.is_whitespace());
        self.n_written += n_if(c.is_alphanumeric());
        self.n_letters += n_if(c.is_alphabetic());
        self.n_latin += n_if(c.is_ascii_alphabetic() || is_marked);
        self.n_vowels += n_if(is_vowel || is_marked);
        self.n_foreign += n_if(!c.is_ascii() && !c.is_whitespace());
        self.n_replaced += n_if(c == char::REPLACEMENT_CHARACTER);
        self.n_private += n_if(matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}'));
    }

    fn replaced(&self) -> Option<String> {
        let many = self.n_replaced > 2 && self.n_replaced * 200 >= self.n_shown;
        many.then(|| format!("characters that could not be read, shown as \u{fffd}: {}", self.n_replaced))
    }

    fn private(&self) -> Option<String> {
        let many = self.n_private > 9 && self.n_private * 50 >= self.n_shown;
        many.then(|| format!("signs of a private font where letters should be: {}", self.n_private))
    }

    /// A font that shows letters and names others.
    fn no_words(&self) -> Option<String> {
        let is_latin = self.n_latin >= 2 * ENOUGH && self.n_latin * 10 >= self.n_letters * 9;
        (is_latin && self.n_vowels * 6 < self.n_latin)
            .then(|| "letters that make no words; its fonts may name the wrong ones".to_owned())
    }

    fn no_writing(&self) -> Option<String> {
        let few = self.n_shown >= ENOUGH && self.n_written * 5 < self.n_shown * 2;
        few.then(|| "almost no letters".to_owned())
    }
}

/// UTF-8 that was read as Windows-1252 on its way: `Ã©` for `é`, `â€™` for an apostrophe.
fn mojibake(text: &str, signs: &Signs) -> Option<String> {
    let follows = |c: char| {
        matches!(
            c,
            '\u{80}'
                ..='\u{bf}'
                    | '€'
                    | '‚'
                    | 'ƒ'
                    | '„'
                    | '…'
                    | '†'
                    | '‡'
                    | 'ˆ'
                    | '‰'
                    | 'Š'
                    | '‹'
                    | 'Œ'
                    | 'Ž'
                    | '‘'
                    | '’'
                    | '“'
                    | '”'
                    | '•'
                    | '–'
                    | '—'
                    | '˜'
                    | '™'
                    | 'š'
                    | '›'
                    | 'œ'
                    | 'ž'
                    | 'Ÿ'
        )
    };
    // Three of them are six foreign characters.
    if signs.n_foreign < 6 {
        return None;
    }
    let (mut n_found, mut n_signs) = (0, 0);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let n_more = match c {
            'Ã' | 'Â' | 'Ä' | 'Å' | 'Î' | 'Ð' | 'Ñ' => 1,
            'â' | 'ã' => 2,
            'ð' => 3,
            _ => continue,
        };
        let n = (0..n_more).take_while(|_| characters.next_if(|c| follows(*c)).is_some()).count();
        if n == n_more {
            n_found += 1;
            n_signs += 1 + n;
        }
    }
    let many = n_found > 2 && n_signs * 3 >= signs.n_foreign && n_found * 1000 >= signs.n_shown;
    many.then(|| format!("characters that a wrong encoding made, as \u{c3}\u{a9} for \u{e9}: {n_found}"))
}

/// Glyphs that a converter could name by their number only: `(cid:17)`.
fn glyph_numbers(text: &str, signs: &Signs) -> Option<String> {
    let n = memchr::memmem::find_iter(text.as_bytes(), "(cid:").count();
    (n > 2 && n * 8 * 20 >= signs.n_shown).then(|| format!("numbers of glyphs where letters should be, (cid:17): {n}"))
}

/// Text of which half has been said before.
fn repeats(text: &str) -> Option<String> {
    // Most sentences differ in length.
    let mut seen: BTreeSet<(usize, &str)> = BTreeSet::new();
    let again = sentences(text).filter(|sentence| !seen.insert((sentence.len(), sentence)));
    let n_again: usize = again.filter_map(n_words).sum();
    // The words of all others are only counted where half of them may have been said before.
    if n_again * 2 < ENOUGH_WORDS {
        return None;
    }
    let n_words: usize = sentences(text).filter_map(n_words).sum();
    (n_words >= ENOUGH_WORDS && n_again * 2 > n_words)
        .then(|| format!("{} % of its words are sentences that stood there before", n_again * 100 / n_words))
}

/// The sentences and lines of a text. The mark of a paragraph tells the time and is no part of what is said.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let open = rest?;
        let end = sentence_end(open);
        let sentence = &open[..end.start];
        rest = (end.start < open.len()).then(|| &open[end.end..]);
        Some(sentence.trim_start_matches(|c: char| !c.is_alphabetic()).trim_end())
    })
}

/// The bytes that signs begin with which end sentences; the wide ones begin with one of two, as do kana and a few others.
const MAY_END: [bool; 256] = {
    let mut may_end = [false; 256];
    let mut signs: &[u8] = b"\n.?!\xe3\xef";
    while let [sign, rest @ ..] = signs {
        may_end[*sign as usize] = true;
        signs = rest;
    }
    may_end
};

/// The sign that ends the first sentence of a text; nothing at its end where none does.
fn sentence_end(text: &str) -> Range<usize> {
    let mut at = 0;
    while let Some(found) = text.as_bytes()[at..].iter().position(|byte| MAY_END[usize::from(*byte)]) {
        at += found;
        let rest = &text[at..];
        if !rest.starts_with(|c: char| !c.is_ascii()) {
            return at..at + 1;
        }
        if rest.starts_with(['。', '？', '！']) {
            return at..at + '。'.len_utf8();
        }
        at += 1;
        while !text.is_char_boundary(at) {
            at += 1;
        }
    }
    text.len()..text.len()
}

/// Words of a sentence, if it is long enough to be one.
fn n_words(sentence: &str) -> Option<usize> {
    let n = sentence.split_whitespace().count();
    (n >= 3 || sentence.chars().count() >= 12).then_some(n)
}

/// Captions, or marks of paragraphs, of which one in twenty begins before the one above it.
fn backwards(document: &Document) -> Option<String> {
    let mut times: Vec<f64> = document.cues.iter().map(|cue| cue.start).collect();
    if times.is_empty() {
        times = document.sections.iter().filter_map(|section| seconds(section.time.as_deref()?)).collect();
    }
    let n_back = times.windows(2).filter(|pair| pair[1] < pair[0] - 1.0).count();
    (n_back > 0 && n_back * 20 >= times.len()).then(|| format!("times that run backwards: {n_back}"))
}

/// Why the source seems to have been cut off on its way.
fn cut_off(input: &Input, document: &Document) -> Option<&'static str> {
    match document.format.as_str() {
        "html" => is_cut_page(input.text).then_some("the page is cut off before its end"),
        "pdf" => {
            let end = &input.bytes[input.bytes.len().saturating_sub(PDF_END)..];
            let has = |mark: &[u8]| memchr::memmem::find(end, mark).is_some();
            (!has(b"%%EOF") && !has(b"startxref")).then_some("the file is cut off before its end mark")
        }
        "webvtt" | "srt" => is_cut_caption(input.text).then_some("the captions end within one"),
        "text" | "markdown" | "code" | "csv" => is_cut_json(input.text).then_some("the JSON is cut off before its end"),
        _ => None,
    }
}

/// Whether a page opens what it never closes: itself, and then a tag, a script or a comment.
fn is_cut_page(html: &str) -> bool {
    let ends = |tag: &str| memchr::memmem::rfind(html.as_bytes(), tag.as_bytes());
    let has = |lower: &str, upper: &str| ends(lower).is_some() || ends(upper).is_some();
    if has("</html", "</HTML") || has("</body", "</BODY") || !has("<body", "<BODY") {
        return false;
    }
    let opens = |open: &str, close: &str| ends(open).is_some_and(|at| ends(close).is_none_or(|end| end < at));
    let tail = &html[ends("<").unwrap_or(0)..];
    let in_tag =
        tail[1.min(tail.len())..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') && !tail.contains('>');
    let is_open = |name: &&str| html.matches(&format!("<{name}")).count() > html.matches(&format!("</{name}")).count();
    in_tag
        || opens("<script", "</script")
        || opens("<!--", "-->")
        || ["div", "article", "main", "section", "table"].iter().any(is_open)
}

/// Whether captions end within the times of one, right behind them, or within a tag; words may end anywhere.
fn is_cut_caption(text: &str) -> bool {
    let tail = text[text.floor_char_boundary(text.len().saturating_sub(CAPTION_END))..].replace("\r\n", "\n");
    let tail = tail.replace('\r', "\n");
    if tail.ends_with('\n') {
        return false;
    }
    let block = tail.rsplit("\n\n").next().unwrap_or_default();
    let (above, last) = block.rsplit_once('\n').unwrap_or(("", block));
    let is_clock = |byte: u8| byte.is_ascii_digit() || b":., ->".contains(&byte);
    let in_times = last.starts_with(|c: char| c.is_ascii_digit()) && last.contains(':') && last.bytes().all(is_clock);
    let in_tag = last.rsplit_once('<').is_some_and(|(_, tag)| {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | ':');
        let is_time = !tag.starts_with(|c: char| c.is_ascii_digit()) || tag.contains([':', '.']);
        tag.starts_with("v ") && !tag.contains('>') || tag.chars().all(is_name) && is_time
    });
    in_times && !above.contains("-->") || last.contains("-->") || in_tag
}

/// Whether a text that was taken for prose is the begin of JSON.
fn is_cut_json(text: &str) -> bool {
    let text = text.trim_start();
    let opens = text.strip_prefix(['{', '[']).is_some_and(|rest| rest.trim_start().starts_with(['"', '{', '[']));
    opens && serde_json::from_str::<serde::de::IgnoredAny>(text).is_err_and(|error| error.is_eof())
}

#[cfg(test)]
mod tests {
    use crate::content::Quality;
    use crate::gather::read;

    fn check(name: &str, source: impl AsRef<[u8]>, quality: Quality, reason: Option<&str>) {
        let reading = read(name, source.as_ref(), None).unwrap();
        let document = &reading.documents[0];
        let found = (document.quality, document.quality_reason.as_deref());
        assert_eq!(found, (quality, reason), "{name}: {:?}", document.text.chars().take(80).collect::<String>());
        let told = reading.problems.iter().filter(|problem| problem.message.starts_with(quality.name())).count();
        assert_eq!(told, usize::from(reason.is_some()), "{name}: {:?}", reading.problems);
    }

    fn complete(name: &str, source: impl AsRef<[u8]>) {
        check(name, source, Quality::Complete, None);
    }

    fn suspect(name: &str, source: impl AsRef<[u8]>, reason: &str) {
        check(name, source, Quality::Suspect, Some(reason));
    }

    fn partial(name: &str, source: impl AsRef<[u8]>, reason: &str) {
        check(name, source, Quality::Partial, Some(reason));
    }

    const PROSE: &str = "A pear is a fruit, and a fruit is the promise of a tree that nobody has planted. ";

    #[test]
    fn characters_that_did_not_survive_make_a_text_suspect() {
        suspect(
            "a.txt",
            "caf\u{fffd} d\u{fffd}j\u{fffd} vu",
            "characters that could not be read, shown as \u{fffd}: 3",
        );
        complete("a.txt", format!("{PROSE}caf\u{fffd}"));
        suspect(
            "a.txt",
            "cafÃ© dÃ©jÃ  vu, and itâ€™s raining",
            "characters that a wrong encoding made, as Ã© for é: 3",
        );
        complete("a.txt", "NÃO, ÂNGULO, Ñandú, “quoted”, déjà vu, Ångström – 5 €, pâté…");
        suspect("a.txt", "\u{e001}\u{e002}".repeat(6), "signs of a private font where letters should be: 12");
        suspect("a.md", "(cid:12)(cid:7)(cid:99) x", "numbers of glyphs where letters should be, (cid:17): 3");
    }

    #[test]
    fn a_text_that_says_nothing_is_suspect() {
        suspect("a.txt", "-- ++ == ** // \\\\ ".repeat(40), "almost no letters");
        complete("a.txt", "3.14 2.71 1.41 1.73\n".repeat(30));
        let numbers = (0..60).map(|n| format!("| {n} | {} |\n", n * n)).collect::<Vec<_>>().concat();
        complete("a.md", format!("# Squares\n\n| n | square |\n| --- | --- |\n{numbers}"));
        suspect(
            "a.txt",
            "Thank you for watching.\n".repeat(40),
            "97 % of its words are sentences that stood there before",
        );
        let refrain: Vec<_> = (0..20).map(|n| format!("Verse {n} tells of pear {n}.\nAnd so it goes.\n")).collect();
        complete("a.txt", refrain.concat());
        complete("a.csv", "a,b\n1,2\n".repeat(99));
    }

    #[test]
    fn captions_that_are_broken_are_not_complete() {
        let cue = |from: u32, words: &str| format!("00:{from:02}.000 --> 00:{from:02}.500\n{words}\n\n");
        let vtt = |cues: &[(u32, &str)]| {
            format!("WEBVTT\n\n{}", cues.iter().map(|(at, words)| cue(*at, words)).collect::<String>())
        };
        complete("a.vtt", vtt(&[(1, "one"), (2, "two"), (9, "three")]));
        suspect("a.vtt", vtt(&[(9, "one"), (2, "two"), (10, "three")]), "times that run backwards: 1");
        partial(
            "a.vtt",
            vtt(&[(1, "one")]) + "00:02,000 --> 00:03\nlost\n",
            "captions left out, since their times cannot be read: 1",
        );
        let srt = "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:02,000 --> later\ntwo\n";
        partial("a.srt", srt, "lines of times that cannot be read, kept as words: 1");
        let ttml =
            "<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><div><p begin=\"1s\" end=\"2s\">one</p><p begin=\"3s\"";
        partial("a.ttml", ttml, "the XML ends early or is broken; what stands before that is read");
        let json = r#"{"text": "x", "utterances": [{"text": "one", "start": 0, "end": 1000}, {"text": "tw"#;
        partial("a.json", json, "the JSON is cut off or broken; what stands before that is read");
    }

    #[test]
    fn captions_that_end_within_one_are_partial() {
        let vtt = |end: &str| format!("WEBVTT\n\n00:01.000 --> 00:02.000\none\n\n{end}");
        for end in [
            "00:03",
            "2\r\n00:03.000 --> 00:04.000",
            "00:03.000 --> 00:04.000 line:0",
            "00:03.000 --> 00:04.000\ntwo <c",
            "00:03.000 --> 00:04.000\ntwo<00:03.5",
            "00:03.000 --> 00:04.000\n<v Ada Lem",
        ] {
            partial("a.vtt", vtt(end), "the captions end within one");
        }
        let both = "captions left out, since their times cannot be read: 1; the captions end within one";
        partial("a.vtt", vtt("00:03.000 --> 00:0"), both);
        for end in ["two", "two\n12:30", "I <3 you, 2 < 3", "<v Ada>two</v>", "\n", "a -> b"] {
            complete("a.vtt", vtt(&format!("00:03.000 --> 00:04.000\n{end}")));
        }
        partial("a.srt", "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:03,0", "the captions end within one");
        complete("a.srt", "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:03,000 --> 00:00:04,000\nI <3");
    }

    #[test]
    fn a_download_that_was_cut_off_is_partial() {
        let page = |end: &str| {
            let words: String = (1..9).map(|n| PROSE.replace("A pear", &format!("Pear {n}"))).collect();
            format!(
                "<!doctype html><html><head><title>Pears</title></head><body><article><h1>Pears</h1><p>{words}</p>{end}"
            )
        };
        complete("a.html", page("</article></body></html>"));
        complete("a.html", page("</article>"));
        for end in ["<p>And the", "<div class=\"x\"><p>And", "<script>var a = 1;", "<!-- and", "<a href=\"https://a.ex"]
        {
            let reading = read("a.html", page(end).as_bytes(), None).unwrap();
            assert_eq!(reading.documents[0].quality, Quality::Partial, "{end}");
        }
        // The end of a paragraph may be left out, that of an article may not.
        complete("a.html", page("</article><p>And the"));
        partial("a.json", "{\"pears\": [{\"name\": \"Conference\", \"ripe\": tr", "the JSON is cut off before its end");
        complete("a.md", "[\"a\" is a word in brackets]");
        partial(
            "a.txt",
            [PROSE.as_bytes(), "é".repeat(20).as_bytes(), b"\xc3"].concat(),
            "bytes that are not UTF-8, shown as \u{fffd}: 1",
        );
    }
}
