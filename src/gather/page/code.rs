//! Code: a fence that nothing in it can close, the language that the page tells, the links behind it.

use super::attribute::Key;
use super::inline::Words;
use super::markdown::Writer;
use super::tree::{Id, Tree};

/// The fenced code of a `<pre>`, and the links in it; nothing for one without code.
pub(super) fn write(writer: &Writer, id: Id) -> Vec<String> {
    let tree = writer.tree;
    let mut code = String::new();
    for at in tree.within(id) {
        match tree.text(at) {
            Some(text) => code.push_str(text),
            None if tree.name(at) == "br" => code.push('\n'),
            None => {}
        }
    }
    let code = code.trim_matches('\n').trim_end();
    if code.trim().is_empty() {
        return Vec::new();
    }
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let language = language(tree, id).unwrap_or_default();
    let mut written = vec![format!("{fence}{language}\n{code}\n{fence}")];
    // Text that is only laid out, such as an RFC, keeps its links behind it; code needs none.
    if language.is_empty() && !tree.has(id, "code") {
        let links = tree.named(id, "a").map(|link| {
            let mut words = Words::new(*writer);
            words.node(link);
            words.finish().replace('\n', " ")
        });
        let links: Vec<String> = links.filter(|link| link.contains("](")).collect();
        written.push(links.join(" · "));
    }
    written
}

/// The language that names of a code block, of what it holds or what holds it, say.
fn language(tree: &Tree, id: Id) -> Option<String> {
    let inside = tree.named(id, "code").next();
    let around = tree.parent(id);
    [Some(id), inside, around, around.and_then(|around| tree.parent(around))].into_iter().flatten().find_map(|id| {
        let classes = tree.attribute(id, Key::Class).unwrap_or_default();
        let said = [Key::DataLang, Key::DataLanguage].into_iter().find_map(|key| tree.attribute(id, key));
        let marked = classes.split_whitespace().find_map(|class| {
            ["language-", "lang-", "highlight-source-", "sourceCode-"].iter().find_map(|mark| class.strip_prefix(mark))
        });
        let brush =
            classes.split_once("brush:").and_then(|(_, rest)| rest.split([';', ' ']).find(|word| !word.is_empty()));
        said.or(marked).or(brush).map(str::to_ascii_lowercase).filter(|language| {
            language.len() < 20
                && language.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '-' | '_'))
        })
    })
}
