//! A project file, or the user's own file, as values.

use std::collections::BTreeMap;
use std::ops::Range;

use toml_edit::{Document, Item, TableLike};

use super::choices::Choices;
use super::error::{Fault, Mistake};
use super::reader::{Found, Reader};
use super::wishes::Wishes;
use super::word::{ASK, BUDGET, LINK, PROFILE, PROFILES, RENDER, SOURCE, TOP, USER};
use crate::budget::{Keep, Tier};
use crate::bundle::render::{RENDERERS, Renderer};
use crate::content::nearest;
use crate::tokens::Encoding;
use crate::workspace::MAX_DEPTH;

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// Name, budget and format.
    pub choices: Choices,
    /// The sources in the order of the file.
    pub sources: Vec<Listed>,
    /// The files that stand for links.
    pub links: Vec<Link>,
    /// Other packs of the same sources, by name.
    pub profiles: BTreeMap<String, Profile>,
}

/// One `[[source]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its path as it stands, seen from the file.
    pub path: String,
    /// The line of its path, counted from one.
    pub line: usize,
    /// What the file wishes for it.
    pub wishes: Wishes,
}

/// One `[[link]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The address.
    pub url: String,
    /// The file that stands for it, seen from the project file.
    pub file: String,
    /// The line that its table opens with, counted from one.
    pub line: usize,
}

/// One `[profile.NAME]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// What it chooses otherwise.
    pub choices: Choices,
    /// The paths of the file's sources that it takes; all of them when absent.
    pub selects: Option<Vec<String>>,
    /// Other wishes for sources of the file, and sources of its own.
    pub sources: Vec<Listed>,
}

/// Where a file that is read stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// `forkful.toml`.
    Project,
    /// The user's own file.
    User,
}

/// Reads a file, or says everything that is wrong in it.
pub(super) fn read(path: &str, text: &str, whose: Whose) -> Result<File, Vec<Mistake>> {
    let mut reader = Reader { path, text, profile: None, mistakes: Vec::new() };
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let message = error.message().replace('\n', " ");
            reader.wrong(error.span(), Fault::Syntax { message });
            return Err(reader.mistakes);
        }
    };
    let mut file = File::default();
    let (title, words) = match whose {
        Whose::Project => ("forkful.toml", TOP),
        Whose::User => ("config.toml", USER),
    };
    let mut profiles = None;
    for found in reader.keys(document.as_table(), title, words) {
        match found.word.name {
            "name" => file.choices.name = reader.name(found),
            "source" => file.sources = reader.sources(found),
            "link" => file.links = reader.links(found),
            "profile" => profiles = reader.table(found),
            "ask" => {
                for found in reader.table(found).map(|table| reader.keys(table, "[ask]", ASK)).unwrap_or_default() {
                    match found.word.name {
                        "base_url" => file.choices.base_url = reader.text(found),
                        _ => file.choices.api_key_command = reader.text(found),
                    }
                }
            }
            _ => reader.choices(found, &mut file.choices),
        }
    }
    for (name, item) in profiles.into_iter().flat_map(TableLike::iter) {
        let key = profiles.and_then(|profiles| profiles.key(name));
        let profile = reader.profile(name, item, key.and_then(toml_edit::Key::span), &file.sources);
        file.profiles.insert(name.to_owned(), profile);
    }
    if reader.mistakes.is_empty() {
        Ok(file)
    } else {
        reader.mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
        Err(reader.mistakes)
    }
}

