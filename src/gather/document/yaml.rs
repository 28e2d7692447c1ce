//! Settings and records that people write by hand, YAML, TOML and INI: kept as they are written.
//!
//! No value is parsed. They are known by their lines: keys that are one word, lists and nesting, or
//! sections in brackets over assignments.

use super::json::lines_as_sections;
use crate::content::{Kind, lines};
use crate::gather::{Confidence, Error, Format, Input, Reading};

pub(crate) const FORMAT: Format = Format {
    name: "yaml",
    kind: Kind::Data,
    about: "YAML, TOML and INI, as data",
    extensions: &["yaml", "yml", "toml", "ini", "cfg", "conf", "properties"],
    sniff,
    read,
    stream: None,
};

/// Lines that are looked at.
const PROBED: usize = 200;

fn sniff(input: &Input) -> Confidence {
    let text = input.text;
    if input.has_nul || text.starts_with("#!") {
        return Confidence::No;
    }
    let lines: Vec<&str> = lines(text).filter(|line| !is_aside(line)).take(PROBED).collect();
    let most = |n: usize| lines.len() > 2 && n * 20 >= lines.len() * 19;
    let is_nested = lines.iter().any(|line| line.starts_with([' ', '-']));
    let n_keys = || lines.iter().filter(|line| is_key(line)).count();
    if is_nested && n_keys() * 2 >= lines.len() && most(yaml_lines(&lines)) {
        return Confidence::Likely;
    }
    let is_section = |line: &&&str| line.starts_with('[') && line.trim_end().ends_with(']');
    if !lines.iter().any(|line| is_section(&line)) {
        return Confidence::No;
    }
    let is_assigned = |line: &&&str| line.split_once('=').is_some_and(|(key, _)| is_word(key.trim()));
    // Lists of TOML go over lines of their own.
    let is_listed = |line: &&&str| line.starts_with([' ', '\t', ']', '}']);
    let n_settings = lines.iter().filter(|line| is_section(line) || is_assigned(line) || is_listed(line)).count();
    let n_assigned = lines.iter().filter(is_assigned).count();
    if n_assigned > 0 && most(n_settings) { Confidence::Likely } else { Confidence::No }
}

fn is_aside(line: &str) -> bool {
    let line = line.trim_start();
    line.is_empty() || line.starts_with(['#', ';']) || matches!(line.trim_end(), "---" | "...")
}

/// How many lines are keys, items, or text under a key that opens a block of it.
fn yaml_lines(lines: &[&str]) -> usize {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut block: Option<usize> = None;
    let mut n = 0;
    for line in lines {
        if block.is_some_and(|outer| indent(line) > outer) {
            n += 1;
            continue;
        }
        let is_item = line.trim_start().starts_with("- ") || line.trim() == "-";
        let opens = line.trim_end().ends_with(['|', '>']) || line.trim_end().ends_with("|-") || line.ends_with(">-");
        block = (is_key(line) && opens).then(|| indent(line));
        n += usize::from(is_item || is_key(line));
    }
    n
}

/// A key of one word with its colon, perhaps the first of an item.
fn is_key(line: &str) -> bool {
    let line = line.trim_start().trim_start_matches("- ").trim_start();
    let Some((key, rest)) = line.split_once(|c| !in_word(c) && !matches!(c, '"' | '\'')) else { return false };
    let ends = line[key.len()..].starts_with(": ") || line[key.len()..].trim_end() == ":";
    ends && is_word(key) && !rest.trim_end().ends_with([';', '{'])
}

fn is_word(key: &str) -> bool {
    let key = key.trim_matches(['"', '\'']);
    !key.is_empty() && key.chars().all(in_word)
}

fn in_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '$' | '@')
}

fn read(input: &Input) -> Result<Reading, Error> {
    let document = lines_as_sections(FORMAT.name, input.text);
    if document.text.is_empty() {
        return Err(Error::NothingRead { name: input.name.to_owned(), items: "values" });
    }
    Ok(Reading { documents: vec![document], problems: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_told_from_code_and_talk() {
        let check = |text: &str, is: bool| {
            assert_eq!(sniff(&Input::new("x", text)) == Confidence::Likely, is, "{text:?}");
        };
        check(
            "rows:\n  - name: pear\n    ripe: true\n  - name: plum\n    note: |\n      Words, and words.\n      More.\n",
            true,
        );
        check("# how\n[rows]\nname = \"pear\"\nripe = [\n  1,\n]\n\n[rows.more]\nx = 1\n", true);
        check("[core]\n\tbare = false\n; why\n[user]\n\tname = Ada\n", true);
        check("Ada: hello\nBo: hi there\nAda: well\n", false);
        check("def peel(x):\n    if x:\n        return 1\n    else:\n        return 2\n", false);
        check("a {\n  color: red;\n  margin: 0;\n}\n", false);
        check("- one: with words\n- two and three\n- four, five\n", false);
        check("x = 1\ny = 2\nz = 3\n", false);
        check("rows: 1\n", false);
    }
}
