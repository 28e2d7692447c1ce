//! Transcripts as podcast feeds link them with `podcast:transcript`: JSON and HTML.
//!
//! Podcasting 2.0 namespace, transcripts page, 2024: JSON holds segments of a line or of a single
//! word, HTML a run of `<cite>Name:</cite><time>0:00</time><p>words</p>`, each part optional. A
//! speaker is named when the speaker changes and speaks until then.

use super::mark;
use super::timed::{self, Piece, Recording};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, fragment};

pub(crate) const FORMAT: Format = Format {
    name: "podcast-transcript",
    kind: Kind::Transcript,
    about: "podcast transcripts of the Podcasting 2.0 namespace, JSON and HTML",
    extensions: &["json", "html"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    let text = input.text.trim_start();
    // Captions of a page quote people; a transcript opens with one of the three.
    if ["<cite>", "<time>"].iter().any(|tag| text.starts_with(tag)) && text.contains("<p>") {
        return Confidence::Certain;
    }
    input.certain(|root| {
        let is_segment =
            |segment: Json| segment.at("body").text().is_some() && segment.at("startTime").number().is_some();
        root.at("segments").items().any(is_segment)
    })
}

fn read(input: &Input) -> Result<Reading, Error> {
    if input.text.trim_start().starts_with('<') {
        let pieces = paragraphs(input.text);
        return timed::reading(&FORMAT, input, Recording { pieces, ..Recording::default() });
    }
    timed::json(&FORMAT, input, |root| {
        let segment = |segment: Json| Piece {
            id: None,
            start: segment.at("startTime").number(),
            end: segment.at("endTime").number(),
            speaker: segment.at("speaker").words().map(str::to_owned),
            text: segment.at("body").text().unwrap_or_default().to_owned(),
        };
        Recording { pieces: root.at("segments").items().map(segment).collect(), ..Recording::default() }
    })
}

/// The paragraphs of the HTML form with the name and time that stand before them.
fn paragraphs(html: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut next = Piece::default();
    let mut rest = html;
    while let Some((name, inner, after)) = element(rest) {
        let words = fragment::markdown(inner);
        match name {
            "cite" => {
                let name = words.trim_end_matches(':').trim();
                next.speaker = (!name.is_empty()).then(|| name.to_owned());
            }
            "time" => next.start = mark::seconds(words.trim()),
            _ => {
                pieces.push(Piece { text: words, ..next.clone() });
                next.start = None;
            }
        }
        rest = after;
    }
    // A paragraph without a time goes with the one before it.
    let mut start = None;
    for piece in &mut pieces {
        piece.start = piece.start.or(start);
        start = piece.start;
    }
    pieces
}

/// The next `cite`, `time` or `p`: its name, what it holds, and what follows.
fn element(html: &str) -> Option<(&'static str, &str, &str)> {
    let opens = |name: &'static str| {
        let at = html.match_indices('<').map(|(at, _)| at).find(|at| {
            let tag = &html[at + 1..];
            tag.starts_with(name) && tag[name.len()..].starts_with([' ', '>', '\n'])
        })?;
        Some((at, name))
    };
    let (at, name) = ["cite", "time", "p"].into_iter().filter_map(opens).min()?;
    let inner = at + html[at..].find('>')? + 1;
    let close = format!("</{name}>");
    let end = html[inner..].find(&close).map_or(html.len(), |length| inner + length);
    Some((name, &html[inner..end], html.get(end + close.len()..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        timed::check(&FORMAT, text, expected);
    }

    #[test]
    fn both_forms_are_read() {
        check(
            r#"{"version": "1.0.0", "segments": [{"speaker": "Ada", "startTime": 0.5, "endTime": 0.7, "body": "I"},
                {"startTime": 0.8, "body": "see."}, {"speaker": "Bo", "startTime": 2.0, "body": "No."}]}"#,
            "[0:00] Ada: I see.\n\n[0:02] Bo: No.\n",
        );
        check(
            "<cite>Ada:</cite>\n<time>0:00</time>\n<p>It&#39;s <b>here</b>.</p>\n<p>And there.</p>\n<cite>Bo:</cite><time>1:02:03</time><p>No.</p>",
            "[0:00] Ada: It's **here**. And there.\n\n[1:02:03] Bo: No.\n",
        );
    }
}
