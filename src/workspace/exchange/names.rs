//! What imported conversations are called here.

use std::collections::{BTreeMap, BTreeSet};

use crate::content::Digest;
use crate::store::record::Pointers;
use crate::store::{BRANCHES, BUNDLES, TAGS, check_name, numbered};

/// The longest name made of a title, so that a branch's own part fits behind it.
const LONGEST: usize = 40;

/// The names that are taken, here and by what is about to be made.
pub(super) struct Names {
    taken: BTreeSet<String>,
    /// How far the numbers of a name have come.
    counters: BTreeMap<String, usize>,
    of_bundles: BTreeMap<Digest, String>,
}

impl Names {
    pub(super) fn of(pointers: &Pointers) -> Self {
        let short = |name: &String| {
            let spaces = [BRANCHES, BUNDLES, TAGS];
            spaces.iter().find_map(|space| name.strip_prefix(space)).map(str::to_owned)
        };
        let mut of_bundles = BTreeMap::new();
        for (name, id) in pointers {
            if let Some(name) = name.strip_prefix(BUNDLES) {
                of_bundles.entry(*id).or_insert_with(|| name.to_owned());
            }
        }
        Self { taken: pointers.keys().filter_map(short).collect(), counters: BTreeMap::new(), of_bundles }
    }

    /// The name of a bundle, and whether it is new.
    pub(super) fn bundle(&mut self, id: Digest, wanted: &str) -> (String, bool) {
        if let Some(name) = self.of_bundles.get(&id) {
            return (name.clone(), false);
        }
        let name = self.free(wanted);
        self.of_bundles.insert(id, name.clone());
        (name, true)
    }

    /// The wanted name, or the first numbered one that is free; it is taken from now on.
    pub(super) fn free(&mut self, wanted: &str) -> String {
        let counter = self.counters.entry(wanted.to_owned()).or_insert(0);
        loop {
            *counter += 1;
            let name = numbered(wanted, *counter);
            if self.taken.insert(name.clone()) {
                return name;
            }
        }
    }
}

/// A name made of a title: `Trip to Kyoto, day 2` is `trip-to-kyoto-day-2`; none of a title in other letters.
pub(super) fn slug(title: &str) -> Option<String> {
    let lower = title.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut slug = String::new();
    for word in words {
        if !slug.is_empty() && slug.len() + 1 + word.len() > LONGEST {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.chars().take(LONGEST));
    }
    if slug.is_empty() {
        return None;
    }
    // Four hex digits and more are read as an id.
    Some(if check_name(&slug).is_ok() { slug } else { format!("chat-{slug}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_name() {
        let long = "a ".repeat(60);
        let cases = [
            ("Trip to Kyoto, day 2", Some("trip-to-kyoto-day-2")),
            ("  -- ", None),
            ("京都旅行", None),
            ("C# & Rust: 3 ways", Some("c-rust-3-ways")),
            ("BEEF", Some("chat-beef")),
            (&long, Some("a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a-a")),
        ];
        for (title, expected) in cases {
            assert_eq!(slug(title).as_deref(), expected, "{title}");
            assert!(expected.is_none_or(|name| check_name(name).is_ok()));
        }
    }
}
