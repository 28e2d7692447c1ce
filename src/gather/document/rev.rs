//! Transcripts as Rev and Rev AI export them: monologues made of words and of what stands between.
//!
//! From the reference of Rev AI's `application/vnd.rev.transcript.v1.0+json`, 2025.

use std::collections::BTreeMap;

use super::timed::{self, Recording, Sentences};
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "rev",
    kind: Kind::Transcript,
    about: "Rev and Rev AI transcripts as JSON (from their documented shape)",
    extensions: &["json"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    input.certain(|root| root.at("monologues").items().any(|monologue| monologue.at("elements").is_array()))
}

fn read(input: &Input) -> Result<Reading, Error> {
    timed::json(&FORMAT, input, |root| {
        let names: BTreeMap<&str, &str> = root
            .at("speakers")
            .items()
            .filter_map(|speaker| Some((speaker.at("id").name()?, speaker.either(&["name", "display_name"]).words()?)))
            .collect();
        let mut sentences = Sentences::default();
        for monologue in root.at("monologues").items() {
            let number = monologue.at("speaker").name();
            let told = monologue
                .at("speaker_name")
                .words()
                .or_else(|| monologue.at("speaker_info").at("display_name").words());
            let known = told.or_else(|| names.get(number?).copied()).map(str::to_owned);
            let speaker = known.or_else(|| number.map(timed::anonymous));
            let mut after_blank = true;
            for element in monologue.at("elements").items() {
                let value = element.at("value").text().unwrap_or_default();
                let is_word = element.at("type").text() != Some("punct");
                if is_word && after_blank {
                    let time = |key| element.at(key).number();
                    sentences.word(value, time("ts"), time("end_ts"), speaker.clone());
                } else {
                    // Blanks are put where words begin.
                    sentences.mark(value.trim());
                }
                after_blank = value.ends_with(char::is_whitespace);
            }
        }
        Recording { pieces: sentences.finish(), ..Recording::default() }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monologues_are_read_as_they_are_punctuated() {
        let element = |kind: &str, value: &str, ts: f64| {
            format!(r#"{{"type": "{kind}", "value": "{value}", "ts": {ts}, "end_ts": {ts}}}"#)
        };
        let elements = |words: &[(&str, &str, f64)]| {
            words.iter().map(|(kind, value, ts)| element(kind, value, *ts)).collect::<Vec<_>>().join(",")
        };
        let text = format!(
            r#"{{"speakers": [{{"id": 1, "name": "Ada"}}], "monologues": [{{"speaker": 1, "elements": [{}]}}, {{"speaker": 2, "elements": [{}]}}]}}"#,
            elements(&[
                ("text", "So", 1.0),
                ("punct", " ", 1.0),
                ("text", "well", 1.4),
                ("punct", "-", 0.0),
                ("text", "known", 1.6),
                ("punct", ". ", 0.0)
            ]),
            elements(&[("text", "Yes", 3.0), ("punct", "!", 0.0)]),
        );
        let input = Input::new("t.json", &text);
        assert_eq!(sniff(&input), Confidence::Certain);
        assert_eq!(read(&input).unwrap().documents[0].text, "[0:01] Ada: So well-known.\n\n[0:03] Speaker 2: Yes!\n");
    }
}
