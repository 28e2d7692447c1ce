//! Formulas: the TeX that a page carries beside its `MathML`, or `MathML` written as TeX.

use super::attribute::Key;
use super::tree::{Id, Tree};

/// The TeX of a `<math>` element.
pub(super) fn tex(tree: &Tree, id: Id) -> String {
    let is_tex = |at: &Id| {
        tree.attribute(*at, Key::Encoding).is_some_and(|encoding| encoding.to_ascii_lowercase().contains("tex"))
    };
    if let Some(annotation) = tree.named(id, "annotation").find(is_tex) {
        return tree.text_of(annotation).trim().to_owned();
    }
    if let Some(alt) = tree.attribute(id, Key::AltText).filter(|alt| !alt.trim().is_empty()) {
        return alt.trim().to_owned();
    }
    let mut out = String::new();
    write(tree, id, &mut out, 0);
    out.trim().to_owned()
}

/// Formulas nested deeper than this are written as their letters.
const MAX_DEPTH: usize = 64;

/// What TeX calls a sign over another, if it is an accent.
fn accent(sign: &str) -> Option<&'static str> {
    Some(match sign {
        "˙" | "." => "\\dot{",
        "¨" => "\\ddot{",
        "→" | "⃗" => "\\vec{",
        "^" | "ˆ" => "\\hat{",
        "~" | "˜" => "\\tilde{",
        "¯" | "‾" | "_" => "\\bar{",
        _ => return None,
    })
}

fn write(tree: &Tree, id: Id, out: &mut String, depth: usize) {
    if let Some(text) = tree.text(id) {
        out.push_str(text.trim());
        return;
    }
    let parts: Vec<Id> = tree
        .children(id)
        .filter(|child| tree.is_element(*child) || tree.text(*child).is_some_and(|text| !text.trim().is_empty()))
        .collect();
    if depth > MAX_DEPTH {
        out.push_str(tree.text_of(id).trim());
        return;
    }
    let part = |out: &mut String, before: &str, index: usize, after: &str| {
        out.push_str(before);
        if let Some(part) = parts.get(index) {
            write(tree, *part, out, depth + 1);
        }
        out.push_str(after);
    };
    let accent = parts.get(1).and_then(|over| accent(tree.text_of(*over).trim()));
    match tree.name(id) {
        "mover" if accent.is_some() => part(out, accent.unwrap_or_default(), 0, "}"),
        // A binomial has no line.
        "mfrac" if tree.attribute(id, Key::LineThickness).is_some_and(|line| line.starts_with('0')) => {
            part(out, "{", 0, " \\atop ");
            part(out, "", 1, "}");
        }
        "mtext" if tree.text_of(id).trim().chars().any(char::is_alphabetic) => {
            out.push_str(&format!("\\text{{{}}}", tree.text_of(id).split_whitespace().collect::<Vec<_>>().join(" ")));
        }
        "mfrac" => {
            part(out, "\\frac{", 0, "}{");
            part(out, "", 1, "}");
        }
        "msup" | "mover" => {
            part(out, "", 0, "^{");
            part(out, "", 1, "}");
        }
        "msub" | "munder" => {
            part(out, "", 0, "_{");
            part(out, "", 1, "}");
        }
        "msubsup" | "munderover" => {
            part(out, "", 0, "_{");
            part(out, "", 1, "}^{");
            part(out, "", 2, "}");
        }
        "mroot" => {
            part(out, "\\sqrt[", 1, "]{");
            part(out, "", 0, "}");
        }
        "msqrt" => {
            out.push_str("\\sqrt{");
            (0..parts.len()).for_each(|index| part(out, "", index, ""));
            out.push('}');
        }
        "mtr" => (0..parts.len()).for_each(|index| part(out, if index > 0 { " & " } else { "" }, index, "")),
        "mtable" => {
            out.push_str("\\begin{matrix}");
            (0..parts.len()).for_each(|index| part(out, if index > 0 { " \\\\ " } else { " " }, index, ""));
            out.push_str(" \\end{matrix}");
        }
        "annotation" | "annotation-xml" => {}
        _ => (0..parts.len()).for_each(|index| part(out, "", index, "")),
    }
}
