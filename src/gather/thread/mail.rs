//! Mail: mailboxes (mbox) and single messages (RFC 5322), threaded by their references.
//!
//! `mail-parser` decodes headers, parts and charsets; [`body`] says what a message says, [`people`] to
//! whom. What an answer quotes from a message that is in the mailbox is folded to its first line;
//! signatures are left out. What is attached and has words is a section of its own. Read from the
//! test mailboxes of `b4` and messages of `stalwartlabs/mail-parser`.

mod body;
mod people;

use std::collections::{BTreeMap, BTreeSet};

use mail_parser::{HeaderValue, Message, MessageParser};

use self::body::Body;
use super::collect::Collected;
use super::forest;
use super::tree::Item;
use crate::content::{Document, Kind, Section, SectionKind, line};
use crate::gather::{Confidence, Error, Format, Input, Reading, draft, moment};

pub(crate) const FORMAT: Format = Format {
    name: "mail",
    kind: Kind::Mail,
    about: "mailboxes (mbox) and mail messages (eml), threaded",
    extensions: &["mbox", "eml"],
    sniff,
    read,
    stream: None,
};

/// Quoted lines in a row that are kept.
const MAX_QUOTED: usize = 3;
/// Lines that a signature may have.
const MAX_SIGNATURE: usize = 12;

fn sniff(input: &Input) -> Confidence {
    let text = input.text.trim_start();
    let message = if is_from_line(text.lines().next().unwrap_or_default()) {
        text.split_once('\n').map_or("", |(_, rest)| rest)
    } else {
        text
    };
    let mut names = BTreeSet::new();
    for line in message.lines().take(200) {
        if line.trim().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { return Confidence::No };
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Confidence::No;
        }
        names.insert(name.to_ascii_lowercase());
    }
    let has = |name: &str| names.contains(name);
    let is_mail = has("from") && (has("message-id") || has("date") && (has("subject") || has("to")));
    if is_mail { Confidence::Certain } else { Confidence::No }
}

/// `From ada@example.org Thu Jan  1 00:00:00 1970`
fn is_from_line(line: &str) -> bool {
    line.strip_prefix("From ")
        .is_some_and(|rest| rest.matches(':').count() >= 2 && rest.contains(|c: char| c.is_ascii_digit()))
}

/// The messages of a mailbox, `>From ` unescaped; a text without a `From ` line is one message.
fn messages(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut after_blank = true;
    for line in text.split_inclusive('\n') {
        if after_blank && is_from_line(line) {
            found.push(String::new());
        } else {
            if found.is_empty() {
                found.push(String::new());
            }
            let unescaped = line.strip_prefix('>').filter(|rest| rest.trim_start_matches('>').starts_with("From "));
            found.last_mut().expect("pushed above").push_str(unescaped.unwrap_or(line));
        }
        after_blank = line.trim().is_empty();
    }
    found.retain(|message| !message.trim().is_empty());
    found
}

fn read(input: &Input) -> Result<Reading, Error> {
    let mut collected = Collected::new(input, &FORMAT, "messages");
    let raw = messages(input.text);
    let parser = MessageParser::default();
    let parsed: Vec<Message> = raw.iter().filter_map(|message| parser.parse(message.as_bytes())).collect();
    if parsed.len() < raw.len() {
        collected.warn(format!("messages that are no mail: {}", raw.len() - parsed.len()));
    }
    let here: BTreeMap<&str, &Message> =
        parsed.iter().filter_map(|message| Some((message.message_id()?, message))).collect();
    let mut subjects: BTreeMap<String, String> = BTreeMap::new();
    let mut headings: BTreeMap<String, Option<String>> = BTreeMap::new();
    let mut n_hidden = 0;
    let mut items = Vec::new();
    for message in &parsed {
        let body = body::read(message);
        n_hidden += body.n_hidden;
        headings.extend(body.attached.iter().map(|part| (part.heading.clone(), part.author.clone())));
        let item = item(message, body, &here);
        if let Some(subject) = message.subject() {
            subjects.insert(item.id.clone(), line(subject));
        }
        items.push(item);
    }
    for mut talk in forest::talks(items, |_| None) {
        talk.title = talk.items.iter().find_map(|item| subjects.get(&item.id).cloned());
        // Each patch of a series, and whoever turns to something else, has a subject of its own.
        for item in &mut talk.items {
            let known = talk.title.as_ref().into_iter().chain(item.parent.as_ref().and_then(|id| subjects.get(id)));
            let own =
                subjects.get(&item.id).filter(|own| !is_answer(own) && known.into_iter().all(|known| known != *own));
            if let Some(own) = own {
                item.text = format!("Subject: {own}\n\n{}", item.text);
            }
        }
        collected.push(talk);
    }
    if n_hidden > 0 {
        collected.note(format!("text that the messages hide, left out: {n_hidden} characters"));
    }
    let mut reading = collected.finish()?;
    for document in &mut reading.documents {
        part(document, &headings);
    }
    Ok(reading)
}

