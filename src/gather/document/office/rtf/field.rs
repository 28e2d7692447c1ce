//! Words of rich text that stand for something else: signs by their names, addresses in fields.

use super::state::Target;

/// A field that is open.
#[derive(Debug)]
pub(super) struct Field {
    /// How deep its group lies.
    pub(super) depth: usize,
    /// What it is told to do.
    pub(super) told: String,
    /// Where its text goes.
    pub(super) target: Target,
}

/// The sign that a word stands for; nothing for any other word.
pub(super) fn sign(word: &str) -> &'static str {
    match word {
        "emdash" => "—",
        "endash" => "–",
        "bullet" => "•",
        "lquote" => "‘",
        "rquote" => "’",
        "ldblquote" => "“",
        "rdblquote" => "”",
        "emspace" | "enspace" | "qmspace" => " ",
        _ => "",
    }
}

/// The address of a link field.
pub(super) fn target(told: &str) -> Option<String> {
    let rest = told.trim_start().strip_prefix("HYPERLINK")?.trim_start();
    let url = rest.strip_prefix('"').map_or_else(|| rest.split(' ').next(), |quoted| quoted.split('"').next())?;
    (url.contains("://") || url.starts_with("mailto:")).then(|| url.to_owned())
}
