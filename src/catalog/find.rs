//! The model that a name means.

use super::{Catalog, Model, Prices, UNKNOWN_WINDOW};
use crate::content::nearest;

/// The model for a name, and how sure that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The model, or a careful stand-in for it.
    pub model: Model,
    /// How the name led there.
    pub how: Match,
}

/// How a name led to a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// It is an id or an alias, perhaps with a provider in front, a date or a tag behind.
    Named,
    /// It begins with the id of this model: taken to count alike, at prices unknown.
    Kin(String),
    /// Nothing knows it: a small window and a wide estimate.
    Unknown {
        /// The id that it may have meant.
        nearest: Option<String>,
    },
}

impl Catalog {
    /// The model called `name`: an id, an alias, `provider/id`, an id with a date, or the nearest kin.
    pub fn find(&self, name: &str) -> Found {
        let all = self
            .models
            .iter()
            .flat_map(|model| std::iter::once(&model.id).chain(&model.aliases).map(move |name| (key(name), model)));
        let known: Vec<(String, &Model)> = all.collect();
        let named = |wanted: &str| known.iter().find(|(own, _)| own == wanted).map(|(_, model)| *model);
        let spellings = spellings(name);
        for spelling in &spellings {
            let mut rest = Some(spelling.as_str());
            while let Some(shorter) = rest {
                if let Some(model) = named(shorter) {
                    return Found { model: model.clone(), how: Match::Named };
                }
                rest = without_tail(shorter);
            }
        }
        let kin = spellings.iter().flat_map(|spelling| {
            known.iter().filter(|(own, _)| is_kin(spelling, own)).map(|(own, model)| (own.len(), *model))
        });
        if let Some((_, model)) = kin.max_by_key(|(length, _)| *length) {
            let how = Match::Kin(model.id.clone());
            let model = Model { id: name.to_owned(), prices: Prices::default(), long: None, ..model.clone() };
            return Found { model, how };
        }
        let bare = spellings.last().map_or("", String::as_str);
        let near = nearest(bare, known.iter().map(|(own, _)| own.as_str()));
        let near = near.and_then(named).map(|model| model.id.clone());
        let model = Model::bare(name, self.guess(bare), UNKNOWN_WINDOW);
        Found { model, how: Match::Unknown { nearest: near } }
    }
}

/// A name as names are compared: in lower case, `4.5` and `4_5` as `4-5`.
pub(super) fn key(name: &str) -> String {
    name.trim().to_lowercase().replace(['.', '_', ' ', '@'], "-")
}

/// The name whole, without its provider, and without the vendor of a cloud's name: most first.
fn spellings(name: &str) -> Vec<String> {
    let whole = name.trim();
    let after = |separator: char| whole.rsplit_once(separator).map_or(whole, |(_, rest)| rest);
    let bare = after('/');
    let vendors = ["anthropic.", "openai.", "meta.", "mistral.", "cohere.", "deepseek.", "qwen.", "google."];
    let vendor = vendors.iter().find_map(|vendor| bare.find(vendor).map(|at| &bare[at + vendor.len()..]));
    let mut spellings = vec![key(whole)];
    for shorter in [Some(bare), vendor].into_iter().flatten() {
        if !spellings.contains(&key(shorter)) {
            spellings.push(key(shorter));
        }
    }
    spellings
}

/// The name without one date, version tag or `:tag` at its end.
fn without_tail(name: &str) -> Option<&str> {
    if let Some((rest, _)) = name.rsplit_once(':') {
        return Some(rest);
    }
    let (rest, last) = name.rsplit_once('-')?;
    let digits = |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    if matches!(last, "latest" | "preview" | "v1" | "v2") || digits(last, 8) || digits(last, 4) && !is_month(rest) {
        return Some(rest);
    }
    let (before, middle) = rest.rsplit_once('-')?;
    if digits(last, 4) && digits(middle, 2) {
        return Some(before);
    }
    let (year_before, year) = before.rsplit_once('-')?;
    (digits(last, 2) && digits(middle, 2) && digits(year, 4)).then_some(year_before)
}

