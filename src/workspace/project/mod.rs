//! The project file: which sources belong together, with which wishes, for which budget.
//!
//! `forkful.toml` is found upward from the working folder; its paths are seen from its own folder.
//! A profile is another pack of the same sources: it chooses among them, wishes otherwise for some,
//! and has a budget of its own. What holds is laid over each other in one order: built in, the user's
//! own file, project, profile, environment, flags; every value knows where it was said.
//! A file holds no key, and only the user's own file names a server and the command that prints its
//! key. What is wrong in it is said with its line and column, all at once. A change touches no byte
//! outside of it.

mod choices;
mod disk;
mod edit;
mod error;
mod file;
mod init;
mod reader;
mod terms;
#[cfg(test)]
mod tests;
mod wishes;
pub mod word;

use std::path::{Path, PathBuf};

use super::Source;
use super::web::{LOCK, StandIn, plain_address};
use crate::budget::Policy;
use crate::content::nearest;
use crate::tokens::Tokens;

pub use choices::{Choices, Origin, Said};
pub use disk::NAME;
pub use error::{Error, Fault, Mistake};
pub use file::{File, Link, Listed, Profile};
pub use init::init;
pub use terms::{KeyCommand, Terms};
pub use wishes::Wishes;

use edit::Step;
use file::{Whose, plain_path};

/// An opened project file, seen from the working folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The file as a person would name it from here: `../forkful.toml`.
    pub shown: String,
    /// What it says.
    pub file: File,
    /// The profile in use.
    pub profile: Option<String>,
    path: PathBuf,
    /// The way from here to its folder: `../`.
    way: String,
    /// The way from its folder to here: `sub/folder/`.
    back: String,
    text: String,
}

/// What became of a source that was to be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It has a new `[[source]]`.
    New,
    /// It stood there, and its wishes changed.
    Changed,
    /// It stood there, in this line, and wishes nothing new.
    Already(usize),
}

/// A source that was moved by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The source with its wishes as they are now.
    pub source: Source,
    /// Whether it is in use now.
    pub used: bool,
    /// Whether its wishes changed.
    pub moved: bool,
    /// Whether it was put in or out.
    pub ticked: bool,
    /// Its wishes before.
    pub before: Policy,
}

/// What the user's own file says; nothing where there is none.
pub fn user(path: &Path) -> Result<Choices, Error> {
    let Some(text) = disk::read(path)? else { return Ok(Choices::default()) };
    let file = file::read(&path.display().to_string(), &text, Whose::User).map_err(Error::Mistakes)?;
    Ok(file.choices)
}

impl Project {
    /// The nearest project file upward from `here`, with the profile of that name.
    pub fn find(here: &Path, profile: Option<&str>) -> Result<Option<Self>, Error> {
        let Some((path, way)) = disk::find(here) else {
            return match profile {
                Some(name) => Err(Error::ProfileOfNothing { name: name.to_owned() }),
                None => Ok(None),
            };
        };
        let folder = path.parent().unwrap_or(here);
        let back = here.strip_prefix(folder).unwrap_or(Path::new("")).to_string_lossy().replace('\\', "/");
        let back = if back.is_empty() { back } else { back + "/" };
        let text = disk::read(&path)?.ok_or(Error::Missing)?;
        let shown = format!("{way}{NAME}");
        let file = file::read(&shown, &text, Whose::Project).map_err(Error::Mistakes)?;
        let project = Self { shown, file, profile: None, path, way, back, text };
        project.with_profile(profile).map(Some)
    }

    fn with_profile(mut self, profile: Option<&str>) -> Result<Self, Error> {
        if let Some(name) = profile {
            let known: Vec<String> = self.file.profiles.keys().cloned().collect();
            if !known.iter().any(|known| known == name) {
                let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
                return Err(Error::NoProfile { path: self.shown, name: name.to_owned(), nearest, known });
            }
            self.profile = Some(name.to_owned());
        }
        Ok(self)
    }

