//! What HTML's elements are to a reader.

/// Elements that stand in a line of text, formulas with all that they are made of.
pub(crate) fn is_inline(name: &str) -> bool {
    is_formula(name)
        || matches!(
            name,
            "a" | "span"
                | "b"
                | "strong"
                | "i"
                | "em"
                | "code"
                | "tt"
                | "kbd"
                | "samp"
                | "var"
                | "sub"
                | "sup"
                | "small"
                | "big"
                | "u"
                | "s"
                | "strike"
                | "del"
                | "ins"
                | "mark"
                | "q"
                | "cite"
                | "abbr"
                | "acronym"
                | "font"
                | "label"
                | "time"
                | "dfn"
                | "bdi"
                | "bdo"
                | "ruby"
                | "rt"
                | "rp"
                | "rb"
                | "wbr"
                | "img"
                | "picture"
                | "math"
                | "nobr"
                | "data"
                | "output"
                | "button"
                | "input"
                | "select"
                | "svg"
                | "br"
        )
}

/// Elements of `MathML`.
fn is_formula(name: &str) -> bool {
    matches!(
        name,
        "math"
            | "semantics"
            | "annotation"
            | "mrow"
            | "mi"
            | "mn"
            | "mo"
            | "ms"
            | "mtext"
            | "mspace"
            | "mstyle"
            | "mpadded"
            | "mphantom"
            | "menclose"
            | "mfrac"
            | "msqrt"
            | "mroot"
            | "msup"
            | "msub"
            | "msubsup"
            | "mover"
            | "munder"
            | "munderover"
            | "mmultiscripts"
            | "mtable"
            | "mtr"
            | "mtd"
    )
}

/// Elements that scripts define; they stand in a line unless they hold blocks.
pub(crate) fn is_custom(name: &str) -> bool {
    name.contains('-')
}

/// Elements that hold nothing to read.
pub(crate) fn is_silent(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "template"
            | "head"
            | "iframe"
            | "object"
            | "embed"
            | "canvas"
            | "svg"
            | "audio"
            | "video"
            | "map"
            | "dialog"
            | "noframes"
            | "applet"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "title"
            | "input"
            | "select"
            | "option"
            | "optgroup"
            | "textarea"
            | "progress"
            | "meter"
            | "datalist"
            | "base"
    )
}

/// Elements that hold lines: a page is stepped into them only where they hold several.
pub(crate) fn holds_lines(name: &str) -> bool {
    matches!(name, "p" | "li" | "pre" | "ul" | "ol" | "table" | "blockquote" | "dl" | "tr" | "td")
}

/// Elements that hold a part of a page: no line, no heading, no piece of a table.
pub(crate) fn is_box(name: &str) -> bool {
    !is_inline(name)
        && level(name).is_none()
        && !matches!(name, "p" | "tr" | "td" | "th" | "tbody" | "thead" | "tfoot" | "pre")
}

/// The level of a heading.
pub(crate) fn level(name: &str) -> Option<usize> {
    match name.as_bytes() {
        [b'h', digit @ b'1'..=b'6'] => Some(usize::from(digit - b'0')),
        _ => None,
    }
}

/// Characters of scripts without blanks between words.
pub(crate) fn is_dense(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
