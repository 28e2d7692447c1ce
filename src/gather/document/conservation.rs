//! Not one word of a recording is lost or said twice, in whatever form it is written.
//!
//! Random talks are written in every form that a reader of transcripts knows, and read again with
//! each choice of time marks: the words have to be those of the talk, in their order.

use std::fmt::Write;

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::content::{Kind, clock_mark};
use crate::gather::{FORMATS, Manner, Times, Wishes, read_as};

/// What one speaker says in one breath.
#[derive(Debug, Clone)]
struct Breath {
    speaker: usize,
    /// Seconds.
    start: f64,
    words: Vec<String>,
}

impl Breath {
    fn text(&self) -> String {
        self.words.join(" ")
    }

    fn end(&self) -> f64 {
        self.start + 2.0
    }
}

const SPEAKERS: [&str; 2] = ["Adalyn", "Boris"];
const WORDS: &[&str] = &[
    "pear",
    "plum",
    "it's",
    "élan",
    "R&D",
    "and",
    "and",
    "so",
    "well,",
    "yes.",
    "No!",
    "why?",
    "10:30",
    "3.5",
    "<3",
    "x>y",
    "a<b",
    "<T>",
    "早上好",
    "the",
    "tree",
    "quince",
    "medlar",
    "of",
    "“ripe”",
    "half-way",
    "[sic]",
    "a/b",
    "(maybe)",
];

/// Breaths of two speakers, of whom one begins and each says something.
fn talk() -> impl Strategy<Value = Vec<Breath>> {
    let words = prop::collection::vec(prop::sample::select(WORDS.to_vec()), 1..12);
    prop::collection::vec((0..2usize, words, 0..4u32), 4..24).prop_map(|breaths| {
        let mut at = 0.0;
        breaths
            .into_iter()
            .map(|(speaker, words, pause)| {
                at += 2.0 + f64::from(pause);
                // A first word that is no sign, so that no form takes a breath for something else.
                let words = ["indeed"].into_iter().chain(words).map(str::to_owned).collect();
                Breath { speaker, start: at, words }
            })
            .collect()
    })
}

fn clock(seconds: f64, point: char) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "talks are short")]
    let whole = seconds as u64;
    format!("{:02}:{:02}:{:02}{point}000", whole / 3600, whole / 60 % 60, whole % 60)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn each(talk: &[Breath], write: impl Fn(&Breath) -> String) -> String {
    talk.iter().map(write).collect()
}

fn all(talk: &[Breath], write: impl Fn(&Breath) -> Value) -> Value {
    talk.iter().map(write).collect()
}

/// Every breath as words with their times.
fn timed(breath: &Breath) -> impl Iterator<Item = (&String, f64)> {
    breath.words.iter().zip((0u32..).map(|n| breath.start + f64::from(n) / 100.0))
}

/// Captions of a display that rolls, as a video service makes them of recognised words.
fn rolling(talk: &[Breath]) -> String {
    let mut out = "WEBVTT\nKind: captions\nLanguage: en\n\n".to_owned();
    let mut before = " ".to_owned();
    for breath in talk {
        let (start, hold, end) = (clock(breath.start, '.'), clock(breath.start + 1.0, '.'), clock(breath.end(), '.'));
        let stamped: String = timed(breath)
            .enumerate()
            .map(|(n, (word, _))| {
                let word = escaped(word);
                if n == 0 { word } else { format!("<{start}><c> {word}</c>") }
            })
            .collect();
        let _ = write!(out, "{start} --> {hold} align:start position:0%\n{before}\n{stamped}<{start}><c></c>\n\n");
        before = escaped(&breath.text());
        let _ = write!(out, "{hold} --> {end} align:start position:0%\n{before}\n \n\n");
    }
    out
}