impl Reader<'_> {
    /// `[budget]` and `[render]`, wherever they stand.
    fn choices(&mut self, found: Found<'_>, choices: &mut Choices) {
        let Some(table) = self.table(found) else { return };
        let (title, words) = if found.word.name == "budget" { ("[budget]", BUDGET) } else { ("[render]", RENDER) };
        for found in self.keys(table, title, words) {
            match found.word.name {
                "tokens" => choices.tokens = self.tokens(found),
                "reserve" => choices.reserve = self.tokens(found),
                "model" => choices.model = self.text(found),
                "encoding" => {
                    let names = Encoding::ALL.map(Encoding::name);
                    choices.encoding = self.parsed(found, |text| text.parse().ok(), names);
                }
                "keep" => choices.keep = self.parsed(found, |text| text.parse().ok(), ORDERS),
                "focus" => choices.focus = self.text(found),
                _ => {
                    let names = RENDERERS.iter().map(|renderer| renderer.name).chain(["forkful"]);
                    let known = |text: &str| text == "forkful" || Renderer::named(text).is_some();
                    choices.format = self.parsed(found, |text| known(text).then(|| text.to_owned()), names);
                }
            }
        }
    }

    fn sources(&mut self, found: Found<'_>) -> Vec<Listed> {
        let Some(tables) = found.item.as_array_of_tables() else {
            return self.wrong_type(found).unwrap_or_default();
        };
        let mut listed: Vec<Listed> = Vec::new();
        for table in tables {
            let Some(source) = self.source(table, table.span()) else { continue };
            match listed.iter().find(|earlier| plain_path(&earlier.path) == plain_path(&source.path)) {
                Some(earlier) => {
                    let fault = Fault::Twice { path: source.path.clone(), line: earlier.line };
                    self.wrong(table.get("path").and_then(Item::span), fault);
                }
                None => listed.push(source),
            }
        }
        listed
    }

    fn links(&mut self, found: Found<'_>) -> Vec<Link> {
        let Some(tables) = found.item.as_array_of_tables() else {
            return self.wrong_type(found).unwrap_or_default();
        };
        let mut links = Vec::new();
        for table in tables {
            let (mut url, mut file) = (None, None);
            for found in self.keys(table, "[[link]]", LINK) {
                let end = if found.word.name == "url" { &mut url } else { &mut file };
                // An end that is wrong is said once; it is not missing.
                *end = Some(self.text(found).map(|said| said.value));
            }
            match (url, file) {
                (Some(Some(url)), Some(Some(file))) => {
                    links.push(Link { url, file, line: self.line(table.span()) });
                }
                (None, _) => self.wrong(table.span(), Fault::NoEnd { missing: "url" }),
                (_, None) => self.wrong(table.span(), Fault::NoEnd { missing: "path" }),
                _ => {}
            }
        }
        links
    }

    fn source(&mut self, table: &dyn TableLike, at: Option<Range<usize>>) -> Option<Listed> {
        let mut wishes = Wishes::default();
        let mut path = None;
        let mut pin = None;
        let mut line = 0;
        for found in self.keys(table, "[[source]]", SOURCE) {
            match found.word.name {
                "path" => {
                    line = self.line(found.key.span());
                    // A path that is wrong is said once; it is not missing.
                    path = Some(self.text(found).map(|said| said.value));
                }
                "weight" => wishes.weight = self.number(found, |text| text.parse().ok()).map(|said| said.value),
                "floor" => wishes.floor = self.tokens(found).map(|said| said.value),
                "cap" => wishes.cap = self.tokens(found).map(|said| said.value),
                "keep" => {
                    wishes.keep = self.parsed(found, |text| text.parse().ok(), ORDERS).map(|said| said.value);
                }
                "tier" => {
                    wishes.tier = self.parsed(found, |text| text.parse().ok(), TIERS).map(|said| said.value);
                }
                "pin" => pin = self.truth(found).map(|pin| (pin, found.key.span())),
                "as" => wishes.as_format = self.text(found).map(|said| said.value),
                "branches" => {
                    wishes.branches = self.parsed(found, |text| text.parse().ok(), BRANCHES).map(|said| said.value);
                }
                "private" => wishes.private = self.truth(found),
                "times" => wishes.times = self.parsed(found, |text| text.parse().ok(), TIMES).map(|said| said.value),
                "links" => wishes.links = self.parsed(found, |text| text.parse().ok(), LINKS).map(|said| said.value),
                "follow" => {
                    let depth = |text: &str| text.parse().ok().filter(|depth| *depth <= MAX_DEPTH);
                    wishes.follow = self.number(found, depth).map(|said| said.value);
                }
                "exclude" => wishes.exclude = self.patterns(found),
                _ => wishes.used = self.truth(found),
            }
        }
        match (pin, wishes.tier) {
            (Some((true, at)), Some(tier)) if tier != Tier::Pin => {
                let tier = table.get("tier").and_then(Item::as_str).unwrap_or_default().to_owned();
                self.wrong(at, Fault::PinAndTier { tier });
            }
            (Some((true, _)), _) => wishes.tier = Some(Tier::Pin),
            (Some((false, _)), None) => wishes.tier = Some(Tier::Normal),
            _ => {}
        }
        if let Some((floor, cap)) = wishes.floor.zip(wishes.cap).filter(|(floor, cap)| floor > cap) {
            self.wrong(table.get("floor").and_then(Item::span), Fault::FloorAboveCap { floor, cap });
        }
        let Some(path) = path else {
            self.wrong(at, Fault::NoPath);
            return None;
        };
        Some(Listed { path: path?, line, wishes })
    }

    fn profile(&mut self, name: &str, item: &Item, at: Option<Range<usize>>, sources: &[Listed]) -> Profile {
        let mut profile = Profile::default();
        let Some(table) = item.as_table_like() else {
            self.wrong(at, Fault::Type { word: &PROFILES, found: "a value" });
            return profile;
        };
        self.profile = Some(name.to_owned());
        for found in self.keys(table, "[profile.NAME]", PROFILE) {
            match found.word.name {
                "name" => profile.choices.name = self.name(found),
                "source" => profile.sources = self.sources(found),
                "sources" => {
                    let chosen = self.texts(found).unwrap_or_default();
                    for (path, at) in &chosen {
                        self.chosen(path, at.clone(), sources);
                    }
                    profile.selects = Some(chosen.into_iter().map(|(path, _)| path).collect());
                }
                _ => self.choices(found, &mut profile.choices),
            }
        }
        self.profile = None;
        profile
    }

    /// A profile chooses among the sources of the file.
    fn chosen(&mut self, path: &str, at: Option<Range<usize>>, sources: &[Listed]) {
        if !sources.iter().any(|source| plain_path(&source.path) == plain_path(path)) {
            let nearest = nearest(path, sources.iter().map(|source| source.path.as_str())).map(str::to_owned);
            self.wrong(at, Fault::NoSource { path: path.to_owned(), nearest });
        }
    }
}

const BRANCHES: [&str; 2] = ["current", "all"];
const TIMES: [&str; 3] = ["none", "sparse", "all"];
const LINKS: [&str; 3] = ["inline", "reference", "none"];
const ORDERS: [&str; Keep::ALL.len()] = ["head", "tail", "ends", "even", "focus", "summary"];
const TIERS: [&str; 4] = ["pin", "must", "normal", "spare"];

/// A path without the parts that mean nothing.
pub(super) fn plain_path(path: &str) -> String {
    if path.contains("://") {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, ".." | "")) => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    match parts.as_slice() {
        [] => ".".to_owned(),
        [""] => "/".to_owned(),
        parts => parts.join("/"),
    }
}
