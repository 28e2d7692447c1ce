//! What the styles and numberings of a Word document mean for a text.

use std::collections::{BTreeMap, BTreeSet};

use super::docx::{is_on, value};
use super::prose::{Look, Mark};
use super::xml::Element;

/// What a paragraph is by its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Role {
    #[default]
    Body,
    Heading(usize),
    Quote,
    Code,
    /// A list whose style has no numbering.
    Bullet(usize),
    /// A line of the table of contents.
    Contents,
}

/// A style with all that it inherits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Style {
    pub(super) role: Role,
    pub(super) look: Look,
    /// The numbering and its level.
    pub(super) list: Option<(String, usize)>,
}

/// The styles of a document by their ids.
#[derive(Debug, Default)]
pub(super) struct Styles {
    all: BTreeMap<String, Style>,
}

impl Look {
    /// This look where it says more than the one under it.
    pub(super) fn over(self, under: Self) -> Self {
        Self {
            bold: self.bold || under.bold,
            italic: self.italic || under.italic,
            strike: self.strike || under.strike,
            code: self.code || under.code,
        }
    }
}

impl Style {
    /// The look that run properties give.
    pub(super) fn look(properties: &Element) -> Look {
        let on = |name: &str| properties.child(name).is_some_and(is_on);
        let font = properties.child("rFonts").and_then(|fonts| fonts.attribute("ascii")).unwrap_or_default();
        Look { bold: on("b"), italic: on("i"), strike: on("strike") || on("dstrike"), code: is_monospaced(font) }
    }
}

/// Whether letters of a font are equally wide, by its name.
pub(super) fn is_monospaced(font: &str) -> bool {
    let font = font.to_ascii_lowercase();
    ["courier", "consolas", "mono", "menlo", "monaco", "source code", "typewriter", "fira code"]
        .iter()
        .any(|part| font.contains(part))
}

impl Styles {
    pub(super) fn read(root: &Element) -> Self {
        let raw: BTreeMap<&str, &Element> =
            root.all("style").into_iter().filter_map(|style| Some((style.attribute("styleId")?, style))).collect();
        let all = raw.keys().map(|id| ((*id).to_owned(), resolve(&raw, id, 0))).collect();
        Self { all }
    }

    pub(super) fn of(&self, id: &str) -> Option<&Style> {
        self.all.get(id)
    }
}

fn resolve(raw: &BTreeMap<&str, &Element>, id: &str, depth: usize) -> Style {
    let Some(element) = raw.get(id).filter(|_| depth < 16) else { return Style::default() };
    let mut style = value(element, "basedOn").map(|base| resolve(raw, base, depth + 1)).unwrap_or_default();
    let is_paragraph = element.attribute("type") != Some("character");
    let name = value(element, "name").unwrap_or(id);
    if let Some(properties) = element.child("rPr") {
        style.look = Style::look(properties).over(style.look);
    }
    if let Some(own) = element.child("pPr").and_then(|properties| properties.child("numPr")) {
        let level = value(own, "ilvl").and_then(|level| level.parse().ok()).unwrap_or(0);
        style.list = value(own, "numId").map(|id| (id.to_owned(), level)).or(style.list);
    }
    let level = element.child("pPr").and_then(|p| value(p, "outlineLvl")).and_then(|level| level.parse::<usize>().ok());
    match role(name).filter(|_| is_paragraph) {
        Some(role) => style.role = role,
        None if is_paragraph && level.is_some_and(|level| level < 9) => {
            style.role = Role::Heading(level.unwrap_or(0) + 1);
        }
        None => {}
    }
    if matches!(style.role, Role::Heading(_) | Role::Quote | Role::Code) {
        // The look that a role brings along is said by the role.
        style.look = Look::default();
    }
    if !is_paragraph {
        let lower = name.to_ascii_lowercase();
        style.look.bold |= lower == "strong" || lower == "intense emphasis";
        style.look.italic |= lower == "emphasis";
        style.look.code |= lower.contains("verbatim") || lower == "html code" || lower == "source text";
    }
    style
}

