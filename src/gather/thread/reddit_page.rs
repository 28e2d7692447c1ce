//! A submission of Reddit with its comments, saved as a page of `old.reddit.com`.
//!
//! Read from a page of `a2web`'s tests and the classes that the site has had since 2010. A comment is
//! a `thing` that holds the comments below it; one tagline names its author and moment.

use super::tags::{Tag, Tags};
use super::tree::{Item, Note, Order, State, Talk};
use crate::content::line;
use crate::gather::{Input, moment};

/// Whether a text is such a page.
pub(super) fn is_one(input: &Input) -> bool {
    input.has("usertext-body") && input.has("class=\"commentarea\"") && input.has("data-fullname=\"t3_")
}

/// The submission with the comments that the page shows.
pub(super) fn thread(page: &str) -> Talk {
    let mut talk = Talk { order: Order::Replies, ..Talk::default() };
    let mut tags = Tags::of(page);
    let mut n_more = 0;
    let mut depth = 0_usize;
    // Things that are open: how deep, and which item; none for what is no item.
    let mut open: Vec<(usize, Option<usize>)> = Vec::new();
    while let Some(tag) = tags.next() {
        if tag.name == "div" && tag.closes {
            open.pop_if(|(own, _)| *own == depth);
            depth = depth.saturating_sub(1);
            continue;
        }
        if tag.closes {
            continue;
        }
        depth += usize::from(tag.name == "div");
        if tag.name == "div" && tag.is(&["thing"]) {
            let parent = open.iter().rev().find_map(|(_, item)| *item).or((!talk.items.is_empty()).then_some(0));
            let is_item = tag.is(&["comment"]) || tag.is(&["link"]) && talk.items.is_empty();
            if is_item {
                talk.items.push(opened(tag, parent.map(|parent| talk.items[parent].id.clone())));
            }
            open.push((depth, is_item.then(|| talk.items.len() - 1)));
        } else if tag.is(&["morecomments"]) {
            n_more += number(&tags.words(tag)).unwrap_or(1);
            depth -= usize::from(tag.name == "div");
        } else if let Some((_, Some(index))) = open.last().copied() {
            let is_top = index == 0;
            depth -= usize::from(take(tag, &mut tags, &mut talk, index, is_top));
        }
    }
    if n_more > 0 {
        talk.notes.push(Note::new("comments that are not in the export", n_more));
    }
    talk.author = talk.items.first().and_then(|item| item.author.clone());
    talk.id = talk.items.first().map(|item| item.id.clone()).filter(|id| !id.is_empty());
    talk
}

fn opened(tag: Tag, parent: Option<String>) -> Item {
    let state = if tag.is(&["deleted"]) { State::Gone("deleted") } else { State::Shown };
    Item { id: tag.attribute("data-fullname").unwrap_or_default(), parent, state, ..Item::default() }
}

/// Takes what a tag says of an item; whether it was a `div` whose end is passed.
fn take(tag: Tag, tags: &mut Tags, talk: &mut Talk, index: usize, is_top: bool) -> bool {
    match tag.name {
        "a" if tag.is(&["title"]) && is_top && talk.title.is_none() => {
            let title = line(&crate::gather::fragment::markdown(tags.inside(tag)));
            let href = tag.attribute("href").unwrap_or_default();
            talk.url = href.contains("/comments/").then(|| whole(&href));
            let linked = if href.contains("/comments/") { "" } else { href.as_str() };
            format!("{title}\n\n{linked}").trim_end().clone_into(&mut talk.items[index].text);
            talk.title = Some(title);
        }
        "a" if tag.is(&["bylink", "comments"]) && is_top => {
            talk.url = tag.attribute("href").as_deref().map(whole);
        }
        "a" if tag.is(&["author"]) && talk.items[index].author.is_none() => {
            talk.items[index].author = Some(format!("u/{}", line(tags.inside(tag))));
        }
        "time" if talk.items[index].time.is_none() => {
            talk.items[index].time = tag.attribute("datetime").as_deref().and_then(moment::read);
        }
        "div" if tag.is(&["usertext-body"]) => {
            let item = &mut talk.items[index];
            let words = tags.words(tag);
            if let "[deleted]" | "[removed]" = words.trim() {
                item.state = State::Gone(if words.contains("deleted") { "deleted" } else { "removed" });
            }
            item.text.push_str(if item.text.is_empty() { "" } else { "\n\n" });
            item.text.push_str(words.trim());
            return true;
        }
        _ => {}
    }
    false
}

fn whole(href: &str) -> String {
    match href.strip_prefix('/') {
        Some(path) => format!("https://www.reddit.com/{path}"),
        None => href.replacen("//old.reddit.com/", "//www.reddit.com/", 1),
    }
}

/// The first number in words.
fn number(words: &str) -> Option<usize> {
    let digits = words.split(|c: char| !c.is_ascii_digit() && c != ',').find(|part| !part.is_empty())?;
    digits.replace(',', "").parse().ok()
}
