//! Sources that a thread talks about in prose, and whether they are there.
//!
//! A thread says "the full podcast transcript" or "the bitter lesson blog post" without a link.
//! A mention is a short noun phrase: `the`, `this`, `my` or the like, up to four words, and a word
//! for a source. Words between that are not mere praise or size ("bitter lesson") name the source:
//! it is there when another document of a fitting kind has them all in its title or text.
//! Several mentions of one source are reported once, by the most telling of them.

use std::collections::BTreeSet;

use super::links::{LinkClass, classify};
use crate::content::{Document, Kind, Problem, Section, SectionKind};

/// Says which sources the threads among `documents` talk about that no other of them is.
pub fn unresolved(documents: &[&Document]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, thread) in documents.iter().enumerate() {
        if !matches!(thread.kind, Kind::Thread | Kind::Chat) {
            continue;
        }
        let others: Vec<&Document> =
            documents.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, other)| *other).collect();
        problems.extend(missing(thread, &others));
        problems.extend(short_links(thread));
    }
    problems
}

/// Words for recordings, for written works, and for posts of the thread itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Recording,
    Writing,
    PostAbove,
}

/// One noun phrase in a post.
#[derive(Debug)]
struct Mention {
    wanted: Wanted,
    phrase: String,
    /// Lower-case words that name the source, empty for "the podcast".
    names: Vec<String>,
    /// Index of the post's section.
    post: usize,
}

const RECORDINGS: &[&str] =
    &["transcript", "podcast", "pod", "episode", "interview", "talk", "lecture", "video", "recording", "conversation"];
const WRITINGS: &[&str] = &["essay", "article", "paper", "blogpost", "preprint", "manifesto"];
const STARTERS: &[&str] = &["the", "this", "that", "my", "his", "her", "their", "our", "your"];
/// Words that praise, measure or order a source and do not name it.
const PLAIN: &[&str] = &[
    "full",
    "whole",
    "entire",
    "complete",
    "original",
    "recent",
    "new",
    "latest",
    "last",
    "first",
    "second",
    "long",
    "short",
    "great",
    "excellent",
    "amazing",
    "wonderful",
    "brilliant",
    "interesting",
    "best",
    "good",
    "famous",
    "classic",
    "linked",
    "youtube",
    "audio",
    "blog",
    "same",
    "other",
    "entire",
    "actual",
    "seminal",
    "research",
    "very",
    "really",
];
/// Words that end a noun phrase before it reached its noun.
const BREAKERS: &[&str] = &[
    "a", "an", "and", "or", "but", "of", "in", "on", "at", "to", "for", "from", "with", "by", "as", "is", "are", "was",
    "were", "be", "it", "i", "you", "he", "she", "we", "they", "who", "which", "what", "if", "not", "so", "than",
    "then", "when", "there", "have", "has", "had", "do", "does", "did", "can", "could", "will", "would", "should",
    "may", "might", "about", "into",
];

/// Mentions of `thread` that nothing among `others` answers.
fn missing(thread: &Document, others: &[&Document]) -> Vec<Problem> {
    let posts: Vec<&Section> = thread.sections.iter().filter(|section| section.kind == SectionKind::Post).collect();
    let mut mentions = Vec::new();
    for (index, post) in posts.iter().enumerate() {
        for mention in mentions_in(&thread.text[post.range()], index) {
            merge(&mut mentions, mention);
        }
    }
    let place = |mention: &Mention| {
        let post = posts[mention.post].label.as_deref().unwrap_or("post");
        thread.title.as_ref().map_or(post.to_owned(), |title| format!("{title}, {post}"))
    };
    let absent = mentions.iter().filter(|mention| !answered(mention, others));
    absent
        .map(|mention| {
            let above = mention.post.checked_sub(1).and_then(|above| posts[above].label.as_deref());
            match (mention.wanted, above) {
                (Wanted::PostAbove, Some(above)) => Problem::note(
                    place(mention),
                    format!("mention of {above} of the same thread: \"{}\"", mention.phrase),
                ),
                _ => Problem::warning(
                    place(mention),
                    format!("mention of a source that is not here: \"{}\"", mention.phrase),
                ),
            }
        })
        .collect()
}

