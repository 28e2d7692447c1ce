//! Files of questions, and the names of the branches that their answers get.

use serde::Deserialize;

use crate::content::{Digest, line};
use crate::store::check_name;

/// Characters that the words of a question may take in a name.
const LONGEST: usize = 36;

/// One question of a fan-out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The question as it will be sent.
    pub text: String,
    /// The name that its branch shall have.
    pub name: Option<String>,
}

/// A file of questions cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionsError {
    /// A line of JSON that is none, or asks nothing.
    #[error("line {line}: {what}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// Not one question.
    #[error("there is no question in it")]
    Empty,
}

/// A line of a JSON file: the question, or an object with it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Text(String),
    Object(Object),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    question: String,
    #[serde(alias = "branch", alias = "id")]
    name: Option<String>,
}

impl Question {
    /// A question without a name of its own.
    pub fn new(text: &str) -> Self {
        Self { text: text.trim().to_owned(), name: None }
    }

    /// The questions of a file: one a line, or JSON lines of texts or `{"question", "name"}`.
    ///
    /// A question that stands twice is one; gives how many did beside them.
    pub fn parse_all(text: &str) -> Result<(Vec<Self>, usize), QuestionsError> {
        let text = text.trim_start_matches('\u{feff}');
        let filled = || text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let is_json = filled().next().is_some_and(|(line, _)| line.trim_start().starts_with(['{', '"']));
        let (mut questions, mut n_repeated): (Vec<Self>, usize) = (Vec::new(), 0);
        for (line, number) in filled() {
            let question = if is_json { Self::from_json(line, number)? } else { Self::new(line) };
            if questions.iter().any(|known| known.text == question.text) {
                n_repeated += 1;
            } else {
                questions.push(question);
            }
        }
        if questions.is_empty() { Err(QuestionsError::Empty) } else { Ok((questions, n_repeated)) }
    }

    fn from_json(line: &str, number: usize) -> Result<Self, QuestionsError> {
        let wrong = |what: &str| QuestionsError::Line { line: number, what: what.to_owned() };
        let read = serde_json::from_str(line)
            .map_err(|_| wrong("neither a text nor {\"question\": \"...\", \"name\": \"...\"}"))?;
        let (text, name) = match read {
            Line::Text(text) => (text, None),
            Line::Object(Object { question, name }) => (question, name),
        };
        if text.trim().is_empty() {
            return Err(wrong("the question is empty"));
        }
        if let Some(error) = name.as_ref().and_then(|name| check_name(name).err()) {
            return Err(wrong(&error.to_string()));
        }
        Ok(Self { text: text.trim().to_owned(), name })
    }

    /// The name of its branch, without a number: its own, else its first words.
    pub fn slug(&self) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let mut slug = String::new();
        for word in line(&self.text).split(|c: char| !c.is_alphanumeric() && c != '\'') {
            let word: String = word.chars().filter(char::is_ascii_alphanumeric).collect();
            if word.is_empty() {
                continue;
            }
            if !slug.is_empty() && slug.len() + word.len() + 1 > LONGEST {
                break;
            }
            slug += if slug.is_empty() { "" } else { "-" };
            slug += &word.to_lowercase();
        }
        slug.truncate(LONGEST);
        // Of a script that names cannot hold little is left.
        let n_letters = self.text.chars().filter(|c| c.is_alphanumeric()).count();
        let n_kept = self.text.chars().filter(char::is_ascii_alphanumeric).count();
        if check_name(&slug).is_err() || n_kept * 2 < n_letters {
            return format!("q-{}", &Digest::of(self.text.as_bytes()).to_string()[..6]);
        }
        slug
    }
}

/// A model's name as part of a branch's.
pub(super) fn model_slug(model: &str) -> String {
    let own = model.rsplit('/').next().unwrap_or_default();
    let kept = own.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_') { c } else { '-' });
    kept.collect::<String>().trim_matches(['.', '-']).replace("..", ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_lines_or_json_lines() {
        let check = |text: &str, expected: &[(&str, Option<&str>)], n_repeated: usize| {
            let (read, n_twice) = Question::parse_all(text).unwrap();
            assert_eq!(n_twice, n_repeated, "{text}");
            let read: Vec<_> = read.iter().map(|one| (one.text.as_str(), one.name.as_deref())).collect();
            assert_eq!(read, expected);
        };
        check("Why?\n\n  How? \r\nWhy?\n", &[("Why?", None), ("How?", None)], 1);
        check("\u{feff}\"Why\\nso?\"\n\"How?\"\n", &[("Why\nso?", None), ("How?", None)], 0);
        let named = "{\"question\": \"Why?\", \"name\": \"why\"}\n{\"question\": \"How?\", \"id\": \"q.2\"}\n\"And?\"";
        check(named, &[("Why?", Some("why")), ("How?", Some("q.2")), ("And?", None)], 0);
        let refused = |text: &str| Question::parse_all(text).unwrap_err().to_string();
        assert_eq!(refused(" \n"), "there is no question in it");
        assert_eq!(refused("\"Why?\"\nHow?"), "line 2: neither a text nor {\"question\": \"...\", \"name\": \"...\"}");
        assert_eq!(refused("{\"question\": \" \"}"), "line 1: the question is empty");
        let name = refused("{\"question\": \"Why?\", \"name\": \"a b\"}");
        assert_eq!(name, "line 1: ' ' cannot stand in the name \"a b\"");
    }

    #[test]
    fn a_branch_is_called_by_the_first_words_of_its_question() {
        let check = |text: &str, expected: &str| assert_eq!(Question::new(text).slug(), expected, "{text}");
        check("Who pays for forgetting?", "who-pays-for-forgetting");
        check("What's the bench's rule, exactly, and who wrote it down?", "whats-the-benchs-rule-exactly-and");
        check("Donaudampfschifffahrtsgesellschaftskapitaen?", "donaudampfschifffahrtsgesellschaftsk");
        check("Dead?", "q-43a1f3");
        check("誰が払うのか", "q-221995");
        check("...", "q-ab5df6");
        assert_eq!(model_slug("openrouter/qwen/qwen3:4b"), "qwen3-4b");
    }
}
