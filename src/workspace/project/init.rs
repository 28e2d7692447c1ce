//! A new project file with a word about everything that it may say.

use std::path::Path;

use super::wishes::Wishes;
use super::{Error, NAME, disk, edit};
use crate::budget::Policy;
use crate::store::check_name;
use crate::tokens::Tokens;
use crate::workspace::Source;

/// The file, its places marked `{{so}}`.
const TEMPLATE: &str = include_str!("template.toml");

/// Writes a new project file into `folder`; one that is there is never touched.
pub fn init(
    folder: &Path,
    name: Option<&str>,
    budget: Option<Tokens>,
    sources: &[Source],
    plain: Policy,
) -> Result<(), Error> {
    let path = folder.join(NAME);
    if disk::exists(&path) {
        return Err(Error::Exists { path: NAME.to_owned() });
    }
    if let Some(stdin) = sources.iter().find(|source| source.locator == "-") {
        return Err(Error::Stdin { path: stdin.locator.clone() });
    }
    name.map_or(Ok(()), check_name).map_err(Error::Name)?;
    disk::create(&path, &fresh(name, budget, sources, plain))
}

/// The text of a new project file.
fn fresh(name: Option<&str>, budget: Option<Tokens>, sources: &[Source], plain: Policy) -> String {
    let name = match name {
        Some(name) => format!("name = {}", edit::quoted(name)),
        None => "# name = \"bitter\"".to_owned(),
    };
    let budget = match budget {
        Some(budget) => format!("tokens = {}", edit::amount(budget)),
        None => "# tokens = \"32k\"".to_owned(),
    };
    let block = |source: &Source| {
        let path = ("path", edit::quoted(&super::plain_path(&source.locator)));
        let lines = std::iter::once(path).chain(Wishes::of(source, plain).lines());
        let lines: Vec<String> = lines.map(|(key, value)| format!("{key} = {value}\n")).collect();
        format!("[[source]]\n{}", lines.concat())
    };
    let mut blocks: Vec<String> = Vec::new();
    for source in sources {
        let block = block(source);
        if !blocks.contains(&block) {
            blocks.push(block);
        }
    }
    if blocks.is_empty() {
        blocks.push("# [[source]]\n# path = \"thread.md\"\n".to_owned());
    }
    let filled = [("{{name}}", name), ("{{budget}}", budget), ("{{sources}}\n", blocks.join("\n"))];
    filled.iter().fold(TEMPLATE.to_owned(), |text, (place, with)| text.replace(place, with))
}
