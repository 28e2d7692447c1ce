//! The Markdown export of an X thread, as the tool Markdown.load writes it.
//!
//! Read from `scrapers/tweet.py` of `divyavenn/markdown_load`, commit 735ab5f (2025), and two other
//! headers of the same author: `# Thread Export`, `# Thread by @x` (commit 9a56b29), `# @x: first
//! words` (2026). Nothing in a post is escaped, so a post may hold a line `## Tweet 2`: the count
//! in the header is the oracle. No text is dropped for a heading that does not fit.

use std::collections::BTreeMap;

use crate::content::{Answers, Kind, Post, Problem, Quality, Thread, line};
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "thread-md",
    kind: Kind::Thread,
    about: "X thread exported as Markdown (`# Thread Export`, `## Tweet 1`)",
    extensions: &["md", "markdown"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    let first = input.text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim_end();
    let headed = || input.text.lines().any(|line| heading(line).is_some());
    match first {
        "# Thread Export" => Confidence::Certain,
        _ if (first.starts_with("# Thread by @") || handle_of_title(first).is_some()) && headed() => {
            Confidence::Certain
        }
        _ => Confidence::No,
    }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let export = input.text.replace("\r\n", "\n").replace('\r', "\n");
    let rows: Vec<&str> = export.split('\n').collect();
    let candidates = candidates(&rows);
    let header_end = candidates.first().map_or(rows.len(), |first| first.line);
    let header = Header::parse(&rows[..header_end]);
    let headings = split(&candidates, header.n_captured);
    let mut problems = Vec::new();
    let place = |number: usize| format!("{}, post {number}", input.name);

    // Text between the header and the first heading taken: an unknown header line, or a heading out of order.
    let preface_end = headings.first().map_or(rows.len(), |first| first.line);
    let mut preface = header.unknown.clone();
    preface.extend(&rows[header_end.min(preface_end)..preface_end]);
    let preface = preface.join("\n");

    let mut posts: Vec<Post> = Vec::new();
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let mut n_repeated = 0;
    for (index, heading) in headings.iter().enumerate() {
        let end = headings.get(index + 1).map_or(rows.len(), |next| next.line);
        let (author, body) = author_line(&rows[heading.line + 1..end]);
        let (text, links) = super::post_text(&unescape(&body));
        if let Some(same) = told.get(&text).filter(|_| !text.is_empty()) {
            let message = format!("repeats the text of post {same} and is left out");
            problems.push(Problem::warning(place(heading.number), message));
            n_repeated += 1;
            continue;
        }
        told.insert(text.clone(), heading.number);
        let answers = posts.last().map_or(Answers::Nothing, |previous| Answers::Post(previous.number));
        let author = author.or_else(|| header.author.clone());
        posts.push(Post { number: heading.number, author, time: None, answers, stub: false, text, links });
    }
    if posts.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "posts" });
    }
    if let Some(n) = header.n_captured.filter(|n| *n != headings.len()) {
        problems.push(Problem::warning(input.name, format!("the header counts {n} posts, {} found", headings.len())));
    }
    let n_inside = candidates.len() - headings.len();
    if n_inside > 0 {
        problems.push(Problem::note(
            input.name,
            format!("lines that look like a heading kept as text of posts: {n_inside}"),
        ));
    }
    if !preface.trim().is_empty() {
        problems.push(Problem::warning(input.name, "text before the first post kept as part of it"));
        let first = &mut posts[0];
        (first.text, first.links) = super::post_text(&format!("{preface}\n\n{}", first.text));
    }

    let author = header.author.or_else(|| posts.first().and_then(|post| post.author.clone()));
    let title = author.as_ref().map(|author| format!("Thread by {author}"));
    let (url, n_hidden) = (header.url, n_repeated);
    let thread = Thread { id: None, title, author, url, date: None, posts, n_hidden, n_branches: Some(1) };
    let mut document = super::document(FORMAT.name, FORMAT.kind, &thread);
    if header.n_captured.is_some_and(|n| n > headings.len()) {
        document.doubt(Quality::Partial, "the header counts more posts than there are");
    }
    Ok(Reading { documents: vec![document], problems })
}

/// What stands before the first post.
#[derive(Debug, Default)]
struct Header<'a> {
    author: Option<String>,
    url: Option<String>,
    n_captured: Option<usize>,
    unknown: Vec<&'a str>,
}

