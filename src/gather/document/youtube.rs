//! Caption tracks as `YouTube` serves them: `json3`, and XML in three ages, `srv1` to `srv3`.
//!
//! Automatic captions come here word by word and once, without the repeats of their WebVTT form:
//! events that only append a line end carry no words. From tracks saved with yt-dlp, 2025.

use html_escape::decode_html_entities;

use super::timed::{self, Piece, Recording};
use super::xml::{self, Element};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "youtube",
    kind: Kind::Transcript,
    about: "YouTube caption tracks: json3, srv1, srv2, srv3",
    extensions: &["json3", "srv1", "srv2", "srv3"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    let is_xml = match xml::root(input.text).as_deref() {
        Some("timedtext") => true,
        Some("transcript") => input.text.contains("<text start="),
        _ => false,
    };
    if is_xml {
        return Confidence::Certain;
    }
    input.certain(|root| root.at("events").items().any(|event| event.has("tStartMs")))
}

fn read(input: &Input) -> Result<Reading, Error> {
    if input.text.trim_start().starts_with('<') {
        let (root, whole) = Element::parse(input.name, input.text)?;
        let pieces = ["text", "p"].into_iter().flat_map(|name| root.all(name)).map(paragraph).collect();
        let mut reading = timed::reading(&FORMAT, input, Recording { pieces, ..Recording::default() })?;
        reading.documents.iter_mut().for_each(|document| xml::judge(document, whole));
        return Ok(reading);
    }
    timed::json(&FORMAT, input, |root| {
        let said = root.at("events").items().filter(|event| event.at("segs").is_array());
        Recording { pieces: said.map(event).collect(), ..Recording::default() }
    })
}

/// The bounds of a piece from its begin and its length in milliseconds.
fn bounds(start: Option<f64>, length: Option<f64>) -> (Option<f64>, Option<f64>) {
    (start.map(|start| start / 1000.0), start.zip(length).map(|(start, length)| (start + length) / 1000.0))
}

fn event(event: Json) -> Piece {
    let (start, end) = bounds(event.at("tStartMs").number(), event.at("dDurationMs").number());
    let words = event.at("segs").items().filter_map(|segment| segment.at("utf8").text());
    Piece { start, end, text: words.collect(), ..Piece::default() }
}

fn paragraph(element: &Element) -> Piece {
    let number = |name: &str| element.attribute(name).and_then(|number| number.parse::<f64>().ok());
    let (start, end) = match number("start") {
        // srv1 counts in seconds.
        Some(start) => (Some(start), number("dur").map(|length| start + length)),
        None => bounds(number("t"), number("d")),
    };
    // The words of srv1 are escaped twice.
    let text = decode_html_entities(&element.text()).into_owned();
    Piece { start, end, text, ..Piece::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, n_items: usize) {
        let input = Input::new("t", text);
        assert_eq!(sniff(&input), Confidence::Certain, "{text}");
        let document = read(&input).unwrap().documents.remove(0);
        assert_eq!((document.text.as_str(), document.counts.items), (expected, n_items), "{text}");
    }

    #[test]
    fn every_age_of_a_track_is_read() {
        check(
            r#"{"wireMagic": "pb3", "events": [{"tStartMs": 0, "dDurationMs": 900, "id": 1, "wpWinPosId": 1},
                {"tStartMs": 160, "dDurationMs": 4000, "segs": [{"utf8": "so", "acAsrConf": 0}, {"utf8": " it", "tOffsetMs": 200}]},
                {"tStartMs": 2000, "aAppend": 1, "segs": [{"utf8": "\n"}]},
                {"tStartMs": 2010, "segs": [{"utf8": "is"}, {"utf8": " >> yes"}]}]}"#,
            "[0:00] so it is\n\n[0:02] >> yes\n",
            3,
        );
        check(
            "<?xml version=\"1.0\" encoding=\"utf-8\" ?><transcript><text start=\"0.5\" dur=\"2\">it&amp;#39;s\nso</text><text start=\"62\">yes</text></transcript>",
            "[0:00] it's so\n\n[1:02] yes\n",
            2,
        );
        check(
            "<timedtext><text t=\"500\" d=\"100\">so</text><text t=\"700\" append=\"1\">\n</text></timedtext>",
            "[0:00] so\n",
            2,
        );
        check(
            "<timedtext format=\"3\"><head><pen id=\"1\"/></head><body><p t=\"1000\" d=\"900\" w=\"1\"><s ac=\"0\">so</s><s t=\"80\"> it</s></p><p t=\"1900\" a=\"1\">\n</p></body></timedtext>",
            "[0:01] so it\n",
            2,
        );
    }
}
