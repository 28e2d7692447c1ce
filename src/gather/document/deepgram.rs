//! Transcripts as Deepgram's API answers: utterances where they were asked for, else paragraphs,
//! else words with their punctuation. From its reference of pre-recorded audio, 2025.

use super::timed::{self, Piece, Recording, Sentences};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "deepgram",
    kind: Kind::Transcript,
    about: "Deepgram transcripts (from their documented shape)",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    input.certain(|root| {
        let results = root.at("results");
        results.at("channels").items().any(|channel| channel.at("alternatives").is_array())
    })
}

fn read(input: &Input) -> Result<Reading, Error> {
    timed::json(&FORMAT, input, |root| {
        let results = root.at("results");
        let n_channels = results.at("channels").items().count();
        let utterances = results.at("utterances");
        let pieces = if utterances.items().next().is_some() {
            utterances.items().map(|utterance| piece(utterance, "transcript", voice(utterance, n_channels))).collect()
        } else {
            let mut pieces: Vec<Piece> = Vec::new();
            for (index, channel) in results.at("channels").items().enumerate() {
                let own = (n_channels > 1).then(|| format!("Channel {}", index + 1));
                let Some(first) = channel.at("alternatives").items().next() else { continue };
                pieces.extend(alternative(first, own.as_deref()));
            }
            // Channels are recorded side by side.
            pieces.sort_by(|a, b| a.start.unwrap_or_default().total_cmp(&b.start.unwrap_or_default()));
            pieces
        };
        let language = results.at("channels").items().find_map(|channel| channel.at("detected_language").text());
        Recording { pieces, language: language.map(str::to_owned), ..Recording::default() }
    })
}

/// Who speaks: a number, or the channel where there are several.
fn voice(said: Json, n_channels: usize) -> Option<String> {
    let channel = || said.at("channel").index().filter(|_| n_channels > 1).map(|n| format!("Channel {}", n + 1));
    said.at("speaker").name().map(timed::anonymous).or_else(channel)
}

fn piece(said: Json, words: &str, speaker: Option<String>) -> Piece {
    Piece {
        id: None,
        start: said.at("start").number(),
        end: said.at("end").number(),
        speaker,
        text: said.at(words).text().unwrap_or_default().to_owned(),
    }
}

/// What one channel says.
fn alternative(alternative: Json, channel: Option<&str>) -> Vec<Piece> {
    let speaker = |said: Json| said.at("speaker").name().map(timed::anonymous).or_else(|| channel.map(str::to_owned));
    let paragraphs = alternative.at("paragraphs").at("paragraphs");
    if paragraphs.items().next().is_some() {
        let sentences = |paragraph: Json| {
            let own = speaker(paragraph);
            paragraph.at("sentences").items().map(|said| piece(said, "text", own.clone())).collect::<Vec<_>>()
        };
        return paragraphs.items().flat_map(sentences).collect();
    }
    let mut sentences = Sentences::default();
    for word in alternative.at("words").items() {
        let text = word.either(&["punctuated_word", "word"]).text().unwrap_or_default();
        sentences.word(text, word.at("start").number(), word.at("end").number(), speaker(word));
    }
    let pieces = sentences.finish();
    if pieces.is_empty() { vec![piece(alternative, "transcript", channel.map(str::to_owned))] } else { pieces }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        timed::check(&FORMAT, text, expected);
    }

    #[test]
    fn the_best_that_was_asked_for_is_read() {
        let channels =
            |alternative: &str| format!(r#"{{"results": {{"channels": [{{"alternatives": [{alternative}]}}]}}}}"#);
        let words = r#""transcript": "so it is yes", "words": [
            {"word": "so", "punctuated_word": "So", "start": 1.0, "end": 1.2, "speaker": 0},
            {"word": "it", "punctuated_word": "it.", "start": 1.2, "end": 1.4, "speaker": 0},
            {"word": "yes", "punctuated_word": "Yes.", "start": 2.0, "end": 2.5, "speaker": 1}]"#;
        check(&channels(&format!("{{{words}}}")), "[0:01] Speaker 0: So it.\n\n[0:02] Speaker 1: Yes.\n");
        check(
            &channels(&format!(
                r#"{{{words}, "paragraphs": {{"paragraphs": [{{"speaker": 0, "sentences": [{{"text": "So it.", "start": 1.0, "end": 1.4}}]}}]}}}}"#
            )),
            "[0:01] Speaker 0: So it.\n",
        );
        check(
            r#"{"results": {"channels": [{"alternatives": []}, {"alternatives": []}], "utterances": [
                {"start": 1, "end": 2, "channel": 0, "transcript": "Hi."}, {"start": 2, "end": 3, "channel": 1, "transcript": "Ho."}]}}"#,
            "[0:01] Channel 1: Hi.\n\n[0:02] Channel 2: Ho.\n",
        );
        check(&channels(r#"{"transcript": "only words"}"#), "only words\n");
    }
}
