//! `rate` and `note`: what a person says of a message, beside it.

use std::fmt;
use std::str::FromStr;

use super::{Act, Error, Workspace};
use crate::content::Digest;
use crate::fork::{self, Place};
use crate::store::topic;

/// How good a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rating {
    /// Good.
    Up,
    /// Bad.
    Down,
    /// 1 is worst, 5 is best.
    Stars(u8),
    /// No longer rated.
    None,
}

/// The word is no rating.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a rating: {0} (up, down, 1 to 5, or none)")]
pub struct ParseRatingError(pub String);

impl Workspace {
    /// Rates the message at an address and gives its id.
    pub fn rate(&self, address: &str, rating: Rating, act: &Act) -> Result<Digest, Error> {
        let word = rating.to_string();
        let value = (rating != Rating::None).then_some(word.as_str());
        self.remark(address, topic::RATING, value, act.entry(format!("rate {address} {word}")))
    }

    /// Writes a note beside the message at an address, or takes it away, and gives the message's id.
    pub fn note(&self, address: &str, text: Option<&str>, act: &Act) -> Result<Digest, Error> {
        if text.is_some_and(|text| text.trim().is_empty()) {
            return Err(Error::EmptyText("note"));
        }
        self.remark(address, topic::NOTE, text.map(str::trim), act.entry(format!("note on {address}")))
    }

    fn remark(
        &self,
        address: &str,
        topic: &str,
        value: Option<&str>,
        entry: crate::store::Entry,
    ) -> Result<Digest, Error> {
        let id = self.message_at(address)?;
        fork::remark(&self.store, &id.to_string(), topic, value, entry)?;
        Ok(id)
    }

    /// The message at an address, which must not be a bundle.
    pub(super) fn message_at(&self, address: &str) -> Result<Digest, Error> {
        let place = fork::resolve(&self.store, address)?;
        let is_bundle = matches!(self.store.kind(place.id())?, Some(crate::store::ObjectKind::Bundle));
        match place {
            Place::Bundle { .. } => Err(Error::NotAMessage { address: address.to_owned() }),
            _ if is_bundle => Err(Error::NotAMessage { address: address.to_owned() }),
            place => Ok(place.id()),
        }
    }
}

impl FromStr for Rating {
    type Err = ParseRatingError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "up" => Ok(Self::Up),
            "down" => Ok(Self::Down),
            "none" => Ok(Self::None),
            number => match number.parse() {
                Ok(stars @ 1..=5) => Ok(Self::Stars(stars)),
                _ => Err(ParseRatingError(word.to_owned())),
            },
        }
    }
}

impl fmt::Display for Rating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up => f.write_str("up"),
            Self::Down => f.write_str("down"),
            Self::Stars(stars) => write!(f, "{stars}"),
            Self::None => f.write_str("none"),
        }
    }
}
