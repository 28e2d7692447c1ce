//! Formulas of office programs as the words that a reader of TeX knows.

use super::xml::{Element, Node};

/// A formula of Word (`OMML`, ECMA-376 part 1, 22.1) on one line.
pub(super) fn words(formula: &Element) -> String {
    let mut out = String::new();
    write(formula, &mut out);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn write(element: &Element, out: &mut String) {
    let part = |name: &str| element.child(name).map(words).unwrap_or_default();
    let sign = |property: &str, name: &str| {
        let properties = element.child(property)?;
        Some(properties.child(name)?.attribute("val").unwrap_or_default().to_owned())
    };
    match element.name.as_str() {
        "t" => out.push_str(&element.text()),
        "f" => out.push_str(&format!("\\frac{{{}}}{{{}}}", part("num"), part("den"))),
        "sSup" => out.push_str(&format!("{}^{{{}}}", part("e"), part("sup"))),
        "sSub" => out.push_str(&format!("{}_{{{}}}", part("e"), part("sub"))),
        "sSubSup" => out.push_str(&format!("{}_{{{}}}^{{{}}}", part("e"), part("sub"), part("sup"))),
        "rad" => match part("deg") {
            degree if degree.is_empty() => out.push_str(&format!("\\sqrt{{{}}}", part("e"))),
            degree => out.push_str(&format!("\\sqrt[{degree}]{{{}}}", part("e"))),
        },
        "nary" => {
            out.push_str(&sign("naryPr", "chr").unwrap_or_else(|| "∫".to_owned()));
            for (mark, name) in [('_', "sub"), ('^', "sup")] {
                let limit = part(name);
                if !limit.is_empty() {
                    out.push_str(&format!("{mark}{{{limit}}}"));
                }
            }
            out.push_str(&format!(" {}", part("e")));
        }
        "d" => {
            let open = sign("dPr", "begChr").unwrap_or_else(|| "(".to_owned());
            let close = sign("dPr", "endChr").unwrap_or_else(|| ")".to_owned());
            let between = sign("dPr", "sepChr").unwrap_or_else(|| "|".to_owned());
            let inside: Vec<String> = element.elements().filter(|inside| inside.name == "e").map(words).collect();
            out.push_str(&format!("{open}{}{close}", inside.join(&between)));
        }
        "m" => {
            let row =
                |row: &Element| row.elements().filter(|e| e.name == "e").map(words).collect::<Vec<_>>().join(" & ");
            let rows: Vec<String> = element.elements().filter(|inside| inside.name == "mr").map(row).collect();
            out.push_str(&format!("\\begin{{matrix}} {} \\end{{matrix}}", rows.join(" \\\\ ")));
        }
        "func" => out.push_str(&format!("{} {}", part("fName"), part("e"))),
        "limLow" => out.push_str(&format!("{}_{{{}}}", part("e"), part("lim"))),
        "limUpp" => out.push_str(&format!("{}^{{{}}}", part("e"), part("lim"))),
        "acc" | "bar" => {
            let mark = sign("accPr", "chr").unwrap_or_default();
            out.push_str(&part("e"));
            out.push_str(if element.name == "bar" { "\u{305}" } else { &mark });
        }
        name if name.ends_with("Pr") => {}
        _ => {
            for node in &element.children {
                if let Node::Element(inside) = node {
                    write(inside, out);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_words() {
        let r = |text: &str| format!("<m:r><m:t>{text}</m:t></m:r>");
        let check = |xml: String, expected: &str| {
            let (root, _) = Element::parse("x", &xml).unwrap();
            assert_eq!(words(&root), expected);
        };
        check(format!("<m:f><m:num>{}</m:num><m:den>{}</m:den></m:f>", r("a+b"), r("2")), "\\frac{a+b}{2}");
        check(
            format!(
                "<m:nary><m:naryPr><m:chr m:val=\"∑\"/></m:naryPr><m:sub>{}</m:sub><m:sup>{}</m:sup><m:e>{}</m:e></m:nary>",
                r("i=1"),
                r("n"),
                r("i")
            ),
            "∑_{i=1}^{n} i",
        );
        check(format!("<m:d><m:e>{}</m:e></m:d>", r("x")), "(x)");
        check(format!("<m:rad><m:deg/><m:e>{}</m:e></m:rad>", r("x")), "\\sqrt{x}");
    }
}
