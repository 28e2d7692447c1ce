//! Rich text as it is written, and as it is broken.

use super::*;

#[test]
fn rich_text_becomes_markdown() {
    let check = |body: &str, expected: &str| {
        let text = format!(
            "{{\\rtf1\\ansi\\ansicpg1252\\uc1{{\\fonttbl{{\\f0 Arial;}}{{\\f1\\fcharset204 Arial;}}}}{{\\stylesheet{{\\s1 heading 1;}}{{\\*\\cs2 x;}}}}{body}}}"
        );
        assert_eq!(markdown(text.as_bytes()).unwrap().text, expected, "{body}");
    };
    check("\\pard\\s1 One\\par\\pard two {\\b bold} and {\\i it}\\par", "# One\n\ntwo **bold** and *it*\n");
    check("caf\\'e9 \\u8364? \\u-10179?\\u-8704? {\\f1 \\'cf\\'f0}\\par", "café € 😀 Пр\n");
    check("{\\*\\generator x;}{\\pict 0102}a\\line b\\~c\\par", "a\nb\u{a0}c\n");
    check(
        "{\\field{\\*\\fldinst HYPERLINK \"https://a.example/\"}{\\fldrslt it}} x\\par",
        "[it](https://a.example/) x\n",
    );
    check(
        "{\\listtext 1.\\tab}\\ls1\\ilvl0 one\\par{\\listtext 2.\\tab}two\\par\\pard{\\pntext \\'b7\\tab}three\\par",
        "1. one\n2. two\n- three\n",
    );
    check(
        "\\trowd\\intbl a\\cell b\\cell\\row\\intbl 1\\cell 2\\cell\\row\\pard z\\par",
        "| a | b |\n| --- | --- |\n| 1 | 2 |\n\nz\n",
    );
    check(
        "{\\pard\\li360\\fi-360 \\bullet \\tx360\\tab one\\par}{\\pard\\li720\\fi-360 1.\\tab two\\par}{\\pard\\li360\\fi-360 \\bullet \\tab three\\par}",
        "- one\n  1. two\n- three\n",
    );
    check("a{\\footnote  a note}\\par", "a[^1]\n\n[^1]: a note\n");
    check(
        "a{\\*\\footnote see {\\field{\\*\\fldinst{HYPERLINK \"https://a.example/\"}}{\\fldrslt{\\ul it}}} b\\par}\\par",
        "a[^1]\n\n[^1]: see [it](https://a.example/) b\n",
    );
    check("a {\\v hidden}b\\par", "a b\n");
}

#[test]
fn the_title_on_top_is_one_by_its_looks() {
    let check = |body: &str, expected: &str| {
        assert_eq!(markdown(format!("{{\\rtf1 {body}}}").as_bytes()).unwrap().text, expected, "{body}");
    };
    let chapter = "{\\pard \\ql \\outlinelevel0 \\b \\fs36 One\\par}";
    check(
        &format!("{{\\pard \\qc \\b \\fs36 Grand\\par}}{{\\pard \\qc Ada\\par}}{chapter}"),
        "# Grand\n\nAda\n\n# One\n",
    );
    check(&format!("{{\\pard \\qc \\b \\fs24 Grand\\par}}{chapter}"), "**Grand**\n\n# One\n");
    check(&format!("{chapter}{{\\pard \\qc \\b \\fs36 Grand\\par}}"), "# One\n\n**Grand**\n");
}

#[test]
fn depth_and_rubbish_do_no_harm() {
    let deep = [b"{\\rtf1 ".as_slice(), &b"{".repeat(200_000), b"x", &b"}".repeat(100_000)].concat();
    assert_eq!(markdown(&deep).unwrap().text.trim(), "x");
    for text in ["{\\rtf1", "{\\rtf1\\u", "{\\rtf1\\'", "{\\rtf1\\bin99999 x", "{\\rtf1\\u9999999999999?"] {
        markdown(text.as_bytes());
    }
}