/// Adds a mention unless one of the same source is there; the phrase that says more stays.
fn merge(mentions: &mut Vec<Mention>, new: Mention) {
    let same = mentions.iter_mut().find(|old| {
        old.wanted == new.wanted && (old.names == new.names || old.names.is_empty() || new.names.is_empty())
    });
    match same {
        Some(old) if (new.names.len(), new.phrase.len()) > (old.names.len(), old.phrase.len()) => *old = new,
        Some(_) => {}
        None => mentions.push(new),
    }
}

/// Whether another document is what the mention means.
fn answered(mention: &Mention, others: &[&Document]) -> bool {
    let fits = |kind: Kind| match mention.wanted {
        Wanted::Recording => kind == Kind::Transcript,
        Wanted::Writing => {
            matches!(kind, Kind::Essay | Kind::Page | Kind::Paper | Kind::Book | Kind::Text | Kind::Mail)
        }
        // The thread is read with its sources, so the post above is as much there as they are.
        Wanted::PostAbove => true,
    };
    others.iter().any(|other| fits(other.kind) && (mention.wanted == Wanted::PostAbove || named(mention, other)))
}

/// Whether all the words that name the mentioned source occur in the document.
fn named(mention: &Mention, document: &Document) -> bool {
    let parts = [document.title.as_deref(), document.author.as_deref(), document.url.as_deref(), Some(&document.text)];
    let mut left: Vec<&String> = mention.names.iter().collect();
    for part in parts.into_iter().flatten() {
        if left.is_empty() {
            break;
        }
        let words: BTreeSet<String> = part.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect();
        left.retain(|name| !words.contains(*name));
    }
    left.is_empty()
}

/// The mentions in one post.
fn mentions_in(text: &str, post: usize) -> Vec<Mention> {
    let mut found = Vec::new();
    for paragraph in text.split("\n\n") {
        let words: Vec<&str> = paragraph.split_whitespace().collect();
        let mut at = 0;
        while at < words.len() {
            match mention_at(&words[at..]) {
                Some((n_words, wanted, names)) => {
                    let phrase = words[at..at + n_words].join(" ");
                    let phrase = phrase.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
                    found.push(Mention { wanted, phrase, names, post });
                    at += n_words;
                }
                None => at += 1,
            }
        }
    }
    found
}

/// The mention that starts with the first word: its length in words, what it wants, what it names.
fn mention_at(words: &[&str]) -> Option<(usize, Wanted, Vec<String>)> {
    let bare = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).map(str::to_owned).unwrap_or(word)
    };
    let starter = bare(words.first()?);
    if !STARTERS.contains(&starter.as_str()) || ends_clause(words[0]) {
        return None;
    }
    let mut names = Vec::new();
    let mut best = None;
    for (i, raw) in words.iter().enumerate().skip(1).take(6) {
        let word = bare(raw);
        let follows = words.get(i + 1).map(|next| bare(next)).unwrap_or_default();
        if BREAKERS.contains(&word.as_str()) || word.is_empty() || raw.contains("://") {
            break;
        }
        let wanted = match word.as_str() {
            noun if RECORDINGS.contains(&noun) => Some(Wanted::Recording),
            noun if WRITINGS.contains(&noun) => Some(Wanted::Writing),
            "post" | "thread" if follows == "above" && !ends_clause(raw) => Some(Wanted::PostAbove),
            "post" if bare(words[i - 1]) == "blog" => Some(Wanted::Writing),
            _ => None,
        };
        if let Some(wanted) = wanted {
            let n_words = if wanted == Wanted::PostAbove { i + 2 } else { i + 1 };
            best = Some((n_words, wanted, names.clone()));
            if wanted == Wanted::PostAbove {
                return best;
            }
        } else if best.is_some() {
            break;
        } else if !PLAIN.contains(&word.as_str()) {
            names.push(word);
        }
        if ends_clause(raw) {
            break;
        }
    }
    best.filter(|(_, _, names)| names.len() <= 4)
}

