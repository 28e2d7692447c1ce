//! Transcripts written as text or Markdown: time marks, speakers, chapters.
//!
//! Front matter, summary and highlights around a heading `Transcript` are about the talk and not
//! the talk: they are left out, and how much that was is told. Read from the public archives
//! The-Focus-AI/youtube-feed and an Obsidian vault of video notes (2025).

use super::captions::{self, Layout, ParagraphSize, Speech};
use super::{html, mark, markdown};
use crate::content::{Counts, Kind, Link, Problem, SectionKind, canonical, ended_lines, line, lines};
use crate::gather::draft::Draft;
use crate::gather::{Confidence, Error, Format, Input, Reading, Times, front_matter, links};

pub(crate) const FORMAT: Format = Format {
    name: "transcript-md",
    kind: Kind::Transcript,
    about: "transcripts in text or Markdown with time marks or speaker names",
    extensions: &["md", "markdown", "txt"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    // A page is one, whatever its lines open with.
    if input.has_nul || html::is_announced(input.text) {
        return Confidence::No;
    }
    let (_, body) = front_matter::split(input.text);
    let talk = talk(body);
    if is_timed(&talk) {
        Confidence::Certain
    } else if dialogue(talk.text) {
        Confidence::Likely
    } else {
        Confidence::No
    }
}

/// Whether many lines open with times that go on, or some under a heading that says what they are.
fn is_timed(talk: &Talk<'_>) -> bool {
    if !mark::has_clock(talk.text) {
        return false;
    }
    let mut n_lines = 0;
    let mut n_back = 0;
    let mut marks = Vec::new();
    for raw in lines(talk.text).filter(|line| !line.trim().is_empty()) {
        n_lines += 1;
        if let Some(mark) = mark::parse(raw) {
            n_back += usize::from(marks.last().is_some_and(|last| *last > mark.seconds));
            marks.push(mark.seconds);
        }
    }
    let timed = marks.len() > 2 && marks.len() * 4 >= n_lines && n_back * 10 <= marks.len();
    timed || talk.headed && !marks.is_empty() && marks.len() * 4 >= n_lines
}

/// Whether most paragraphs open with a name, and the names come back.
fn dialogue(text: &str) -> bool {
    let n_most = memchr::memmem::find_iter(text.as_bytes(), "\n\n").count() + 1;
    let (mut n_others, mut names) = (0, Vec::new());
    for paragraph in text.split("\n\n").filter(|part| !part.trim().is_empty()) {
        match mark::speaker(paragraph) {
            Some((name, _)) => names.push(name),
            None => n_others += 1,
        }
        // Prose shows early that it is none.
        if n_others * 5 > n_most {
            return false;
        }
    }
    let distinct: std::collections::BTreeSet<&String> = names.iter().collect();
    names.len() > 3 && n_others * 4 <= names.len() && distinct.len() > 1 && distinct.len() * 2 <= names.len()
}

/// The part of a text that is the talk.
struct Talk<'a> {
    text: &'a str,
    /// Stands under a heading that says so.
    headed: bool,
}

/// The body of the heading `Transcript`, up to the next heading of its level; else all of it.
fn talk(body: &str) -> Talk<'_> {
    let mut under: Option<(usize, usize)> = None;
    let mut at = 0;
    for raw in ended_lines(body) {
        let next = at + raw.len();
        if raw.starts_with('#')
            && let Some((level, title)) = markdown::heading(raw.trim_end())
        {
            match under {
                Some((own, start)) if level <= own => return Talk { text: &body[start..at], headed: true },
                None if level > 1 && is_transcript(title) => under = Some((level, next)),
                _ => {}
            }
        }
        at = next;
    }
    under.map_or(Talk { text: body, headed: false }, |(_, start)| Talk { text: &body[start..], headed: true })
}

/// `Transcript`, `Full Transcript`, `Transcript (auto-generated)`.
fn is_transcript(title: &str) -> bool {
    let title = title.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    title.starts_with("transcript") || title.ends_with(" transcript")
}

