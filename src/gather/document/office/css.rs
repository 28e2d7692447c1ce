//! What the style sheets of a book say of its words.
//!
//! Converters put emphasis, code and headings into classes of `span` and `p` only. The few
//! properties that mean something to a reader are looked for, and the elements that say the same are
//! put around those words; everything else of CSS is passed over.

use std::collections::BTreeMap;

/// How a class shows its words.
#[expect(clippy::struct_excessive_bools, reason = "each is on or off by itself")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Dress {
    bold: bool,
    italic: bool,
    fixed: bool,
    /// Whether it names a size of its own.
    sized: bool,
}

/// The classes of all style sheets of a book.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    classes: BTreeMap<String, Dress>,
}

impl Sheet {
    /// Takes the rules of one style sheet whose selectors are a class.
    pub(super) fn add(&mut self, css: &str) {
        for rule in css.split('}') {
            let Some((selectors, body)) = rule.split_once('{') else { continue };
            let selectors = selectors.rsplit_once("*/").map_or(selectors, |(_, behind)| behind);
            let dress = dress(body);
            if dress == Dress::default() {
                continue;
            }
            for selector in selectors.split(',').map(str::trim) {
                let Some((element, class)) = selector.rsplit_once('.') else { continue };
                let is_plain = class.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
                if is_plain && matches!(element, "" | "span" | "p") {
                    self.classes.insert(class.to_owned(), dress);
                }
            }
        }
    }

    /// A page with the elements that its classes stand for.
    pub(super) fn dressed(&self, html: &str) -> String {
        let mut out = String::with_capacity(html.len());
        // What closes behind each span that is open.
        let mut open: Vec<&'static str> = Vec::new();
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let Some(end) = rest.find('>') else { break };
            let (tag, after) = rest.split_at(end + 1);
            rest = after;
            if tag.starts_with("<p ") && !tag.ends_with("/>") {
                let inner = &rest[..rest.find("</p>").unwrap_or(0)];
                if self.is_heading(tag, inner) {
                    out.push_str(&format!("<h2>{inner}</h2>"));
                    rest = &rest[inner.len() + "</p>".len()..];
                    continue;
                }
            }
            if tag == "</span>" {
                out.push_str(open.pop().unwrap_or_default());
                out.push_str(tag);
                continue;
            }
            out.push_str(tag);
            if tag.starts_with("<span") && !tag.ends_with("/>") {
                let dress = self.of(tag);
                let (opens, closes) = match (dress.fixed, dress.bold, dress.italic) {
                    (true, ..) => ("<code>", "</code>"),
                    (_, true, true) => ("<b><i>", "</i></b>"),
                    (_, true, false) => ("<b>", "</b>"),
                    (_, false, true) => ("<i>", "</i>"),
                    _ => ("", ""),
                };
                out.push_str(opens);
                open.push(closes);
            }
        }
        out + rest
    }

    /// All that the classes of a tag say.
    fn of(&self, tag: &str) -> Dress {
        let classes = tag.split_once("class=").and_then(|(_, rest)| {
            let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            rest[1..].split(quote).next()
        });
        let known = classes.unwrap_or_default().split_whitespace().filter_map(|class| self.classes.get(class));
        known.fold(Dress::default(), |all, dress| Dress {
            bold: all.bold || dress.bold,
            italic: all.italic || dress.italic,
            fixed: all.fixed || dress.fixed,
            sized: all.sized || dress.sized,
        })
    }

    /// Whether a paragraph is bold as a whole and of a size of its own: a heading, however it is called.
    fn is_heading(&self, tag: &str, inner: &str) -> bool {
        let own = self.of(tag);
        if own.bold && own.sized {
            return !inner.is_empty() && inner.len() < 200;
        }
        let mut rest = inner;
        let mut n_words = 0;
        while let Some(span) = rest.trim_start().strip_prefix("<span") {
            let Some((attributes, after)) = span.split_once('>') else { return false };
            let Some((words, after)) = after.split_once("</span>") else { return false };
            let dress = self.of(attributes);
            if !(dress.bold && dress.sized) || words.contains('<') {
                return false;
            }
            n_words += words.split_whitespace().count();
            rest = after;
        }
        rest.trim().is_empty() && (1..20).contains(&n_words)
    }
}

/// What the properties of a rule say.
fn dress(body: &str) -> Dress {
    let mut dress = Dress::default();
    for property in body.split(';') {
        let Some((name, value)) = property.split_once(':') else { continue };
        let value = value.trim().to_ascii_lowercase();
        match name.trim() {
            "font-weight" => {
                dress.bold = value.starts_with("bold") || value.parse::<u16>().is_ok_and(|weight| weight > 599);
            }
            "font-style" => dress.italic = value.starts_with("italic") || value.starts_with("oblique"),
            "font-family" => dress.fixed = ["mono", "courier", "consolas"].iter().any(|font| value.contains(font)),
            "font-size" => dress.sized = true,
            _ => {}
        }
    }
    dress
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_become_the_elements_that_they_stand_for() {
        let mut sheet = Sheet::default();
        sheet.add(
            "/* x */ .b, span.c { font-weight: bold }\n.i{font-style:italic;}\n.m { font-family: 'Courier New' }\n\
             .h { font-size: 115%; font-weight: 700; }\ndiv p.x b.y { font-weight: bold }\n.n {}",
        );
        for (html, expected) in [
            (
                "<p><span class=\"b\">a</span> <span class='n i'>b</span></p>",
                "<p><span class=\"b\"><b>a</b></span> <span class='n i'><i>b</i></span></p>",
            ),
            ("<span class=\"b i\"><span>x</span></span>", "<span class=\"b i\"><b><i><span>x</span></i></b></span>"),
            ("<span class=\"m\">x</span></span>", "<span class=\"m\"><code>x</code></span></span>"),
            (
                "<p class=\"n\"><span class=\"h\">One</span></p><p>x</p>",
                "<h2><span class=\"h\">One</span></h2><p>x</p>",
            ),
            (
                "<p class=\"n\"><span class=\"b\">Not</span></p>",
                "<p class=\"n\"><span class=\"b\"><b>Not</b></span></p>",
            ),
            ("<p class=\"h\">Two</p>", "<h2>Two</h2>"),
            ("a <span class=\"y\">b</span> < c <span", "a <span class=\"y\">b</span> < c <span"),
        ] {
            assert_eq!(sheet.dressed(html), expected, "{html}");
        }
    }
}
