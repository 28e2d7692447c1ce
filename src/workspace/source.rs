//! Sources as a person names them: a path with wishes.

use super::web::Linked;
use crate::budget::{ParsePolicyError, Policy, Tier};
use crate::content::{Problem, Severity};
use crate::gather::{self, source::Gathered};
use crate::tokens::Tokens;

/// The most links deep that anything is followed.
pub const MAX_DEPTH: u8 = 5;

/// A path, a folder, an address or `-` with the wishes of its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path or the address as typed, or `-`.
    pub locator: String,
    /// Weight, floor, ceiling, tier and cut order.
    pub policy: Policy,
    /// The format or kind to read it as.
    pub as_format: Option<String>,
    /// What its reader shall choose.
    pub manner: gather::Manner,
    /// How many links deep it is followed.
    pub follow: u8,
    /// What is left out of it where it is a folder or an archive.
    pub exclude: gather::Exclude,
}

/// What was read of several sources.
#[derive(Debug, Default)]
pub struct Sources {
    /// Those that could be read, in the order they were named.
    pub read: Vec<Sourced>,
    /// What was passed over in folders.
    pub skipped: Vec<Problem>,
    /// Sources that threads mention and nobody gave.
    pub unresolved: Vec<Problem>,
    /// Those that could not be read.
    pub failures: Vec<gather::Error>,
    /// Those that are gone on without, and why.
    pub missed: Vec<Problem>,
    /// Links that were named or followed, and what became of them.
    pub links: Vec<Linked>,
}

/// One source with its documents and wishes.
#[derive(Debug, Clone, PartialEq)]
pub struct Sourced {
    /// What it held.
    pub gathered: Gathered,
    /// What its owner asks for.
    pub policy: Policy,
}

/// A source's wishes cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseSourceError {
    /// No wish has this name.
    #[error("{source_text}: no such wish: {word}")]
    Word {
        /// The source as typed.
        source_text: String,
        /// What stood there.
        word: String,
    },
    /// A value cannot be read.
    #[error("{source_text}: {error}")]
    Policy {
        /// The source as typed.
        source_text: String,
        /// What is wrong with it.
        error: ParsePolicyError,
    },
    /// A word names none of a reader's choices.
    #[error("{source_text}: {error}")]
    Manner {
        /// The source as typed.
        source_text: String,
        /// What is wrong with it.
        error: gather::ParseMannerError,
    },
    /// A source without a name.
    #[error("a source has an empty name")]
    Nameless,
    /// The floor is above the ceiling.
    #[error("{source_text}: the floor of {floor} tokens is above the cap of {cap}")]
    FloorAboveCap {
        /// The source as typed.
        source_text: String,
        /// Tokens that must stay.
        floor: Tokens,
        /// Tokens that may stay.
        cap: Tokens,
    },
}

impl Source {
    /// Reads `path@weight=2,floor=2k,pin`; `amount` reads numbers of tokens, `plain` is the policy of
    /// a source without wishes, `exists` says that a path is there as it stands.
    pub fn parse(
        text: &str,
        plain: Policy,
        amount: impl Fn(&str) -> Option<Tokens>,
        exists: impl Fn(&str) -> bool,
    ) -> Result<Self, ParseSourceError> {
        if text.is_empty() {
            return Err(ParseSourceError::Nameless);
        }
        let whole = Self {
            locator: text.to_owned(),
            policy: plain,
            as_format: None,
            manner: gather::Manner::default(),
            follow: 0,
            exclude: gather::Exclude::default(),
        };
        let Some((locator, wishes)) = text.rsplit_once('@').filter(|(locator, _)| !locator.is_empty()) else {
            return Ok(whole);
        };
        let looks_like_wishes =
            wishes.split(',').all(|wish| matches!(wish, "pin" | "private" | "follow") || wish.contains('='));
        // Behind the name of a file stands a wish, or a slip that is told.
        if exists(text) || !looks_like_wishes && !exists(locator) {
            return Ok(whole);
        }
        let mut source = Self { locator: locator.to_owned(), ..whole };
        for wish in wishes.split(',') {
            source.wish(text, wish, &amount)?;
        }
        match source.policy {
            Policy { floor, ceiling: Some(cap), .. } if floor > cap => {
                Err(ParseSourceError::FloorAboveCap { source_text: text.to_owned(), floor, cap })
            }
            _ => Ok(source),
        }
    }