    /// What the profile in use says, over what the file says.
    ///
    /// A profile without a name of its own is called after the file's name and itself, so that two
    /// profiles do not take each other's place in the store.
    pub fn choices(&self) -> Choices {
        let Some((name, profile)) = self.in_use() else { return self.file.choices.clone() };
        let mut choices = profile.choices.clone().over(self.file.choices.clone());
        if let (None, Some(named)) = (&profile.choices.name, &mut choices.name) {
            named.value = format!("{}-{name}", named.value);
        }
        choices
    }

    /// The sources that stand in the tables in use: those of the profile, else the file's own.
    fn own_sources(&self) -> &[Listed] {
        match &self.profile {
            Some(name) => self.file.profiles.get(name).map_or(&[], |profile| &profile.sources),
            None => &self.file.sources,
        }
    }

    fn in_use(&self) -> Option<(&str, &Profile)> {
        let name = self.profile.as_deref()?;
        Some((name, self.file.profiles.get(name)?))
    }

    /// The sources in use with their wishes, paths as they stand in the file.
    pub fn listed(&self) -> Vec<Listed> {
        let is_same = |left: &str, right: &str| plain_path(left) == plain_path(right);
        let Some((_, profile)) = self.in_use() else {
            return self.file.sources.iter().filter(|source| source.wishes.used != Some(false)).cloned().collect();
        };
        let mut listed = Vec::new();
        for source in &self.file.sources {
            let own = profile.sources.iter().find(|own| is_same(&own.path, &source.path));
            let selected = match &profile.selects {
                Some(selects) => own.is_some() || selects.iter().any(|path| is_same(path, &source.path)),
                None => true,
            };
            let mut wishes = own.map_or_else(|| source.wishes.clone(), |own| own.wishes.clone().over(&source.wishes));
            if profile.selects.as_ref().is_some_and(|selects| selects.iter().any(|path| is_same(path, &source.path))) {
                // What a profile names is read, also if the file leaves it out.
                wishes.used = own.and_then(|own| own.wishes.used);
            }
            if selected && wishes.used != Some(false) {
                listed.push(Listed { wishes, ..own.unwrap_or(source).clone() });
            }
        }
        let is_new = |own: &&Listed| !self.file.sources.iter().any(|source| is_same(&own.path, &source.path));
        let used = |own: &&Listed| own.wishes.used != Some(false);
        listed.extend(profile.sources.iter().filter(is_new).filter(used).cloned());
        listed
    }

    /// Where a source in use stands.
    fn origin(&self, listed: &Listed) -> Origin {
        let own = self.in_use().filter(|(_, profile)| profile.sources.iter().any(|own| own.line == listed.line));
        let profile = own.map(|(name, _)| name.to_owned());
        Origin::File { path: self.shown.clone(), line: listed.line, profile }
    }

    /// Every source on offer and whether it is in use, paths as seen from the working folder.
    pub fn offered(&self, plain: Policy) -> Result<Vec<(Source, bool)>, Error> {
        let mut offered: Vec<(Source, bool)> = Vec::new();
        let mut used = self.sources(plain)?;
        let own = self.in_use().map_or(&[][..], |(_, profile)| &profile.sources);
        for listed in self.file.sources.iter().chain(own) {
            let locator = self.locator(&listed.path);
            let same = |source: &Source| plain_path(&source.locator) == plain_path(&locator);
            if offered.iter().any(|(source, _)| same(source)) {
                continue;
            }
            if let Some(place) = used.iter().position(same) {
                offered.push((used.remove(place), true));
            } else {
                let (policy, as_format) = (listed.wishes.policy(plain), listed.wishes.as_format.clone());
                let (manner, follow) = (listed.wishes.manner(), listed.wishes.follow.unwrap_or_default());
                let exclude = listed.wishes.exclude();
                offered.push((Source { locator, policy, as_format, manner, follow, exclude }, false));
            }
        }
        Ok(offered)
    }

    /// The files that stand for links, paths as seen from the working folder.
    pub fn stand_ins(&self) -> Vec<StandIn> {
        let stand_in = |link: &Link| StandIn { url: link.url.clone(), file: self.locator(&link.file) };
        self.file.links.iter().map(stand_in).collect()
    }

