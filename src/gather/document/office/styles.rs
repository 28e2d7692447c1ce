//! What the styles and numberings of a Word document mean for a text.

use std::collections::{BTreeMap, BTreeSet};

use super::docx::{is_on, value};
use super::paint::{Ink, Paint};
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
    pub(super) paint: Paint,
    /// The numbering and its level.
    pub(super) list: Option<(String, usize)>,
}

/// The styles of a document by their ids.
#[derive(Debug, Default)]
pub(super) struct Styles {
    all: BTreeMap<String, Style>,
    /// What holds where no style says otherwise.
    paint: Paint,
    /// Table styles that shade some of their cells.
    shading: BTreeSet<String>,
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

/// How words are painted, by the properties of a run or a paragraph (17.3.2).
pub(super) fn paint(properties: &Element) -> Paint {
    let color = properties.child("color").map(|color| match (color.attribute("val"), color.attribute("themeColor")) {
        (None, Some("background1" | "light1")) => Ink::Color(0xff_ffff),
        (digits, _) => Ink::hex(digits.unwrap_or_default()),
    });
    let marked = properties.child("highlight").and_then(|mark| mark.attribute("val")).map(|mark| match mark {
        "none" => Ink::Auto,
        "white" => Ink::Color(0xff_ffff),
        _ => Ink::Dyed,
    });
    Paint {
        ink: color,
        ground: marked.filter(|mark| *mark != Ink::Auto).or(shade(properties)),
        size: value(properties, "sz").and_then(|half| half.parse::<u32>().ok()?.checked_mul(500)),
        is_hidden: properties.child("vanish").map(is_on),
    }
}

/// The color that properties lay under a run, a paragraph or a cell (17.3.5).
pub(super) fn shade(properties: &Element) -> Option<Ink> {
    let shade = properties.child("shd")?;
    let color = |name: &str| shade.attribute(name).map_or(Ink::Auto, Ink::hex);
    Some(match shade.attribute("val") {
        Some("nil") => Ink::Auto,
        Some("clear") | None if shade.attribute("themeFill").is_some() && color("fill") == Ink::Auto => Ink::Dyed,
        Some("clear") | None => color("fill"),
        Some("solid") => color("color"),
        Some(_) => Ink::Dyed,
    })
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
        let all: BTreeMap<String, Style> = raw.keys().map(|id| ((*id).to_owned(), resolve(&raw, id, 0))).collect();
        let defaults =
            root.find("docDefaults").and_then(|defaults| defaults.find("rPr")).map(paint).unwrap_or_default();
        let is_default = |style: &&&Element| {
            style.attribute("default").is_some_and(|on| on == "1" || on == "true")
                && style.attribute("type") == Some("paragraph")
        };
        let default = raw.values().find(is_default).and_then(|style| all.get(style.attribute("styleId")?));
        let is_dyed = |shade: &&Element| !matches!(shade.attribute("fill"), None | Some("auto" | "FFFFFF" | "ffffff"));
        let shades = |style: &&&Element| style.all("shd").iter().any(is_dyed);
        let shading = raw.values().filter(shades).filter_map(|style| style.attribute("styleId")).map(str::to_owned);
        let shading = shading.collect();
        Self { paint: default.map(|style| style.paint).unwrap_or_default().over(defaults), all, shading }
    }

    /// How words of a paragraph style are painted.
    pub(super) fn paint(&self, id: Option<&str>) -> Paint {
        let own = id.and_then(|id| self.of(id)).map(|style| style.paint);
        own.unwrap_or_default().over(self.paint)
    }

    /// Whether a table style shades some of its cells.
    pub(super) fn shades(&self, id: &str) -> bool {
        self.shading.contains(id)
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
    let own = |name: &str| element.child(name).map(paint).unwrap_or_default();
    style.paint = own("rPr").over(own("pPr")).over(style.paint);
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
