//! The sources of a page: folded boxes, and the links that lead into them.
//!
//! A browser opens a box by itself when a link leads to what is in it, so every anchor is inside.
//! Where a source stands on the web is a link for the reader; the page itself asks for nothing.

use std::ops::Range;

use super::prose::{Inlay, escape};
use super::{counted, shortened};
use crate::bundle::quotation::{Nowhere, Source, marks, resolve};
use crate::content::{Section, line};
use crate::store::record::{BundleRecord, ItemRecord};
use crate::tokens::Tokens;
use crate::workspace::passage::at_second;

/// The sources of one bundle, as far as their texts may be shown.
pub(super) struct Boxes<'a> {
    /// What makes anchors of several bundles differ.
    pub(super) space: &'a str,
    pub(super) manifest: &'a BundleRecord,
    pub(super) shown: &'a [Source<'a>],
    /// The ids of the others.
    pub(super) withheld: &'a [String],
}

impl<'a> Boxes<'a> {
    fn shown(&self, item: &ItemRecord) -> Option<&'a Source<'a>> {
        self.shown.iter().find(|source| source.id == item.id)
    }

    /// Links to the boxes, as items of a list.
    pub(super) fn contents(&self) -> String {
        let entry = |item: &ItemRecord| {
            let title = self.shown(item).and_then(|source| source.document.title.as_deref()).or(item.label.as_deref());
            let title = escape(&shortened(title.unwrap_or_default(), 60));
            format!("<li><a href=\"#{}-{1}\">{1} {title}</a></li>\n", self.space, escape(&item.id))
        };
        self.manifest.items.iter().map(entry).collect()
    }

    /// All boxes.
    pub(super) fn folded(&self) -> String {
        self.manifest.items.iter().map(|item| self.one(item)).collect()
    }

    /// A source, folded; it and each of its sections can be linked to.
    fn one(&self, item: &ItemRecord) -> String {
        let (space, id) = (self.space, &item.id);
        let told = if item.kept_tokens == item.tokens {
            counted(item.tokens, "token")
        } else {
            format!("{} of {}", Tokens(item.kept_tokens), counted(item.tokens, "token"))
        };
        let Some(source) = self.shown(item) else {
            let title = escape(item.label.as_deref().unwrap_or("a source"));
            return format!(
                "<details><summary><i>{id}</i>{title} <span>{told}</span></summary>\
                 <div id=\"{space}-{id}\">The text of this source stayed with the sender.</div></details>\n"
            );
        };
        let document = source.document;
        let title = document.title.as_deref().or(item.label.as_deref()).unwrap_or("untitled");
        let fields = [&document.author, &document.date].into_iter().flatten().map(String::as_str);
        let fields: Vec<String> = fields.map(|field| escape(&line(field))).chain([told]).collect();
        let mut out = format!(
            "<details><summary><i>{id}</i>{} <span>{}</span></summary>\n<div id=\"{space}-{id}\">\n",
            escape(&line(title)),
            fields.join(" · "),
        );
        if let Some(link) = document.url.as_deref().and_then(|url| outward(url, url)) {
            out += &format!("<p class=\"from\">{link}</p>\n");
        }
        let mut done = 0;
        for section in &document.sections {
            out += &self.piece(source, done..section.start, None);
            out += &self.piece(source, section.range(), Some(section));
            done = section.end;
        }
        out += &self.piece(source, done..document.text.len(), None);
        out + "</div></details>\n"
    }

    /// A piece of a source's text; a turn of a recording leads to its second.
    fn piece(&self, source: &Source, range: Range<usize>, section: Option<&Section>) -> String {
        let text = source.document.text.get(range.clone()).unwrap_or_default().trim();
        if text.is_empty() {
            return String::new();
        }
        let is_kept = source.kept.iter().any(|kept| kept.start < range.end && range.start < kept.end);
        let class = if is_kept { "" } else { " class=\"cut\"" };
        let turn = section.and_then(|section| {
            let mark = format!("[{}]", section.label.as_deref()?);
            let said = text.strip_prefix(mark.as_str())?;
            Some(outward(&at_second(source.document, section)?, &mark)? + &escape(said))
        });
        let said = turn.unwrap_or_else(|| escape(text));
        format!("<section id=\"{}-{}-{}\"{class}>{said}</section>\n", self.space, source.id, range.start)
    }

    /// The citations of an answer as links to their passages; one that points nowhere is struck out.
    pub(super) fn citations(&self, answer: &str) -> Vec<Inlay> {
        let space = self.space;
        let links = marks(answer).into_iter().map(|mark| {
            let targets = mark.targets.iter().map(|target| {
                let name = escape(&target.name());
                let place = match resolve(target, self.shown, self.withheld) {
                    Ok((index, range)) if target.place.is_some() => {
                        let source = &self.shown[index];
                        format!("{}-{}", source.id, anchor(source, range.start))
                    }
                    Ok(_) | Err(Nowhere::Withheld) => target.source.clone(),
                    Err(_) => return format!("<span class=\"lost\">{name}</span>"),
                };
                format!("<a class=\"cite\" href=\"#{space}-{place}\">{name}</a>")
            });
            (mark.range.clone(), format!("[{}]", targets.collect::<Vec<_>>().join("; ")))
        });
        links.collect()
    }
}

/// Where the piece starts that holds a byte: its section, else what stands before or between sections.
fn anchor(source: &Source, at: usize) -> usize {
    let sections = &source.document.sections;
    let before = sections.iter().take_while(|section| section.start <= at).last();
    before.map_or(0, |section| if at < section.end { section.start } else { section.end })
}

/// A link out of the page, which tells nobody where it was followed.
fn outward(url: &str, words: &str) -> Option<String> {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let link = || format!("<a href=\"{}\" rel=\"noopener noreferrer nofollow\">{}</a>", escape(url), escape(words));
    is_web.then(link)
}

#[cfg(test)]
mod tests {
    use super::super::prose::prose;
    use super::*;
    use crate::content::SectionKind;
    use crate::store::record::DocumentRecord;
    use crate::store::sample;

    #[test]
    fn links_lead_into_boxes_and_from_them_to_the_web() {
        let text = "Notes.\n\n[0:05] Ada: Hello & so on.\n\nThe rest.\n";
        let objects = sample::bundle(text);
        let record = objects[1].record::<DocumentRecord>().unwrap();
        let mut document = record.into_document(text.to_owned()).unwrap();
        document.url = Some("https://youtu.be/a?b=1&c=\"2\"".to_owned());
        document.sections = vec![Section {
            start: 8,
            end: 34,
            kind: SectionKind::Turn,
            label: Some("0:05".to_owned()),
            author: None,
            time: Some("0:00:05".to_owned()),
            reply_to: None,
        }];
        let mut manifest = objects[3].record::<BundleRecord>().unwrap();
        let other = ItemRecord { id: "s2".to_owned(), ..manifest.items[0].clone() };
        manifest.items.push(other);
        let kept = Vec::from([Range { start: 0, end: text.len() }]);
        let shown = [Source { id: "s1", document: &document, kept }];
        let withheld = ["s2".to_owned()];
        let boxes = Boxes { space: "b", manifest: &manifest, shown: &shown, withheld: &withheld };
        let answer = "[s1 0:05] [s1 \u{b6}1] [s1 \u{b6}3] [s1] [s2 4:55] [s1 2:00:00] [s9]";
        let all = [boxes.contents(), boxes.folded(), prose(answer, &boxes.citations(answer))];
        insta::assert_snapshot!(all.join("\n"));
        assert_eq!(outward("javascript:alert(1)", "x"), None);
    }
}