impl<'a> Header<'a> {
    fn parse(lines: &[&'a str]) -> Self {
        let mut header = Self::default();
        for raw in lines {
            let entry = raw.trim().trim_start_matches("- ").replace("**", "");
            match entry.split_once(": ") {
                Some(("Source", address)) => header.url = Some(address_of(address)),
                Some(("Author", author)) => header.author = handle_of_author(author),
                Some(("Tweets captured", n)) => header.n_captured = n.trim().parse().ok(),
                _ if entry.starts_with("# Thread by @") => {
                    header.author = handle_of_author(entry.trim_start_matches("# Thread by "));
                }
                _ if handle_of_title(&entry).is_some() => header.author = handle_of_title(&entry),
                _ if matches!(entry.as_str(), "" | "---" | "# Thread Export") => {}
                _ => header.unknown.push(raw),
            }
        }
        header
    }
}

/// The address in `[address](address)` or on its own.
fn address_of(text: &str) -> String {
    let text = text.trim();
    let target = text.rsplit_once("](").and_then(|(_, rest)| rest.strip_suffix(')'));
    line(target.unwrap_or(text))
}

/// `@x` from `@x` or `Name (@x)`; the name where there is no handle; nothing for the `i` of `x.com/i/status`.
fn handle_of_author(text: &str) -> Option<String> {
    let text = line(text);
    let handle = text.rsplit_once("(@").and_then(|(_, rest)| rest.strip_suffix(')')).map(|handle| format!("@{handle}"));
    handle.or(Some(text)).filter(|author| !matches!(author.as_str(), "" | "@" | "@i"))
}

/// `@x` from `# @x: first words`.
fn handle_of_title(text: &str) -> Option<String> {
    let (handle, _) = text.strip_prefix("# @")?.split_once(':')?;
    let plain = !handle.is_empty() && handle.chars().all(|c| c.is_alphanumeric() || c == '_');
    plain.then(|| format!("@{handle}"))
}

/// A line that may open a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Heading {
    line: usize,
    number: usize,
}

/// The number in `## Tweet 3`.
fn heading(line: &str) -> Option<usize> {
    let number = line.trim_end().strip_prefix("## Tweet ")?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then(|| number.parse().ok()).flatten().filter(|number| *number > 0)
}

/// Heading lines with an empty line, or an end of the text, on either side.
fn candidates(lines: &[&str]) -> Vec<Heading> {
    let blank = |index: Option<usize>| index.and_then(|i| lines.get(i)).is_none_or(|line| line.trim().is_empty());
    let found = lines.iter().enumerate().filter_map(|(line, text)| {
        let number = heading(text)?;
        (blank(line.checked_sub(1)) && blank(Some(line + 1))).then_some(Heading { line, number })
    });
    found.collect()
}

/// The headings that open posts.
///
/// With a count N: the last run 1..N, found from the end, since a copied heading stands inside an
/// earlier post; where there is none, the longest increasing run. Without: 1, 2, 3 as they come.
fn split(candidates: &[Heading], n_captured: Option<usize>) -> Vec<Heading> {
    let Some(n) = n_captured else {
        let mut taken: Vec<Heading> = Vec::new();
        for heading in candidates {
            if heading.number == taken.len() + 1 {
                taken.push(*heading);
            }
        }
        return taken;
    };
    let mut taken = Vec::new();
    let mut wanted = n;
    for heading in candidates.iter().rev() {
        if wanted > 0 && heading.number == wanted {
            taken.push(*heading);
            wanted -= 1;
        }
    }
    if wanted > 0 || n == 0 {
        return longest_run(candidates);
    }
    taken.reverse();
    taken
}

/// A longest strictly increasing run of numbers.
fn longest_run(candidates: &[Heading]) -> Vec<Heading> {
    // tails[k]: index of the smallest heading that ends an increasing run of k + 1.
    let mut tails: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = Vec::with_capacity(candidates.len());
    for (index, heading) in candidates.iter().enumerate() {
        let k = tails.partition_point(|tail| candidates[*tail].number < heading.number);
        previous.push(k.checked_sub(1).map(|before| tails[before]));
        match tails.get_mut(k) {
            Some(tail) if candidates[*tail].number == heading.number => {}
            Some(tail) => *tail = index,
            None => tails.push(index),
        }
    }
    let mut run = Vec::new();
    let mut at = tails.last().copied();
    while let Some(index) = at {
        run.push(candidates[index]);
        at = previous[index];
    }
    run.reverse();
    run
}

/// Takes the line `**Author:** Name (@x)` off the top of a post, where the export has one.
fn author_line(lines: &[&str]) -> (Option<String>, String) {
    let first = lines.iter().position(|line| !line.trim().is_empty());
    let author = first.and_then(|first| lines[first].trim().strip_prefix("**Author:**")).and_then(handle_of_author);
    let skipped = if author.is_some() { first.map_or(0, |first| first + 1) } else { 0 };
    (author, lines[skipped..].join("\n"))
}