    /// What its reader is asked for.
    pub(super) fn wishes(&self) -> gather::Wishes<'_> {
        let format = self.as_format.as_deref();
        gather::Wishes { format, manner: self.manner, exclude: &self.exclude, ..gather::Wishes::default() }
    }

    fn wish(
        &mut self,
        text: &str,
        wish: &str,
        amount: impl Fn(&str) -> Option<Tokens>,
    ) -> Result<(), ParseSourceError> {
        let policy_error = |error| ParseSourceError::Policy { source_text: text.to_owned(), error };
        let manner_error = |error| ParseSourceError::Manner { source_text: text.to_owned(), error };
        let tokens = |what, value: &str| {
            let error = ParsePolicyError { what, text: value.to_owned(), want: "a number of tokens, as 2000 or 2k" };
            amount(value).ok_or(policy_error(error))
        };
        match wish.split_once('=').unwrap_or((wish, "")) {
            ("private", "") => self.manner.private = true,
            ("branches", value) => self.manner.branches = value.parse().map_err(manner_error)?,
            ("times", value) => self.manner.times = value.parse().map_err(manner_error)?,
            ("links", value) => self.manner.links = value.parse().map_err(manner_error)?,
            ("follow", "") => self.follow = 1,
            ("follow", value) => {
                let want = "how many links deep, 0 to 5";
                let error = ParsePolicyError { what: "number of links", text: value.to_owned(), want };
                self.follow = value.parse().ok().filter(|depth| *depth <= MAX_DEPTH).ok_or(policy_error(error))?;
            }
            ("pin", "") => self.policy.tier = Tier::Pin,
            ("weight", value) => self.policy.weight = value.parse().map_err(policy_error)?,
            ("tier", value) => self.policy.tier = value.parse().map_err(policy_error)?,
            ("keep", value) => self.policy.keep = value.parse().map_err(policy_error)?,
            ("floor", value) => self.policy.floor = tokens("floor", value)?,
            ("cap", value) => self.policy.ceiling = Some(tokens("cap", value)?),
            ("as", value) => self.as_format = Some(value.to_owned()),
            _ => return Err(ParseSourceError::Word { source_text: text.to_owned(), word: wish.to_owned() }),
        }
        Ok(())
    }
}

impl Sources {
    /// What the readers noticed, then what is missing.
    pub fn problems(&self) -> Vec<Problem> {
        let noticed = self.read.iter().flat_map(|sourced| &sourced.gathered.problems);
        noticed.chain(&self.skipped).chain(&self.unresolved).chain(&self.missed).cloned().collect()
    }

    /// Whether something that was named, or found in a folder, could not be read though it might have been.
    pub fn is_partial(&self) -> bool {
        !self.missed.is_empty() || self.skipped.iter().any(|problem| problem.severity == Severity::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::{Keep, Weight};

    fn parse(text: &str) -> Result<Source, ParseSourceError> {
        let amount = |text: &str| text.strip_suffix('k').and_then(|n| n.parse::<u32>().ok()).map(|n| Tokens(n * 1000));
        Source::parse(text, Policy::PLAIN, amount, |path| path == "odd@name=1")
    }

    #[test]
    fn wishes_stand_after_the_last_at_sign() {
        let check = |text: &str, locator: &str, policy: Policy, as_format: Option<&str>| {
            let expected = Source {
                locator: locator.to_owned(),
                policy,
                as_format: as_format.map(str::to_owned),
                manner: gather::Manner::default(),
                follow: 0,
                exclude: gather::Exclude::default(),
            };
            assert_eq!(parse(text), Ok(expected), "{text}");
        };
        check("talk.vtt", "talk.vtt", Policy::PLAIN, None);
        check("me@home.md", "me@home.md", Policy::PLAIN, None);
        check("odd@name=1", "odd@name=1", Policy::PLAIN, None);
        check("@pin", "@pin", Policy::PLAIN, None);
        check("a@b.md@pin", "a@b.md", Policy { tier: Tier::Pin, ..Policy::PLAIN }, None);
        let all = Policy {
            weight: "2.5".parse().unwrap(),
            floor: Tokens(2000),
            ceiling: Some(Tokens(8000)),
            tier: Tier::Spare,
            keep: Keep::Ends,
        };
        check("https://social.example/@ada/112", "https://social.example/@ada/112", Policy::PLAIN, None);
        check(
            "https://a.example/x?y=1@pin",
            "https://a.example/x?y=1",
            Policy { tier: Tier::Pin, ..Policy::PLAIN },
            None,
        );
        assert_eq!(["x@follow", "x@follow=2"].map(|text| parse(text).unwrap().follow), [1, 2]);
        check("x@weight=auto", "x", Policy { weight: Weight::AUTO, ..Policy::PLAIN }, None);
        check("x@weight=2.5,floor=2k,cap=8k,keep=ends,tier=spare,as=transcript", "x", all, Some("transcript"));
    }

    #[test]
    fn a_bad_wish_names_itself() {
        let cases = [
            ("", "a source has an empty name"),
            ("x@colour=red", "x@colour=red: no such wish: colour=red"),
            ("x@follow=9", "x@follow=9: not a number of links: 9 (how many links deep, 0 to 5)"),
            ("x@pin=1", "x@pin=1: no such wish: pin=1"),
            ("x@weight=0", "x@weight=0: not a weight: 0 (0.001 to 1000, as 2 or 0.5, or auto)"),
            ("x@times=many", "x@times=many: not a choice of times: many (none, sparse or all)"),
            ("x@links=all", "x@links=all: not a choice of links: all (inline, reference or none)"),
            ("x@branches=my", "x@branches=my: not a choice of branches: my (current or all)"),
            ("x@floor=many", "x@floor=many: not a floor: many (a number of tokens, as 2000 or 2k)"),
            ("x@floor=2k,cap=1k", "x@floor=2k,cap=1k: the floor of 2,000 tokens is above the cap of 1,000"),
        ];
        for (text, message) in cases {
            assert_eq!(parse(text).unwrap_err().to_string(), message);
        }
    }
}
