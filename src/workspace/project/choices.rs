//! What holds for a fit, and who said it.

use std::fmt;

use crate::budget::Keep;
use crate::tokens::{Encoding, Tokens};

/// A value and where it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said<T> {
    /// What holds.
    pub value: T,
    /// Who said it.
    pub origin: Origin,
}

/// Where a value was said, the weakest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Built in.
    Default,
    /// A line of a file, perhaps inside of a profile.
    File {
        /// The file as a person would name it from here.
        path: String,
        /// Counted from one.
        line: usize,
        /// The profile it stands in.
        profile: Option<String>,
    },
    /// A variable of the environment.
    Environment(&'static str),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line, profile: None } => write!(f, "{path}:{line}"),
            Self::File { path, line, profile: Some(profile) } => write!(f, "{path}:{line} [profile.{profile}]"),
            Self::Environment(name) => write!(f, "${name}"),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// One layer of choices, or several laid over each other; absent is unsaid.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices {
    /// Name of the bundle.
    pub name: Option<Said<String>>,
    /// Tokens the bundle may take, reserve included.
    pub tokens: Option<Said<Tokens>>,
    /// Tokens of them kept free for the answer.
    pub reserve: Option<Said<Tokens>>,
    /// The model that is fitted for and asked.
    pub model: Option<Said<String>>,
    /// The encoding that counts.
    pub encoding: Option<Said<Encoding>>,
    /// The cut order of sources that name none.
    pub keep: Option<Said<Keep>>,
    /// The question that the cut order `focus` looks at.
    pub focus: Option<Said<String>>,
    /// The target format.
    pub format: Option<Said<String>>,
    /// The server that is asked.
    pub base_url: Option<Said<String>>,
    /// The command that prints the key of that server.
    pub api_key_command: Option<Said<String>>,
}

impl Choices {
    /// These choices, and where they say nothing those of the weaker layer; a question in focus takes
    /// the place of a weaker cut order.
    #[must_use]
    pub fn over(self, weaker: Self) -> Self {
        Self {
            name: self.name.or(weaker.name),
            tokens: self.tokens.or(weaker.tokens),
            reserve: self.reserve.or(weaker.reserve),
            model: self.model.or(weaker.model),
            encoding: self.encoding.or(weaker.encoding),
            keep: if self.focus.is_some() { self.keep } else { self.keep.or(weaker.keep) },
            focus: self.focus.or(weaker.focus),
            format: self.format.or(weaker.format),
            // A key is that of the server it was said with.
            api_key_command: if self.base_url.is_some() { self.api_key_command } else { weaker.api_key_command },
            base_url: self.base_url.or(weaker.base_url),
        }
    }

    /// What is built in.
    pub fn built_in() -> Self {
        let format = Some("md".to_owned());
        Self {
            reserve: Some(Said { value: Tokens(0), origin: Origin::Default }),
            encoding: Some(Said { value: Encoding::ALL[0], origin: Origin::Default }),
            keep: Some(Said { value: Keep::Head, origin: Origin::Default }),
            format: format.map(|value| Said { value, origin: Origin::Default }),
            ..Self::default()
        }
    }

    /// Key, value and origin of everything that is said, in the order of the file.
    pub fn rows(&self) -> Vec<(&'static str, String, &Origin)> {
        fn row<'a, T>(
            key: &'static str,
            said: Option<&'a Said<T>>,
            show: impl Fn(&T) -> String,
        ) -> Option<(&'static str, String, &'a Origin)> {
            said.map(|said| (key, show(&said.value), &said.origin))
        }
        let text = |text: &String| text.clone();
        let tokens = |tokens: &Tokens| tokens.0.to_string();
        let rows = [
            row("name", self.name.as_ref(), text),
            row("budget.tokens", self.tokens.as_ref(), tokens),
            row("budget.reserve", self.reserve.as_ref(), tokens),
            row("budget.model", self.model.as_ref(), text),
            row("budget.encoding", self.encoding.as_ref(), |encoding| encoding.name().to_owned()),
            row("budget.keep", self.keep.as_ref(), ToString::to_string),
            row("budget.focus", self.focus.as_ref(), text),
            row("render.format", self.format.as_ref(), text),
            row("ask.base_url", self.base_url.as_ref(), text),
            row("ask.api_key_command", self.api_key_command.as_ref(), text),
        ];
        rows.into_iter().flatten().collect()
    }
}
