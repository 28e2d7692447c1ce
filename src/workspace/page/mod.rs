//! A conversation tree as one page that anybody can read and forkful can import again.
//!
//! Everything is in the file: the tree at the left, the turns in reading order, the sources folded,
//! citations as links to their passages, and the lines of the `.forkful` file as data. It needs no
//! script and loads nothing. Every word of a source, a model or a name leaves `prose` as text.

mod blocks;
mod prose;
#[cfg(test)]
mod tests;
mod tree;

use std::collections::BTreeSet;

use prose::{Inlay, escape, prose};
use tree::{Trunk, Turn};

use super::check::{Readable, source};
use super::exchange::{Exported, Parcel};
use super::{Error, Workspace};
use crate::bundle::quotation::{Source, marks, resolve};
use crate::content::{Document, line};
use crate::store::exchange::{CLOSING, OPENING, inside_page};
use crate::store::record::BundleRecord;
use crate::tokens::Tokens;

/// The page's looks.
const STYLE: &str = include_str!("style.css");

/// What the page may do: show itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

impl Workspace {
    /// The readable page of what a parcel names, with its file inside.
    ///
    /// A thin page shows whole conversations; what the reader must have is in the file's first line.
    pub fn page(&self, parcel: &Parcel) -> Result<Exported, Error> {
        let exported = self.export(parcel)?;
        let selection = self.selection(parcel.address.as_deref())?;
        let withheld = self.withheld(&selection, &parcel.withhold)?;
        let mut nav = String::new();
        let mut body = String::new();
        let mut title = None;
        for trunk in self.trunks(&selection)? {
            let manifest = self.store.bundle(trunk.bundle)?;
            let readable = self.readable(trunk.bundle)?;
            let Readable { documents, .. } = readable;
            let shown: BTreeSet<&str> = documents
                .iter()
                .filter(|(item, _)| {
                    let text = self
                        .store
                        .record(item.document)
                        .map(|record: crate::store::record::DocumentRecord| record.text);
                    text.is_ok_and(|text| !withheld.contains(&text))
                })
                .map(|(item, _)| item.id.as_str())
                .collect();
            let sources: Vec<Source<'_>> = documents
                .iter()
                .filter(|(item, _)| shown.contains(item.id.as_str()))
                .map(|(item, document)| source(item, document))
                .collect();
            let space = trunk.bundle.short();
            let name = trunk.name.clone().unwrap_or_else(|| trunk.bundle.short());
            title.get_or_insert_with(|| name.clone());
            nav += &contents(&trunk, &name, &manifest, &sources, &space);
            body += &conversation(&trunk, &name, &manifest, &sources, &space);
        }
        let title = escape(&title.unwrap_or_else(|| "forkful".to_owned()));
        let from = parcel.author.as_ref().map_or(String::new(), |author| format!("From {}. ", escape(author)));
        let lines = inside_page(&String::from_utf8_lossy(&exported.file));
        let page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
             <body>\n<div class=\"frame\">\n<nav>\n{nav}</nav>\n<main>\n{body}\
             <footer>{from}This page carries its whole conversation: <code>forkful import</code> reads it, \
             forks it and sends it back.</footer>\n</main>\n</div>\n{OPENING}\n{lines}{CLOSING}\n</body>\n</html>\n"
        );
        Ok(Exported { file: page.into_bytes(), ..exported })
    }
}

/// The tree of one bundle as links.
fn contents(trunk: &Trunk, name: &str, manifest: &BundleRecord, sources: &[Source<'_>], space: &str) -> String {
    let mut out = format!("<h2>{}</h2>\n<ol>\n", escape(name));
    let mut before = None;
    for turn in &trunk.turns {
        let asked = escape(&shortened(&turn.question, 90));
        let (names, depth) = (badges(turn), turn.depth.min(8));
        let class = if before.is_some() && before != turn.parent { " class=\"fork\"" } else { "" };
        before = Some(turn.id);
        out += &format!("<li{class} style=\"--d:{depth}\"><a href=\"#{}\">{asked}{names}</a></li>\n", anchor(turn));
    }
    out += "</ol>\n<h2>Sources</h2>\n<ol>\n";
    for item in &manifest.items {
        let there = sources.iter().find(|source| source.id == item.id);
        let title = there.and_then(|source| source.document.title.as_deref()).or(item.label.as_deref());
        let title = escape(&shortened(title.unwrap_or_default(), 60));
        out += &format!("<li><a href=\"#{space}-{0}\">{0} {title}</a></li>\n", escape(&item.id));
    }
    out + "</ol>\n"
}

fn conversation(trunk: &Trunk, name: &str, manifest: &BundleRecord, sources: &[Source<'_>], space: &str) -> String {
    let mut out = format!(
        "<header class=\"top\"><h1>{}</h1><p>{} of sources, {} · bundle {space}</p></header>\n",
        escape(name),
        counted(manifest.total_tokens, "token"),
        counted(u32::try_from(trunk.turns.len()).unwrap_or(u32::MAX), "turn"),
    );
    for (index, turn) in trunk.turns.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| trunk.turns[before].id);
        let after = trunk.turns.iter().find(|other| Some(other.id) == turn.parent);
        let after = match after {
            Some(parent) if before != Some(parent.id) => {
                let asked = escape(&shortened(&parent.question, 70));
                format!("<p class=\"after\">after <a href=\"#{}\">{asked}</a></p>\n", anchor(parent))
            }
            None if index > 0 => "<p class=\"after\">from the sources again</p>\n".to_owned(),
            _ => String::new(),
        };
        let asked = escape(turn.question.trim());
        let said = turn.answers.iter().map(|answer| prose(answer, &citations(answer, sources, space)));
        let said: String = said.collect();
        out += &format!(
            "<article id=\"{}\">\n{after}<div class=\"who\">asked{}<code>{}</code></div>\n\
             <div class=\"asked\">{asked}</div>\n<div class=\"said\">\n{said}</div>\n</article>\n",
            anchor(turn),
            badges(turn),
            turn.id.short(),
        );
    }
    out += "<h2 class=\"part\">Sources</h2>\n";
    for item in &manifest.items {
        let there = sources.iter().find(|source| source.id == item.id);
        out += &folded(item.id.as_str(), there, item.label.as_deref(), item.tokens, item.kept_tokens, space);
    }
    out
}

