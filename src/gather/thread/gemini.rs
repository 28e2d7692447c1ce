//! Gemini: its activity from Google Takeout, as JSON or as a page, and chats of AI Studio.
//!
//! The activity is a log without conversations, newest first: each prompt stands with its answer.
//! Read from the example of `jetpack` (HTML), the description in `Sinity/polylogue` and LibreChat's
//! notes (JSON). Other products of Google write the same file, so the header decides.

use super::blocks::LeftOut;
use super::collect::{self, Collected};
use super::tree::{Item, Note, State, Talk};
use crate::content::Kind;
use crate::gather::tape::Json;
use crate::gather::{Confidence, Error, Format, Input, Reading, fragment, moment};

pub(crate) const FORMAT: Format = Format {
    name: "gemini",
    kind: Kind::Chat,
    about: "Gemini activity from Google Takeout (JSON or HTML), AI Studio chats",
    extensions: &["json", "html"],
    sniff,
    read,
    stream: None,
};

/// A cell of the activity page, and the one that holds prompt and answer.
const CELL: &str = "<div class=\"outer-cell";
const BODY: &str = "<div class=\"content-cell";

fn sniff(input: &Input) -> Confidence {
    let is_activity = |json: Json| {
        json.at("header").text().is_some_and(|header| header.starts_with("Gemini"))
            && json.has("time")
            && json.has("title")
    };
    if input.any(|json| is_activity(json) || json.at("chunkedPrompt").at("chunks").is_array()) {
        return Confidence::Certain;
    }
    let is_page = input.has("outer-cell") && input.has(CELL) && input.has(BODY) && input.has("Gemini");
    if is_page { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    if input.json.is_empty() {
        return page(input);
    }
    collect::together(input, &FORMAT, "prompts", |entries, collected| {
        let studio: Vec<Json> = entries.iter().copied().filter(|entry| entry.has("chunkedPrompt")).collect();
        for entry in studio {
            prompt(entry.at("chunkedPrompt"), collected);
        }
        activity(entries, collected);
    })
}

/// A chat of AI Studio.
fn prompt(json: Json, collected: &mut Collected) {
    let mut left_out = LeftOut::default();
    let mut talk = Talk::default();
    for chunk in json.at("chunks").items() {
        let text = match chunk.at("text").text() {
            Some(text) => text.to_owned(),
            None if chunk.at("driveDocument").is_object() => "[file]".to_owned(),
            None if chunk.at("driveImage").is_object() || chunk.at("inlineImage").is_object() => "[image]".to_owned(),
            None => {
                left_out.count("parts without text");
                String::new()
            }
        };
        talk.items.push(Item {
            author: chunk.at("role").words().map(str::to_owned),
            time: moment::moment(chunk.at("createTime")),
            text,
            state: if chunk.at("isThought").is_true() { State::Hidden("reasoning") } else { State::Shown },
            ..Item::default()
        });
    }
    talk.notes.extend(left_out.notes());
    collected.push(talk);
}

/// The activity log, oldest first.
fn activity(entries: &[Json], collected: &mut Collected) {
    let mut talk = Talk { title: Some("Gemini activity".to_owned()), ..Talk::default() };
    let mut n_other = 0;
    for entry in entries.iter().rev().filter(|entry| entry.has("header")) {
        let title = entry.at("title").text().unwrap_or_default();
        let is_gemini = entry.at("header").text().is_some_and(|header| header.starts_with("Gemini"));
        let (verb, prompt) = title.split_once([' ', '\u{a0}']).unwrap_or((title, ""));
        let answers: Vec<String> = entry
            .at("safeHtmlItem")
            .items()
            .filter_map(|item| item.at("html").text())
            .map(fragment::markdown)
            .collect();
        // Verbs are words of the user's language: what has an answer, or is a prompt in English, is talk.
        if !is_gemini
            || answers.is_empty() && verb != "Prompted"
            || matches!(verb, "Created" | "Added" | "Used" | "Gave")
        {
            n_other += 1;
            continue;
        }
        let time = moment::moment(entry.at("time"));
        let mut text = prompt.to_owned();
        for file in entry.at("attachedFiles").items().filter_map(Json::words) {
            text += &format!("\n\n[file: {file}]");
        }
        push_turn(&mut talk, time.as_deref(), text, answers.join("\n\n"));
    }
    if n_other > 0 {
        talk.notes.push(Note::new("left out, entries that are no prompts", n_other));
    }
    if !talk.items.is_empty() {
        collected.push(talk);
    }
}

fn push_turn(talk: &mut Talk, time: Option<&str>, prompt: String, answer: String) {
    for (author, text) in [("user", prompt), ("gemini", answer)] {
        talk.items.push(Item {
            author: Some(author.to_owned()),
            time: time.map(str::to_owned),
            text,
            ..Item::default()
        });
    }
}

/// The activity as a page: prompt, line of the moment, answer, in one cell each.
fn page(input: &Input) -> Result<Reading, Error> {
    let mut collected = Collected::new(input, &FORMAT, "prompts");
    let mut talk = Talk { title: Some("Gemini activity".to_owned()), ..Talk::default() };
    let mut turns: Vec<[String; 3]> = Vec::new();
    for cell in input.text.split(CELL).skip(1) {
        let Some(body) = cell.split(BODY).nth(1).and_then(|body| body.split_once('>')).map(|(_, body)| body) else {
            continue;
        };
        let body = body.trim_end().trim_end_matches("<div").trim_end();
        let body = body.strip_suffix("</div>").unwrap_or(body);
        // Prompt <br> moment <br> answer.
        let mut parts = body.splitn(3, "<br");
        let after =
            |part: Option<&str>| part.and_then(|part| part.split_once('>')).map_or("", |(_, rest)| rest).to_owned();
        let prompt = fragment::markdown(parts.next().unwrap_or_default());
        let time = fragment::markdown(&after(parts.next()));
        let answer = fragment::markdown(&after(parts.next()));
        let prompt = prompt.split_once(['\u{a0}', ' ']).map_or("", |(_, prompt)| prompt).to_owned();
        turns.push([crate::content::line(&time), prompt, answer]);
    }
    if !is_oldest_first(&turns) {
        turns.reverse();
    }
    for [time, prompt, answer] in turns {
        push_turn(&mut talk, moment::read(&time).as_deref(), prompt, answer);
    }
    collected.push(talk);
    collected.finish()
}

/// Whether times grow down the page. They are written as the language of the account has it: only
/// those of one day are compared, which differ in the numbers of their clock alone.
fn is_oldest_first(turns: &[[String; 3]]) -> bool {
    let numbers = |time: &str| -> Vec<u32> {
        time.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
    };
    let words = |time: &str| -> String { time.chars().filter(|c| c.is_alphabetic()).collect() };
    let (mut n_grows, mut n_falls) = (0, 0);
    for pair in turns.windows(2) {
        let (first, second) = (numbers(&pair[0][0]), numbers(&pair[1][0]));
        let is_one_day = first.len() == second.len() && first.len() > 4 && first[..3] == second[..3];
        if is_one_day && words(&pair[0][0]) == words(&pair[1][0]) {
            n_grows += usize::from(first < second);
            n_falls += usize::from(first > second);
        }
    }
    n_grows > n_falls
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_page_is_told_by_the_times_of_one_day() {
        let check = |times: &[&str], expected: bool| {
            let turns: Vec<[String; 3]> =
                times.iter().map(|time| [(*time).to_owned(), String::new(), String::new()]).collect();
            assert_eq!(is_oldest_first(&turns), expected, "{times:?}");
        };
        check(&["1. 1. 2026 10:10:00 SE\u{10c}", "1. 1. 2026 10:15:00 SE\u{10c}"], true);
        check(&["Jan 2, 2026, 9:10:00 AM UTC", "Jan 2, 2026, 8:15:00 AM UTC"], false);
        check(&["Jan 1, 2026, 1:10:00 PM UTC", "Jan 1, 2026, 11:15:00 AM UTC", "Jan 3, 2026, 1:00:00 AM UTC"], false);
        check(&[], false);
    }
}
