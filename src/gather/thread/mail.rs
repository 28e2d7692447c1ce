//! Mail: mailboxes (mbox) and single messages (RFC 5322), threaded by their references.
//!
//! `mail-parser` decodes headers, parts and charsets. What an answer quotes from a message that is
//! in the mailbox is folded to its first line; signatures are left out. Read from the test mailboxes
//! of `b4` and messages of `stalwartlabs/mail-parser`.

use std::collections::{BTreeMap, BTreeSet};

use mail_parser::{Addr, HeaderValue, Message, MessageParser};

use super::collect::Collected;
use super::forest;
use super::tree::Item;
use crate::content::{Kind, line};
use crate::gather::{Confidence, Error, Format, Input, Reading, moment};

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
    let here: BTreeSet<&str> = parsed.iter().filter_map(Message::message_id).collect();
    let mut subjects: BTreeMap<String, String> = BTreeMap::new();
    let mut items = Vec::new();
    for message in &parsed {
        let item = item(message, &here);
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
    collected.finish()
}

/// Whether a subject says that it is an answer, or sent on.
fn is_answer(subject: &str) -> bool {
    let lower = subject.trim_start().to_lowercase();
    ["re:", "fwd:", "fw:", "aw:", "wg:", "sv:", "rv:"].iter().any(|mark| lower.starts_with(mark))
}

fn item(message: &Message, here: &BTreeSet<&str>) -> Item {
    let ids = |value: &HeaderValue| {
        value.as_text_list().unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let answered = ids(message.in_reply_to());
    let references = ids(message.references());
    // The nearest message above that is here, else the one that is answered.
    let above = answered.iter().chain(references.iter().rev());
    let parent = above.clone().find(|id| here.contains(id.as_str())).or_else(|| above.clone().next()).cloned();
    let is_here = parent.as_deref().is_some_and(|id| here.contains(id));
    let body = message.body_text(0).unwrap_or_default();
    let mut text = folded(&body, is_here);
    for attachment in message.attachments() {
        use mail_parser::MimeHeaders;
        text += &format!("\n\n[file: {}]", line(attachment.attachment_name().unwrap_or("attachment")));
    }
    Item {
        id: message.message_id().unwrap_or_default().to_owned(),
        parent,
        author: message.from().and_then(|from| from.first()).map(person),
        time: message.date().and_then(|date| moment::read(&date.to_rfc3339())),
        text,
        ..Item::default()
    }
}

fn person(person: &Addr) -> String {
    match (person.name(), person.address()) {
        (Some(name), Some(address)) => format!("{} <{address}>", line(name)),
        (name, address) => line(name.or(address).unwrap_or_default()),
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
