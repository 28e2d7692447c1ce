//! The models people use: how large their window is, how they count, what they cost.
//!
//! Data, not code: the table lies in `models.json`, written by the script `refresh` beside it from
//! two published data sets, with the curated list in the script. [`Catalog::built_in`] reads it;
//! [`Catalog::with_overrides`] lays a person's own `models.toml` over it, given as text.
//! [`Catalog::find`] takes names as people and providers write them: ids, aliases, with a provider in
//! front, with a date behind. A name that nothing knows gets careful limits and says so.
//! The room asks nobody, reads no file and counts nothing.

mod batch;
mod cache;
mod find;
mod money;
mod price;
mod row;

use std::collections::BTreeMap;

use crate::tokens::{Encoding, Scale, Tokenizer, Tokens};

pub use cache::{CacheRule, Ends, takes_breakpoints};
pub use find::{Found, Match};
pub use money::{Money, ParseMoneyError};
pub use price::{ParsePriceError, Price, Prices};
use row::{Family, Row, Table};

const TABLE: &str = include_str!("models.json");
/// What a model may read that nothing knows.
const UNKNOWN_WINDOW: Tokens = Tokens(32_000);

/// The models that are known, and how families of models count.
#[derive(Debug, Clone)]
pub struct Catalog {
    models: Vec<Model>,
    families: BTreeMap<String, Family>,
    guesses: Vec<row::Guess>,
}

/// One model: limits, tokenizer, prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The name its provider gives it.
    pub id: String,
    /// Other names of it.
    pub aliases: Vec<String>,
    /// Who makes or serves it; empty when nobody knows it.
    pub provider: String,
    /// How its tokens are counted.
    pub tokenizer: Tokenizer,
    /// Tokens of question and answer together.
    pub context: Tokens,
    /// Tokens of the question at most, where that is less than the window.
    pub max_input: Option<Tokens>,
    /// Tokens of the answer at most.
    pub max_output: Option<Tokens>,
    /// Dollars for a million tokens.
    pub prices: Prices,
    /// The prices of a long question, and from how many tokens on it is long.
    pub long: Option<(Tokens, Prices)>,
    /// The day on which the row was read: `2026-11-23`.
    pub date: Option<String>,
    /// The data sets it comes from.
    pub source: Option<String>,
}

/// A person's own table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {what}")]
pub struct Error {
    /// The file's path.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

impl Catalog {
    /// The table that forkful brings along.
    pub fn built_in() -> Self {
        let table: Table = serde_json::from_str(TABLE).expect("the table is what its script writes");
        let mut catalog = Self { models: Vec::new(), families: table.families, guesses: table.guesses };
        for row in table.models {
            let model = catalog.model(row, None).expect("every row of the table is whole");
            catalog.models.push(model);
        }
        catalog
    }

    /// The table with a person's own rows over it; `file` is named where one is wrong.
    ///
    /// A row of a known id changes the fields that it has; another is a new model.
    pub fn with_overrides(mut self, file: &str, text: &str) -> Result<Self, Error> {
        for (line, row) in row::overrides(text).map_err(|(line, what)| Error { file: file.to_owned(), line, what })? {
            let known = self.models.iter().position(|model| model.id == row.id);
            let before = known.map(|at| self.models[at].clone());
            let model = self.model(row, before).map_err(|what| Error { file: file.to_owned(), line, what })?;
            match known {
                Some(at) => self.models[at] = model,
                None => self.models.push(model),
            }
        }
        Ok(self)
    }

    /// Every model, in the order of the table.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The models whose id, alias, provider or tokenizer has `word` in it.
    pub fn matching(&self, word: &str) -> Vec<&Model> {
        let word = word.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&word);
        let matches =
            |model: &&Model| has(&model.id) || has(&model.provider) || model.aliases.iter().any(|alias| has(alias));
        self.models.iter().filter(matches).collect()
    }