/// A source, folded; each of its sections can be linked to.
fn folded(id: &str, source: Option<&Source<'_>>, label: Option<&str>, tokens: u32, kept: u32, space: &str) -> String {
    let told = if kept == tokens {
        counted(tokens, "token")
    } else {
        format!("{} of {}", Tokens(kept), counted(tokens, "token"))
    };
    let Some(source) = source else {
        let title = escape(label.unwrap_or("a source"));
        return format!(
            "<details id=\"{space}-{id}\"><summary><i>{id}</i>{title} <span>{told}</span></summary>\
             <div>The text of this source stayed with the sender.</div></details>\n"
        );
    };
    let document: &Document = source.document;
    let title = document.title.as_deref().or(label).unwrap_or("untitled");
    let fields = [&document.author, &document.date].into_iter().flatten().map(String::as_str);
    let fields: Vec<String> = fields.map(|field| escape(&line(field))).chain([told]).collect();
    let mut out = format!(
        "<details id=\"{space}-{id}\"><summary><i>{id}</i>{} <span>{}</span></summary>\n<div>\n",
        escape(&line(title)),
        fields.join(" · "),
    );
    let mut done = 0;
    let mut piece = |range: std::ops::Range<usize>| {
        let text = document.text.get(range.clone()).unwrap_or_default();
        if !text.trim().is_empty() {
            let is_kept = source.kept.iter().any(|kept| kept.start < range.end && range.start < kept.end);
            let class = if is_kept { "" } else { " class=\"cut\"" };
            out += &format!("<section id=\"{space}-{id}-{}\"{class}>{}</section>\n", range.start, escape(text.trim()));
        }
    };
    for section in &document.sections {
        piece(done..section.start);
        piece(section.range());
        done = section.end;
    }
    piece(done..document.text.len());
    out + "</div></details>\n"
}

/// The citations of an answer as links to their passages; one that points nowhere is struck out.
fn citations(answer: &str, sources: &[Source<'_>], space: &str) -> Vec<Inlay> {
    let links = marks(answer).into_iter().map(|mark| {
        let targets = mark.targets.iter().map(|target| {
            let name = escape(&target.name());
            match resolve(target, sources) {
                Ok((index, range)) if target.place.is_some() => {
                    format!("<a class=\"cite\" href=\"#{space}-{}-{}\">{name}</a>", sources[index].id, range.start)
                }
                Ok((index, _)) => format!("<a class=\"cite\" href=\"#{space}-{}\">{name}</a>", sources[index].id),
                Err(_) => format!("<span class=\"lost\">{name}</span>"),
            }
        });
        (mark.range.clone(), format!("[{}]", targets.collect::<Vec<_>>().join("; ")))
    });
    links.collect()
}

fn anchor(turn: &Turn) -> String {
    format!("m-{}", &turn.id.to_string()[..16])
}

fn badges(turn: &Turn) -> String {
    if turn.names.is_empty() {
        return String::new();
    }
    let names: Vec<String> = turn.names.iter().map(|name| format!("<b>{}</b>", escape(name))).collect();
    let names = names.concat();
    format!(" <span class=\"names\">{names}</span>")
}

fn shortened(text: &str, n_characters: usize) -> String {
    let text = line(text);
    if text.chars().count() <= n_characters {
        return text;
    }
    text.chars().take(n_characters - 1).collect::<String>() + "\u{2026}"
}

/// `1 turn`, `5,000 tokens`.
fn counted(n: u32, noun: &str) -> String {
    format!("{} {noun}{}", Tokens(n), if n == 1 { "" } else { "s" })
}
