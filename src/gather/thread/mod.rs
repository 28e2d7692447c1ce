//! Discussions: read from their exports, then laid flat as documents.
//!
//! A reader gives a [`Thread`], a tree of posts; [`document`] makes one text of it. Each post is a
//! section that opens with a thin mark line, `[post 2]`, which names its author only where that is
//! not the one to expect, the post it answers only where that is not the one before, and the day
//! only where a new one begins. [`tree`] and [`collect`] are what readers of exports share.

mod blocks;
pub(super) mod bluesky;
pub(super) mod chatgpt;
pub(super) mod claude;
pub(super) mod claude_code;
pub(super) mod codex;
mod collect;
mod conversation;
pub(super) mod copilot;
pub(super) mod discord;
pub(super) mod discourse;
mod forest;
pub(super) mod gemini;
pub(super) mod github;
pub(super) mod grok;
pub(super) mod hackernews;
pub(super) mod librechat;
pub(super) mod linked;
pub(super) mod llm;
pub(super) mod lobsters;
pub(super) mod mail;
pub(super) mod markdown;
pub(super) mod mastodon;
pub(super) mod messenger;
pub(super) mod open_webui;
pub(super) mod reddit;
mod reddit_page;
mod share_page;
pub(super) mod sharegpt;
pub(super) mod signal;
pub(super) mod slack;
mod tags;
pub(super) mod telegram;
mod telegram_page;
mod tree;
mod tweets;
pub(super) mod whatsapp;
pub(super) mod x_api_v1;
pub(super) mod x_api_v2;
pub(super) mod x_archive;

pub(crate) use collect::attached;

use super::draft::Draft;
use super::{links, moment};
use crate::content::{Answers, Counts, Document, Kind, Link, Post, SectionKind, Thread, canonical, line};

/// Lays a thread flat, one section a post.
pub(crate) fn document(format: &str, kind: Kind, thread: &Thread) -> Document {
    let mut draft = Draft::default();
    let mut found = Vec::new();
    let word = if kind == Kind::Thread { "post" } else { "message" };
    let label = |number: usize| format!("{word} {number}");
    let mut last_day = thread.date.as_deref().and_then(moment::day);
    for (index, post) in thread.posts.iter().enumerate() {
        let previous = index.checked_sub(1).map(|previous| &thread.posts[previous]);
        let mut notes = Vec::new();
        notes.extend(shown_author(kind, thread, post, previous));
        notes.extend(shown_answer(post, previous, word));
        let day = post.time.as_deref().and_then(moment::day);
        if day > last_day {
            notes.extend(day.map(str::to_owned));
            last_day = day;
        }
        let mark = format!("[{}] {}", label(post.number), notes.join(", ")).trim_end().to_owned();
        let Some(section) = draft.push(SectionKind::Post, &format!("{mark}\n{}", post.text)) else { continue };
        section.label = Some(label(post.number));
        section.author.clone_from(&post.author);
        section.time.clone_from(&post.time);
        section.reply_to = post.answers.post().map(label);
        let text_start = section.start + mark.len() + 1;
        for link in &post.links {
            let mut link = link.clone();
            link.start = link.start.map(|start| text_start + start).filter(|at| stands_at(&draft.text, *at, &link));
            found.push(link);
        }
    }
    let mut document = draft.document(format, kind);
    document.id.clone_from(&thread.id);
    document.title.clone_from(&thread.title);
    document.author.clone_from(&thread.author);
    document.url.clone_from(&thread.url);
    document.date.clone_from(&thread.date);
    document.links = found;
    let visible = thread.posts.iter().filter(|post| !post.stub).count();
    let branches = thread.n_branches.unwrap_or(1);
    document.counts = Counts { items: visible + thread.n_hidden, visible, hidden: thread.n_hidden, branches };
    document
}

/// The text of a post as a reader should hand it over, with its links.
pub(crate) fn post_text(text: &str) -> (String, Vec<Link>) {
    let (text, _) = canonical(text);
    let text = text.trim_end_matches('\n').to_owned();
    let links = links(&text);
    (text, links)
}

