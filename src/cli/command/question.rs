//! What is asked: words as they are typed, or a prompt of the library with its variables.

use super::super::args::{ModelArgs, VoiceArgs};
use super::super::{Context, Failure};
use crate::workspace::library::Library;

// `-p NAME`, and words of which some may be `variable=value`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PromptArgs {
    #[arg(help = "Ask a prompt of the library, or of a file, with VARIABLE=VALUE after the address")]
    #[arg(short, long, value_name = "NAME")]
    pub prompt: Option<String>,
}

// Where a talk goes on, on which branch and with whom.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct TalkArgs {
    #[arg(help = "A branch, bundle, id, NAME~2 or @ to go on from [default: @], and a question to ask there")]
    #[arg(value_name = "[ADDRESS] [QUESTION]")]
    pub words: Vec<String>,
    #[command(flatten)]
    pub prompt: PromptArgs,
    /// The new branch's name
    #[arg(short, long, value_name = "NAME")]
    pub branch: Option<String>,
    #[command(flatten)]
    pub model: ModelArgs,
    #[command(flatten)]
    pub voice: VoiceArgs,
}

impl TalkArgs {
    /// The address, `@` where none is named, and the question if there is one.
    pub(crate) fn asked(&self, context: &Context) -> Result<(String, Option<String>), Failure> {
        let Asked { address, question } = self.prompt.sort(context, &self.words, Asked::at)?;
        Ok((address.unwrap_or_else(|| "@".to_owned()), question))
    }
}

/// An address and a question, as far as they are said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub address: Option<String>,
    pub question: Option<String>,
}

impl Asked {
    /// A single word that is an address.
    pub(crate) fn at(address: String) -> Self {
        Self { address: Some(address), question: None }
    }
}

impl PromptArgs {
    /// Sorts `[ADDRESS] QUESTION`, or `[ADDRESS] VARIABLE=VALUE...` where a prompt is named; a single
    /// word without a prompt is what `alone` makes of it.
    pub(crate) fn sort(
        &self,
        context: &Context,
        words: &[String],
        alone: fn(String) -> Asked,
    ) -> Result<Asked, Failure> {
        let Some(name) = &self.prompt else {
            return match words {
                [] => Ok(Asked { address: None, question: None }),
                [word] => Ok(alone(word.clone())),
                [address, question] => Ok(Asked { address: Some(address.clone()), question: Some(question.clone()) }),
                [address, question, more, ..] => {
                    let hint = format!("put the question into quotes: `{address:?} \"{question} {more} ...\"`");
                    Err(Failure::usage(format!("one word too many: {more}")).hint(hint))
                }
            };
        };
        let prompt = library(context)?.find(name)?;
        let is_value = |word: &String| word.split_once('=').is_some_and(|(name, _)| is_name(name));
        let (values, rest): (Vec<String>, Vec<String>) = words.iter().cloned().partition(is_value);
        if let [_, more, ..] = rest.as_slice() {
            let hint = format!("a value is said with its variable, as topic={more:?}; `forkful prompts list` has them");
            return Err(Failure::usage(format!("{name} asks by itself, and takes no {more:?}")).hint(hint));
        }
        let question = prompt.fill(&assignments(&values)?)?;
        Ok(Asked { address: rest.into_iter().next(), question: Some(question) })
    }
}

/// The built-in prompts and the person's own.
pub(crate) fn library(context: &Context) -> Result<Library, Failure> {
    let folder = context.settings.own.as_ref().map(|file| file.with_file_name("prompts"));
    Ok(Library::read(folder.as_deref())?)
}

/// `variable=value` words as pairs.
pub(crate) fn assignments(words: &[String]) -> Result<Vec<(String, String)>, Failure> {
    let pair = |word: &String| {
        let (name, value) = word.split_once('=').filter(|(name, _)| is_name(name)).ok_or_else(|| {
            Failure::usage(format!("not a value: {word}")).hint("a value is said as variable=\"value\"")
        })?;
        Ok((name.to_owned(), value.to_owned()))
    };
    words.iter().map(pair).collect()
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
