//! Transcripts as `AssemblyAI`'s API answers: utterances of labelled speakers, else words, else text.
//!
//! Times are in milliseconds. From its API reference, 2025.

use super::timed::{self, Piece, Recording, Sentences};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "assemblyai",
    kind: Kind::Transcript,
    about: "AssemblyAI transcripts (from their documented shape)",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    input.certain(|root| {
        let spoken = |said: Json| said.at("text").text().is_some() && said.at("start").number().is_some();
        let spoken_in = |key: &str| root.at(key).items().any(spoken);
        spoken_in("utterances") && root.has("text") || root.has("audio_url") && (spoken_in("words") || root.has("text"))
    })
}

fn read(input: &Input) -> Result<Reading, Error> {
    timed::json(&FORMAT, input, |root| {
        let speaker = |said: Json| said.at("speaker").name().map(timed::anonymous);
        let seconds = |said: Json, key| said.at(key).number().map(|milliseconds| milliseconds / 1000.0);
        let piece = |said: Json| Piece {
            id: None,
            start: seconds(said, "start"),
            end: seconds(said, "end"),
            speaker: speaker(said),
            text: said.at("text").text().unwrap_or_default().to_owned(),
        };
        let mut pieces: Vec<Piece> = root.at("utterances").items().map(piece).collect();
        if pieces.is_empty() {
            let mut sentences = Sentences::default();
            for word in root.at("words").items() {
                let text = word.at("text").text().unwrap_or_default();
                sentences.word(text, seconds(word, "start"), seconds(word, "end"), speaker(word));
            }
            pieces = sentences.finish();
        }
        if pieces.is_empty() {
            pieces = vec![Piece { text: root.at("text").text().unwrap_or_default().to_owned(), ..Piece::default() }];
        }
        let language = root.at("language_code").text().map(str::to_owned);
        let url = root.at("audio_url").words().filter(|url| url.starts_with("http")).map(str::to_owned);
        Recording { url, language, pieces, ..Recording::default() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        timed::check(&FORMAT, text, expected);
    }

    #[test]
    fn utterances_then_words_then_text() {
        let words = r#""words": [{"text": "So", "start": 1000, "end": 1200, "speaker": "A"},
            {"text": "it.", "start": 1200, "end": 1500, "speaker": "A"}, {"text": "Yes.", "start": 62000, "end": 62500, "speaker": "B"}]"#;
        check(
            &format!(
                r#"{{"text": "So it. Yes.", {words}, "utterances": [{{"speaker": "A", "text": "So it.", "start": 1000, "end": 1500}},
                {{"speaker": "Bo Pear", "text": "Yes.", "start": 62000, "end": 62500}}]}}"#
            ),
            "[0:01] Speaker A: So it.\n\n[1:02] Bo Pear: Yes.\n",
        );
        check(
            &format!(
                r#"{{"audio_url": "https://a.example/x.mp3", "utterances": null, "text": "So it. Yes.", {words}}}"#
            ),
            "[0:01] Speaker A: So it.\n\n[1:02] Speaker B: Yes.\n",
        );
        check(r#"{"audio_url": "https://a.example/x.mp3", "text": "So it.", "words": []}"#, "So it.\n");
    }
}
