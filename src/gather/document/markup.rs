//! LaTeX, reStructuredText, Org and `AsciiDoc`: texts as they are written, cut at their headings.
//!
//! Models read these as well as Markdown, so nothing is converted and nothing lost. A heading inside
//! of code or a verbatim block is none.

use crate::content::{Kind, Section, SectionKind, canonical, line, lines};
use crate::gather::{Confidence, Error, Format, Input, Reading, draft, links};

pub(crate) const FORMAT: Format = Format {
    name: "markup",
    kind: Kind::Essay,
    about: "LaTeX, reStructuredText, Org and AsciiDoc as they are written, cut at their headings",
    extensions: &["tex", "latex", "ltx", "rst", "org", "adoc", "asciidoc"],
    sniff,
    read,
    stream: None,
};

/// Lines that are looked at to tell the languages apart.
const PROBED: usize = 400;
/// The commands of LaTeX that open a part of a text.
const COMMANDS: &[&str] = &["part", "chapter", "section", "subsection", "subsubsection", "paragraph", "subparagraph"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Language {
    Latex,
    Rst,
    Org,
    Asciidoc,
}

/// The language of a text, if it is surely one of these.
fn language(text: &str) -> Option<Language> {
    let lines: Vec<&str> = lines(text).take(PROBED).collect();
    let first = lines.iter().find(|line| !line.trim().is_empty() && !line.starts_with('%'))?;
    let opens = |starts: &[&str]| starts.iter().any(|start| first.trim_start().starts_with(start));
    if opens(&["\\documentclass", "\\documentstyle", "\\begin{", "\\chapter", "\\section", "\\part{", "\\title{"]) {
        return Some(Language::Latex);
    }
    // Writers put their own settings before the class of the document.
    let class = lines.iter().position(|line| line.starts_with("\\documentclass"));
    if class.is_some_and(|at| lines[..at].iter().all(|line| line.trim().is_empty() || line.starts_with(['%', '\\']))) {
        return Some(Language::Latex);
    }
    let any = |test: &dyn Fn(&str) -> bool| lines.iter().any(|line| test(line));
    let is_keyword = |line: &str| {
        let word = line.strip_prefix("#+").and_then(|rest| rest.split([':', '_', ' ']).next());
        word.is_some_and(|word| {
            ["title", "author", "begin", "startup", "options"].contains(&word.to_lowercase().as_str())
        })
    };
    if any(&is_keyword) && any(&|line| stars(line).is_some()) {
        return Some(Language::Org);
    }
    let n_signs = lines.iter().filter(|line| signs(line).is_some()).count();
    let is_setting =
        |line: &str| line.starts_with(':') && line[1..].split_once(':').is_some_and(|(name, _)| !name.contains(' '));
    if n_signs > 1 && (signs(first).is_some_and(|(level, _)| level == 1) || any(&is_setting)) {
        return Some(Language::Asciidoc);
    }
    let is_directive = |line: &str| line.trim_start().strip_prefix(".. ").is_some_and(|rest| rest.contains("::"));
    let is_ruled =
        |pair: &[&str]| pair.len() == 2 && rule(pair[0], pair[1]).is_some_and(|mark| !matches!(mark, '=' | '-'));
    let n_ruled = lines.windows(2).filter(|pair| rule(pair[0], pair[1]).is_some()).count();
    let is_rst = n_ruled > 0 && (any(&is_directive) || lines.windows(2).any(is_ruled));
    is_rst.then_some(Language::Rst)
}

fn sniff(input: &Input) -> Confidence {
    if input.has_nul {
        return Confidence::No;
    }
    if language(input.text).is_some() { Confidence::Likely } else { Confidence::No }
}

/// A heading of Org: how deep, and its words.
fn stars(line: &str) -> Option<(usize, &str)> {
    leveled(line, b'*')
}

/// A heading of `AsciiDoc`; what a wiki has ends with the same signs.
fn signs(line: &str) -> Option<(usize, &str)> {
    leveled(line, b'=').filter(|(_, words)| !words.ends_with('='))
}

fn leveled(line: &str, sign: u8) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == sign).count();
    let words = line[level..].strip_prefix(' ')?.trim();
    ((1..=6).contains(&level) && !words.is_empty()).then_some((level, words))
}

