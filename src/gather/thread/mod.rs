//! Discussions: read from their exports, then laid flat as documents.
//!
//! A reader gives a [`Thread`], a tree of posts; [`document`] makes one text of it. Each post is a
//! section that opens with a thin mark line, `[post 2]`, which names its author only where that is
//! not the one to expect, and the post it answers only where that is not the one before.

pub(super) mod markdown;

use std::collections::BTreeSet;

use super::draft::Draft;
use super::links;
use crate::content::{Counts, Document, Kind, Link, Post, SectionKind, Thread, canonical, line};

/// Lays a thread flat, one section a post.
pub(crate) fn document(format: &str, thread: &Thread) -> Document {
    let mut draft = Draft::default();
    let mut found = Vec::new();
    for (index, post) in thread.posts.iter().enumerate() {
        let previous = index.checked_sub(1).map(|previous| &thread.posts[previous]);
        let mark = mark(thread, post, previous);
        let Some(section) = draft.push(SectionKind::Post, &format!("{mark}\n{}", post.text)) else { continue };
        section.label = Some(label(post.number));
        section.author.clone_from(&post.author);
        section.time.clone_from(&post.time);
        section.reply_to = post.reply_to.map(label);
        let text_start = section.start + mark.len() + 1;
        for link in &post.links {
            let mut link = link.clone();
            link.start = link.start.map(|start| text_start + start).filter(|at| stands_at(&draft.text, *at, &link));
            found.push(link);
        }
    }
    let mut document = draft.document(format, Kind::Thread);
    document.title.clone_from(&thread.title);
    document.author.clone_from(&thread.author);
    document.url.clone_from(&thread.url);
    document.date.clone_from(&thread.date);
    document.links = found;
    document.counts =
        Counts { items: thread.posts.len(), visible: thread.posts.len(), hidden: 0, branches: n_leaves(&thread.posts) };
    document
}

/// The text of a post as a reader should hand it over, with its links.
pub(crate) fn post_text(text: &str) -> (String, Vec<Link>) {
    let (text, _) = canonical(text);
    let text = text.trim_end_matches('\n').to_owned();
    let links = links(&text);
    (text, links)
}

fn label(number: usize) -> String {
    format!("post {number}")
}

/// `[post 3] @b, reply to post 1`, without what goes without saying.
fn mark(thread: &Thread, post: &Post, previous: Option<&Post>) -> String {
    let mut mark = format!("[{}]", label(post.number));
    let expected = previous.map_or(&thread.author, |previous| &previous.author);
    if let Some(author) =
        post.author.as_ref().filter(|author| Some(*author) != thread.author.as_ref() || post.author != *expected)
    {
        mark.push(' ');
        mark.push_str(&line(author));
    }
    if let Some(parent) = post.reply_to.filter(|parent| previous.is_none_or(|previous| previous.number != *parent)) {
        mark.push_str(if mark.ends_with(']') { " reply to " } else { ", reply to " });
        mark.push_str(&label(parent));
    }
    mark
}

/// Whether the link, as a bracket or as the address itself, begins at this offset.
fn stands_at(text: &str, at: usize, link: &Link) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with('[') || rest.starts_with(&link.url))
}

/// Posts that no other post answers; 1 where the export does not say who answers whom.
fn n_leaves(posts: &[Post]) -> usize {
    let answered: BTreeSet<usize> = posts.iter().filter_map(|post| post.reply_to).collect();
    if answered.is_empty() {
        return 1;
    }
    posts.iter().filter(|post| !answered.contains(&post.number)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(number: usize, author: &str, reply_to: Option<usize>, text: &str) -> Post {
        let (text, links) = post_text(text);
        Post { number, author: Some(author.to_owned()), time: None, reply_to, text, links }
    }

    #[test]
    fn a_mark_says_only_what_is_not_to_be_expected() {
        let posts = vec![
            post(1, "@a", None, "one https://x.example"),
            post(2, "@a", Some(1), "two"),
            post(3, "@b", Some(1), "three"),
            post(4, "@b", Some(3), "four"),
            post(5, "@a", Some(4), ""),
        ];
        let thread = Thread { title: None, author: Some("@a".to_owned()), url: None, date: None, posts };
        let document = document("x", &thread);
        assert_eq!(
            document.text,
            "[post 1]\none https://x.example\n\n[post 2]\ntwo\n\n[post 3] @b, reply to post 1\nthree\n\n[post 4] @b\nfour\n\n[post 5] @a\n"
        );
        assert_eq!(document.links[0].start, Some(13));
        assert_eq!(document.counts, Counts { items: 5, visible: 5, hidden: 0, branches: 2 });
        assert_eq!(document.sections[2].reply_to.as_deref(), Some("post 1"));
        assert!(crate::gather::draft::covers(&document.text, &document.sections));
    }
}
