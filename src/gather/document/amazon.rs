//! Transcripts as Amazon Transcribe writes them: words and punctuation with their speakers.
//!
//! From its developer guide, 2025. Numbers are written as strings.

use std::collections::BTreeMap;

use super::timed::{self, Recording, Sentences};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "amazon-transcribe",
    kind: Kind::Transcript,
    about: "Amazon Transcribe results (from their documented shape)",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    let is_word = |item: Json| item.at("alternatives").is_array() && item.has("type");
    input.certain(|root| root.at("results").at("items").items().any(is_word))
}

fn read(input: &Input) -> Result<Reading, Error> {
    timed::json(&FORMAT, input, |root| {
        let results = root.at("results");
        // Older results name the speakers beside the words, by the time at which a word begins.
        let labels: BTreeMap<&str, &str> = results
            .at("speaker_labels")
            .at("segments")
            .items()
            .flat_map(|segment| segment.at("items").items())
            .filter_map(|item| Some((item.at("start_time").name()?, item.at("speaker_label").name()?)))
            .collect();
        let mut sentences = Sentences::default();
        for item in results.at("items").items() {
            let best = item.at("alternatives").items().next();
            let text = best.and_then(|best| best.at("content").text()).unwrap_or_default();
            if item.at("type").text() == Some("punctuation") {
                sentences.mark(text);
                continue;
            }
            let start = item.at("start_time");
            let label = item.at("speaker_label").name().or_else(|| labels.get(start.name()?).copied());
            sentences.word(text, start.number(), item.at("end_time").number(), label.map(str::to_owned));
        }
        let language = results.at("language_code").text().or_else(|| root.at("language_code").text());
        Recording { pieces: sentences.finish(), language: language.map(str::to_owned), ..Recording::default() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_marks_become_turns() {
        let word = |text: &str, start: &str, label: &str| {
            format!(
                r#"{{"type": "pronunciation", "start_time": "{start}", "end_time": "{start}", "alternatives": [{{"content": "{text}"}}]{label}}}"#
            )
        };
        let mark = r#"{"type": "punctuation", "alternatives": [{"content": "."}]}"#;
        let items = [
            word("So", "1.04", ""),
            word("it", "1.5", ""),
            mark.to_owned(),
            word("Yes", "3.0", r#", "speaker_label": "spk_1""#),
        ];
        let text = format!(
            r#"{{"results": {{"speaker_labels": {{"segments": [{{"items": [{{"start_time": "1.04", "speaker_label": "spk_0"}},
            {{"start_time": "1.5", "speaker_label": "spk_0"}}]}}]}}, "items": [{}]}}}}"#,
            items.join(",")
        );
        let input = Input::new("t.json", &text);
        assert_eq!(sniff(&input), Confidence::Certain);
        assert_eq!(read(&input).unwrap().documents[0].text, "[0:01] spk_0: So it.\n\n[0:03] spk_1: Yes\n");
    }
}