/// The sign of a rule under a line of words at least as long as they are.
fn rule(words: &str, under: &str) -> Option<char> {
    let mark = under
        .chars()
        .next()
        .filter(|c| matches!(c, '=' | '-' | '~' | '^' | '"' | '\'' | '`' | '#' | '*' | '+' | '.'))?;
    let n = under.trim_end().chars().count();
    let is_rule = under.trim_end().chars().all(|c| c == mark) && n > 2 && n >= words.trim_end().chars().count();
    let is_words = words.chars().any(char::is_alphanumeric) && !words.starts_with([' ', '\t']);
    (is_rule && is_words).then_some(mark)
}

/// A command of LaTeX that opens a part: its words, without what they are shortened to.
fn command(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix('\\')?;
    let name =
        COMMANDS.iter().filter_map(|name| rest.strip_prefix(name)).find(|rest| rest.starts_with(['{', '*', '[']))?;
    braced(name.trim_start_matches('*'))
}

/// What stands in the first braces.
fn braced(text: &str) -> Option<&str> {
    let inner = &text[text.find('{')? + 1..];
    let mut depth = 0;
    let end = inner.char_indices().find_map(|(at, c)| match c {
        '{' => {
            depth += 1;
            None
        }
        '}' if depth == 0 => Some(at),
        '}' => {
            depth -= 1;
            None
        }
        _ => None,
    });
    Some(&inner[..end.unwrap_or(inner.len())])
}

/// Where each heading begins, and its words.
fn headings(text: &str, language: Language) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut verbatim: Option<String> = None;
    let mut before: Option<(usize, &str)> = None;
    // A rule over the words belongs to the heading.
    let mut over: Option<usize> = None;
    for raw in text.split_inclusive('\n') {
        let bare = raw.trim();
        let start = at;
        at += raw.len();
        if let Some(end) = &verbatim {
            if bare.to_lowercase().starts_with(end.as_str()) {
                verbatim = None;
            }
            continue;
        }
        verbatim = fence(bare, language);
        let heading = match language {
            Language::Latex => command(raw),
            Language::Org => stars(raw).map(|(_, words)| words),
            Language::Asciidoc => signs(raw).map(|(_, words)| words),
            Language::Rst => {
                let ruled = before.and_then(|(start, words)| Some((start, words, rule(words, raw)?)));
                if let Some((start, words, _)) = ruled {
                    found.push((over.take().unwrap_or(start), line(words)));
                    before = None;
                    continue;
                }
                let is_rule = rule("x", raw).is_some();
                over = match before {
                    None if is_rule => Some(start),
                    _ => over.filter(|_| !bare.is_empty()),
                };
                before = (!is_rule && !bare.is_empty()).then_some((start, raw));
                None
            }
        };
        found.extend(heading.map(|words| (start, line(words))));
    }
    found
}

/// What ends the block of code that a line opens.
fn fence(bare: &str, language: Language) -> Option<String> {
    match language {
        Language::Latex => ["verbatim", "lstlisting", "minted"]
            .iter()
            .find(|name| bare.starts_with(&format!("\\begin{{{name}")))
            .map(|name| format!("\\end{{{name}")),
        Language::Org => {
            let name = bare.get(..8).filter(|start| start.eq_ignore_ascii_case("#+begin_")).map(|_| &bare[8..])?;
            Some(format!("#+end_{}", name.split(' ').next().unwrap_or_default().to_lowercase()))
        }
        Language::Asciidoc => {
            let is_fence =
                bare.len() > 3 && (bare.bytes().all(|byte| byte == b'-') || bare.bytes().all(|byte| byte == b'.'));
            is_fence.then(|| bare.to_owned())
        }
        Language::Rst => None,
    }
}

