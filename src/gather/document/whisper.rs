//! What the speech recognisers of the Whisper family write as JSON.
//!
//! openai-whisper and faster-whisper: `segments` with `start`, `end`, `text`. `WhisperX`: the same
//! with a speaker a segment, where it knows one. whisper.cpp (`-oj`): `transcription` with offsets
//! in milliseconds; `[SPEAKER_TURN]` ends what one speaker says, `[_BEG_]` and `[_TT_n]` are marks
//! of the model. From the programs' writers, 2025.

use super::timed::{self, Piece, Recording};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "whisper",
    kind: Kind::Transcript,
    about: "Whisper transcripts as JSON: openai-whisper, faster-whisper, WhisperX, whisper.cpp",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

/// Members that only a segment of the family has.
const TELLING: &[&str] = &["avg_logprob", "no_speech_prob", "compression_ratio", "tokens", "words", "seek"];

fn sniff(input: &Input) -> Confidence {
    input.certain(|root| {
        let told = |segment: Json| TELLING.iter().any(|key| segment.has(key)) || root.has("word_segments");
        let timed = |segment: Json| segment.at("text").text().is_some() && segment.at("start").number().is_some();
        root.at("segments").items().any(|segment| timed(segment) && (told(segment) || root.has("language")))
            || root.at("transcription").items().any(|piece| piece.at("offsets").has("from"))
    })
}

fn read(input: &Input) -> Result<Reading, Error> {
    timed::json(&FORMAT, input, |root| {
        let of_cpp = root.at("transcription").items().map(cpp);
        let pieces = of_cpp.chain(root.at("segments").items().map(segment)).collect();
        let language = root.at("language").text().or_else(|| root.at("result").at("language").text());
        Recording { pieces, language: language.map(str::to_owned), ..Recording::default() }
    })
}

fn segment(segment: Json) -> Piece {
    Piece {
        id: segment.at("id").name().map(str::to_owned),
        start: segment.at("start").number(),
        end: segment.at("end").number(),
        speaker: segment.at("speaker").words().map(str::to_owned),
        text: segment.at("text").text().unwrap_or_default().to_owned(),
    }
}

fn cpp(piece: Json) -> Piece {
    let seconds = |key| piece.at("offsets").at(key).number().map(|milliseconds| milliseconds / 1000.0);
    let speaker = piece.at("speaker").name().map(timed::anonymous);
    let text = without_marks(piece.at("text").text().unwrap_or_default());
    Piece { id: None, start: seconds("from"), end: seconds("to"), speaker, text }
}

/// Text without the model's marks, a turn of speakers as captions write it.
fn without_marks(text: &str) -> String {
    let mut out = text.replace("[SPEAKER_TURN]", ">>");
    while let Some(start) = out.find("[_") {
        let Some(length) = out[start..].find("_]").map(|at| at + 2).or_else(|| out[start..].find(']').map(|at| at + 1))
        else {
            break;
        };
        out.replace_range(start..start + length, "");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        timed::check(&FORMAT, text, expected);
    }

    #[test]
    fn every_writer_of_the_family_is_read() {
        check(
            r#"{"text": " Hello there.", "language": "en", "segments": [
                {"id": 0, "seek": 0, "start": 0.0, "end": 1.5, "text": " Hello", "tokens": [1], "avg_logprob": -0.2},
                {"id": 1, "seek": 0, "start": 1.5, "end": 2.0, "text": " there.", "tokens": [2], "avg_logprob": -0.2}]}"#,
            "[0:00] Hello there.\n",
        );
        check(
            r#"{"segments": [{"start": 1, "end": 2, "text": " Hi.", "words": [], "speaker": "SPEAKER_00"},
                {"start": 2, "end": 3, "text": " So.", "words": []},
                {"start": 3, "end": 4, "text": " Yes.", "words": [], "speaker": "SPEAKER_01"}], "word_segments": []}"#,
            "[0:01] SPEAKER_00: Hi. So.\n\n[0:03] SPEAKER_01: Yes.\n",
        );
        check(
            r#"{"result": {"language": "en"}, "transcription": [
                {"timestamps": {"from": "00:00:00,000"}, "offsets": {"from": 0, "to": 900}, "text": "[_BEG_] One. [SPEAKER_TURN]"},
                {"offsets": {"from": 900, "to": 2000}, "text": " Two.[_TT_100]"}]}"#,
            "[0:00] One.\n\n[0:00] >> Two.\n",
        );
    }
}
