//! What is embedded in an `OpenDocument` file: formulas, charts, sheets, each in a folder of its own.

use std::collections::BTreeMap;

use super::Found;
use super::package::Package;
use super::xml::{self, Element};
use crate::content::line;
use crate::gather::page;

/// Something that is embedded.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Object {
    /// As TeX.
    Formula(String),
    Chart,
    Other,
}

/// What is embedded, by the folder it lies in, and how many of it were met.
#[derive(Debug, Default)]
pub(super) struct Objects {
    all: BTreeMap<String, Object>,
    n_charts: usize,
    n_others: usize,
    n_lost: usize,
}

impl Objects {
    /// Reads what `content` names.
    pub(super) fn read(package: &mut Package, content: &Element) -> Self {
        let mut objects = Self::default();
        for href in content.all("object").into_iter().filter_map(|object| object.attribute("href")) {
            let folder = folder(href);
            let Ok(Some(text)) = package.text(&format!("{folder}/content.xml")) else { continue };
            let object = if xml::root(&text).as_deref() == Some("math") {
                Object::Formula(formula(&text))
            } else if Element::parse(href, &text).is_ok_and(|(root, _)| root.find("chart").is_some()) {
                Object::Chart
            } else {
                Object::Other
            };
            objects.all.insert(folder.to_owned(), object);
        }
        objects
    }

    /// The formula that lies at an address; anything else is counted.
    pub(super) fn formula(&mut self, href: Option<&str>) -> Option<String> {
        let n = match href.and_then(|href| self.all.get(folder(href))) {
            Some(Object::Formula(formula)) if !formula.is_empty() => return Some(formula.clone()),
            Some(Object::Formula(_)) | None => &mut self.n_lost,
            Some(Object::Chart) => &mut self.n_charts,
            Some(Object::Other) => &mut self.n_others,
        };
        *n += 1;
        None
    }

    pub(super) fn tell(&self, found: &mut Found) {
        found.count(self.n_charts, "charts left out");
        found.count(self.n_others, "embedded objects left out");
        found.count(self.n_lost, "formulas or other objects of which only a picture is there, left out");
    }
}

/// The TeX of a part in `MathML`; prefixes mean nothing to a parser of HTML.
fn formula(text: &str) -> String {
    line(&page::formula(&text.replace("<math:", "<").replace("</math:", "</")))
}

fn folder(href: &str) -> &str {
    href.trim_start_matches("./").trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_read_with_any_prefix() {
        for (text, expected) in [
            (
                "<?xml version='1.0'?>\n<math display=\"inline\" xmlns=\"x\"><mrow><msup><mi>a</mi><mn>2</mn></msup><mo>+</mo><mfrac><mi>b</mi><mi>c</mi></mfrac></mrow></math>",
                "a^{2}+\\frac{b}{c}",
            ),
            (
                "<math:math xmlns:math=\"x\"><math:semantics><math:msqrt><math:mi>y</math:mi></math:msqrt><math:annotation math:encoding=\"StarMath 5.0\">sqrt y</math:annotation></math:semantics></math:math>",
                "\\sqrt{y}",
            ),
            ("<math/>", ""),
        ] {
            assert_eq!(formula(text), expected);
        }
    }
}
