//! Timed Text Markup Language (W3C TTML2, 2018) and its older name DFXP, as broadcasters, video
//! services and Apple Podcasts use it.
//!
//! A paragraph is a piece, or each sentence in it where the file marks sentences. Times count from
//! the begin of what is around them; ticks and frames by the rates of the file. An agent is a
//! speaker, by its name where the head gives one.

use std::collections::BTreeMap;

use super::timed::{self, Piece, Recording};
use super::xml::{self, Element, Node};
use crate::content::Kind;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "ttml",
    kind: Kind::Transcript,
    about: "TTML and DFXP captions, Apple Podcasts transcripts",
    extensions: &["ttml", "dfxp", "xml"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    if xml::root(input.text).as_deref() == Some("tt") { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let (root, whole) = Element::parse(input.name, input.text)?;
    let tt = root.child("tt").unwrap_or(&root);
    let names = tt.all("agent").into_iter().filter_map(|agent| {
        let name = agent.child("name").map(Element::text).filter(|name| !name.trim().is_empty())?;
        Some((agent.attribute("id")?.to_owned(), name.trim().to_owned()))
    });
    let mut walk = Walk { rates: Rates::of(tt), names: names.collect(), pieces: Vec::new() };
    if let Some(body) = tt.child("body") {
        walk.container(body, 0.0, None);
    }
    let title = tt.child("head").and_then(|head| head.find("title")).map(|title| title.text().trim().to_owned());
    let recording = Recording {
        title: title.filter(|title| !title.is_empty()),
        language: tt.attribute("lang").map(str::to_owned),
        pieces: walk.pieces,
        ..Recording::default()
    };
    let mut reading = timed::reading(&FORMAT, input, recording)?;
    reading.documents.iter_mut().for_each(|document| xml::judge(document, whole));
    Ok(reading)
}

/// How many ticks and frames a second has.
struct Rates {
    ticks: f64,
    frames: f64,
}

impl Rates {
    fn of(tt: &Element) -> Self {
        let number =
            |name: &str| tt.attribute(name).and_then(|text| text.parse::<f64>().ok()).filter(|rate| *rate > 0.0);
        let multiplier = tt.attribute("frameRateMultiplier").and_then(|text| {
            let (numerator, denominator) = text.split_once([' ', ':'])?;
            Some(numerator.parse::<f64>().ok()? / denominator.parse::<f64>().ok().filter(|n| *n > 0.0)?)
        });
        let frames = number("frameRate").unwrap_or(30.0) * multiplier.unwrap_or(1.0);
        Self { ticks: number("tickRate").unwrap_or(1.0), frames }
    }

    /// Seconds of a time expression: `00:01:02.5`, `00:01:02:12`, `62.5s`, `1500ms`, `900t`.
    fn seconds(&self, text: &str) -> Option<f64> {
        let text = text.trim();
        if text.contains(':') {
            let parts: Vec<f64> = text.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
            return match parts[..] {
                [minutes, seconds] => Some(minutes * 60.0 + seconds),
                [hours, minutes, seconds] => Some(hours * 3600.0 + minutes * 60.0 + seconds),
                [hours, minutes, seconds, frames] => {
                    Some(hours * 3600.0 + minutes * 60.0 + seconds + frames / self.frames)
                }
                _ => None,
            };
        }
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number: f64 = text[..text.len() - unit.len()].parse().ok()?;
        match unit {
            "h" => Some(number * 3600.0),
            "m" => Some(number * 60.0),
            // Apple Podcasts leaves the unit out.
            "s" | "" => Some(number),
            "ms" => Some(number / 1000.0),
            "f" => Some(number / self.frames),
            "t" => Some(number / self.ticks),
            _ => None,
        }
    }
}

struct Walk {
    rates: Rates,
    names: BTreeMap<String, String>,
    pieces: Vec<Piece>,
}

impl Walk {
    /// Takes what `body` and `div` hold; `from` is when it begins.
    fn container(&mut self, element: &Element, from: f64, speaker: Option<&str>) {
        let from = from + self.time(element, "begin").unwrap_or_default();
        let speaker = element.attribute("agent").or(speaker);
        for inner in element.elements() {
            match inner.name.as_str() {
                "p" => self.paragraph(inner, from, speaker),
                _ => self.container(inner, from, speaker),
            }
        }
    }

    fn paragraph(&mut self, element: &Element, from: f64, speaker: Option<&str>) {
        let sentences: Vec<&Element> =
            element.elements().filter(|inner| inner.attribute("unit") == Some("sentence")).collect();
        if sentences.is_empty() {
            return self.piece(element, from, speaker);
        }
        let speaker = element.attribute("agent").or(speaker);
        for sentence in sentences {
            self.piece(sentence, from, speaker);
        }
    }

    fn piece(&mut self, element: &Element, from: f64, speaker: Option<&str>) {
        // A paragraph may leave its times to the spans in it.
        let timed = |name: &str| {
            let spans = || element.all("span").into_iter().find_map(|span| self.time(span, name));
            self.time(element, name).or_else(spans)
        };
        let start = timed("begin").map(|begin| from + begin);
        let end = self.time(element, "end").map(|end| from + end);
        let length = || Some(start? + self.time(element, "dur")?);
        let agent = element.attribute("agent").or(speaker);
        let speaker = agent.map(|id| self.names.get(id).cloned().unwrap_or_else(|| id.to_owned()));
        let mut text = String::new();
        words(element, &mut text);
        let id = element.attribute("id").map(str::to_owned);
        self.pieces.push(Piece { id, start, end: end.or_else(length), speaker, text });
    }

    fn time(&self, element: &Element, name: &str) -> Option<f64> {
        self.rates.seconds(element.attribute(name)?)
    }
}

/// The words of an element: `br` ends a line, a span that is a word stands apart.
fn words(element: &Element, out: &mut String) {
    for node in &element.children {
        match node {
            // White space around elements is layout of the file.
            Node::Text(text) => out.push_str(&text.replace('\n', " ")),
            Node::Element(inner) if inner.name == "br" => out.push('\n'),
            Node::Element(inner) if inner.name == "metadata" => {}
            Node::Element(inner) => {
                if inner.attribute("unit") == Some("word") && !out.ends_with(char::is_whitespace) {
                    out.push(' ');
                }
                words(inner, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let input = Input::new("t.ttml", text);
        assert_eq!(sniff(&input), Confidence::Certain, "{text}");
        assert_eq!(read(&input).unwrap().documents[0].text, expected, "{text}");
    }

    #[test]
    fn captions_of_many_services_are_read() {
        check(
            "<?xml version='1.0'?><!-- x --><tt xmlns='http://www.w3.org/ns/ttml' xmlns:ttm='m' xml:lang='en'><head><metadata>\
             <ttm:agent xml:id='a1'><ttm:name>Ada</ttm:name></ttm:agent></metadata></head><body><div>\
             <p begin='00:00:01.000' end='00:00:02.000' ttm:agent='a1'>So<br/>it &amp; <span>is</span>.</p>\
             <p begin='62s' ttm:agent='a2'>Yes.</p></div></body></tt>",
            "[0:01] Ada: So it & is.\n\n[1:02] a2: Yes.\n",
        );
        check(
            "<tt xmlns:p='p' xmlns:m='m'><body dur='9'><div begin='60.0'><p begin='1.5' m:agent='SPEAKER_1'>\
             <span p:unit='sentence' begin='1.5'><span p:unit='word' begin='1.5'>So</span><span p:unit='word' begin='1.7'>it.</span></span>\
             <span p:unit='sentence' begin='9'><span p:unit='word'>Yes.</span></span></p></div></body></tt>",
            "[1:01] SPEAKER_1: So it.\n\n[1:09] Yes.\n",
        );
    }

    #[test]
    fn times_follow_the_rates_of_the_file() {
        let rates = Rates { ticks: 10_000_000.0, frames: 25.0 };
        for (text, seconds) in [
            ("00:01:02.500", Some(62.5)),
            ("00:01:02:05", Some(62.2)),
            ("01:02", Some(62.0)),
            ("50f", Some(2.0)),
            ("15000000t", Some(1.5)),
            ("1500ms", Some(1.5)),
            ("2m", Some(120.0)),
            ("3", Some(3.0)),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(rates.seconds(text), seconds, "{text}");
        }
    }
}
