//! A chat of Telegram that was exported as pages: `messages.html`, `messages2.html` and so on.
//!
//! Shape as Telegram Desktop writes it (`export_output_html.cpp`, read from public samples of 2018 to
//! 2026). A message that follows another of the same author names none; moments carry a zone since
//! 2021. The pages of one chat are read as one text.

use super::tags::{Tag, Tags};
use super::tree::{Item, State, Talk};
use super::tweets::quoted;
use crate::content::line;
use crate::gather::{Input, moment};

/// Whether a text is such a page.
pub(super) fn is_one(input: &Input) -> bool {
    input.has("message default clearfix") && input.has("id=\"message") && input.has("class=\"history\"")
}

/// The chat that one page, or several one after the other, hold.
pub(super) fn chat(pages: &str) -> Talk {
    let mut talk = Talk::default();
    let mut tags = Tags::of(pages);
    let mut message: Option<Message> = None;
    let mut author = None;
    while let Some(tag) = tags.next() {
        if tag.closes {
            continue;
        }
        if tag.name == "div" && tag.is(&["message"]) {
            talk.items.extend(message.take().and_then(|message| message.item(&mut author)));
            message = Some(Message::opened(tag));
            continue;
        }
        match &mut message {
            Some(message) => message.take(tag, &mut tags),
            None if tag.is(&["text", "bold"]) => talk.title = Some(line(&tags.words(tag))),
            None => {}
        }
    }
    talk.items.extend(message.and_then(|message| message.item(&mut author)));
    talk
}

/// What has been seen of a message.
#[derive(Default)]
struct Message {
    id: String,
    is_service: bool,
    goes_on: bool,
    author: Option<String>,
    time: Option<String>,
    answers: Option<String>,
    /// Whose words it passes on; empty until the name comes.
    from: Option<String>,
    is_answer: bool,
    text: String,
    media: Option<String>,
}

impl Message {
    fn opened(tag: Tag) -> Self {
        let id = tag.attribute("id").unwrap_or_default();
        Self {
            id: id.strip_prefix("message").unwrap_or(&id).to_owned(),
            is_service: tag.is(&["service"]),
            goes_on: tag.is(&["joined"]),
            ..Self::default()
        }
    }

    fn take(&mut self, tag: Tag, tags: &mut Tags) {
        let is_link = tag.name == "a";
        match () {
            () if tag.is(&["date", "details"]) => {
                self.time = self.time.take().or_else(|| tag.attribute("title").as_deref().and_then(time));
            }
            () if tag.is(&["forwarded", "body"]) => self.from = Some(String::new()),
            () if tag.is(&["from_name"]) => {
                // The moment of a forwarded message stands in the name of its author.
                let inside = tags.inside(tag);
                let name = line(&crate::gather::fragment::markdown(inside.split("<span").next().unwrap_or(inside)));
                if self.from.is_some() { self.from = Some(name) } else { self.author = Some(name) }
            }
            () if tag.is(&["reply_to"]) => self.is_answer = true,
            () if is_link && self.is_answer && self.answers.is_none() => {
                let href = tag.attribute("href").unwrap_or_default();
                self.answers = href.rsplit_once("go_to_message").map(|(_, id)| id.to_owned());
            }
            () if tag.is(&["text"]) || self.is_service && tag.is(&["body", "details"]) => {
                self.text += tags.words(tag).trim();
            }
            () if tag.is(&["question"]) || tag.is(&["answer"]) => {
                self.text += &format!("{}\n", line(&tags.words(tag)));
                self.media = Some("poll".to_owned());
            }
            () if tag.is(&["title", "bold"]) => {
                let title = line(&tags.words(tag));
                self.media = Some(match self.media.take().as_deref() {
                    Some("file") => format!("file: {title}"),
                    _ if title == "Photo" => "image".to_owned(),
                    _ => title.to_lowercase(),
                });
            }
            () if self.media.is_none() => self.media = media(tag).map(str::to_owned),
            () => {}
        }
    }

    /// The item it is; none for the line of a day.
    fn item(self, author: &mut Option<String>) -> Option<Item> {
        if self.is_service && self.id.starts_with('-') {
            return None;
        }
        if !self.is_service && (!self.goes_on || self.author.is_some()) {
            author.clone_from(&self.author);
        }
        let mut text = match self.from.as_deref().filter(|from| !from.is_empty()) {
            Some(from) => quoted(from, &self.text).trim_start().to_owned(),
            None => self.text,
        };
        if let Some(media) = &self.media {
            text += &format!("\n[{media}]");
        }
        Some(Item {
            id: self.id,
            parent: self.answers,
            author: author.clone().filter(|_| !self.is_service),
            time: self.time,
            text: text.trim().to_owned(),
            state: if self.is_service { State::Hidden("service messages") } else { State::Shown },
            ..Item::default()
        })
    }
}

fn media(tag: Tag) -> Option<&'static str> {
    let classes: &[(&str, &str)] = &[
        ("photo_wrap", "image"),
        ("media_photo", "image"),
        ("video_file_wrap", "video"),
        ("media_video", "video"),
        ("animated_wrap", "animation"),
        ("sticker_wrap", "sticker"),
        ("media_voice_message", "voice message"),
        ("media_audio_file", "audio"),
        ("media_file", "file"),
    ];
    classes.iter().find(|(class, _)| tag.is(&[class])).map(|(_, word)| *word)
}

/// `24.04.2025 13:49:04 UTC+06:00`, and without a zone in old exports.
fn time(title: &str) -> Option<String> {
    let mut parts = title.split_whitespace();
    let (date, clock) = (parts.next()?, parts.next()?);
    let mut numbers = date.split('.');
    let (day, month, year) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let zone = parts.next().map_or("", |zone| zone.trim_start_matches(|c: char| c.is_ascii_alphabetic()));
    moment::read(&format!("{year}-{month}-{day}T{clock}{zone}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_a_zone_or_none() {
        assert_eq!(time("24.04.2025 13:49:04 UTC+06:00").as_deref(), Some("2025-04-24T07:49:04Z"));
        assert_eq!(time("10.11.2016 15:34:42").as_deref(), Some("2016-11-10T15:34:42"));
        assert_eq!(time("yesterday"), None);
    }
}
