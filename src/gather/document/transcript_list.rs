//! Transcripts as JSON lists of timed text, whoever wrote them.
//!
//! Seen: youtube-transcript and its relatives (`text`, `start` or `offset`, `duration`), archives of
//! shows (`timestamp`, `speaker`, `text`, `ad`), meeting recorders (`sentences` with `speaker_name`
//! and `start_time`), Podcasting-like lists. The list is the whole file or one of its members; each
//! element has words and a time into the recording, a number or a clock.

use super::mark;
use super::timed::{self, Piece, Recording};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "transcript-json",
    kind: Kind::Transcript,
    about: "transcripts as JSON lists of timed text (youtube-transcript, archives of shows, meeting recorders)",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

const LISTS: &[&str] = &[
    "transcript",
    "full_transcript",
    "segments",
    "captions",
    "subtitles",
    "sentences",
    "utterances",
    "cues",
    "content",
];
const WORDS: &[&str] = &["text", "body", "content", "sentence", "transcript", "line"];
const STARTS: &[&str] = &["start", "start_time", "startTime", "offset", "timestamp", "time", "from", "begin"];
const ENDS: &[&str] = &["end", "end_time", "endTime", "to"];
const LENGTHS: &[&str] = &["duration", "dur"];
const SPEAKERS: &[&str] = &["speaker", "speaker_name", "speakerName", "name"];

/// No recording is longer than this many milliseconds: a greater number is a moment in time.
const LONGEST: f64 = 1e9;

fn sniff(input: &Input) -> Confidence {
    // A list at the top has its elements shown one by one.
    let shown: Vec<Json> = input.shapes.iter().map(|tape| list(tape.root())).next().into_iter().flatten().collect();
    let times: Vec<f64> = shown.iter().filter_map(|said| time(said.either(STARTS))).collect();
    let spoken = shown.iter().all(|said| said.either(WORDS).text().is_some());
    let runs =
        times.windows(2).all(|pair| pair[0] <= pair[1]) && times.iter().all(|time| (0.0..LONGEST).contains(time));
    if shown.len() > 1 && times.len() == shown.len() && spoken && runs { Confidence::Likely } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    timed::json(&FORMAT, input, |root| {
        let said: Vec<Json> = list(root);
        let scale = if is_in_milliseconds(&said) { 1000.0 } else { 1.0 };
        let seconds = |value: Json| match value.text() {
            Some(_) => time(value),
            None => value.number().map(|number| number / scale),
        };
        let piece = |said: &Json| {
            let start = seconds(said.either(STARTS));
            let length = || Some(start? + seconds(said.either(LENGTHS))?);
            Piece {
                id: None,
                start,
                end: seconds(said.either(ENDS)).or_else(length),
                speaker: said.either(SPEAKERS).name().map(timed::anonymous),
                text: said.either(WORDS).text().unwrap_or_default().to_owned(),
            }
        };
        let (adverts, said): (Vec<Json>, Vec<Json>) = said.into_iter().partition(|said| said.at("ad").is_true());
        let text = |keys: &[&str]| root.either(keys).words().map(str::to_owned);
        let video = root.either(&["video_id", "videoId"]).words().filter(|id| is_video(id));
        let address = text(&["source_url", "url", "video_url", "webpage_url"]).filter(|url| url.starts_with("http"));
        Recording {
            title: text(&["title", "name"]),
            url: address.or_else(|| video.map(|id| format!("https://www.youtube.com/watch?v={id}"))),
            language: text(&["language", "language_code", "lang"]),
            date: text(&["date", "published", "upload_date"]),
            pieces: said.iter().map(piece).collect(),
            n_adverts: adverts.len(),
        }
    })
}

/// The list of a file: the file itself, or the first of its members that is one.
fn list(root: Json) -> Vec<Json> {
    if root.is_array() {
        return root.items().filter(|item| item.is_object()).collect();
    }
    let member = LISTS.iter().map(|key| root.at(key)).find(|list| list.is_array());
    member.map_or(Vec::new(), |list| list.items().filter(|item| item.is_object()).collect())
}

