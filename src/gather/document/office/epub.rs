//! Books (EPUB 2 and 3): the chapters of the spine in their order, titles from the table of contents.
//!
//! A chapter begins where the table of contents points to; a file that it does not name belongs to
//! the chapter before. `book.epub#3` reads the third chapter, `book.epub#words` the one with these
//! words in its title. Cover, table of contents and what is outside of the reading order are left
//! out; a book whose chapters are encrypted is refused.

use std::collections::{BTreeMap, BTreeSet};

use super::package::{Content, Package, content, resolve};
use super::xml::Element;
use super::{Found, HIDDEN, css, finish, some};
use crate::content::{Kind, line};
use crate::gather::document::html;
use crate::gather::page::Images;
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "epub",
    kind: Kind::Book,
    about: "books (EPUB): chapters in reading order; `book.epub#3` reads one",
    extensions: &["epub"],
    sniff,
    read,
    stream: None,
};

/// A file that is named a cover and has fewer bytes of text is one.
const COVER: usize = 400;

fn sniff(input: &Input) -> Confidence {
    if content(input) == Some(Content::Epub) { Confidence::Certain } else { Confidence::No }
}

fn read(input: &Input) -> Result<Reading, Error> {
    let malformed = |reason| Error::Malformed { name: input.name.to_owned(), format: FORMAT.name, reason };
    let mut package = Package::open(input)?;
    let container = package.xml("META-INF/container.xml")?.unwrap_or_default();
    let declared = container.find("rootfile").and_then(|file| file.attribute("full-path")).map(str::to_owned);
    let path =
        declared.or_else(|| package.names().into_iter().find(|name| name.to_ascii_lowercase().ends_with(".opf")));
    let path = path.ok_or_else(|| malformed("it does not say where its contents are"))?;
    let Some(opf) = package.xml(&path)? else { return Err(malformed("its list of contents is missing")) };
    let book = Book::of(&opf, path.rsplit_once('/').map_or("", |(folder, _)| folder));
    if book.is_encrypted(&mut package)? {
        return Err(malformed("its chapters are encrypted (DRM); open it where it was bought"));
    }
    let mut found = book.found(&opf);
    let titles = book.titles(&mut package)?;
    let chapters = book.chapters(&mut package, &titles, &mut found);
    let picked = pick(&chapters, input.wishes.pick);
    let kept: Vec<&Chapter> = match (input.wishes.pick, picked) {
        (None, _) => chapters.iter().collect(),
        (Some(_), Some(at)) => vec![&chapters[at]],
        (Some(word), None) => {
            let titles = chapters.iter().map(|chapter| chapter.title.clone().unwrap_or_default()).collect();
            return Err(Error::no_chapter(input.name, word, titles));
        }
    };
    found.text = kept.iter().map(|chapter| chapter.text.trim()).collect::<Vec<_>>().join("\n\n");
    if let (Some(at), [chapter]) = (picked, kept.as_slice()) {
        let name = chapter.title.clone().unwrap_or_else(|| format!("chapter {}", at + 1));
        found.title = Some(found.title.map_or(name.clone(), |title| format!("{title}: {name}")));
    }
    let mut reading = finish(input, &FORMAT, found, &package)?;
    if picked.is_some() {
        reading.documents[0].id = input.wishes.pick.map(str::to_lowercase);
    }
    Ok(reading)
}

/// Which chapter a number or words of a title name.
fn pick(chapters: &[Chapter], word: Option<&str>) -> Option<usize> {
    let word = word?;
    if let Ok(number) = word.parse::<usize>() {
        return number.checked_sub(1).filter(|at| *at < chapters.len());
    }
    let word = word.to_lowercase();
    chapters.iter().position(|chapter| chapter.title.as_ref().is_some_and(|title| title.to_lowercase().contains(&word)))
}

/// A chapter with its title and Markdown.
#[derive(Debug, Default)]
struct Chapter {
    title: Option<String>,
    text: String,
}

/// A file of the book.
#[derive(Debug)]
struct Item {
    path: String,
    media: String,
    properties: String,
}

/// What the package document says.
#[derive(Debug)]
struct Book {
    items: BTreeMap<String, Item>,
    /// Ids of the files in reading order, and how many are outside of it.
    spine: Vec<String>,
    n_outside: usize,
    /// Id of the table of contents of EPUB 2.
    ncx: Option<String>,
}