fn read(input: &Input) -> Result<Reading, Error> {
    let text = input.text.replace("\r\n", "\n").replace('\r', "\n");
    let (front, body) = front_matter::split(&text);
    let talk = talk(body);
    let outside = body.len() - talk.text.len();
    let (own_title, talk_text) = if talk.headed {
        let title =
            body.lines().find_map(markdown::heading).filter(|(level, _)| *level == 1).map(|(_, title)| line(title));
        (title, talk.text.to_owned())
    } else {
        markdown::take_title(&canonical(talk.text).0, front.title().as_deref())
    };

    let mut draft = Draft::default();
    let read = lay_out(&talk_text, &mut draft, input.wishes.manner.times);
    if read.n_turns == 0 {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "turns" });
    }
    let mut document = draft.document(FORMAT.name, FORMAT.kind);
    document.title = front.title().or(own_title).filter(|title| !title.is_empty());
    document.author = front.author();
    document.date = front.date();
    document.language = front.language();
    document.url = front.url().or(read.url);
    document.links.extend(document.url.iter().map(|url| Link { url: url.clone(), text: None, start: None }));
    document.links.extend(links(&document.text));
    document.counts = Counts { items: read.n_turns, visible: read.n_turns, hidden: 0, branches: 1 };
    let mut problems = Vec::new();
    let around = |line: &&str| !line.trim().is_empty() && markdown::heading(line).is_none();
    if talk.headed && body.lines().filter(around).count() > talk.text.lines().filter(around).count() {
        problems.push(Problem::note(
            input.name,
            format!("left out around the transcript: {outside} bytes of summary, highlights and headings"),
        ));
    }
    Ok(Reading { documents: vec![document], problems })
}

/// What was met while the talk was laid out.
struct LaidOut {
    n_turns: usize,
    /// Address of the recording, from the first time mark that links somewhere.
    url: Option<String>,
}

/// Lays the talk out in turns; headings stay as the chapters they are.
fn lay_out(talk: &str, draft: &mut Draft, times: Times) -> LaidOut {
    let mut n_marks = 0;
    let mut n_named = 0;
    let mut url = None;
    let mut chapter: Vec<Speech> = Vec::new();
    let mut after_blank = true;
    let flush = |chapter: &mut Vec<Speech>, draft: &mut Draft| {
        chapter.retain(|speech| !speech.text.is_empty());
        captions::turns(draft, chapter, Layout { size: ParagraphSize::TRANSCRIPT, times });
        chapter.clear();
    };
    for raw in talk.lines() {
        if raw.trim().is_empty() {
            after_blank = true;
            continue;
        }
        if let Some((_, title)) = markdown::heading(raw) {
            flush(&mut chapter, draft);
            if let Some(section) = draft.push(SectionKind::Heading, raw) {
                section.label = Some(line(title));
            }
            after_blank = true;
            continue;
        }
        let before = chapter.last().and_then(|speech| speech.speaker.clone());
        if let Some(mark) = mark::parse(raw) {
            n_marks += 1;
            url = url.or_else(|| mark.url.map(without_time));
            let speaker = mark.speaker.or(before);
            chapter.push(Speech {
                start: Some(mark.seconds),
                end: None,
                speaker,
                text: line(mark.words),
                opens: false,
            });
        } else if let Some((name, words)) = mark::speaker(raw) {
            n_named += 1;
            chapter.push(Speech { start: None, end: None, speaker: Some(name), text: line(words), opens: false });
        } else {
            match chapter.last_mut() {
                // The first line under `Ada 0:47`, or the next line of a wrapped paragraph.
                Some(speech) if !after_blank || speech.text.is_empty() => {
                    speech.text = line(&format!("{} {raw}", speech.text));
                }
                _ => chapter.push(Speech { start: None, end: None, speaker: before, text: line(raw), opens: false }),
            }
        }
        after_blank = false;
    }
    flush(&mut chapter, draft);
    let n_turns = if n_marks > 0 { n_marks } else { n_named.max(draft.sections.len()) };
    LaidOut { n_turns, url }
}

