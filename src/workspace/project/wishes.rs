//! What a file wishes for one source, said or unsaid.

use super::edit::{amount, quoted};
use crate::budget::{Keep, Policy, Tier, Weight};
use crate::gather::{Branches, Exclude, Links, Manner, Pattern, Times};
use crate::tokens::Tokens;
use crate::workspace::Source;

/// The wishes of one `[[source]]`; absent is unsaid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Share against the other sources.
    pub weight: Option<Weight>,
    /// Tokens that must stay.
    pub floor: Option<Tokens>,
    /// Tokens that may stay at most.
    pub cap: Option<Tokens>,
    /// Which units enter first.
    pub keep: Option<Keep>,
    /// When its units enter; a pin is a tier.
    pub tier: Option<Tier>,
    /// The format or kind to read it as.
    pub as_format: Option<String>,
    /// Which messages of a conversation with branches.
    pub branches: Option<Branches>,
    /// Whether posts that were not public are read too.
    pub private: Option<bool>,
    /// How thick the time marks of a transcript stand.
    pub times: Option<Times>,
    /// How links stand in the text.
    pub links: Option<Links>,
    /// How many links deep it is followed.
    pub follow: Option<u8>,
    /// What is left out of it where it is a folder or an archive.
    pub exclude: Option<Vec<Pattern>>,
    /// Whether it is read at all.
    pub used: Option<bool>,
}

impl Wishes {
    /// The wishes in which `source` differs from one without any.
    pub fn of(source: &Source, plain: Policy) -> Self {
        let Policy { weight, floor, ceiling, tier, keep } = source.policy;
        let Manner { branches, private, times, links, .. } = source.manner;
        Self {
            weight: (weight != plain.weight).then_some(weight),
            floor: (floor != plain.floor).then_some(floor),
            cap: ceiling,
            keep: (keep != plain.keep).then_some(keep),
            tier: (tier != plain.tier).then_some(tier),
            as_format: source.as_format.clone(),
            branches: (branches != Branches::default()).then_some(branches),
            private: private.then_some(true),
            times: (times != Times::default()).then_some(times),
            links: (links != Links::default()).then_some(links),
            follow: (source.follow > 0).then_some(source.follow),
            exclude: Some(source.exclude.patterns.clone()).filter(|patterns| !patterns.is_empty()),
            used: None,
        }
    }

    /// These wishes, and where they say nothing the weaker ones.
    #[must_use]
    pub fn over(self, weaker: &Self) -> Self {
        Self {
            weight: self.weight.or(weaker.weight),
            floor: self.floor.or(weaker.floor),
            cap: self.cap.or(weaker.cap),
            keep: self.keep.or(weaker.keep),
            tier: self.tier.or(weaker.tier),
            as_format: self.as_format.or_else(|| weaker.as_format.clone()),
            branches: self.branches.or(weaker.branches),
            private: self.private.or(weaker.private),
            times: self.times.or(weaker.times),
            links: self.links.or(weaker.links),
            follow: self.follow.or(weaker.follow),
            exclude: self.exclude.or_else(|| weaker.exclude.clone()),
            used: self.used.or(weaker.used),
        }
    }

    /// The policy of a source that wishes this, `plain` being that of one that wishes nothing.
    pub fn policy(&self, plain: Policy) -> Policy {
        Policy {
            weight: self.weight.unwrap_or(plain.weight),
            floor: self.floor.unwrap_or(plain.floor),
            ceiling: self.cap.or(plain.ceiling),
            tier: self.tier.unwrap_or(plain.tier),
            keep: self.keep.unwrap_or(plain.keep),
        }
    }

    /// What the reader of a source that wishes this shall choose.
    pub fn manner(&self) -> Manner {
        Manner {
            branches: self.branches.unwrap_or_default(),
            private: self.private.unwrap_or_default(),
            times: self.times.unwrap_or_default(),
            links: self.links.unwrap_or_default(),
            ..Manner::default()
        }
    }

    /// What is left out of a folder or an archive that wishes this.
    pub fn exclude(&self) -> Exclude {
        Exclude { patterns: self.exclude.clone().unwrap_or_default(), ..Exclude::default() }
    }

    /// The keys as they stand in a file, each with its value.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        self.lines_beside(|_| false)
    }

    /// The keys that say this in a table that `has` some already: a tier goes where one stands.
    pub(super) fn lines_beside(&self, has: impl Fn(&str) -> bool) -> Vec<(&'static str, String)> {
        let quoted = |text: String| quoted(&text);
        let tier = |word: &str| ("tier", quoted(word.to_owned()));
        let (has_pin, has_tier) = (has("pin"), has("tier"));
        let tiers = match self.tier {
            None => Vec::new(),
            Some(Tier::Pin) if has_tier => vec![tier("pin")],
            Some(Tier::Pin) => vec![("pin", "true".to_owned())],
            Some(Tier::Normal) if !has_tier => vec![("pin", "false".to_owned())],
            Some(other) => {
                let word = match other {
                    Tier::Must => "must",
                    Tier::Spare => "spare",
                    Tier::Pin | Tier::Normal => "normal",
                };
                std::iter::once(tier(word)).chain(has_pin.then(|| ("pin", "false".to_owned()))).collect()
            }
        };
        let before = [
            self.weight.map(|weight| {
                ("weight", if weight.is_auto() { quoted(weight.to_string()) } else { weight.to_string() })
            }),
            self.floor.map(|floor| ("floor", amount(floor))),
            self.cap.map(|cap| ("cap", amount(cap))),
            self.keep.map(|keep| ("keep", quoted(keep.to_string()))),
        ];
        let after = [
            self.as_format.clone().map(|format| ("as", quoted(format))),
            self.branches.map(|branches| ("branches", quoted(branches.to_string()))),
            self.private.map(|private| ("private", private.to_string())),
            self.times.map(|times| ("times", quoted(times.to_string()))),
            self.links.map(|links| ("links", quoted(links.to_string()))),
            self.follow.map(|depth| ("follow", depth.to_string())),
            self.exclude.as_ref().map(|patterns| ("exclude", list(patterns))),
            self.used.map(|used| ("use", used.to_string())),
        ];
        before.into_iter().flatten().chain(tiers).chain(after.into_iter().flatten()).collect()
    }
}

/// Patterns as a list of texts.
fn list(patterns: &[Pattern]) -> String {
    let patterns: Vec<String> = patterns.iter().map(|pattern| quoted(&pattern.to_string())).collect();
    format!("[{}]", patterns.join(", "))
}
