//! What a page holds and nobody sees: hidden by attributes, by styles, by rules of the page's own.
//!
//! `display:none` in the element itself is plain. What a class, `aria-hidden` or `opacity:0` hides
//! may be shown by a script as soon as the page runs, so it goes only where it is a small part.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::attribute::Key;
use super::tree::{Id, Tree};

/// Style sheets are read up to so many bytes.
const MAX_SHEETS: usize = 1024 * 1024;

/// How sure it is that nobody sees an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    /// Nobody does.
    Surely,
    /// Nobody does unless a script shows it.
    Perhaps,
}

/// The classes and ids that the page's own style sheets hide.
#[derive(Debug)]
pub(super) struct Rules {
    classes: BTreeSet<String>,
    ids: BTreeSet<String>,
}

impl Rules {
    pub(super) fn of(tree: &Tree) -> Self {
        let mut rules = Vec::new();
        let mut n_left = MAX_SHEETS;
        for sheet in tree.named(Tree::ROOT, "style").filter(|id| tree.attribute(*id, Key::Media) != Some("print")) {
            // A sheet is one text.
            let css = tree.first(sheet).and_then(|text| tree.text(text)).unwrap_or_default();
            if css.len() > n_left {
                break;
            }
            n_left -= css.len();
            each_rule(css, |selectors, body| rules.push((selectors, body)));
        }
        let mut names = BTreeSet::new();
        for (selectors, body) in &rules {
            let lone = || selectors.split(',').filter_map(|selector| lone_name(selector.trim()));
            if lone().next().is_some() && Style::of(body).hidden().is_some() {
                names.extend(lone());
            }
        }
        if !names.is_empty() {
            for (selectors, body) in rules {
                let is_hidden = |name: &str| names.contains(name);
                if self::names(selectors).any(is_hidden) && Style::of(body).shows() {
                    for name in self::names(selectors) {
                        names.remove(name);
                    }
                }
            }
        }
        let of = |sign: char| names.iter().filter_map(|name| name.strip_prefix(sign)).map(str::to_owned).collect();
        Self { classes: of('.'), ids: of('#') }
    }

    /// Whether a class or an id hides anything.
    pub(super) fn is_any(&self) -> bool {
        !self.classes.is_empty() || !self.ids.is_empty()
    }

    /// Whether an attribute of this name may say that its element is hidden; classes and ids do only by a sheet.
    pub(super) fn may_hide(key: Key) -> bool {
        matches!(key, Key::Hidden | Key::Style | Key::AriaHidden)
    }

    /// How an element is hidden, if it is.
    pub(super) fn hide(&self, tree: &Tree, id: Id) -> Option<Hidden> {
        if tree.attribute(id, Key::Hidden).is_some_and(|hidden| hidden != "until-found") {
            return Some(Hidden::Surely);
        }
        let own = tree.attribute(id, Key::Style).and_then(|style| Style::of(style).hidden());
        let named = || {
            let is_class = |classes: &str| classes.split_ascii_whitespace().any(|class| self.classes.contains(class));
            !self.ids.is_empty() && tree.attribute(id, Key::Id).is_some_and(|id| self.ids.contains(id))
                || !self.classes.is_empty() && tree.attribute(id, Key::Class).is_some_and(is_class)
        };
        let perhaps = || tree.attribute(id, Key::AriaHidden) == Some("true") || named();
        own.or_else(|| perhaps().then_some(Hidden::Perhaps))
    }
}

/// Calls `each` with the selectors and declarations of every rule that stands under no condition.
fn each_rule<'a>(css: &'a str, mut each: impl FnMut(&'a str, &'a str)) {
    let mut rest = css;
    while let Some(open) = rest.find('{') {
        let behind = memchr::memrchr2(b'}', b';', &rest.as_bytes()[..open]).map_or(0, |end| end + 1);
        let selectors = &rest[behind..open];
        let comment = selectors.as_bytes().windows(2).rposition(|end| end == b"*/");
        let selectors = comment.map_or(selectors, |end| &selectors[end + 2..]).trim();
        let body = &rest[open + 1..];
        // Rules under a condition are rules of another page: print, small screens.
        if selectors.starts_with('@') {
            rest = after_block(body);
            continue;
        }
        let close = body.find('}').unwrap_or(body.len());
        rest = body.get(close + 1..).unwrap_or_default();
        each(selectors, &body[..close]);
    }
}

/// What follows the block that is open.
fn after_block(text: &str) -> &str {
    let mut depth = 1;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[at + 1..];
        }
    }
    ""
}

/// The class or id of a selector that is nothing else: `.x`, `#x`, `div.x`.
fn lone_name(selector: &str) -> Option<&str> {
    let at = selector.find(['.', '#'])?;
    let (element, name) = selector.split_at(at);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    (element.chars().all(char::is_alphanumeric) && name.len() > 1 && name[1..].chars().all(is_name)).then_some(name)
}

/// The classes and ids of any selectors.
fn names(selectors: &str) -> impl Iterator<Item = &str> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    selectors.match_indices(['.', '#']).map(move |(at, _)| {
        let rest = &selectors[at + 1..];
        &selectors[at..at + 1 + rest.find(|c| !is_name(c)).unwrap_or(rest.len())]
    })
}

