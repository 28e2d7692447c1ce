//! What the environment says: the one file that reads variables, the clock and the working folder.

use std::path::{Path, PathBuf};

use crate::content::Timestamp;
use crate::net::{Secret, Url};
use crate::send::endpoint::{Environment, key_variables};
use crate::workspace::{Act, Keys};

/// The environment of one command.
pub(super) struct Settings {
    /// Columns of the terminal, 80 where nothing says otherwise.
    pub width: usize,
    /// Whether the person wants colours.
    pub colour: bool,
    /// Whether the terminal knows escape sequences.
    pub escapes: bool,
    /// Model to ask where no flag names one.
    pub model: Option<String>,
    /// The person's editor, with its flags.
    pub editor: Option<String>,
    /// Base URLs and keys.
    pub endpoints: Environment,
    /// Keys for counting by a provider.
    pub keys: Keys,
    /// The user's own file of defaults, whether it is there or not.
    pub own: Option<PathBuf>,
    /// `FORKFUL_MODELS`: the person's own table of models, which must be there.
    pub models: Option<PathBuf>,
    /// The working folder.
    pub here: Option<PathBuf>,
    store: Option<PathBuf>,
    data: Option<PathBuf>,
}

#[expect(clippy::disallowed_methods, reason = "this is the file that reads the environment and the clock")]
mod environment {
    use std::time::{SystemTime, UNIX_EPOCH};

    pub(super) fn variable(name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }

    /// The clock, or `SOURCE_DATE_EPOCH` where a run shall be reproducible.
    pub(super) fn milliseconds() -> i64 {
        if let Some(seconds) = variable("SOURCE_DATE_EPOCH").and_then(|seconds| seconds.parse::<i64>().ok()) {
            return seconds.saturating_mul(1000);
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }
}

use environment::{milliseconds, variable};

impl Settings {
    pub(super) fn read(store: Option<PathBuf>) -> Self {
        let is_dumb = variable("TERM").as_deref() == Some("dumb");
        let told = variable("COLUMNS").and_then(|columns| columns.parse().ok());
        let seen = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let columns = told.or_else(seen).filter(|columns| *columns >= 40);
        let data = variable("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let home = || variable("HOME").or_else(|| variable("USERPROFILE"));
        let config = variable("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
        let config = config.or_else(|| home().map(|home| Path::new(&home).join(".config")));
        Self {
            own: config.map(|config| config.join("forkful/config.toml")),
            keys: Keys {
                anthropic: variable("ANTHROPIC_API_KEY").map(|key| Secret::new(&key)),
                openai: variable("OPENAI_API_KEY").map(|key| Secret::new(&key)),
                gemini: variable("GEMINI_API_KEY").map(|key| Secret::new(&key)),
                forkful: variable("FORKFUL_API_KEY").map(|key| Secret::new(&key)),
                openai_base_url: variable("OPENAI_BASE_URL"),
            },
            width: columns.unwrap_or(80),
            colour: variable("NO_COLOR").is_none() && !is_dumb,
            escapes: !is_dumb,
            model: variable("FORKFUL_MODEL"),
            editor: variable("VISUAL").or_else(|| variable("EDITOR")),
            endpoints: Environment {
                openai_base_url: variable("OPENAI_BASE_URL"),
                forkful_base_url: variable("FORKFUL_BASE_URL"),
                keys: key_variables().filter_map(|name| Some((name, Secret::new(&variable(name)?)))).collect(),
                #[cfg(feature = "keyring")]
                keyring: Some(super::keyring::key),
                #[cfg(not(feature = "keyring"))]
                keyring: None,
            },
            models: variable("FORKFUL_MODELS").map(PathBuf::from),
            store: store.or_else(|| variable("FORKFUL_STORE").map(PathBuf::from)),
            data: data.or_else(|| home().map(|home| Path::new(&home).join(".local/share"))),
            here: std::env::current_dir().ok(),
        }
    }

    /// The store's folder: named, else the nearest `.forkful` upward, else in the user's data folder.
    pub(super) fn store(&self) -> Option<PathBuf> {
        let nearest = || {
            let here = self.here.as_deref()?;
            here.ancestors().map(|folder| folder.join(".forkful")).find(|folder| folder.is_dir())
        };
        self.store.clone().or_else(nearest).or_else(|| Some(self.data.as_ref()?.join("forkful")))
    }

    /// Whether a flag or a variable says where the store is.
    pub(super) fn is_store_named(&self) -> bool {
        self.store.is_some()
    }

    /// Where the person's own table of models lies if there is one.
    pub(super) fn usual_models(&self) -> Option<PathBuf> {
        Some(self.own.as_ref()?.with_file_name("models.toml"))
    }
}

/// The moment and the words of this command.
pub(super) fn act() -> Act {
    let words: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    Act { time: now(), command: without_secrets(&words) }
}

/// The words of a command as the journal may keep them: no header's value, no query of an address.
fn without_secrets(words: &[String]) -> Vec<String> {
    let mut flag = "";
    let mut kept = Vec::new();
    for word in words {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) if matches!(name, "--header" | "--base-url") => (name, Some(value)),
            _ => (flag, None),
        };
        let masked = match name {
            "--header" => value.unwrap_or(word).split(':').next().map(|name| format!("{name}: ***")),
            "--base-url" => value.unwrap_or(word).split(['?', '#']).next().map(str::to_owned),
            _ if word.contains("://") && word.contains('?') => Url::parse(word).ok().map(|url| url.public()),
            _ => None,
        };
        kept.push(match (masked, value) {
            (Some(masked), Some(_)) => format!("{name}={masked}"),
            (Some(masked), None) => masked,
            (None, _) => word.clone(),
        });
        flag = if matches!(word.as_str(), "--header" | "--base-url") { word } else { "" };
    }
    kept
}

/// The moment.
pub(super) fn now() -> Timestamp {
    Timestamp(milliseconds())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_keeps_no_secret_of_a_command() {
        let check = |words: &[&str], expected: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            assert_eq!(without_secrets(&words), expected);
        };
        check(&["ask", "Why?", "-m", "m"], &["ask", "Why?", "-m", "m"]);
        check(&["ask", "--header", "X-Key: deep", "a: b"], &["ask", "--header", "X-Key: ***", "a: b"]);
        check(&["--header=X-Key: deep"], &["--header=X-Key: ***"]);
        check(&["--base-url", "http://h/v1?key=deep", "q?"], &["--base-url", "http://h/v1", "q?"]);
        check(&["pack", "http://h/a?b=c@pin", "http://h/a?token=deep"], &["pack", "http://h/a?b=c@pin", "http://h/a"]);
        check(&["--base-url=http://h/v1?key=deep"], &["--base-url=http://h/v1"]);
    }
}