/// A time as a list writes it: a number, or a clock.
fn time(value: Json) -> Option<f64> {
    match value.text() {
        Some(text) => mark::seconds(text.trim()).or_else(|| text.trim().parse().ok()),
        None => value.number(),
    }
}

/// Whether times are whole numbers and pieces last hundreds of them.
fn is_in_milliseconds(said: &[Json]) -> bool {
    let starts: Vec<f64> = said.iter().filter_map(|said| said.either(STARTS).number()).collect();
    let mut lengths: Vec<f64> = said.iter().filter_map(|said| said.either(LENGTHS).number()).collect();
    if lengths.is_empty() {
        lengths = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
    }
    lengths.sort_by(f64::total_cmp);
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or_default();
    median >= 300.0 && starts.iter().all(|start| start.fract() == 0.0)
}

/// Whether a word has the form of a video's id at `YouTube`.
fn is_video(id: &str) -> bool {
    id.len() == 11 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) -> crate::content::Document {
        let input = Input::new("t.json", text);
        assert_eq!(sniff(&input), Confidence::Likely, "{text}");
        let document = read(&input).unwrap().documents.remove(0);
        assert_eq!(document.text, expected, "{text}");
        document
    }

    #[test]
    fn lists_of_many_writers_are_read() {
        let document = check(
            r#"{"video_id": "Un3p614XExc", "language": "en", "transcript": [{"text": "so", "start": 14.639, "duration": 5.4},
                {"text": "it is", "start": 16.88, "duration": 3.9}]}"#,
            "[0:14] so it is\n",
        );
        assert_eq!(document.url.as_deref(), Some("https://www.youtube.com/watch?v=Un3p614XExc"));
        assert_eq!((document.language.as_deref(), document.cues[0].end), (Some("en"), 14.639 + 5.4));
        check(
            r#"[{"text": "so", "offset": 14639, "duration": 5400}, {"text": "it is", "offset": 61000, "duration": 3900}]"#,
            "[0:14] so\n\n[1:01] it is\n",
        );
        let document = check(
            r#"{"title": "T", "upload_date": "20240517", "source_url": "https://v.example/w", "full_transcript": [
                {"timestamp": "00:00:00", "ad": false, "speaker": "Ada", "text": "Hello."},
                {"timestamp": "00:00:30", "ad": true, "speaker": "Ada", "text": "Buy."},
                {"timestamp": "00:01:00", "ad": false, "speaker": "Bo", "text": "Ho."}]}"#,
            "[0:00] Ada: Hello.\n\n[1:00] Bo: Ho.\n",
        );
        assert_eq!((document.counts.items, document.counts.visible), (3, 2));
        assert_eq!(document.date.as_deref(), Some("2024-05-17"));
        check(
            r#"{"sentences": [{"speaker_name": "Ada Bee", "start_time": 1.5, "end_time": 2, "text": "Hi."}, {"speaker_name": "Bo Cee", "start_time": 3, "text": "Ho."}]}"#,
            "[0:01] Ada Bee: Hi.\n\n[0:03] Bo Cee: Ho.\n",
        );
    }

    #[test]
    fn other_lists_are_not_transcripts() {
        for text in [
            r#"[{"text": "a", "timestamp": 1700000000000}, {"text": "b", "timestamp": 1700000001000}]"#,
            r#"[{"text": "a", "time": "yesterday"}, {"text": "b", "time": "today"}]"#,
            r#"[{"text": "b", "start": 5}, {"text": "a", "start": 1}]"#,
            r#"[{"text": "a", "start": 1}]"#,
            r#"{"messages": [{"content": "a", "time": 1}, {"content": "b", "time": 2}]}"#,
            "[1, 2]",
        ] {
            assert_eq!(sniff(&Input::new("t.json", text)), Confidence::No, "{text}");
        }
    }
}
