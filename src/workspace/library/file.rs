//! The form of a prompt file: TOML between lines of `+++`, then the question.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Error;
use crate::content::nearest;
use crate::prompts;

/// The line before and after the head.
const FENCE: &str = "+++";

/// A question with variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What it is for, in one line.
    pub description: String,
    /// What it takes, by name.
    pub variables: BTreeMap<String, Variable>,
    /// The question, with `{name}` where a value goes.
    pub text: String,
}

/// A word of a question that is filled in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// What it means.
    pub about: String,
    /// What it is where nothing is said; without one something must be said.
    pub default: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    description: String,
    #[serde(default)]
    variables: BTreeMap<String, Variable>,
}

impl Template {
    /// Reads a file; one without a head is a question without variables, described by its first line.
    pub fn parse(file: &str, source: &str) -> Result<Self, Error> {
        let source = source.strip_prefix('\u{feff}').unwrap_or(source).replace("\r\n", "\n");
        let (head, text) = match source.strip_prefix(FENCE).and_then(|rest| rest.strip_prefix('\n')) {
            None => (None, source.trim()),
            Some(rest) => {
                let problem = format!("the head that line 1 opens with {FENCE} has no end");
                let endless = Error::Head { file: file.to_owned(), problem };
                let (head, text) = rest.split_once(&format!("\n{FENCE}\n")).ok_or(endless)?;
                (Some(head), text.trim())
            }
        };
        if text.is_empty() {
            return Err(Error::NoText { file: file.to_owned() });
        }
        check_doubled(file, &source)?;
        let Some(head) = head else {
            let description = text.lines().next().unwrap_or_default().trim_start_matches('#').trim().to_owned();
            return Ok(Self { description, variables: BTreeMap::new(), text: text.to_owned() });
        };
        let Head { description, variables } = toml_edit::de::from_str(head).map_err(|error| {
            let before = error.span().and_then(|span| head.get(..span.start));
            // Line 1 is the fence.
            let place = before.map_or(String::new(), |before| format!("line {}: ", before.matches('\n').count() + 2));
            Error::Head { file: file.to_owned(), problem: format!("{place}{}", error.message()) }
        })?;
        let template = Self { description, variables, text: text.to_owned() };
        template.check(file)?;
        Ok(template)
    }

    /// The question with its values; what is not said is as the file has it.
    pub(super) fn fill(&self, prompt: &str, values: &[(String, String)]) -> Result<String, Error> {
        for (word, value) in values {
            if !self.variables.contains_key(word) {
                let known: Vec<String> = self.variables.keys().cloned().collect();
                let nearest = nearest(word, known.iter().map(String::as_str)).map(str::to_owned);
                return Err(Error::NoVariable { prompt: prompt.to_owned(), word: word.clone(), nearest, known });
            }
            if value.trim().is_empty() {
                return Err(Error::Empty { variable: word.clone() });
            }
        }
        let said = |name: &str| values.iter().rev().find(|(own, _)| own == name).map(|(_, value)| value.trim());
        let missing = |(name, variable): &(&String, &Variable)| said(name).is_none() && variable.default.is_none();
        let missing: Vec<(&String, &Variable)> = self.variables.iter().filter(missing).collect();
        if let Some((variable, Variable { about, .. })) = missing.first() {
            return Err(Error::Missing {
                prompt: prompt.to_owned(),
                variable: (*variable).clone(),
                about: about.clone(),
                all: missing.iter().map(|(name, _)| (*name).clone()).collect(),
            });
        }
        let filled = self
            .variables
            .iter()
            .map(|(name, variable)| (name.as_str(), said(name).or(variable.default.as_deref()).unwrap_or_default()));
        Ok(prompts::fill(&self.text, &filled.collect::<Vec<_>>()))
    }

    /// Every word in braces is a variable, and every variable stands somewhere.
    fn check(&self, file: &str) -> Result<(), Error> {
        let words = in_braces(&self.text);
        if let Some(word) = words.iter().find(|word| !self.variables.contains_key(**word)) {
            let nearest = nearest(word, self.variables.keys().map(String::as_str)).map(str::to_owned);
            return Err(Error::Undeclared { file: file.to_owned(), word: (*word).to_owned(), nearest });
        }
        match self.variables.keys().find(|name| !words.contains(&name.as_str())) {
            Some(word) => Err(Error::Unused { file: file.to_owned(), word: word.clone() }),
            None => Ok(()),
        }
    }
}

/// Refuses `{{ word }}`, as other programs write variables: it would be asked as it stands.
fn check_doubled(file: &str, source: &str) -> Result<(), Error> {
    let mut words: Vec<String> = Vec::new();
    for (line, number) in source.lines().zip(1..) {
        for rest in line.split("{{").skip(1) {
            let begun = rest.trim_start();
            let end = begun.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(begun.len());
            let (word, behind) = begun.split_at(end);
            if !word.starts_with(|c: char| c.is_alphabetic()) {
                continue;
            }
            match behind.trim_start() {
                closed if closed.starts_with("}}") => {
                    words.extend(Some(word.to_owned()).filter(|word| !words.contains(word)));
                }
                _ if rest.contains("}}") => {}
                _ => return Err(Error::Unclosed { file: file.to_owned(), line: number }),
            }
        }
    }
    if words.is_empty() { Ok(()) } else { Err(Error::Doubled { file: file.to_owned(), words }) }
}

/// The lower-case words in braces; JSON and code in braces are none.
fn in_braces(text: &str) -> Vec<&str> {
    let is_name = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    text.split('{').skip(1).filter_map(|rest| Some(rest.split_once('}')?.0)).filter(is_name).collect()
}