impl Book {
    fn of(opf: &Element, folder: &str) -> Self {
        let item = |item: &Element| {
            let media = item.attribute("media-type").unwrap_or_default().to_owned();
            let properties = item.attribute("properties").unwrap_or_default().to_owned();
            Some((
                item.attribute("id")?.to_owned(),
                Item { path: resolve(folder, item.attribute("href")?), media, properties },
            ))
        };
        let items = opf.find("manifest").map(|manifest| manifest.all("item")).unwrap_or_default();
        let spine = opf.find("spine");
        let refs = spine.map(|spine| spine.all("itemref")).unwrap_or_default();
        let (inside, outside): (Vec<&Element>, Vec<&Element>) =
            refs.into_iter().partition(|item| item.attribute("linear") != Some("no"));
        Self {
            items: items.into_iter().filter_map(item).collect(),
            spine: inside.into_iter().filter_map(|item| Some(item.attribute("idref")?.to_owned())).collect(),
            n_outside: outside.len(),
            ncx: spine.and_then(|spine| spine.attribute("toc")).map(str::to_owned),
        }
    }

    fn found(&self, opf: &Element) -> Found {
        let metadata = opf.find("metadata").cloned().unwrap_or_default();
        let text = |name: &str| metadata.find(name).and_then(|element| some(&element.text()));
        let authors: Vec<String> =
            metadata.all("creator").into_iter().filter_map(|author| some(&author.text())).collect();
        let mut found = Found {
            title: text("title"),
            author: some(&authors.join(", ")),
            date: text("date"),
            language: text("language"),
            ..Found::default()
        };
        found.count(self.n_outside, "files outside of the reading order left out");
        found
    }

    /// Whether files of the reading order are encrypted; fonts may be.
    fn is_encrypted(&self, package: &mut Package) -> Result<bool, Error> {
        let Some(encryption) = package.xml("META-INF/encryption.xml")? else { return Ok(false) };
        let hidden: BTreeSet<String> = encryption
            .all("CipherReference")
            .into_iter()
            .filter_map(|reference| Some(resolve("", reference.attribute("URI")?)))
            .collect();
        Ok(self.spine.iter().filter_map(|id| self.items.get(id)).any(|item| hidden.contains(&item.path)))
    }

    /// The titles that the table of contents gives to files: the first of each.
    fn titles(&self, package: &mut Package) -> Result<BTreeMap<String, String>, Error> {
        let mut titles = BTreeMap::new();
        let nav = self.items.values().find(|item| item.properties.split(' ').any(|word| word == "nav"));
        let ncx = self.ncx.as_ref().and_then(|id| self.items.get(id));
        let ncx = ncx.or_else(|| self.items.values().find(|item| item.media == "application/x-dtbncx+xml"));
        for item in nav.into_iter().chain(ncx) {
            let Some(root) = package.xml(&item.path)? else { continue };
            let folder = item.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let mut add = |target: &str, title: String| {
                let path = resolve(folder, target.split('#').next().unwrap_or_default());
                if let Some(title) = some(&title) {
                    titles.entry(path).or_insert(title);
                }
            };
            let contents =
                root.all("nav").into_iter().find(|nav| nav.attribute("epub:type").is_none_or(|kind| kind == "toc"));
            for link in contents.map(|nav| nav.all("a")).unwrap_or_default() {
                add(link.attribute("href").unwrap_or_default(), link.text());
            }
            let mut points = root.find("navMap").map(|map| map.all("navPoint")).unwrap_or_default();
            while let Some(point) = points.pop() {
                let target = point.child("content").and_then(|content| content.attribute("src")).unwrap_or_default();
                add(target, point.child("navLabel").map(Element::text).unwrap_or_default());
                points.extend(point.elements().filter(|inside| inside.name == "navPoint"));
            }
            if !titles.is_empty() {
                break;
            }
        }
        Ok(titles)
    }

    /// What its style sheets say; one that cannot be read says nothing.
    fn sheet(&self, package: &mut Package) -> css::Sheet {
        let mut sheet = css::Sheet::default();
        for item in self.items.values().filter(|item| item.media == "text/css") {
            if let Ok(Some(text)) = package.text(&item.path) {
                sheet.add(&text);
            }
        }
        sheet
    }

