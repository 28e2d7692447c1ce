//! Markdown prose: essays, posts of a blog, notes.
//!
//! `CommonMark` 0.31 as far as sections need it: ATX and setext headings, fenced code.

use crate::content::{Document, Kind, Section, SectionKind, canonical, ended_lines, line, lines};
use crate::gather::draft::{self, Fence};
use crate::gather::{Confidence, Error, Format, Input, Reading, front_matter, links};

pub(crate) const FORMAT: Format = Format {
    name: "markdown",
    kind: Kind::Essay,
    about: "Markdown prose, with or without front matter",
    extensions: &["md", "markdown", "mdown", "mkd", "mdx", "qmd"],
    sniff,
    read,
    stream: None,
};

fn sniff(input: &Input) -> Confidence {
    if input.text.is_empty() || input.has_nul {
        return Confidence::No;
    }
    let (front, body) = front_matter::split(input.text);
    if front != front_matter::FrontMatter::default() || is_headed(body) {
        Confidence::Likely
    } else {
        Confidence::Possible
    }
}

/// Whether a heading stands free, or a title on top; `# words` is a comment to many languages.
fn is_headed(body: &str) -> bool {
    let lines: Vec<&str> = lines(body).collect();
    let blank = |index: Option<usize>| index.and_then(|i| lines.get(i)).is_none_or(|line| line.trim().is_empty());
    let free = |i: &usize| blank(i.checked_sub(1)) && blank(Some(i + 1));
    let headings: Vec<usize> = (0..lines.len()).filter(|i| heading(lines[*i]).is_some()).collect();
    let titled = headings == [0] && lines[0].starts_with("# ") && lines[0].len() <= 120;
    !body.starts_with("#!") && (titled || headings.iter().any(free))
}

fn read(input: &Input) -> Result<Reading, Error> {
    let (front, body) = front_matter::split(input.text);
    let (text, _) = canonical(body);
    let (own_title, text) = take_title(&text, front.title().as_deref());
    let sections = sections(&text);
    if sections.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "text" });
    }
    let (author, date) = byline(&text);
    let mut document = draft::document(FORMAT.name, FORMAT.kind, text, sections, 0);
    document.title = front.title().or(own_title);
    document.author = front.author().or(author);
    document.date = front.date().or(date);
    document.url = front.url();
    document.language = front.language();
    finish(&mut document);
    Ok(Reading { documents: vec![document], problems: Vec::new() })
}

/// Fills in what follows from text and sections: links and counts.
pub(crate) fn finish(document: &mut Document) {
    document.links = links(&document.text);
    document.counts.items = document.sections.len();
    document.counts.visible = document.sections.len();
}

/// The title of canonical text, and the text without the heading that repeats it.
///
/// Whoever shows a document shows its title, so the text does not open with it again. A first
/// heading that is not the title of the front matter stays, as does one further down.
pub(crate) fn take_title(text: &str, known: Option<&str>) -> (Option<String>, String) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (title, rest) = match (heading(first), rest.split_once('\n')) {
        (Some((1, title)), _) => (Some(title), rest),
        // A setext heading: the title over a line of equals signs.
        (None, Some((under, rest))) if under.len() > 2 && under.bytes().all(|byte| byte == b'=') => (Some(first), rest),
        _ => (None, text),
    };
    let title = title.map(line).filter(|title| !title.is_empty());
    let repeats = |title: &String| known.is_none_or(|known| same_words(known, title));
    match title {
        // What stands under a heading begins with its words.
        Some(title) if repeats(&title) && !rest.trim().is_empty() => {
            (Some(title), rest.trim_start_matches('\n').to_owned())
        }
        Some(title) => (Some(title), text.to_owned()),
        None => (first_heading(text), text.to_owned()),
    }
}

/// The first heading of level 1 in a text that does not open with one.
fn first_heading(text: &str) -> Option<String> {
    let mut fence = Fence::default();
    let mut titles = text.lines().filter(|line| !fence.step(line)).filter_map(heading);
    titles.find(|(level, _)| *level == 1).map(|(_, title)| line(title)).filter(|title| !title.is_empty())
}

/// Whether two titles have the same letters and digits.
pub(crate) fn same_words(left: &str, right: &str) -> bool {
    let fold = |title: &str| -> String {
        title.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    fold(left) == fold(right)
}

/// Level and text of an ATX heading line.
pub(crate) fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let rest = &line[level..];
    if !(1..=6).contains(&level) || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    let text = rest.trim();
    let unclosed = text.trim_end_matches('#');
    Some((level, if unclosed.is_empty() || unclosed.ends_with(' ') { unclosed.trim() } else { text }))
}