    /// Where the lock of this project lies, as a person would name it from here.
    pub fn lock_path(&self) -> PathBuf {
        PathBuf::from(format!("{}{LOCK}", self.way))
    }

    /// The sources in use, paths as seen from the working folder.
    pub fn sources(&self, plain: Policy) -> Result<Vec<Source>, Error> {
        let mut sources = Vec::new();
        for listed in self.listed() {
            let policy = listed.wishes.policy(plain);
            if let Some(cap) = policy.ceiling.filter(|cap| policy.floor > *cap) {
                let fault = Fault::FloorAboveCap { floor: policy.floor, cap };
                let mistake = Mistake { path: self.shown.clone(), line: listed.line, column: 1, fault };
                return Err(Error::Mistakes(vec![mistake]));
            }
            let as_format = listed.wishes.as_format.clone();
            let (manner, follow) = (listed.wishes.manner(), listed.wishes.follow.unwrap_or_default());
            let (locator, exclude) = (self.locator(&listed.path), listed.wishes.exclude());
            sources.push(Source { locator, policy, as_format, manner, follow, exclude });
        }
        Ok(sources)
    }

    /// A path of the file as seen from the working folder.
    fn locator(&self, path: &str) -> String {
        let stands_alone = path.starts_with('/') || path.contains("://") || Path::new(path).is_absolute();
        if stands_alone || self.way.is_empty() { path.to_owned() } else { plain_path(&format!("{}{path}", self.way)) }
    }

    /// A path of the working folder as seen from the file.
    fn inward(&self, locator: &str) -> String {
        let stands_alone = locator.starts_with('/') || locator.contains("://") || Path::new(locator).is_absolute();
        if !stands_alone {
            return plain_path(&format!("{}{locator}", self.back));
        }
        let folder = self.path.parent().unwrap_or(Path::new(""));
        match Path::new(locator).strip_prefix(folder) {
            Ok(inside) => inside.to_string_lossy().into_owned(),
            Err(_) => locator.to_owned(),
        }
    }

    /// Adds a source, or its wishes to the one that stands there; the file is written.
    pub fn add(&mut self, source: &Source, plain: Policy) -> Result<Added, Error> {
        if source.locator == "-" {
            return Err(Error::Stdin { path: source.locator.clone() });
        }
        let path = self.inward(&source.locator);
        let wishes = Wishes::of(source, plain);
        let listed = self.own_sources();
        let same = listed.iter().position(|listed| plain_path(&listed.path) == plain_path(&path));
        if let Some(place) = same {
            let line = listed[place].line;
            let before = listed[place].wishes.clone();
            if wishes.clone().over(&before) == before {
                return Ok(Added::Already(line));
            }
            self.wish(&path, &wishes)?;
            return Ok(Added::Changed);
        }
        let mut lines = vec![("path", edit::quoted(&path))];
        lines.extend(wishes.lines());
        let table = self.source_table();
        let text = edit::append(&self.text, &table, &lines);
        self.write(text, || format!("add `[[{}]]` with `path = {}`", table.join("."), edit::quoted(&path)))?;
        Ok(Added::New)
    }

    /// Adds a file that stands for a link, or puts it in the place of the one that does; the file is written.
    pub fn add_link(&mut self, link: &StandIn) -> Result<Added, Error> {
        let path = self.inward(&link.file);
        let address = plain_address(&link.url);
        let same = self.file.links.iter().position(|listed| plain_address(&listed.url) == address);
        let (url, file) = (edit::quoted(&link.url), edit::quoted(&path));
        let (text, added) = match same.map(|place| (place, &self.file.links[place])) {
            Some((_, listed)) if plain_path(&listed.file) == plain_path(&path) => {
                return Ok(Added::Already(listed.line));
            }
            Some((place, _)) => {
                let steps = [Step::Key("link".to_owned()), Step::At(place)];
                (edit::set(&self.text, &steps, "path", &file), Added::Changed)
            }
            None => {
                let lines = [("url", url.clone()), ("path", file.clone())];
                (edit::append(&self.text, &["link".to_owned()], &lines), Added::New)
            }
        };
        self.write(text, || format!("add `[[link]]` with `url = {url}` and `path = {file}`"))?;
        Ok(added)
    }