    /// A row made a model; what it leaves out comes from `before`.
    fn model(&self, row: Row, before: Option<Model>) -> Result<Model, String> {
        let own = row.scale()?;
        let tokenizer = match (own, &row.tokenizer, &before) {
            (Some(scale), None, _) => Tokenizer::Scaled(scale),
            (Some(_), Some(_), _) => return Err("tokenizer and factor exclude each other".to_owned()),
            (None, Some(name), _) => self.tokenizer(name)?,
            (None, None, Some(before)) => before.tokenizer.clone(),
            (None, None, None) => self.guess(&row.id),
        };
        let tokens = |n: Option<u32>, before: Option<Tokens>| n.map(Tokens).or(before);
        let mut model = before.clone().unwrap_or_else(|| Model::bare(&row.id, tokenizer.clone(), Tokens(0)));
        model.tokenizer = tokenizer;
        model.context = tokens(row.context, before.map(|model| model.context))
            .filter(|context| *context > Tokens(0))
            .ok_or_else(|| format!("{} has no context", row.id))?;
        model.max_input = tokens(row.max_input, model.max_input).filter(|most| *most < model.context);
        model.max_output = tokens(row.max_output, model.max_output);
        model.prices = row.prices().or(model.prices);
        model.long = row.long.map(|long| (Tokens(long.above), long.prices())).or(model.long);
        model.aliases = row.aliases.unwrap_or(model.aliases);
        model.provider = row.provider.unwrap_or(model.provider);
        model.date = row.date.or(model.date);
        model.source = row.source.or(model.source);
        Ok(model)
    }

    /// The tokenizer of an encoding's or a family's name.
    fn tokenizer(&self, name: &str) -> Result<Tokenizer, String> {
        if let Ok(encoding) = name.parse::<Encoding>() {
            return Ok(Tokenizer::Exact(encoding));
        }
        let family = self.families.get(name).map(|family| Tokenizer::Scaled(family.scale()));
        family.ok_or_else(|| {
            let encodings = Encoding::ALL.into_iter().map(|encoding| encoding.name().to_owned());
            let known: Vec<String> = encodings.chain(self.families.keys().cloned()).collect();
            format!("no such tokenizer: {name} (there are {})", known.join(", "))
        })
    }

    /// How a model most likely counts that no row has.
    fn guess(&self, id: &str) -> Tokenizer {
        let guess = self.guesses.iter().find(|guess| id.starts_with(&guess.prefix));
        let family = guess.map_or("unknown", |guess| guess.tokenizer.as_str());
        let scale = self.families.get(family).map(Family::scale);
        scale.map_or(Tokenizer::Exact(Encoding::O200kBase), Tokenizer::Scaled)
    }
}

impl Model {
    /// A model of which nothing else is known.
    fn bare(id: &str, tokenizer: Tokenizer, context: Tokens) -> Self {
        Self {
            id: id.to_owned(),
            aliases: Vec::new(),
            provider: String::new(),
            tokenizer,
            context,
            max_input: None,
            max_output: None,
            prices: Prices::default(),
            long: None,
            date: None,
            source: None,
        }
    }

    /// Tokens that a question may take where `reserve` are kept for the answer.
    pub fn usable(&self, reserve: Tokens) -> Tokens {
        let beside = self.context - reserve;
        self.max_input.map_or(beside, |most| most.min(beside))
    }

    /// The scale of its tokenizer, where that is an estimate.
    pub fn scale(&self) -> Option<&Scale> {
        self.tokenizer.scale()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        let catalog = Catalog::built_in();
        assert!((60..=120).contains(&catalog.models.len()), "{}", catalog.models.len());
        let mut names = std::collections::BTreeSet::new();
        for model in catalog.models() {
            let Model { id, aliases, context, max_input, max_output, prices, date, source, .. } = model;
            for name in aliases.iter().chain([id]) {
                assert!(names.insert(find::key(name)), "{name} stands twice");
            }
            assert!(max_input.is_none_or(|most| most < *context), "{id}");
            assert!(max_output.is_none_or(|most| most <= *context), "{id}");
            assert!(model.usable(Tokens(0)) > Tokens(4000), "{id}");
            assert!(prices.input <= prices.output, "{id}: {prices:?}");
            assert!(prices.cache_read <= prices.input, "{id}: {prices:?}");
            assert!(date.is_some() && source.is_some(), "{id}");
            if let Some(Scale { low, factor, high, basis, .. }) = model.scale() {
                assert!(low <= factor && factor < high && !basis.is_empty(), "{id}");
            }
        }
    }