    fn chapters(&self, package: &mut Package, titles: &BTreeMap<String, String>, found: &mut Found) -> Vec<Chapter> {
        let mut chapters: Vec<Chapter> = Vec::new();
        let (mut n_pictures, mut n_hidden) = (0, 0);
        let sheet = self.sheet(package);
        for item in self.spine.iter().filter_map(|id| self.items.get(id).map(|item| (id, item))) {
            let (id, item) = item;
            let file = item.path.rsplit('/').next().unwrap_or_default();
            if item.properties.split(' ').any(|word| word == "nav") || !item.media.contains("html") {
                continue;
            }
            let page = match package.text(&item.path) {
                Ok(Some(page)) => page,
                Ok(None) => {
                    found.missing.push(format!("{file} is missing"));
                    continue;
                }
                Err(error) => {
                    found.missing.push(format!("{file} left out: {}", package.without_name(&error)));
                    continue;
                }
            };
            let Some(chapter) = html::whole(&sheet.dressed(&page), Images::All) else {
                found.missing.push(format!("{file} cannot be read"));
                continue;
            };
            let (text, n) = unlinked(&chapter.text);
            n_pictures += n;
            n_hidden += chapter.n_hidden;
            let is_cover = [id.as_str(), file].iter().any(|name| name.to_ascii_lowercase().contains("cover"));
            if text.trim().is_empty() || is_cover && text.len() < COVER {
                continue;
            }
            let title = titles.get(&item.path);
            match chapters.last_mut() {
                Some(chapter) if title.is_none() && !titles.is_empty() => {
                    chapter.text.push_str("\n\n");
                    chapter.text.push_str(&text);
                }
                _ => chapters.push(Chapter { title: title.cloned(), text: titled(&text, title.map(String::as_str)) }),
            }
        }
        found.count(n_pictures, "pictures left out");
        found.count(n_hidden, HIDDEN);
        chapters
    }
}

/// The chapter under its title, where it does not open with a heading of its own.
fn titled(text: &str, title: Option<&str>) -> String {
    let has_heading = text.lines().take(6).any(|line| line.starts_with('#'));
    match title {
        Some(title) if !has_heading => format!("# {title}\n\n{text}"),
        _ => text.to_owned(),
    }
}

/// Markdown without links that lead into the book, and pictures by their descriptions.
fn unlinked(markdown: &str) -> (String, usize) {
    let mut out = String::with_capacity(markdown.len());
    let mut n_pictures = 0;
    let mut rest = markdown;
    while let Some(at) = rest.find("](") {
        let target = &rest[at + 2..];
        out.push_str(&rest[..at]);
        let end = target.find([')', '\n']).filter(|end| target[*end..].starts_with(')'));
        let (Some(open), Some(end)) = (opening(&out), end) else {
            out.push_str("](");
            rest = target;
            continue;
        };
        let address = target[..end].trim_start_matches('<');
        let is_outside = ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
        if out[..open].ends_with('!') {
            n_pictures += 1;
            let words = line(&out.split_off(open)[1..]);
            out.pop();
            if !words.is_empty() {
                out.push_str(&format!("[picture: {words}]"));
            }
        } else if is_outside {
            out.push_str(&format!("]({})", &target[..end]));
        } else {
            let words = out.split_off(open);
            out.push_str(&words[1..]);
        }
        rest = &target[end + 1..];
    }
    out.push_str(rest);
    (out, n_pictures)
}

/// The bracket that opens the words before their target.
fn opening(before: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, c) in before.char_indices().rev().take(2000) {
        match c {
            ']' => depth += 1,
            '[' if depth == 0 => return Some(at),
            '[' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_into_the_book_and_pictures_become_words() {
        for (markdown, text, n_pictures) in [
            (
                "see [note 1](notes.xhtml#n1) and [it](https://a.example/x)",
                "see note 1 and [it](https://a.example/x)",
                0,
            ),
            ("![A pear](pear.png) ![](x.png)", "[picture: A pear] ", 2),
            ("[1](#fn1), a ](b) and [c](d", "1, a ](b) and [c](d", 0),
            ("[![x](y.png)](z.html)", "[picture: x]", 1),
        ] {
            assert_eq!(unlinked(markdown), (text.to_owned(), n_pictures), "{markdown}");
        }
    }

    #[test]
    fn a_chapter_is_picked_by_number_or_words() {
        let chapters: Vec<Chapter> =
            ["The Root", "The Stem"].map(|title| Chapter { title: Some(title.to_owned()), text: String::new() }).into();
        for (word, at) in [("2", Some(1)), ("3", None), ("0", None), ("stem", Some(1)), ("leaf", None)] {
            assert_eq!(pick(&chapters, Some(word)), at, "{word}");
        }
    }
}
