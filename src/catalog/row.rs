//! The rows of the table and of a person's own file.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, de};

use super::price::{Price, Prices, decimal};
use crate::tokens::{Encoding, Factor, Scale};

/// The embedded file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub families: BTreeMap<String, Family>,
    pub guesses: Vec<Guess>,
    pub models: Vec<Row>,
}

/// How models of one tokenizer count.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Family {
    #[serde(deserialize_with = "encoding")]
    base: Encoding,
    #[serde(deserialize_with = "decimal")]
    factor: Factor,
    #[serde(deserialize_with = "decimal")]
    low: Factor,
    #[serde(deserialize_with = "decimal")]
    high: Factor,
    basis: String,
}

/// The family of names that begin like this.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Guess {
    pub prefix: String,
    pub tokenizer: String,
}

/// One model; all but its id may be left out where it is known already.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub id: String,
    pub aliases: Option<Vec<String>>,
    pub provider: Option<String>,
    pub tokenizer: Option<String>,
    base: Option<String>,
    #[serde(default, deserialize_with = "some_decimal")]
    factor: Option<Factor>,
    #[serde(default, deserialize_with = "some_decimal")]
    low: Option<Factor>,
    #[serde(default, deserialize_with = "some_decimal")]
    high: Option<Factor>,
    basis: Option<String>,
    pub context: Option<u32>,
    pub max_input: Option<u32>,
    pub max_output: Option<u32>,
    input: Option<Price>,
    output: Option<Price>,
    cache_read: Option<Price>,
    cache_write: Option<Price>,
    pub long: Option<Long>,
    pub date: Option<String>,
    pub source: Option<String>,
}

/// The prices of long questions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Long {
    pub above: u32,
    input: Option<Price>,
    output: Option<Price>,
    cache_read: Option<Price>,
    cache_write: Option<Price>,
}

/// A person's own file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Own {
    #[serde(default)]
    model: Vec<Row>,
}

/// The rows of a person's own file with the lines on which they begin, or the line that is wrong.
pub(super) fn overrides(text: &str) -> Result<Vec<(usize, Row)>, (usize, String)> {
    let line = |at: Option<usize>| text[..at.unwrap_or(0).min(text.len())].matches('\n').count() + 1;
    let document = toml_edit::Document::parse(text)
        .map_err(|error| (line(error.span().map(|span| span.start)), first_line(error.message())))?;
    let starts = document.get("model").and_then(toml_edit::Item::as_array_of_tables);
    let starts: Vec<_> = starts.into_iter().flatten().map(|table| line(table.span().map(|span| span.start))).collect();
    let own: Own = toml_edit::de::from_str(text)
        .map_err(|error| (line(error.span().map(|span| span.start)), first_line(error.message())))?;
    let lines = starts.into_iter().chain(std::iter::repeat(1));
    Ok(lines.zip(own.model).collect())
}

fn first_line(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

impl Family {
    /// The scale of the family's models.
    pub(super) fn scale(&self) -> Scale {
        let Self { base, factor, low, high, ref basis } = *self;
        Scale { base, factor, low, high, basis: basis.clone() }
    }
}

impl Row {
    /// The scale that is written out in the row, if one is: 15 % above its factor where nothing is said.
    pub(super) fn scale(&self) -> Result<Option<Scale>, String> {
        let Some(factor) = self.factor else {
            let rest = self.low.is_some() || self.high.is_some() || self.base.is_some() || self.basis.is_some();
            return if rest { Err("low, high, base and basis belong to a factor".to_owned()) } else { Ok(None) };
        };
        let thousandths = u64::from(factor.thousandths());
        let low = self.low.unwrap_or(factor.min(Factor::ONE));
        let high = self.high.or(Factor::of_thousandths((thousandths * 115).div_ceil(100))).unwrap_or(factor);
        if low > factor || factor > high {
            return Err(format!("low, factor and high are not in this order: {low}, {factor}, {high}"));
        }
        let base = self.base.as_deref().map_or(Ok(Encoding::O200kBase), str::parse);
        let base = base.map_err(|error: crate::tokens::ParseEncodingError| error.to_string())?;
        let basis = self.basis.clone().unwrap_or_else(|| "your models.toml".to_owned());
        Ok(Some(Scale { base, factor, low, high, basis }))
    }

    /// The prices of the row.
    pub(super) fn prices(&self) -> Prices {
        let Self { input, output, cache_read, cache_write, .. } = *self;
        Prices { input, output, cache_read, cache_write }
    }
}

impl Long {
    /// The prices of a long question.
    pub(super) fn prices(&self) -> Prices {
        let Self { input, output, cache_read, cache_write, .. } = *self;
        Prices { input, output, cache_read, cache_write }
    }
}

fn encoding<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Encoding, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

fn some_decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Factor>, D::Error> {
    decimal(deserializer).map(Some)
}