/// What the head of a text says of itself.
fn said(text: &str, language: Language, what: &str) -> Option<String> {
    let mut lines = text.lines().take(PROBED);
    let found = match language {
        Language::Latex => lines.find_map(|line| braced(line.trim_start().strip_prefix(&format!("\\{what}"))?)),
        Language::Org => lines.find_map(|line| {
            let rest = line.strip_prefix("#+")?;
            let (name, words) = rest.split_once(':')?;
            name.eq_ignore_ascii_case(what).then_some(words)
        }),
        Language::Asciidoc if what == "title" => {
            lines.find_map(|line| signs(line).filter(|(level, _)| *level == 1)).map(|(_, words)| words)
        }
        Language::Asciidoc | Language::Rst => lines.find_map(|line| {
            line.strip_prefix(&format!(":{what}:")).or(line.strip_prefix(&format!(":{}:", capital(what))))
        }),
    };
    found.map(line).filter(|words| !words.is_empty())
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or(String::new(), |first| first.to_uppercase().chain(characters).collect())
}

fn read(input: &Input) -> Result<Reading, Error> {
    let (text, _) = canonical(input.text);
    let language = language(&text).unwrap_or(Language::Rst);
    let headings = headings(&text, language);
    let first = headings.first().map_or(text.len(), |(start, _)| *start);
    let mut sections: Vec<Section> = draft::paragraphs(&text, 0, first);
    for (index, (start, words)) in headings.iter().enumerate() {
        let next = headings.get(index + 1).map_or(text.len(), |(next, _)| *next);
        let mut section = draft::section(*start, start + text[*start..next].trim_end().len(), SectionKind::Heading);
        section.label = Some(words.clone()).filter(|words| !words.is_empty());
        sections.push(section);
    }
    if sections.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "text" });
    }
    let n_sections = sections.len();
    let (links, author, date) = (links(&text), said(&text, language, "author"), said(&text, language, "date"));
    let first = headings.first().filter(|_| language == Language::Rst).map(|(_, words)| words.clone());
    let title = said(&text, language, "title").or(first);
    let mut document = draft::document(FORMAT.name, FORMAT.kind, text, sections, n_sections);
    (document.links, document.title, document.author, document.date) = (links, title, author, date);
    Ok(Reading { documents: vec![document], problems: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, title: Option<&str>, labels: &[&str]) {
        let input = Input::new("x", text);
        assert_eq!(sniff(&input), Confidence::Likely, "{text}");
        let document = read(&input).unwrap().documents.remove(0);
        assert!(draft::covers(&document.text, &document.sections), "{text}");
        assert_eq!(document.title.as_deref(), title, "{text}");
        let found: Vec<&str> = document.sections.iter().filter_map(|section| section.label.as_deref()).collect();
        assert_eq!(found, labels, "{text}");
    }

    #[test]
    fn each_language_is_cut_at_its_headings() {
        check(
            "% made by hand\n\\documentclass{article}\n\\title{On \\emph{Pears}}\n\\author{Ada}\n\\begin{document}\n\\section{One}\nx\n\
             \\begin{verbatim}\n\\section{no}\n\\end{verbatim}\n\\subsection*{Two}\ny\n\\paragraph{Three}\nz\n\\end{document}\n",
            Some("On \\emph{Pears}"),
            &["One", "Two", "Three"],
        );
        check(
            "#+TITLE: Pears\n#+author: Ada\n\n* One\nx\n#+begin_src sh\n* no\n#+end_src\n** Two\ny\n",
            Some("Pears"),
            &["One", "Two"],
        );
        check(
            "= Pears\nAda Lemon\n\n== One\n\nx\n\n----\n== no\n----\n\n=== Two\n\ny\n",
            Some("Pears"),
            &["Pears", "One", "Two"],
        );
        check(
            "=====\nPears\n=====\n\n:Author: Ada\n\nOne\n---\n\nx\n\n.. note:: words\n\nTwo\n~~~~~\n\ny\n",
            Some("Pears"),
            &["Pears", "One", "Two"],
        );
    }

    #[test]
    fn markdown_and_prose_are_none_of_these() {
        for text in [
            "# Pears\n\nOne\n---\n\n* a star\n* and one\n",
            "Pears\n=====\n\nOne\n---\n\nx\n",
            "== Wiki ==\n\nwords\n\n=== More ===\n",
            "* one\n* two\n",
            "words\n",
            "",
        ] {
            assert_eq!(sniff(&Input::new("x", text)), Confidence::No, "{text}");
        }
    }
}