/// The author, unless they go without saying: the one of the thread, or in a chat the one before.
fn shown_author(kind: Kind, thread: &Thread, post: &Post, previous: Option<&Post>) -> Option<String> {
    let before = previous.map_or(&thread.author, |previous| &previous.author);
    let goes_on = post.author == *before && (kind != Kind::Thread || post.author == thread.author);
    match &post.author {
        // Without a word it would be taken for the one before.
        None if before.is_some() && !post.stub => Some("unknown".to_owned()),
        author => author.as_deref().filter(|_| !goes_on).map(line),
    }
}

/// `reply to post 1`, unless it answers the post before.
fn shown_answer(post: &Post, previous: Option<&Post>, word: &str) -> Option<String> {
    match &post.answers {
        Answers::Post(number) if previous.is_none_or(|previous| previous.number != *number) => {
            Some(format!("reply to {word} {number}"))
        }
        Answers::Outside(Some(whom)) => Some(format!("reply to {}, not in the export", line(whom))),
        Answers::Outside(None) => Some(format!("reply to a {word} not in the export")),
        Answers::Nothing | Answers::Post(_) => None,
    }
}

/// Whether the link, as a bracket or as the address itself, begins at this offset.
fn stands_at(text: &str, at: usize, link: &Link) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with('[') || rest.starts_with(&link.url))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(number: usize, author: &str, answers: Answers, text: &str) -> Post {
        let (text, links) = post_text(text);
        Post { number, author: Some(author.to_owned()), time: None, answers, stub: false, text, links }
    }

    fn thread(author: &str, posts: Vec<Post>) -> Thread {
        let author = Some(author.to_owned());
        Thread { id: None, title: None, author, url: None, date: None, posts, n_hidden: 1, n_branches: Some(2) }
    }

    #[test]
    fn a_mark_says_only_what_is_not_to_be_expected() {
        let posts = vec![
            post(1, "@a", Answers::Nothing, "one https://x.example"),
            post(2, "@a", Answers::Post(1), "two"),
            post(3, "@b", Answers::Post(1), "three"),
            post(4, "@b", Answers::Post(3), "four"),
            post(5, "@a", Answers::Outside(Some("@c".to_owned())), ""),
        ];
        let document = document("x", Kind::Thread, &thread("@a", posts));
        assert_eq!(
            document.text,
            "[post 1]\none https://x.example\n\n[post 2]\ntwo\n\n[post 3] @b, reply to post 1\nthree\n\n[post 4] @b\nfour\n\n[post 5] @a, reply to @c, not in the export\n"
        );
        assert_eq!(document.links[0].start, Some(13));
        assert_eq!(document.counts, Counts { items: 6, visible: 5, hidden: 1, branches: 2 });
        assert_eq!(document.sections[2].reply_to.as_deref(), Some("post 1"));
        assert!(crate::gather::draft::covers(&document.text, &document.sections));
    }

    #[test]
    fn a_chat_names_an_author_once_a_run_and_each_day_once() {
        let at = |time: &str, post: Post| Post { time: Some(time.to_owned()), ..post };
        let posts = vec![
            at("2024-01-01T10:00:00Z", post(1, "Ada", Answers::Nothing, "one")),
            at("2024-01-01T10:00:00Z", post(2, "Bo", Answers::Nothing, "two")),
            at("2024-01-02T10:00:00Z", post(3, "Bo", Answers::Post(1), "three")),
            at("2024-01-01T10:00:00Z", post(4, "Bo", Answers::Nothing, "four")),
        ];
        let thread = Thread { author: None, date: Some("2024-01-01T10:00:00Z".to_owned()), ..thread("", posts) };
        let document = document("x", Kind::Chat, &thread);
        assert_eq!(
            document.text,
            "[message 1] Ada\none\n\n[message 2] Bo\ntwo\n\n[message 3] reply to message 1, 2024-01-02\nthree\n\n[message 4]\nfour\n"
        );
    }
}