    #[test]
    fn a_question_has_what_window_and_answer_leave() {
        let catalog = Catalog::built_in();
        let check = |name: &str, reserve: u32, expected: u32| {
            assert_eq!(catalog.find(name).model.usable(Tokens(reserve)), Tokens(expected), "{name} {reserve}");
        };
        check("gpt-5", 0, 272_000);
        check("gpt-5", 128_000, 272_000);
        check("gpt-5", 200_000, 200_000);
        check("gpt-4o", 8000, 120_000);
        check("gpt-4", 9000, 0);
    }

    fn overridden(text: &str) -> Result<Catalog, String> {
        Catalog::built_in().with_overrides("models.toml", text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_persons_own_rows_win() {
        let own = r#"
[[model]]
id = "gpt-4o"
context = 64_000
input = 1.5

[[model]]
id = "bench-7b"
aliases = ["bench"]
provider = "home"
tokenizer = "llama"
context = 8192
max_output = 1024

[[model]]
id = "odd"
context = 4096
factor = 1.5
high = 1.7
"#;
        let catalog = overridden(own).unwrap();
        let gpt = catalog.find("gpt-4o").model;
        assert_eq!((gpt.context, gpt.max_output), (Tokens(64_000), Some(Tokens(16_384))));
        assert_eq!((gpt.prices.input, gpt.prices.output), ("1.5".parse().ok(), "10".parse().ok()));
        let bench = catalog.find("bench").model;
        assert_eq!((bench.context, bench.tokenizer.to_string().as_str()), (Tokens(8192), "o200k x 1.05"));
        let odd = catalog.find("odd").model;
        let scale = odd.scale().unwrap();
        assert_eq!(
            scale.high.to_string() + " " + &scale.low.to_string() + " " + &scale.basis,
            "1.7 1 your models.toml"
        );
    }

    #[test]
    fn a_bad_row_names_its_line_and_what_is_wrong() {
        let check = |text: &str, expected: &str| assert_eq!(overridden(text).unwrap_err(), expected, "{text}");
        check("[[model]]\nid = \"x\"\n", "models.toml, line 1: x has no context");
        let families = "claude, claude-4.7, cohere, deepseek, gemini, glm, gpt, grok, kimi, llama, minimax, mistral, qwen, unknown";
        let expected = format!(
            "models.toml, line 1: no such tokenizer: lama (there are o200k_base, cl100k_base, o200k_harmony, {families})"
        );
        check("[[model]]\nid = \"gpt-5\"\ntokenizer = \"lama\"\n", &expected);
        check(
            "\n[[model]]\nid = \"x\"\ncontext = \"8k\"\n",
            "models.toml, line 4: invalid type: string \"8k\", expected u32",
        );
        check(
            "[[model]]\nid = \"x\"\ncontext = 8000\ninput = -1\n",
            "models.toml, line 4: not a price: -1 (dollars for a million tokens, as 1.25)",
        );
        check(
            "[[model]]\nid = \"x\"\ncontext = 8000\nfactor = 0\n",
            "models.toml, line 4: not a factor: 0 (0.001 to 100, as 1.18)",
        );
        check(
            "[[model]]\nid = \"x\"\ncontext = 8000\nfactor = 1.2\nhigh = 1.1\n",
            "models.toml, line 1: low, factor and high are not in this order: 1, 1.2, 1.1",
        );
        check(
            "[[model]]\nid = \"x\"\ncontext = 8000\nhigh = 1.1\n",
            "models.toml, line 1: low, high, base and basis belong to a factor",
        );
        check("id = \"x\"\n", "models.toml, line 1: unknown field `id`, expected `model`");
        check("[[model]\n", "models.toml, line 1: unclosed array table, expected `]`");
    }
}