/// The address of a recording without the second it jumps to.
fn without_time(url: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let kept: Vec<&str> = query
        .split('&')
        .filter(|part| !part.is_empty() && !part.starts_with("t=") && !part.starts_with("start="))
        .collect();
    if kept.is_empty() { base.to_owned() } else { format!("{base}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str, n_items: usize) {
        let input = Input::new("t.md", text);
        assert!(sniff(&input) > Confidence::No, "{text:?}");
        let document = read(&input).unwrap().documents.remove(0);
        assert_eq!((document.text.as_str(), document.counts.items), (expected, n_items), "{text:?}");
        assert!(crate::gather::draft::covers(&document.text, &document.sections));
    }

    #[test]
    fn shapes_of_transcripts_come_to_one_form() {
        check(
            "Ada 0:01\nHello\nthere.\n\nBo 0:05\nThanks.\n\nAda 0:09\nBye.\n",
            "[0:01] Ada: Hello there.\n\n[0:05] Bo: Thanks.\n\n[0:09] Ada: Bye.\n",
            3,
        );
        check(
            "**Ada:** [0:01](https://v.example/w?v=1&t=1s) Hello.\n\n**Ada:** [0:05](u) So.\n\n**Bo:** [0:09](u) Bye.\n",
            "[0:01] Ada: Hello. So.\n\n[0:09] Bo: Bye.\n",
            3,
        );
        check("(0:01) One.\n\n(0:05) Two.\n\n(1:00:00) Three.\n", "[0:01] One. Two. Three.\n", 3);
        check(
            "Ada: Hi.\n\nBo: Ho.\n\nAda: Well.\n\nand more\n\nBo: Bye.\n",
            "Ada: Hi.\n\nBo: Ho.\n\nAda: Well. and more\n\nBo: Bye.\n",
            4,
        );
        let long = "word ".repeat(70).trim_end().to_owned() + ".";
        check(
            &format!("[0:01] {long}\n\n[0:30] {long}\n\n{long}\n\n[1:00] end\n"),
            &format!("[0:01] {long}\n\n[0:30] {long}\n\n{long}\n\n[1:00] end\n"),
            3,
        );
    }

    #[test]
    fn what_is_about_the_talk_is_left_out() {
        let text = "---\ntitle: Talk\nurl: https://v.example/w\nchannel: Cee\n---\n\n# Talk\n\n## Summary\n\nShort.\n\n## Transcript\n\n### One\n\n\
                    [0:01](https://v.example/w?t=1) Hello https://x.example.\n\n### Two\n\n[0:09](https://v.example/w?t=9) Bye.\n\n## Comments\n\nNice.\n";
        let reading = read(&Input::new("t.md", text)).unwrap();
        let document = &reading.documents[0];
        assert_eq!(document.text, "### One\n\n[0:01] Hello https://x.example.\n\n### Two\n\n[0:09] Bye.\n");
        assert_eq!((document.title.as_deref(), document.author.as_deref()), (Some("Talk"), Some("Cee")));
        let urls: Vec<&str> = document.links.iter().map(|link| link.url.as_str()).collect();
        assert_eq!(urls, ["https://v.example/w", "https://x.example"]);
        assert_eq!(reading.problems.len(), 1);
        assert_eq!(document.sections[1].time.as_deref(), Some("0:01"));
    }

    #[test]
    fn prose_is_not_a_transcript() {
        for text in [
            "# Essay\n\nAt 10:30 we met.\n\n10:45 it rained.\n\nThe end.\n",
            "Note: one\n\nWarning: two\n\nHint: three\n\nExample: four\n",
            "words\n",
        ] {
            assert_eq!(sniff(&Input::new("t.md", text)), Confidence::No, "{text:?}");
        }
    }
}