/// What declarations may hide by.
const PROPERTIES: [&str; 16] = [
    "display",
    "visibility",
    "opacity",
    "font-size",
    "color",
    "background-color",
    "background",
    "position",
    "left",
    "top",
    "right",
    "text-indent",
    "clip",
    "width",
    "height",
    "overflow",
];

/// A value in small letters, without blanks and without its weight.
fn bare(value: &str) -> Cow<'_, str> {
    if value.bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase() && byte != b'!') {
        return Cow::Borrowed(value);
    }
    let bare: String = value.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
    Cow::Owned(bare.trim_end_matches("!important").to_owned())
}

/// The declarations of a style that may hide something, each in the place of its property.
struct Style<'a>([Option<Cow<'a, str>>; PROPERTIES.len()]);

impl<'a> Style<'a> {
    fn of(style: &'a str) -> Self {
        let mut values = [const { None }; PROPERTIES.len()];
        for (name, value) in style.split(';').filter_map(|rule| rule.split_once(':')) {
            let name = name.trim();
            let Some(at) = PROPERTIES.iter().position(|property| property.eq_ignore_ascii_case(name)) else { continue };
            values[at] = Some(bare(value.trim()));
        }
        Self(values)
    }

    fn value(&self, key: &str) -> Option<&str> {
        let at = PROPERTIES.iter().position(|property| *property == key)?;
        self.0[at].as_deref()
    }

    /// A length in thousandths of a pixel, or of a point.
    fn length(&self, key: &str) -> Option<i64> {
        let value = self.value(key)?;
        let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
        if !number.ends_with(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let factor = if value.ends_with("em") { 16 } else { 1 };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{:0<3}", part.chars().take(3).collect::<String>());
        digits.parse::<i64>().ok().and_then(|length| length.checked_mul(factor))
    }

    fn shows(&self) -> bool {
        self.value("display").is_some_and(|display| display != "none")
            || self.value("visibility") == Some("visible")
            || self.value("opacity").is_some_and(|opacity| opacity != "0")
    }

    /// Whether and how surely this hides: no box, no size, off the screen, white on white.
    fn hidden(&self) -> Option<Hidden> {
        let is_white = |value: &str| {
            matches!(value, "#fff" | "#ffffff" | "white" | "rgb(255,255,255)" | "transparent" | "rgba(0,0,0,0)")
        };
        let is_clear = |value: &str| matches!(value, "transparent" | "rgba(0,0,0,0)");
        let is_tiny = |key: &str| self.length(key).is_some_and(|length| (0..=1000).contains(&length));
        let is_far = |key: &str| self.length(key).is_some_and(|length| length <= -900_000);
        let is_lifted = matches!(self.value("position"), Some("absolute" | "fixed"));
        let is_off = is_lifted && ["left", "top", "right"].into_iter().any(is_far) || is_far("text-indent");
        let is_clipped = is_lifted && self.value("clip").is_some_and(|clip| clip.starts_with("rect(0"))
            || is_tiny("width") && is_tiny("height") && self.value("overflow") == Some("hidden");
        let is_surely = self.value("display") == Some("none")
            || matches!(self.value("visibility"), Some("hidden" | "collapse"))
            || is_tiny("font-size")
            || is_off
            || is_clipped
            || self.value("color").is_some_and(|color| {
                let ground = self.value("background-color").or(self.value("background"));
                is_clear(color) || is_white(color) && ground.is_some_and(is_white)
            });
        match () {
            () if is_surely => Some(Hidden::Surely),
            () if self.value("opacity") == Some("0") => Some(Hidden::Perhaps),
            () => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::markup;
    use super::*;

    #[test]
    fn styles_hide() {
        for (style, expected) in [
            ("display: none !important", Some(Hidden::Surely)),
            ("display:none;display:block", None),
            ("position:absolute; left:-9999px", Some(Hidden::Surely)),
            ("position:relative; left:-10px", None),
            ("text-indent:-100em", Some(Hidden::Surely)),
            ("position:absolute;clip:rect(0 0 0 0)", Some(Hidden::Surely)),
            ("width:1px;height:1px;overflow:hidden", Some(Hidden::Surely)),
            ("width:1px;overflow:hidden", None),
            ("font-size: 0px", Some(Hidden::Surely)),
            ("font-size: 1.1em", None),
            ("font-size:inherit", None),
            ("font-size: .9px", Some(Hidden::Surely)),
            ("color:#FFF;background:white", Some(Hidden::Surely)),
            ("color:white", None),
            ("opacity:0", Some(Hidden::Perhaps)),
            ("opacity:0.5", None),
        ] {
            assert_eq!(Style::of(style).hidden(), expected, "{style}");
        }
    }

    #[test]
    fn rules_of_the_page_hide_by_class_and_id() {
        let css = "/* a */ .gone, div.away{display:none} #off{position:absolute;left:-9999px}\
            .tab{display:none}.tab.open{display:block} .menu .gone2{display:none}\
            @media print{.page{display:none}} .late{visibility:hidden}";
        let names = |html: &str| {
            let rules = Rules::of(&markup::tree(html, 9).unwrap());
            [rules.ids, rules.classes].map(|names| names.into_iter().collect::<Vec<_>>().join(" "))
        };
        assert_eq!(names(&format!("<style>{css}</style>")), ["off", "away gone late"]);
        let broken = "<style>.a{display:none</style><style>@media{.b{</style><style>}{}{</style>";
        assert_eq!(names(broken), ["", "a"]);
    }
}
