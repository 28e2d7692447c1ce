//! A conversation tree as one page that anybody can read and forkful can import again.
//!
//! Everything is in the file: the tree at the left, the turns in reading order, the sources folded,
//! citations as links to their passages, and the lines of the `.forkful` file as data. It needs no
//! script and loads nothing. Every word of a source, a model or a name leaves `prose` as text.

mod blocks;
mod prose;
mod sources;
#[cfg(test)]
mod tests;
mod tree;

use prose::{escape, prose};
use sources::Boxes;
use tree::{Trunk, Turn};

use super::check::{Readable, source};
use super::exchange::{Exported, Parcel};
use super::{Error, Workspace};
use crate::bundle::quotation::Source;
use crate::content::line;
use crate::store::exchange::{CLOSING, OPENING, inside_page};
use crate::store::record::{DocumentRecord, ItemRecord};
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
            let Readable { documents, .. } = self.readable(trunk.bundle)?;
            let stays = |item: &ItemRecord| {
                let text = self.store.record::<DocumentRecord>(item.document).map(|record| record.text);
                text.map_or(true, |text| withheld.contains(&text))
            };
            let shown = documents.iter().filter(|(item, _)| !stays(item));
            let shown: Vec<Source<'_>> = shown.map(|(item, document)| source(item, document)).collect();
            let others = manifest.items.iter().filter(|item| shown.iter().all(|source| source.id != item.id));
            let others: Vec<String> = others.map(|item| item.id.clone()).collect();
            let space = trunk.bundle.short();
            let name = trunk.name.clone().unwrap_or_else(|| trunk.bundle.short());
            title.get_or_insert_with(|| name.clone());
            let boxes = Boxes { space: &space, manifest: &manifest, shown: &shown, withheld: &others };
            nav += &contents(&trunk, &name, &boxes);
            body += &conversation(&trunk, &name, &boxes);
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
fn contents(trunk: &Trunk, name: &str, boxes: &Boxes) -> String {
    let mut out = format!("<h2>{}</h2>\n<ol>\n", escape(name));
    let mut before = None;
    for turn in &trunk.turns {
        let asked = escape(&shortened(&turn.question, 90));
        let (names, depth) = (badges(turn), turn.depth.min(8));
        let class = if before.is_some() && before != turn.parent { " class=\"fork\"" } else { "" };
        before = Some(turn.id);
        out += &format!("<li{class} style=\"--d:{depth}\"><a href=\"#{}\">{asked}{names}</a></li>\n", anchor(turn));
    }
    out + "</ol>\n<h2>Sources</h2>\n<ol>\n" + &boxes.contents() + "</ol>\n"
}

fn conversation(trunk: &Trunk, name: &str, boxes: &Boxes) -> String {
    let mut out = format!(
        "<header class=\"top\"><h1>{}</h1><p>{} of sources, {} · bundle {}</p></header>\n",
        escape(name),
        counted(boxes.manifest.total_tokens, "token"),
        counted(u32::try_from(trunk.turns.len()).unwrap_or(u32::MAX), "turn"),
        boxes.space,
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
        let said = turn.answers.iter().map(|answer| prose(answer, &boxes.citations(answer)));
        let said: String = said.collect();
        out += &format!(
            "<article id=\"{}\">\n{after}<div class=\"who\">asked{}<code>{}</code></div>\n\
             <div class=\"asked\">{asked}</div>\n<div class=\"said\">\n{said}</div>\n</article>\n",
            anchor(turn),
            badges(turn),
            turn.id.short(),
        );
    }
    out + "<h2 class=\"part\">Sources</h2>\n" + &boxes.folded()
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