/// Whether a name ends in a month, whose year follows.
fn is_month(name: &str) -> bool {
    name.rsplit_once('-').is_some_and(|(_, last)| last.len() == 2 && last.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether `name` begins with `own` and goes on with a word: another number is another version.
fn is_kin(name: &str, own: &str) -> bool {
    let rest = name.strip_prefix(own).and_then(|rest| rest.strip_prefix(['-', ':']));
    rest.is_some_and(|rest| rest.starts_with(|c: char| !c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Tokens;

    #[test]
    fn a_name_leads_to_its_model() {
        let catalog = Catalog::built_in();
        let check = |name: &str, id: &str| {
            let found = catalog.find(name);
            assert_eq!((found.model.id.as_str(), found.how), (id, Match::Named), "{name}");
        };
        check("gpt-5", "gpt-5");
        check(" GPT-5 ", "gpt-5");
        check("openai/gpt-5", "gpt-5");
        check("openrouter/openai/gpt-5:free", "gpt-5");
        check("gpt-4o-2024-08-06", "gpt-4o");
        check("gpt-4-0613", "gpt-4");
        check("gpt-3.5-turbo-16k", "gpt-3.5-turbo");
        check("claude-sonnet-4-5-20250929", "claude-sonnet-4-5");
        check("anthropic/claude-sonnet-4.5", "claude-sonnet-4-5");
        check("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5");
        check("claude-sonnet-4-5@20250929", "claude-sonnet-4-5");
        check("claude-3-5-sonnet-latest", "claude-3-5-sonnet");
        check("claude-opus-4-20250514", "claude-opus-4");
        check("models/gemini-2.5-pro", "gemini-2.5-pro");
        check("gemini-3.1-pro-preview", "gemini-3.1-pro-preview");
        check("llama3.3:70b", "llama-3.3-70b");
        check("llama3.1:8b-instruct-q4_0", "llama-3.1-8b");
        check("meta-llama/Llama-3.3-70B-Instruct", "llama-3.3-70b");
        check("command-r-plus-08-2024", "command-r-plus-08-2024");
        check("gpt-oss:20b", "gpt-oss-20b");
        check("Qwen/Qwen2.5-72B-Instruct", "qwen2.5-72b-instruct");
    }

    #[test]
    fn kin_counts_alike_at_prices_unknown_and_another_version_is_no_kin() {
        let catalog = Catalog::built_in();
        let check = |name: &str, expected: Match, tokenizer: &str, context: u32| {
            let Found { model, how } = catalog.find(name);
            let found = (how, model.tokenizer.to_string(), model.context);
            assert_eq!(found, (expected, tokenizer.to_owned(), Tokens(context)), "{name}");
            assert_eq!((model.id.as_str(), model.prices), (name, Prices::default()), "{name}");
        };
        let kin = |id: &str| Match::Kin(id.to_owned());
        let unknown = |nearest: Option<&str>| Match::Unknown { nearest: nearest.map(str::to_owned) };
        check("gpt-5.5-pro", kin("gpt-5.5"), "exact, o200k_base", 1_000_000);
        check("gpt-5-mini-turbo", kin("gpt-5-mini"), "exact, o200k_base", 400_000);
        check("gpt-5.7", unknown(Some("gpt-5.1")), "o200k x 1", 32_000);
        check("claude-opus-6", unknown(Some("claude-opus-4")), "o200k x 1.53", 32_000);
        check("claud-opus-5", unknown(Some("claude-opus-5")), "o200k x 1.3", 32_000);
        check("qwen9", unknown(None), "o200k x 1.15", 32_000);
        check("mock", unknown(None), "o200k x 1.3", 32_000);
        check("", unknown(None), "o200k x 1.3", 32_000);
        check("x/y/", unknown(None), "o200k x 1.3", 32_000);
    }
}