/// A talk in every form; those that name speakers, and those that do not.
fn forms(talk: &[Breath]) -> Vec<(&'static str, String)> {
    let name = |breath: &Breath| SPEAKERS[breath.speaker];
    let pieces = |text: &str, start: &str, end: &str, scale: f64| {
        all(
            talk,
            |breath| json!({text: breath.text(), start: breath.start * scale, end: breath.end() * scale, "speaker": name(breath)}),
        )
    };
    let arrow = |breath: &Breath, point| format!("{} --> {}", clock(breath.start, point), clock(breath.end(), point));
    vec![
        ("webvtt", format!("WEBVTT\n\n{}", each(talk, |b| format!("{}\n<v {}>{}\n\n", arrow(b, '.'), name(b), escaped(&b.text()))))),
        ("webvtt", rolling(talk)),
        ("srt", each(talk, |b| format!("1\n{}\n{}\n\n", arrow(b, ','), b.text()))),
        ("youtube", json!({"events": all(talk, |b| {
            let segments: Vec<Value> = b.words.iter().enumerate()
                .map(|(n, word)| json!({"utf8": if n == 0 { word.clone() } else { format!(" {word}") }})).collect();
            json!({"tStartMs": b.start * 1000.0, "dDurationMs": 2000, "segs": segments})
        })}).to_string()),
        ("youtube", format!("<transcript>{}</transcript>", each(talk, |b| {
            format!("<text start=\"{}\" dur=\"2\">{}</text>", b.start, escaped(&escaped(&b.text())))
        }))),
        ("youtube", format!("<timedtext format=\"3\"><body>{}</body></timedtext>", each(talk, |b| {
            let words = b.words.iter().map(|word| format!("<s>{} </s>", escaped(word))).collect::<Vec<_>>().concat();
            format!("<p t=\"{}\" d=\"2000\">{words}</p>", b.start * 1000.0)
        }))),
        ("ttml", format!("<tt xmlns=\"http://www.w3.org/ns/ttml\"><body><div>{}</div></body></tt>", each(talk, |b| {
            format!("<p begin=\"{}s\" end=\"{}s\" ttm:agent=\"{}\">{}</p>", b.start, b.end(), name(b), escaped(&b.text()))
        }))),
        ("whisper", json!({"text": "x", "language": "en", "segments": all(talk, |b| {
            json!({"id": 0, "seek": 0, "start": b.start, "end": b.end(), "text": format!(" {}", b.text()), "tokens": [1], "avg_logprob": -0.2})
        })}).to_string()),
        ("whisper", json!({"segments": all(talk, |b| {
            json!({"start": b.start, "end": b.end(), "text": b.text(), "words": [], "speaker": name(b)})
        }), "word_segments": []}).to_string()),
        ("whisper", json!({"transcription": all(talk, |b| {
            json!({"timestamps": {"from": clock(b.start, ',')}, "offsets": {"from": b.start * 1000.0, "to": b.end() * 1000.0}, "text": format!(" {}", b.text())})
        })}).to_string()),
        ("podcast-transcript", json!({"version": "1.0.0", "segments": pieces("body", "startTime", "endTime", 1.0)}).to_string()),
        ("podcast-transcript", each(talk, |b| {
            format!("<cite>{}:</cite>\n<time>{}</time>\n<p>{}</p>\n", name(b), clock_mark(b.start), escaped(&b.text()))
        })),
        ("deepgram", json!({"results": {"channels": [{"alternatives": [{"transcript": "x", "words": talk.iter().flat_map(|b| {
            timed(b).map(|(word, start)| json!({"word": word, "punctuated_word": word, "start": start, "end": start, "speaker": b.speaker}))
        }).collect::<Vec<_>>()}]}]}}).to_string()),
        ("assemblyai", json!({"text": "x", "utterances": pieces("text", "start", "end", 1000.0)}).to_string()),
        ("rev", json!({"speakers": [{"id": 0, "name": SPEAKERS[0]}, {"id": 1, "name": SPEAKERS[1]}], "monologues": all(talk, |b| {
            let elements: Vec<Value> = timed(b).flat_map(|(word, start)| {
                [json!({"type": "text", "value": word, "ts": start, "end_ts": start}), json!({"type": "punct", "value": " "})]
            }).collect();
            json!({"speaker": b.speaker, "elements": elements})
        })}).to_string()),
        ("amazon-transcribe", json!({"results": {"items": talk.iter().flat_map(|b| timed(b).map(|(word, start)| {
            json!({"type": "pronunciation", "start_time": start.to_string(), "end_time": start.to_string(),
                "speaker_label": name(b), "alternatives": [{"content": word}]})
        })).collect::<Vec<_>>()}}).to_string()),
        ("transcript-json", pieces("text", "start", "end", 1.0).to_string()),
        ("transcript-json", json!({"sentences": pieces("text", "start_time", "end_time", 1.0)}).to_string()),
        // What Otter writes as text.
        ("transcript-md", each(talk, |b| format!("{}  {} \n{}\n\n", name(b), clock_mark(b.start), b.text()))),
        // What Descript writes as Markdown, and as text with speakers and times.
        ("transcript-md", format!("# A talk\n\n{}", each(talk, |b| format!("**{}:** [{}] {}\n\n", name(b), clock(b.start, '.').replace(".000", ""), b.text())))),
        ("transcript-md", each(talk, |b| format!("[{}] {}: {}\n\n", clock(b.start, '.').replace(".000", ""), name(b), b.text()))),
        ("transcript-md", each(talk, |b| format!("{}\n{}\n\n", clock_mark(b.start), b.text()))),
    ]
}

/// The words of a text without its marks and the names before them.
fn said(text: &str) -> Vec<String> {
    let is_mark = |word: &str| {
        let inner = word.strip_prefix('[').and_then(|word| word.strip_suffix(']'));
        inner.is_some_and(|inner| inner.contains(':') && inner.chars().all(|c| c.is_ascii_digit() || c == ':'))
    };
    let names = ["Speaker", "0:", "1:", ">>", "Adalyn:", "Boris:"];
    // Words of Chinese are joined without a blank.
    let text = text.replace("早上好", " 早上好 ");
    text.split_whitespace().filter(|word| !is_mark(word) && !names.contains(word)).map(str::to_owned).collect()
}

#[test]
fn every_reader_of_transcripts_is_tried() {
    let breath = Breath { speaker: 0, start: 1.0, words: vec!["pear".to_owned()] };
    let tried = forms(&[breath]);
    for format in FORMATS.iter().filter(|format| format.kind == Kind::Transcript) {
        assert!(tried.iter().any(|(name, _)| *name == format.name), "{}", format.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn not_one_word_is_lost_or_doubled(talk in talk()) {
        let expected: Vec<String> = said(&talk.iter().map(Breath::text).collect::<Vec<_>>().join(" "));
        for (format, text) in forms(&talk) {
            for times in [Times::None, Times::Sparse, Times::All] {
                let wishes = Wishes { manner: Manner { times, ..Manner::default() }, ..Wishes::default() };
                let reading = read_as("source", text.as_bytes(), wishes);
                prop_assert!(reading.is_ok(), "{format}: {:?}\n{text}", reading.err());
                let document = &reading.unwrap().documents[0];
                prop_assert_eq!(&document.format, format, "{}", text);
                prop_assert_eq!(&said(&document.text), &expected, "{} with {}\n{}\n{}", format, times, text, &document.text);
            }
        }
    }
}