    /// Writes what was moved by hand: wishes, sources in and out, the budget; the file is written once.
    pub fn save(&mut self, changes: &[Change], tokens: Option<Tokens>, plain: Policy) -> Result<(), Error> {
        let mut text = Some(self.text.clone());
        for change in changes {
            let path = self.inward(&change.source.locator);
            let same = |listed: &Listed| plain_path(&listed.path) == plain_path(&path);
            let used = change.ticked.then_some(change.used);
            if self.own_sources().iter().any(same) {
                let moved = Wishes { as_format: None, exclude: None, ..Wishes::of(&change.source, change.before) };
                let cap = moved.cap.filter(|cap| Some(*cap) != change.before.ceiling);
                text = text.and_then(|text| self.wished(&text, &path, &Wishes { cap, used, ..moved }));
            } else if change.moved || change.ticked || !self.file.sources.iter().any(same) {
                let wishes = Wishes { used, ..Wishes::of(&change.source, plain) };
                let lines = std::iter::once(("path", edit::quoted(&path))).chain(wishes.lines()).collect::<Vec<_>>();
                text = text.and_then(|text| edit::append(&text, &self.source_table(), &lines));
            }
        }
        if let Some(tokens) = tokens {
            let mut steps = self.steps();
            steps.push(Step::Key("budget".to_owned()));
            text = text.and_then(|text| edit::set(&text, &steps, "tokens", &edit::amount(tokens)));
        }
        let budget = tokens.map(|tokens| format!(" and `budget.tokens = {}`", edit::amount(tokens)));
        self.write(text, || format!("write the wishes{}", budget.clone().unwrap_or_default()))
    }

    /// The array of tables in use.
    fn source_table(&self) -> Vec<String> {
        match &self.profile {
            Some(profile) => ["profile", profile, "source"].map(str::to_owned).to_vec(),
            None => vec!["source".to_owned()],
        }
    }

    /// Writes wishes for the source at `path`, as seen from the file, into the profile in use.
    fn wish(&mut self, path: &str, wishes: &Wishes) -> Result<(), Error> {
        let text = self.wished(&self.text, path, wishes);
        let lines = || wishes.lines().into_iter().map(|(key, value)| format!("{key} = {value}")).collect::<Vec<_>>();
        self.write(text, || format!("give the source {path} the line `{}`", lines().join("`, `")))
    }

    /// The text with wishes for the source at `path`.
    fn wished(&self, text: &str, path: &str, wishes: &Wishes) -> Option<String> {
        let listed = self.own_sources();
        let place = listed.iter().position(|listed| plain_path(&listed.path) == plain_path(path))?;
        let mut steps = self.steps();
        steps.extend([Step::Key("source".to_owned()), Step::At(place)]);
        let mut text = text.to_owned();
        for (key, value) in wishes.lines_beside(|key| edit::has(&text, &steps, key)) {
            text = edit::set(&text, &steps, key, &value)?;
        }
        Some(text)
    }

    /// The way to the tables in use: none for the file's own, those of the profile.
    fn steps(&self) -> Vec<Step> {
        let profile = self.profile.iter();
        profile.flat_map(|profile| [Step::Key("profile".to_owned()), Step::Key(profile.clone())]).collect()
    }

    /// Takes a changed text, if it still says what a project file may say.
    fn write(&mut self, text: Option<String>, wanted: impl Fn() -> String) -> Result<(), Error> {
        let no_place = || Error::NoPlace { path: self.shown.clone(), wanted: wanted() };
        let text = text.ok_or_else(no_place)?;
        let file = file::read(&self.shown, &text, Whose::Project).map_err(|_| no_place())?;
        disk::replace(&self.path, &text)?;
        (self.file, self.text) = (file, text);
        Ok(())
    }
}