/// The role of a style by its name, which Word keeps in English.
fn role(name: &str) -> Option<Role> {
    let lower = name.to_ascii_lowercase();
    let number = |prefix: &str| lower.strip_prefix(prefix).and_then(|rest| rest.trim().parse::<usize>().ok());
    match lower.as_str() {
        "title" => Some(Role::Heading(1)),
        "quote" | "intense quote" | "block text" | "block quotation" | "quotations" => Some(Role::Quote),
        "source code" | "html preformatted" | "code" | "preformatted text" | "macro text" => Some(Role::Code),
        "list bullet" => Some(Role::Bullet(0)),
        "toc heading" => Some(Role::Contents),
        _ if lower.starts_with("toc ") => Some(Role::Contents),
        _ => number("heading ")
            .filter(|level| (1..=9).contains(level))
            .map(Role::Heading)
            .or_else(|| number("list bullet ").map(|level| Role::Bullet(level.saturating_sub(1).min(8)))),
    }
}

/// The numberings of a document and where each of them stands.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// For each numbering: its abstract one, and where its levels start anew.
    numbers: BTreeMap<String, (String, BTreeMap<usize, usize>)>,
    /// For each abstract one and level: its format and first number.
    levels: BTreeMap<(String, usize), (String, usize)>,
    /// The numbers given last, by abstract numbering and level.
    last: BTreeMap<(String, usize), usize>,
    /// Levels of numberings that were used, so that one that is new may start anew.
    used: BTreeSet<(String, usize)>,
}

impl Numbering {
    pub(super) fn read(root: &Element) -> Self {
        let mut numbering = Self::default();
        for element in root.all("abstractNum") {
            let id = element.attribute("abstractNumId").unwrap_or_default();
            for level in element.all("lvl") {
                let at = level.attribute("ilvl").and_then(|at| at.parse().ok()).unwrap_or(0);
                let start = value(level, "start").and_then(|start| start.parse().ok()).unwrap_or(1);
                let is_blank = value(level, "lvlText").is_some_and(|text| text.trim().is_empty());
                let format = value(level, "numFmt").unwrap_or("decimal");
                // A bullet that is a blank carries on the item before, as pandoc writes it.
                let format = if is_blank && format == "bullet" { "none" } else { format }.to_owned();
                numbering.levels.insert((id.to_owned(), at), (format, start));
            }
        }
        for element in root.all("num") {
            let Some(id) = element.attribute("numId") else { continue };
            let base = value(element, "abstractNumId").unwrap_or_default().to_owned();
            let restarts = element.all("lvlOverride").into_iter().filter_map(|level| {
                let start = value(level, "startOverride")?.parse().ok()?;
                Some((level.attribute("ilvl")?.parse().ok()?, start))
            });
            numbering.numbers.insert(id.to_owned(), (base, restarts.collect()));
        }
        numbering
    }

    /// What stands before the next item of a numbering; nothing for a level without a mark.
    pub(super) fn next(&mut self, id: &str, level: usize) -> (Option<Mark>, usize) {
        let level = level.min(8);
        let Some((base, restarts)) = self.numbers.get(id).cloned() else { return (Some(Mark::Bullet), level) };
        let (format, start) = self.levels.get(&(base.clone(), level)).cloned().unwrap_or(("bullet".to_owned(), 1));
        // A list within another shares its abstract numbering, and leaves the levels above alone.
        if self.used.insert((id.to_owned(), level))
            && let Some(start) = restarts.get(&level)
        {
            self.last.insert((base.clone(), level), start.saturating_sub(1));
        }
        let number = self.last.get(&(base.clone(), level)).map_or(start, |last| last + 1);
        self.last.insert((base.clone(), level), number);
        self.last.retain(|(other, at), _| *other != base || *at <= level);
        match format.as_str() {
            "none" => (None, level),
            "bullet" => (Some(Mark::Bullet), level),
            _ => (Some(Mark::Number(number)), level),
        }
    }
}
