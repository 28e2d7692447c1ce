//! The library: questions with variables, asked as `ask -p NAME`.
//!
//! Built in are those of `prompts/library/`; files of the same form in the person's own folder stand
//! beside them and win by name. A prompt is chosen by the person who asks: by name from these two,
//! or as a path that is typed. A project's folder is never looked into by itself, since somebody
//! else may have made it and its `summary.md` would be asked in the person's name.

mod disk;
mod error;
mod file;

use std::path::{Path, PathBuf};

pub use error::Error;
pub use file::{Template, Variable};

use crate::content::nearest;
use crate::prompts::LIBRARY;

/// What a new prompt of one's own looks like.
const BLANK: &str = "\
+++
description = \"What the sources say about a topic\"

[variables.topic]
about = \"what it is about\"
default = \"what the sources have in common\"
+++
What do the sources above say about {topic}?

Cite id and place, as in [s2 41:07] or [s1 post 3].
Where the sources are silent, say so.
";

/// A prompt and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What is typed after `-p`.
    pub name: String,
    /// The file, where it is not built in.
    pub path: Option<PathBuf>,
    /// The file's text.
    pub source: String,
    /// What it says and takes.
    pub template: Template,
}

/// Every prompt that can be asked by name.
#[derive(Debug)]
pub struct Library {
    prompts: Vec<Prompt>,
    /// Own files that cannot be read as prompts, by name.
    broken: Vec<(String, Error)>,
    folder: Option<PathBuf>,
}

impl Library {
    /// The built-in prompts and those in the person's own folder, which need not be there.
    pub fn read(folder: Option<&Path>) -> Result<Self, Error> {
        let mut library = Self { prompts: Vec::new(), broken: Vec::new(), folder: folder.map(Path::to_owned) };
        for (name, source) in LIBRARY {
            library.prompts.push(prompt(name, None, (*source).to_owned())?);
        }
        for (name, path) in folder.map_or(Ok(Vec::new()), disk::list)? {
            let read = disk::read(&path).and_then(|source| prompt(&name, Some(path), source));
            let place = library.prompts.iter().position(|prompt| prompt.name == name);
            match (read, place) {
                (Ok(prompt), Some(place)) => library.prompts[place] = prompt,
                (Ok(prompt), None) => library.prompts.push(prompt),
                (Err(error), place) => {
                    drop(place.map(|place| library.prompts.remove(place)));
                    library.broken.push((name, error));
                }
            }
        }
        Ok(library)
    }

    /// The prompts, built-in ones first.
    pub fn prompts(&self) -> &[Prompt] {
        &self.prompts
    }

    /// What is wrong with own files; each is an error only where it is asked for.
    pub fn broken(&self) -> impl Iterator<Item = &Error> {
        self.broken.iter().map(|(_, error)| error)
    }

    /// The prompt of this name, or in the file that a path names.
    pub fn find(mut self, name: &str) -> Result<Prompt, Error> {
        if is_path(name) {
            let path = PathBuf::from(name);
            return prompt(name, Some(path.clone()), disk::read(&path)?);
        }
        if let Some(at) = self.broken.iter().position(|(own, _)| own == name) {
            return Err(self.broken.swap_remove(at).1);
        }
        let nearest = nearest(name, self.prompts.iter().map(|prompt| prompt.name.as_str())).map(str::to_owned);
        self.prompts
            .into_iter()
            .find(|prompt| prompt.name == name)
            .ok_or_else(|| Error::Unknown { name: name.to_owned(), nearest })
    }

    /// The file in which a prompt of this name is the person's own; begun with the built-in text, or
    /// a blank form, where it is not there.
    pub fn own(&self, name: &str) -> Result<PathBuf, Error> {
        let is_plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        let Some(folder) = self.folder.as_ref().filter(|_| is_plain) else {
            return Err(if is_plain { Error::NoFolder } else { Error::Name { name: name.to_owned() } });
        };
        let path = folder.join(format!("{name}.md"));
        let built_in = LIBRARY.iter().find(|(own, _)| *own == name).map_or(BLANK, |(_, source)| source);
        disk::begin(&path, built_in)?;
        Ok(path)
    }
}

impl Prompt {
    /// The question with these values for its variables.
    pub fn fill(&self, values: &[(String, String)]) -> Result<String, Error> {
        self.template.fill(&self.name, values)
    }
}

/// Whether a name after `-p` is a path.
fn is_path(name: &str) -> bool {
    name.contains(['/', '\\']) || Path::new(name).extension().is_some_and(|extension| extension == "md")
}

fn prompt(name: &str, path: Option<PathBuf>, source: String) -> Result<Prompt, Error> {
    let shown = path.as_ref().map_or_else(|| name.to_owned(), |path| path.display().to_string());
    let template = Template::parse(&shown, &source)?;
    Ok(Prompt { name: name.to_owned(), path, source, template })
}

#[cfg(test)]
mod tests;