/// Whether punctuation after the word ends the phrase.
fn ends_clause(word: &str) -> bool {
    word.ends_with(['.', ',', ';', ':', '!', '?', ')', '"', '”'])
}

/// Short links that the thread leaves short, each once.
fn short_links(thread: &Document) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let short = thread.links.iter().filter(|link| classify(&link.url) == LinkClass::Short);
    short
        .filter(|link| seen.insert(link.url.as_str()))
        .map(|link| {
            let holds = |section: &&Section| link.start.is_some_and(|start| section.range().contains(&start));
            let post = thread.sections.iter().find(holds).and_then(|section| section.label.as_deref());
            let place = match (thread.title.as_deref(), post) {
                (Some(title), Some(post)) => format!("{title}, {post}"),
                (title, post) => post.or(title).unwrap_or("thread").to_owned(),
            };
            Problem::note(place, format!("short link not expanded: {}", link.url))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather::read;

    fn thread(posts: &[&str]) -> Document {
        let posts: Vec<String> =
            posts.iter().enumerate().map(|(i, post)| format!("\n## Tweet {}\n\n{post}\n", i + 1)).collect();
        let text = format!("# Thread Export\n\n- Author: @a\n{}", posts.concat());
        read("t.md", text.as_bytes(), None).unwrap().documents.remove(0)
    }

    fn other(kind: &str, text: &str) -> Document {
        read("o.txt", text.as_bytes(), Some(kind)).unwrap().documents.remove(0)
    }

    fn check(posts: &[&str], others: &[Document], expected: &[&str]) {
        let thread = thread(posts);
        let mut documents = vec![&thread];
        documents.extend(others);
        let found: Vec<String> = unresolved(&documents).into_iter().map(|problem| problem.message).collect();
        assert_eq!(found, expected, "{posts:?}");
    }

    #[test]
    fn a_source_named_in_prose_is_missed_until_it_is_there() {
        let posts = [
            "Loved this pod with Smith.",
            "I pasted:\n\n1) the full podcast transcript\n2) the sweet orange blog post\n3) my full post above\n\nTo a chat",
        ];
        check(
            &posts,
            &[],
            &[
                "mention of a source that is not here: \"the full podcast transcript\"",
                "mention of a source that is not here: \"the sweet orange blog post\"",
                "mention of post 1 of the same thread: \"my full post above\"",
            ],
        );
        let talk = || other("transcript", "so, welcome");
        check(&posts, &[talk()], &["mention of a source that is not here: \"the sweet orange blog post\""]);
        check(
            &posts,
            &[talk(), other("essay", "Of sour apples")],
            &["mention of a source that is not here: \"the sweet orange blog post\""],
        );
        check(&posts, &[talk(), other("essay", "The Sweet Orange\n\nwords")], &[]);
    }

    #[test]
    fn a_phrase_that_names_no_source_is_not_a_mention() {
        for post in [
            "the author of the post",
            "the other day, video was off",
            "the one who gave a talk",
            "this is a paper",
            "the post is above",
            "the papers of the podcasters",
            "see https://a.example/the/paper",
            "",
        ] {
            check(&[post], &[], &[]);
        }
        check(&["read the essay"], &[], &["mention of a source that is not here: \"the essay\""]);
        check(&["this paper, and that article"], &[], &["mention of a source that is not here: \"that article\""]);
    }

    #[test]
    fn a_short_link_is_told_once() {
        check(&["a https://t.co/x", "b https://t.co/x"], &[], &["short link not expanded: https://t.co/x"]);
    }
}
