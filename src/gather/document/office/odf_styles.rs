//! What the styles of an `OpenDocument` file mean for a text (part 3, 16).

use std::collections::{BTreeMap, BTreeSet};

use super::paint::{Ink, Paint};
use super::prose::Look;
use super::styles::is_monospaced;
use super::xml::Element;

/// What a style says of words, of a paragraph, a frame or a cell.
#[derive(Debug, Clone, Default)]
struct Style {
    parent: Option<String>,
    name: String,
    bold: Option<bool>,
    italic: Option<bool>,
    strike: Option<bool>,
    code: Option<bool>,
    paint: Paint,
}

/// The styles of a file by their names.
#[derive(Debug, Default)]
pub(super) struct Styles {
    all: BTreeMap<String, Style>,
    /// For each list style, whether its levels are numbered and where they start.
    lists: BTreeMap<String, BTreeMap<usize, Option<usize>>>,
    /// Styles of tables that are not shown.
    unshown: BTreeSet<String>,
    /// What the words of a page stand on.
    pub(super) paper: Ink,
}

impl Styles {
    pub(super) fn learn(&mut self, root: &Element) {
        for style in root.all("style") {
            let Some(id) = style.attribute("style:name") else { continue };
            let text = style.child("text-properties");
            let of = |name: &str| text.and_then(|properties| properties.attribute(name));
            let font = of("font-name").or(of("fo:font-family"));
            let learned = Style {
                parent: style.attribute("parent-style-name").map(str::to_owned),
                name: named(style.attribute("display-name").unwrap_or(id)),
                bold: of("fo:font-weight").map(|weight| matches!(weight, "bold" | "600" | "700" | "800" | "900")),
                italic: of("fo:font-style").map(|style| matches!(style, "italic" | "oblique")),
                strike: of("text-line-through-style").map(|style| style != "none"),
                code: font.map(is_monospaced),
                paint: paint(style),
            };
            self.all.insert(id.to_owned(), learned);
            if style.child("table-properties").and_then(|table| table.attribute("table:display")) == Some("false") {
                self.unshown.insert(id.to_owned());
            }
        }
        for list in root.all("list-style") {
            let Some(id) = list.attribute("style:name") else { continue };
            let levels = list.elements().filter_map(|level| {
                let at: usize = level.attribute("text:level")?.parse().ok()?;
                let start = level.attribute("start-value").and_then(|start| start.parse().ok()).unwrap_or(1);
                let is_numbered = level.name == "list-level-style-number"
                    && level.attribute("num-format").is_some_and(|f| !f.is_empty());
                Some((at.saturating_sub(1), is_numbered.then_some(start)))
            });
            self.lists.insert(id.to_owned(), levels.collect());
        }
        for page in root.all("page-layout-properties") {
            let has_picture = page.child("background-image").is_some_and(|image| image.attribute("href").is_some());
            match page.attribute("fo:background-color").map_or(Ink::Auto, Ink::hex) {
                _ if has_picture => self.paper = Ink::Unknown,
                Ink::Auto => {}
                color => self.paper = color,
            }
        }
    }

    /// The style and those it inherits from, nearest first.
    fn chain(&self, id: Option<&str>) -> Vec<&Style> {
        let mut found = Vec::new();
        let mut next = id;
        while let Some(style) = next.and_then(|id| self.all.get(id)).filter(|_| found.len() < 16) {
            found.push(style);
            next = style.parent.as_deref();
        }
        found
    }

    pub(super) fn look(&self, id: Option<&str>, under: Look) -> Look {
        let chain = self.chain(id);
        let of =
            |get: fn(&Style) -> Option<bool>, under: bool| chain.iter().find_map(|style| get(style)).unwrap_or(under);
        let is_source =
            chain.iter().any(|style| matches!(style.name.as_str(), "Source Text" | "Teletype" | "User Entry"));
        let is_strong = chain.iter().any(|style| style.name.starts_with("Strong"));
        let is_emphasis = chain.iter().any(|style| style.name == "Emphasis");
        Look {
            bold: of(|style| style.bold, under.bold || is_strong),
            italic: of(|style| style.italic, under.italic || is_emphasis),
            strike: of(|style| style.strike, under.strike),
            code: of(|style| style.code, under.code) || is_source,
        }
    }

    /// How words of a style are painted.
    pub(super) fn paint(&self, id: Option<&str>) -> Paint {
        self.chain(id).into_iter().fold(Paint::default(), |paint, style| paint.over(style.paint))
    }

    /// Whether a paragraph style or one above it has one of these names; programs use names that they do not define.
    pub(super) fn is_named(&self, id: Option<&str>, names: &[&str]) -> bool {
        self.chain(id).iter().any(|style| names.contains(&style.name.as_str()))
            || id.is_some_and(|id| names.contains(&named(id).as_str()))
    }

    /// Where a level of a list style begins to count, if it does.
    pub(super) fn number(&self, list: Option<&str>, level: usize) -> Option<usize> {
        self.lists.get(list?)?.get(&level).copied().flatten()
    }

    /// Whether a table of this style is shown.
    pub(super) fn shows(&self, table: Option<&str>) -> bool {
        table.is_none_or(|id| !self.unshown.contains(id))
    }
}

/// A name as people read it.
fn named(id: &str) -> String {
    id.replace("_20_", " ")
}

/// What a style says of ink, ground and size.
fn paint(style: &Element) -> Paint {
    let text = style.child("text-properties");
    let of = |name: &str| text.and_then(|properties| properties.attribute(name));
    let is_picked = of("use-window-font-color") == Some("true");
    let background =
        |properties: &Element| match (properties.attribute("draw:fill"), properties.attribute("fill-color")) {
            (Some("solid"), Some(color)) => Some(Ink::hex(color)),
            (Some("gradient" | "bitmap" | "hatch"), _) => Some(Ink::Dyed),
            _ => properties.attribute("fo:background-color").map(Ink::hex),
        };
    let mut grounds = style.elements().filter(|element| element.name.ends_with("-properties")).filter_map(background);
    Paint {
        ink: if is_picked { Some(Ink::Auto) } else { of("fo:color").map(Ink::hex) },
        ground: grounds.find(|ground| *ground != Ink::Auto),
        size: of("fo:font-size").and_then(thousandths),
        is_hidden: of("text:display").map(|display| display == "none"),
    }
}

/// A length in thousandths of a point; a share of another length is none.
fn thousandths(length: &str) -> Option<u32> {
    let unit = length.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = &length[..length.len() - unit.len()];
    let (whole, part) = number.split_once('.').unwrap_or((number, ""));
    let factor = match unit {
        "pt" => 1000,
        "px" => 750,
        "mm" => 2835,
        "cm" => 28_346,
        "in" => 72_000,
        _ => return None,
    };
    let part: String = format!("{part:0<3}").chars().take(3).collect();
    let number: u64 = format!("{whole}{part}").parse().ok()?;
    u32::try_from(number.checked_mul(factor)? / 1000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_told_in_points() {
        for (length, expected) in [
            ("12pt", Some(12_000)),
            ("1.5pt", Some(1500)),
            (".5pt", Some(500)),
            ("0.4mm", Some(1134)),
            ("80%", None),
            ("", None),
            ("99999999pt", None),
        ] {
            assert_eq!(thousandths(length), expected, "{length}");
        }
    }
}