/// Sections of canonical text: paragraphs up to the first heading, then each heading with its body.
pub(crate) fn sections(text: &str) -> Vec<Section> {
    let mut starts: Vec<(usize, String)> = Vec::new();
    let mut fence = Fence::default();
    let mut at = 0;
    for raw in ended_lines(text) {
        if !fence.step(raw)
            && let Some((_, title)) = heading(raw)
        {
            starts.push((at, line(title)));
        }
        at += raw.len();
    }
    let first = starts.first().map_or(text.len(), |(start, _)| *start);
    let mut sections = draft::paragraphs(text, 0, first);
    for (index, (start, title)) in starts.iter().enumerate() {
        let next = starts.get(index + 1).map_or(text.len(), |(next, _)| *next);
        let end = start + text[*start..next].trim_end().len();
        let mut section = draft::section(*start, end, SectionKind::Heading);
        section.label = Some(title.clone()).filter(|title| !title.is_empty());
        sections.push(section);
    }
    sections
}

/// Author and date where the first lines of a text are no more than that.
fn byline(text: &str) -> (Option<String>, Option<String>) {
    let mut author = None;
    let mut date = None;
    for raw in text.lines().take(4) {
        let words = line(raw.trim_matches(|c: char| matches!(c, '*' | '_' | ',' | '.') || c.is_whitespace()));
        let words = words.strip_prefix("by ").or_else(|| words.strip_prefix("By ")).unwrap_or(&words);
        if date.is_none() && is_date(words) {
            date = Some(words.to_owned());
        } else if author.is_none() && date.is_none() && is_name(words) {
            author = Some(words.to_owned());
        } else if !words.is_empty() {
            break;
        }
    }
    // A short first line is a name only if something says so: a date beside it or the word "by".
    let opening = text.trim_start_matches(['*', '_']).get(..3);
    let signed = date.is_some() || opening.is_some_and(|opening| opening.eq_ignore_ascii_case("by "));
    (author.filter(|_| signed), date)
}

/// Two to four capitalised words.
fn is_name(words: &str) -> bool {
    let parts: Vec<&str> = words.split(' ').collect();
    (2..=4).contains(&parts.len())
        && parts.iter().all(|part| part.chars().next().is_some_and(char::is_uppercase))
        && words.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | '-' | '\'' | '’'))
}

/// `2019-03-13`, `March 13, 2019`, `13 March 2019`.
fn is_date(words: &str) -> bool {
    const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let digits = words.bytes().filter(u8::is_ascii_digit).count();
    let lower = words.to_lowercase();
    let iso = words.len() == 10 && digits == 8 && words.as_bytes().get(4) == Some(&b'-');
    let parts: Vec<&str> = lower.split([' ', ',']).filter(|part| !part.is_empty()).collect();
    let named = (2..=3).contains(&parts.len())
        && parts.iter().any(|part| MONTHS.iter().any(|month| part.starts_with(month)))
        && parts.iter().any(|part| part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit()));
    iso || named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn essay(text: &str) -> Document {
        let document = read(&Input::new("e.md", text)).unwrap().documents.remove(0);
        assert!(draft::covers(&document.text, &document.sections), "{text:?}");
        document
    }

    #[test]
    fn the_title_is_told_once() {
        let cases = [
            (
                "# The Sour Fruit\nAda Lemon,\nMarch 1, 2019\n\nWords.\n",
                "The Sour Fruit",
                "Ada Lemon,\nMarch 1, 2019\n\nWords.\n",
            ),
            ("---\ntitle: A – B\n---\n# A -- B\n\nx\n", "A – B", "x\n"),
            ("---\ntitle: A\n---\n# B\n\nx\n", "A", "# B\n\nx\n"),
            ("Title\n=====\n\nx\n", "Title", "x\n"),
            ("first\n\n# Late\n\nx\n", "Late", "first\n\n# Late\n\nx\n"),
            ("# Only #\n", "Only", "# Only #\n"),
        ];
        for (text, title, body) in cases {
            let document = essay(text);
            assert_eq!((document.title.as_deref(), document.text.as_str()), (Some(title), body));
        }
        assert_eq!(essay("no title\n").title, None);
    }

    #[test]
    fn author_and_date_under_the_title_are_seen() {
        for (text, author, date) in [
            ("# T\nAda Lemon,\nMarch 1, 2019\n\nWords.\n", Some("Ada Lemon"), Some("March 1, 2019")),
            ("# T\n\n*By Ada B. Lemon*\n\nWords.\n", Some("Ada B. Lemon"), None),
            ("# T\n\n2019-03-01\n\nWords.\n", None, Some("2019-03-01")),
            ("# T\n\nThe Beginning\n\nOnce upon.\n", None, None),
            ("# T\n\nIn March 2019 we went.\n", None, None),
        ] {
            let document = essay(text);
            assert_eq!((document.author.as_deref(), document.date.as_deref()), (author, date), "{text:?}");
        }
    }

    #[test]
    fn sections_begin_at_headings_outside_of_code() {
        let document = essay("intro\n\nmore\n\n## One\n\n```\n# no heading\n```\n\n###### Six ##\n#hashtag\n");
        let found: Vec<_> = document
            .sections
            .iter()
            .map(|section| (section.label.as_deref(), &document.text[section.range()]))
            .collect();
        assert_eq!(
            found,
            [
                (None, "intro"),
                (None, "more"),
                (Some("One"), "## One\n\n```\n# no heading\n```"),
                (Some("Six"), "###### Six ##\n#hashtag"),
            ]
        );
        assert_eq!(document.counts.items, 4);
    }
}