/// Decodes `&amp;`, `&lt;` and `&gt;`, if the post was escaped as a whole.
///
/// Short posts reach the export escaped and long ones not; a raw `<`, `>` or bare `&` tells them apart.
fn unescape(text: &str) -> String {
    let rest = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "");
    if rest.contains(['<', '>', '&']) {
        return text.to_owned();
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers and texts of the posts, and the messages of the problems.
    fn check(text: &str, posts: &[(&str, &str)], messages: &[&str]) {
        let reading = read(&Input::new("t.md", text)).unwrap();
        let document = &reading.documents[0];
        assert!(crate::gather::draft::covers(&document.text, &document.sections));
        let found: Vec<(&str, &str)> = document
            .sections
            .iter()
            .map(|section| {
                document.text[section.range()].split_once('\n').unwrap_or((&document.text[section.range()], ""))
            })
            .collect();
        assert_eq!(found, posts, "{text:?}");
        let found: Vec<&str> = reading.problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(found, messages, "{text:?}");
    }

    fn export(n: &str, tail: &str) -> String {
        format!(
            "# Thread Export\n\n- Source: [https://x.com/a/status/1](https://x.com/a/status/1)\n- Author: @a\n{n}\n{tail}"
        )
    }

    #[test]
    fn headings_are_split_by_the_count_in_the_header() {
        let fake = "## Tweet 1\n\none\n\n## Tweet 2\n\nstill one\n\n## Tweet 2\n\ntwo\n";
        check(
            &export("- Tweets captured: 2\n", fake),
            &[("[post 1]", "one\n\n## Tweet 2\n\nstill one"), ("[post 2]", "two")],
            &["lines that look like a heading kept as text of posts: 1"],
        );
        check(
            &export("", fake),
            &[("[post 1]", "one"), ("[post 2]", "still one\n\n## Tweet 2\n\ntwo")],
            &["lines that look like a heading kept as text of posts: 1"],
        );
        check(
            &export("- Tweets captured: 4\n", "## Tweet 1\n\none\n\n## Tweet 3\n\nthree\n## Tweet 4\nstill three\n"),
            &[("[post 1]", "one"), ("[post 3]", "three\n## Tweet 4\nstill three")],
            &["the header counts 4 posts, 2 found"],
        );
        check(
            &export("- Tweets captured: 2\n", "## Tweet 2\n\nlate\n\n## Tweet 1\n\nearly\n"),
            &[("[post 1]", "## Tweet 2\n\nlate\n\nearly")],
            &[
                "the header counts 2 posts, 1 found",
                "lines that look like a heading kept as text of posts: 1",
                "text before the first post kept as part of it",
            ],
        );
    }

    #[test]
    fn a_repeated_post_is_kept_once() {
        check(
            &export(
                "- Tweets captured: 3\n",
                "## Tweet 1\n\nx &amp; y\n\n## Tweet 2\n\nx &amp; y\n\n## Tweet 3\n\nz\n",
            ),
            &[("[post 1]", "x & y"), ("[post 3]", "z")],
            &["repeats the text of post 1 and is left out"],
        );
    }

    #[test]
    fn other_headers_of_the_tool_are_read() {
        let older = "# Thread by @b\n\n- Source: https://x.com/b/status/2\n- Tweets captured: 2\n\n## Tweet 1\n\n**Author:** Bo (@b)\n\nhi\n\n## Tweet 2\n\n**Author:** Cy (@c)\n\nho\n";
        check(older, &[("[post 1]", "hi"), ("[post 2] @c", "ho")], &[]);
        let newer = "# @d: some words...\n\n- **Source:** https://x.com/d/status/3\n\n---\n\n## Tweet 1\n\nhi\n";
        check(newer, &[("[post 1]", "hi")], &[]);
        for (text, author, url) in
            [(older, "@b", "https://x.com/b/status/2"), (newer, "@d", "https://x.com/d/status/3")]
        {
            let document = read(&Input::new("t", text)).unwrap().documents.remove(0);
            assert_eq!(document.author.as_deref(), Some(author));
            assert_eq!(document.url.as_deref(), Some(url));
            assert_eq!(document.title, Some(format!("Thread by {author}")));
        }
        check(
            "# Thread Export\n\n- Author: @i\n- Mood: fine\n\n## Tweet 1\n\nhi\n",
            &[("[post 1]", "- Mood: fine\n\nhi")],
            &["text before the first post kept as part of it"],
        );
    }

    #[test]
    fn entities_are_decoded_only_in_posts_that_were_escaped() {
        for (raw, decoded) in [
            ("a &amp; b =&gt; c", "a & b => c"),
            ("a >> b =&gt; c", "a >> b =&gt; c"),
            ("a & b &lt;", "a & b &lt;"),
            ("&quot;a&quot; &amp;", "&quot;a&quot; &amp;"),
            ("&amp;lt;", "&lt;"),
        ] {
            assert_eq!(unescape(raw), decoded);
        }
    }

    #[test]
    fn an_export_without_posts_is_an_error() {
        for text in ["# Thread Export\n", "# Thread Export\n\n- Tweets captured: 2\n\nwords\n"] {
            assert!(matches!(read(&Input::new("t", text)), Err(Error::NothingRead { .. })));
        }
    }
}
