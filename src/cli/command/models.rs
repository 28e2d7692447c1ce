//! `forkful models [WORD]`

use serde::Serialize;

use super::super::table::{cell, counted, shorten};
use super::super::{Context, Failure};
use crate::catalog::{Model, Price, Prices};
use crate::content::nearest;
use crate::tokens::{Scale, Tokens};

#[derive(Debug, clap::Args)]
pub(crate) struct Models {
    /// A part of a name, an alias or a provider
    #[arg(value_name = "WORD")]
    word: Option<String>,
}

#[derive(Serialize)]
struct Listed<'a> {
    schema: &'static str,
    models: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    aliases: &'a [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    provider: &'a str,
    context: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_input: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output: Option<u32>,
    encoding: &'static str,
    exact: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<Estimate<'a>>,
    prices: Dollars,
    #[serde(skip_serializing_if = "Option::is_none")]
    long: Option<Long>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
}

#[derive(Serialize)]
struct Estimate<'a> {
    factor: f64,
    low: f64,
    high: f64,
    basis: &'a str,
}

/// Dollars for a million tokens.
#[derive(Serialize)]
struct Dollars {
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_read: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_write: Option<f64>,
}

#[derive(Serialize)]
struct Long {
    above: u32,
    prices: Dollars,
}

impl Models {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let catalog = super::catalog(context)?;
        let models = catalog.matching(self.word.as_deref().unwrap_or(""));
        if let Some(word) = self.word.as_ref().filter(|_| models.is_empty()) {
            let known = catalog.models().iter().flat_map(|model| [model.id.as_str(), model.provider.as_str()]);
            let failure = Failure::usage(format!("no model has {word} in its name"));
            return Err(match nearest(word, known) {
                Some(near) => failure.hint(format!("there is `{near}`")),
                None => failure.hint("`forkful models` lists them all; your own go into models.toml"),
            });
        }
        if context.json {
            let models = models.into_iter().map(row).collect();
            context.printer.json(&Listed { schema: "forkful.models/1", models })?;
            return Ok(0);
        }
        context.printer.out(&table(&models))?;
        context.printer.say(format_args!(
            "{}; prices in dollars for a million tokens: in, cached, out",
            counted(models.len(), "model")
        ));
        Ok(0)
    }
}

fn row(model: &Model) -> Row<'_> {
    let estimate = |scale: &'_ Scale| -> (f64, f64, f64) {
        let plain = |factor: crate::tokens::Factor| f64::from(factor.thousandths()) / 1000.0;
        (plain(scale.factor), plain(scale.low), plain(scale.high))
    };
    Row {
        id: &model.id,
        aliases: &model.aliases,
        provider: &model.provider,
        context: model.context.0,
        max_input: model.max_input.map(|tokens| tokens.0),
        max_output: model.max_output.map(|tokens| tokens.0),
        encoding: model.tokenizer.encoding().name(),
        exact: model.scale().is_none(),
        estimate: model.scale().map(|scale| {
            let (factor, low, high) = estimate(scale);
            Estimate { factor, low, high, basis: &scale.basis }
        }),
        prices: dollars(&model.prices),
        long: model.long.as_ref().map(|(above, prices)| Long { above: above.0, prices: dollars(prices) }),
        date: model.date.as_deref(),
        source: model.source.as_deref(),
    }
}

fn dollars(prices: &Prices) -> Dollars {
    let plain = |price: Option<Price>| price.and_then(|price| price.to_string().parse().ok());
    let Prices { input, output, cache_read, cache_write } = *prices;
    Dollars {
        input: plain(input),
        output: plain(output),
        cache_read: plain(cache_read),
        cache_write: plain(cache_write),
    }
}

/// 80 columns: name, window, longest answer, how it is counted, prices in, cached and out.
fn table(models: &[&Model]) -> String {
    let price = |price: Option<Price>| price.map_or("–".to_owned(), |price| price.to_string());
    let mut out = format!(
        "{} {:>7} {:>6}  {:<14} {:>7} {:>6} {:>7}\n",
        cell("model", 24),
        "window",
        "answer",
        "counted",
        "in",
        "cached",
        "out"
    );
    for model in models {
        let counted = match model.scale() {
            None => model.tokenizer.encoding().name().to_owned(),
            Some(scale) => format!("~{scale}"),
        };
        let Prices { input, output, cache_read, .. } = model.prices;
        out += &format!(
            "{} {:>7} {:>6}  {} {:>7} {:>6} {:>7}\n",
            cell(&model.id, 24),
            brief(model.context),
            model.max_output.map_or("–".to_owned(), brief),
            cell(&shorten(&counted, 14), 14),
            price(input),
            price(cache_read),
            price(output),
        );
    }
    out
}

/// `400k`, `1.05M`: down to what fits the column, never more than there is.
fn brief(tokens: Tokens) -> String {
    let short = |n: u32, unit: u32, letter: char| {
        let text = format!("{}.{:02}", n / unit, n % unit * 100 / unit);
        format!("{}{letter}", text.trim_end_matches('0').trim_end_matches('.'))
    };
    match tokens.0 {
        n @ 1_000_000.. => short(n, 1_000_000, 'M'),
        n @ 1000.. => format!("{}k", n / 1000),
        n => n.to_string(),
    }
}