/// Makes sections of what is attached to the messages of a document, by the headings that it has.
fn part(document: &mut Document, headings: &BTreeMap<String, Option<String>>) {
    let mut parted: Vec<Section> = Vec::new();
    for section in std::mem::take(&mut document.sections) {
        let mut open = section.clone();
        let mut at = section.start;
        for raw in document.text[section.range()].split_inclusive('\n') {
            let heading = raw.strip_prefix("## ").map(str::trim_end).filter(|_| at > section.start);
            if let Some((heading, author)) = heading.and_then(|heading| headings.get_key_value(heading)) {
                let end = document.text[..at].trim_end().len();
                parted.push(Section { end, ..open });
                let label = Some(heading.clone());
                open =
                    Section { label, author: author.clone(), ..draft::section(at, section.end, SectionKind::Heading) };
            }
            at += raw.len();
        }
        parted.push(open);
    }
    document.sections = parted;
}

/// Whether a subject says that it is an answer, or sent on.
fn is_answer(subject: &str) -> bool {
    let lower = subject.trim_start().to_lowercase();
    ["re:", "fwd:", "fw:", "aw:", "wg:", "sv:", "rv:"].iter().any(|mark| lower.starts_with(mark))
}

fn item(message: &Message, body: Body, here: &BTreeMap<&str, &Message>) -> Item {
    let ids = |value: &HeaderValue| {
        value.as_text_list().unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let answered = ids(message.in_reply_to());
    let references = ids(message.references());
    // The nearest message above that is here, else the one that is answered.
    let above = answered.iter().chain(references.iter().rev());
    let parent = above.clone().find(|id| here.contains_key(id.as_str())).or_else(|| above.clone().next()).cloned();
    let answered = parent.as_deref().and_then(|id| here.get(id));
    let mut parts = vec![folded(&body.text, answered.is_some())];
    parts.extend(body.files.into_iter().map(|name| format!("[file: {name}]")));
    parts.extend(body.attached.into_iter().map(|part| format!("## {}\n\n{}", part.heading, part.text.trim_end())));
    parts.retain(|part| !part.trim().is_empty());
    // An answer to the same people goes without saying.
    if !parts.is_empty() && answered.is_none_or(|answered| people::all(answered) != people::all(message)) {
        let addressed = people::addressed(message);
        parts.splice(0..0, (!addressed.is_empty()).then(|| addressed.join("\n")));
    }
    Item {
        id: message.message_id().unwrap_or_default().to_owned(),
        parent,
        author: people::author(message),
        time: message.date().and_then(|date| moment::read(&date.to_rfc3339())),
        text: parts.join("\n\n"),
        ..Item::default()
    }
}

/// The text without its signature; long quotes of a message that is here keep their first line.
fn folded(body: &str, is_here: bool) -> String {
    let body = body.replace("\r\n", "\n");
    let lines: Vec<&str> = body.trim_end().lines().collect();
    let sign = lines.iter().rposition(|line| matches!(*line, "-- " | "--"));
    let lines = match sign {
        Some(at) if lines.len() - at <= MAX_SIGNATURE => &lines[..at],
        _ => lines.as_slice(),
    };
    let mut out: Vec<String> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let n_quoted = lines[at..].iter().take_while(|line| line.starts_with('>')).count();
        if is_here && n_quoted > MAX_QUOTED {
            out.push(lines[at].to_owned());
            out.push(format!("> [{} more quoted lines]", n_quoted - 1));
        } else {
            out.extend(lines[at..at + n_quoted.max(1)].iter().map(|line| (*line).to_owned()));
        }
        at += n_quoted.max(1);
    }
    out.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_of_what_is_here_are_folded_and_signatures_go() {
        let body = "Ada wrote:\r\n> a\r\n> b\r\n> c\r\n> d\r\n\r\nyes\r\n> e\r\nno\r\n-- \r\nBo\r\n";
        assert_eq!(folded(body, true), "Ada wrote:\n> a\n> [3 more quoted lines]\n\nyes\n> e\nno");
        assert_eq!(folded(body, false), "Ada wrote:\n> a\n> b\n> c\n> d\n\nyes\n> e\nno");
    }

    /// The text, the labels of the sections and what is told of one message.
    fn check(mail: &str, expected: &str, labels: &[&str], told: &[&str]) {
        let head = "From: Ada <ada@b.example>\nMessage-ID: <1@b>\nDate: Sat, 1 Jun 2024 10:00:00 +0000\n";
        let reading = read(&Input::new("a.eml", &format!("{head}{mail}"))).unwrap();
        let document = &reading.documents[0];
        assert_eq!(document.text, format!("[message 1]\n{expected}\n"), "{mail}");
        assert!(draft::covers(&document.text, &document.sections), "{mail}");
        let found: Vec<&str> = document.sections.iter().filter_map(|section| section.label.as_deref()).collect();
        assert_eq!(found, labels, "{mail}");
        let found: Vec<&str> = reading.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(found, told, "{mail}");
    }

    #[test]
    fn html_alone_is_read_as_a_page_is() {
        let html = "<html><head><style>.pre{display:none}</style></head><body><div class=\"pre\">unseen</div>\
                    <h1>Rent</h1><p>See <a href=\"https://a.example/\">the plan</a>.<img src=\"x.gif\"></p>\
                    <table><tr><th>Item</th><th>Price</th></tr><tr><td>Bolt</td><td>12</td></tr></table>\
                    <ul><li>Food 200</li><li style=\"display:none\">gone</li></ul></body></html>";
        check(
            &format!("Content-Type: text/html\n\n{html}\n"),
            "# Rent\n\nSee [the plan](https://a.example/).\n\n| Item | Price |\n| --- | --- |\n| Bolt | 12 |\n\n- Food 200",
            &["message 1"],
            &["text that the messages hide, left out: 10 characters"],
        );
    }

    #[test]
    fn a_text_that_only_names_another_form_is_no_text() {
        let mail = |text: &str, html: &str| {
            format!(
                "Content-Type: multipart/alternative; boundary=\"x\"\n\n--x\nContent-Type: text/plain\n\n{text}\n\
                 --x\nContent-Type: text/html\n\n{html}\n--x--\n"
            )
        };
        let long = "<p>one two three four five six seven eight nine ten eleven twelve</p>";
        let words = "one two three four five six seven eight nine ten eleven twelve";
        check(&mail("View in a", long), "View in a", &["message 1"], &[]);
        check(&mail("View it", long), words, &["message 1"], &[]);
        check(&mail("", long), words, &["message 1"], &[]);
        check(&mail("hi", "<p></p>"), "hi", &["message 1"], &[]);
    }

    #[test]
    fn what_is_attached_and_has_words_is_a_section() {
        let parts = [
            "Content-Type: text/plain\n\nSee below.\n-- \nAda\n",
            "Content-Type: image/png; name=\"a.png\"\nContent-Disposition: attachment\n\nx\n",
            "Content-Type: text/plain; name=\"notes.txt\"\nContent-Disposition: attachment; filename=\"notes.txt\"\n\npears\n",
            "Content-Type: application/octet-stream; name=\"b.csv\"\n\na,b\n",
            "Content-Type: message/rfc822\n\nFrom: Bo <bo@b.example>\nTo: Ada <ada@b.example>, Cy\n <cy@b.example>\n\
             Subject: Plums\nDate: Fri, 31 May 2024 09:00:00 +0000\nContent-Type: text/html\n\n<b>blue</b>\n",
        ];
        let parts = format!("--x\n{}\n", parts.join("\n--x\n"));
        check(
            &format!(
                "To: Bo <bo@b.example>\nCc: cy@b.example\nContent-Type: multipart/mixed; boundary=\"x\"\n\n{parts}--x--\n"
            ),
            "To: Bo <bo@b.example>\nCc: cy@b.example\n\nSee below.\n\n[file: a.png]\n\n## notes.txt\n\npears\n\n## b.csv\n\n\
             a,b\n\n## Forwarded message: Plums\n\nFrom: Bo <bo@b.example>\nTo: Ada <ada@b.example>, Cy <cy@b.example>\n\
             Date: 2024-05-31T09:00:00Z\n\n**blue**",
            &["message 1", "notes.txt", "b.csv", "Forwarded message: Plums"],
            &[],
        );
    }

    #[test]
    fn an_answer_to_the_same_people_names_none() {
        let mail = |id: u32, from: &str, to: &str, above: &str| {
            format!(
                "From x@y Thu Jan  1 00:00:00 1970\nFrom: {from}\nTo: {to}\nMessage-ID: <{id}@b>\n{above}\nbody\n\n"
            )
        };
        let above = "In-Reply-To: <1@b>\n";
        let text = [mail(1, "a@b", "c@d, e@f", ""), mail(2, "C@d", "a@b, e@f", above), mail(3, "c@d", "a@b", above)];
        let document = read(&Input::new("a.mbox", &text.concat())).unwrap().documents.remove(0);
        let told: Vec<&str> = document.text.lines().filter(|line| line.starts_with("To: ")).collect();
        assert_eq!(told, ["To: c@d, e@f", "To: a@b"]);
    }

    #[test]
    fn no_nest_of_parts_is_too_deep() {
        let inner = "Content-Type: message/rfc822\n\n".repeat(3000);
        let multipart = |n: u32| format!("Content-Type: multipart/mixed; boundary=\"b{n}\"\n\n--b{n}\n");
        let multiparts = (0..3000).map(multipart).collect::<Vec<_>>().concat();
        for nest in [inner, multiparts] {
            let _ = read(&Input::new("a.eml", &format!("From: a@b\nDate: x\n{nest}\nwords\n")));
        }
    }

    #[test]
    fn a_subject_of_its_own_stays_with_a_message() {
        let mail = |id: u32, subject: &str, above: &str| {
            format!(
                "From a@b Thu Jan  1 00:00:00 1970\nFrom: ada@b.example\nDate: Sat, 1 Jun 2024 10:0{id}:00 +0000\n\
                 Message-ID: <{id}@b>\nSubject: {subject}\n{above}\nbody {id}\n\n"
            )
        };
        let text = [
            mail(1, "[PATCH 0/1] Pears", ""),
            mail(2, "[PATCH 1/1] Peel them", "In-Reply-To: <1@b>\n"),
            mail(3, "Re: [PATCH 1/1] Peel them", "In-Reply-To: <2@b>\n"),
            mail(4, "AW: Re: [patch 0/1] Pears", "In-Reply-To: <1@b>\n"),
        ];
        let document = read(&Input::new("a.mbox", &text.concat())).unwrap().documents.remove(0);
        let subjects: Vec<&str> = document.text.lines().filter(|line| line.starts_with("Subject: ")).collect();
        assert_eq!(subjects, ["Subject: [PATCH 1/1] Peel them"]);
    }

    #[test]
    fn a_mailbox_falls_into_messages() {
        let text = "From a@b Thu Jan  1 00:00:00 1970\nA: 1\n\n>From here\nFrom x\n\nFrom a@b Thu Jan  1 00:00:00 1970\nB: 2\n";
        assert_eq!(messages(text), ["A: 1\n\nFrom here\nFrom x\n\n", "B: 2\n"]);
    }
}
