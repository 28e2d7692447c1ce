//! The command line as data: verbs, flags and their help.
//!
//! What a group of flags is for stands in a plain comment: a doc line would become the help of the verb
//! that takes the group.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};

use super::command;
use crate::budget::Keep;
use crate::gather::{Branches, Links, Output, Pattern, PdfEngine, Times};
use crate::send::{Effort, Temperature};
use crate::tokens::{Encoding, Tokens};
use crate::workspace::web::{Glob, StandIn};
use crate::workspace::{MAX_DEPTH, amount};

/// Gathers a thread and its sources into one context bundle, and forks the conversation on it.
#[derive(Debug, Parser)]
#[command(name = "forkful", version, about, long_about = None, after_help = AFTER_HELP)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

const AFTER_HELP: &str = "\
Examples:
  forkful pack thread.md talk.vtt essay.md --budget 12k > ctx.md
  forkful pack thread.md talk.vtt essay.md --budget 12k --name bitter
  forkful ask bitter \"Where do they disagree?\" -m gpt-5
  forkful fork @~1 -b skeptic \"Argue the opposite\"

A source may carry its own wishes: talk.vtt@weight=2,floor=2k,cap=8k,keep=ends,as=transcript,pin
An address is a branch, a bundle, an id or its first letters, NAME~2 (two turns back), or @ (where you left off).

Exit codes: 0 ok, 1 failure, 2 usage, 3 does not fit, 4 some sources failed, 5 verify, check or lock mismatch,
6 provider refused, failed or cut, 130 interrupted.";

// Flags of every verb.
#[derive(Debug, Args)]
#[command(next_help_heading = "Every verb")]
pub(super) struct Global {
    #[arg(
        help = "The store's folder [default: $FORKFUL_STORE, else the nearest .forkful upward, else the user's data]"
    )]
    #[arg(long, global = true, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Print JSON on stdout: one document, or one a line where there are many answers or batches
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing but warnings and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Touch no network; what would is refused
    #[arg(long, global = true)]
    pub offline: bool,
}

/// One verb, one file in `command/`.
#[derive(Debug, Subcommand)]
// A process that counts ten bytes does not build the flags of fifty verbs.
#[command(defer = true)]
pub(super) enum Verb {
    /// Gather, fit and freeze: one bundle on stdout, in a file or in the store
    Pack(command::pack::Pack),
    /// Where the tokens would go and what would be cut; writes nothing
    Plan(command::plan::Plan),
    /// What a source holds: its text as Markdown on stdout
    Read(command::read::Read),
    /// Tokens of what `read` gives: a bare number for one source, a table for several
    Count(command::count::Count),
    /// Fetch addresses, or with --follow the links of sources, and keep what comes for later
    Fetch(command::fetch::Fetch),
    /// A bundle in any format, a branch as Markdown, a message, the passage that a citation names
    Show(command::show::Show),
    /// Ask a model from any place of the tree; the answer streams to stdout and is kept
    Ask(command::ask::Ask),
    /// Questions that `ask --batch` sent: how far they are, and their answers onto their branches
    Batch(command::batch::Batch),
    /// Talk with a model on a bundle or a branch, question by question; /help lists what else can be typed
    ///
    /// A line that ends in \ goes on, as does one after Alt-Enter. Ctrl-C stops an answer and keeps what
    /// came, Ctrl-D leaves. Lines that are piped in are asked one by one, up to the first that fails.
    Chat(command::chat::Chat),
    /// A new branch at any place, and a first question on it
    Fork(command::fork::Fork),
    /// Keep a question and the answer that another chat gave
    Record(command::record::Record),
    /// Keep what a killed `ask` left, and ask again what had no word of an answer yet
    Resume(command::resume::Resume),
    /// Say a message differently, on a new branch: a question is asked again, an answer is marked as edited
    Edit(command::edit::Edit),
    /// Ask the same question again: another answer beside the one that is there; with -p a prompt in its place
    Retry(command::retry::Retry),
    /// The tree: bundles, branches and turns; the branches that moved last, with their quiet turns folded
    Log(command::log::Log),
    /// What differs: two branches from where they part, or two bundles document by document
    Diff(command::diff::Diff),
    /// Answers side by side: those of several branches, or of one address all to its last question
    Compare(command::compare::Compare),
    /// What the calls came to, by bundle and model or as you say; what caches saved, and where and why they were missed
    Cost(command::cost::Cost),
    /// Where words stand in questions, answers and sources; the best first
    Search(command::search::Search),
    /// The branches, listed or changed
    Branch(command::branch::Branch),
    /// Names that do not move: listed, made or taken away
    Tag(command::tag::Tag),
    /// Say how good a message is
    Rate(command::rate::Rate),
    /// Write a note beside a message
    Note(command::note::Note),
    /// Ask the questions of a branch again on another bundle, and see how far the answers drift
    Replay(command::replay::Replay),
    /// Ask a model what came out of a branch; the answer stands on a branch of its own
    Summarise(command::summarise::Summarise),
    /// Append a copy of one turn to a branch
    Pick(command::pick::Pick),
    /// Bring the turns of another branch here, from where the two part
    Graft(command::graft::Graft),
    /// Take back the last operation, several, or all that came after one
    Undo(command::undo::Undo),
    /// Whether an answer quotes and cites its sources as they are
    Check(command::check::Check),
    /// Bring back what undo took back
    Redo(command::redo::Redo),
    /// What each command moved, newest first; `log --at N` shows the tree as it was
    Operations(command::operations::Operations),
    /// One file to mail: a bundle with its branches, one branch, or everything
    Export(command::export::Export),
    /// Bring in a .forkful file or page, or conversations of another program with all their branches
    Import(command::import::Import),
    /// Hash, render and count everything again
    Verify(command::verify::Verify),
    /// Make a forkful.toml here, with a word about everything that it may say
    Init(command::init::Init),
    /// Add sources, and files that stand for links, to the nearest forkful.toml; the rest of the file stays as it is
    Add(command::add::Add),
    /// What holds here: files and environment laid over each other
    Config(command::config::Config),
    /// What nothing leads to any more; --prune frees it
    Gc(command::gc::Gc),
    /// What forkful reads, writes, counts and speaks
    Formats(command::formats::Formats),
    /// The models that are known: window, longest answer, how tokens are counted, prices
    Models(command::models::Models),
    /// Be a test provider on this machine: every protocol, prompt caches with their rules and prices, no answer worth reading
    Mock(command::mock::Mock),
    /// The questions that `ask -p`, `fork -p` and `chat -p` put: listed, shown, made your own
    Prompts(command::prompts::Prompts),
    /// Read a PDF file from stdin under limits and print what it holds
    #[command(hide = true)]
    Worker(command::worker::Worker),
}

// Sources and how to read them.
#[derive(Debug, Clone, Args)]
pub(super) struct SourceArgs {
    /// Files, folders, addresses, or - for stdin, else those of forkful.toml; each may carry @weight=2,floor=2k,cap=8k,keep=ends,tier=spare,as=FORMAT,pin; archive.zip#WORDS picks one conversation
    #[arg(value_name = "SRC")]
    pub sources: Vec<String>,
    /// The profile of forkful.toml to use
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Which messages of conversations with branches: current or all; also SRC@branches=all
    #[arg(long, value_name = "WHICH", value_parser = Branches::from_str)]
    pub path: Option<Branches>,
    /// Read posts that were not public, too; also SRC@private
    #[arg(long)]
    pub private: bool,
    /// Time marks of transcripts: none, sparse (one a paragraph) or all; also SRC@times=none
    #[arg(long, value_name = "WHICH", value_parser = Times::from_str)]
    pub times: Option<Times>,
    /// Links in the text: inline, reference (numbers, addresses at the end) or none; also SRC@links=none
    #[arg(long, value_name = "WHICH", value_parser = Links::from_str)]
    pub links: Option<Links>,
    /// What reads PDF files: own or pdftotext
    #[arg(long, value_name = "NAME", value_parser = PdfEngine::from_str)]
    pub pdf_engine: Option<PdfEngine>,
    /// Leave this out of folders and archives, as a line of a .gitignore in them: '*.log', drafts/; '!a.log' takes back
    #[arg(long, value_name = "GLOB", value_parser = Pattern::from_str)]
    pub exclude: Vec<Pattern>,
    /// Read what .gitignore and .ignore leave out of folders and archives, too
    #[arg(long)]
    pub no_ignore: bool,
    /// The file that is written, which is no source where it is found in a folder.
    #[arg(skip)]
    pub output: Option<Output>,
    /// Go on without the sources that fail (exit code 4)
    #[arg(long)]
    pub keep_going: bool,
    #[command(flatten)]
    pub web: WebArgs,
}

// Which links are followed, and how.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Links")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct WebArgs {
    /// Follow the links of the sources; also SRC@follow
    #[arg(long)]
    pub follow: bool,
    #[arg(help = "Follow so many links deep, 1 to 5 [default: 1 with --follow]")]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=i64::from(MAX_DEPTH)))]
    pub depth: Option<u8>,
    /// Follow only links like this: arxiv.org, '*.pdf', 'example.com/blog/*'; as the next three, implies --follow
    #[arg(long, value_name = "GLOB", value_parser = Glob::from_str)]
    pub only: Vec<Glob>,
    /// Follow no link like this
    #[arg(long, value_name = "GLOB", value_parser = Glob::from_str)]
    pub skip: Vec<Glob>,
    #[arg(help = "Follow so many links at most [default: 100]")]
    #[arg(long, value_name = "N")]
    pub max_links: Option<usize>,
    /// Follow only links to the site that they stand on
    #[arg(long)]
    pub same_site: bool,
    #[arg(help = "This file stands for that link; also [[link]] in forkful.toml")]
    #[arg(long = "as", value_name = "URL=FILE", value_parser = super::web::stand_in)]
    pub stand_ins: Vec<StandIn>,
    /// Take exactly what the lock names, else fail (exit code 5)
    #[arg(long, conflicts_with = "refresh")]
    pub locked: bool,
    #[arg(help = "The lock [default: forkful.lock beside forkful.toml, for its sources]")]
    #[arg(long, value_name = "FILE")]
    pub lock: Option<PathBuf>,
    /// Ask again for links that are kept: for all, or --refresh=URL
    #[arg(long, value_name = "URL", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub refresh: Vec<String>,
    /// Follow links also where robots.txt asks programs to stay away
    #[arg(long)]
    pub no_robots: bool,
    /// Let this host be in a private network: a name, an address, or *.name
    #[arg(long, value_name = "HOST")]
    pub allow_private: Vec<String>,
    #[arg(help = "Where a host is, as NAME=ADDRESS[:PORT]; a private address needs --allow-private too")]
    #[arg(long, value_name = "NAME=ADDRESS")]
    pub resolve: Vec<String>,
    /// Trust the certificates in this PEM file too
    #[arg(long, value_name = "FILE")]
    pub cacert: Option<PathBuf>,
    #[arg(help = "The most bytes a link may give [default: 33554432]")]
    #[arg(long, value_name = "N")]
    pub max_bytes: Option<u64>,
    #[arg(help = "The longest that a link may take [default: 120]")]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=86400))]
    pub timeout: Option<u64>,
}

// What the bundle is fitted to.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Budget")]
pub(super) struct FitArgs {
    #[arg(help = "Tokens the bundle may take: 12000, 12k, 1M [default: the window of --model, else all]")]
    #[arg(short, long, value_name = "N", value_parser = amount)]
    pub budget: Option<Tokens>,
    #[arg(help = "Tokens of the budget kept free for the answer [default: 8k of a model's window, else 0]")]
    #[arg(long, value_name = "N", value_parser = amount)]
    pub reserve: Option<Tokens>,
    #[arg(
        help = "What of a trimmed source stays: head, tail, ends, even, focus or summary [default: head; focus with --focus]"
    )]
    #[arg(long, value_name = "ORDER", value_parser = Keep::from_str)]
    pub keep: Option<Keep>,
    /// Keep what speaks to this question, most from the sources that do
    #[arg(long, value_name = "QUESTION")]
    pub focus: Option<String>,
    /// Keep passages that stand twice wherever they stand, instead of a reference to the first
    #[arg(long)]
    pub keep_dupes: bool,
    #[command(flatten)]
    pub counting: CountingArgs,
}

// How tokens are counted.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Counting")]
pub(super) struct CountingArgs {
    /// The model that will read it: counts as it does; `forkful models` lists them
    #[arg(short, long, value_name = "NAME")]
    pub model: Option<String>,
    #[arg(help = "o200k_base, cl100k_base or o200k_harmony [default: as --model counts, else o200k_base]")]
    #[arg(long, value_name = "NAME", value_parser = Encoding::from_str)]
    pub encoding: Option<Encoding>,
    /// Count by this tokenizer.json instead: Llama, Qwen, Mistral, DeepSeek, ...
    #[arg(long, value_name = "FILE", conflicts_with = "encoding")]
    pub tokenizer: Option<PathBuf>,
    /// Have the model's provider count too: sends the text, needs its key
    #[arg(long)]
    pub count_via_api: bool,
    #[arg(help = "The server that counts, up to /v1 [default: the address of the model's maker]")]
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
}

// How an answer is shown.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(super) struct VoiceArgs {
    /// Show the answer as it is, without rendering its Markdown
    #[arg(long)]
    pub plain: bool,
}

// The model and the server that answers.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Model and server")]
pub(super) struct ModelArgs {
    #[arg(help = "The model to ask, also as PROVIDER/MODEL [default: $FORKFUL_MODEL, else the last one used here]")]
    #[arg(short, long, value_name = "NAME")]
    pub model: Vec<String>,
    #[arg(help = "Who serves it: anthropic, openrouter, ollama, ...; `forkful formats` lists them")]
    #[arg(long, value_name = "NAME")]
    pub provider: Option<String>,
    #[arg(
        help = "The server's address up to /v1 [default: $FORKFUL_BASE_URL, else the model's own, the last used here, OpenAI]"
    )]
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    #[arg(help = "How the server is spoken to [default: the provider's own, else openai-chat]")]
    #[arg(long, value_name = "NAME")]
    pub protocol: Option<String>,
    #[arg(help = "A file that the model is told before the sources [default: what it was told before]")]
    #[arg(long, value_name = "FILE")]
    pub system: Option<PathBuf>,
    /// How hard the model thinks: low, medium or high
    #[arg(long, value_name = "EFFORT", value_parser = Effort::from_str)]
    pub reasoning: Option<Effort>,
    /// Tokens the answer may take at most
    #[arg(long, value_name = "N", value_parser = some_amount)]
    pub max_output: Option<Tokens>,
    /// Sampling temperature, 0 to 2
    #[arg(long, value_name = "T", value_parser = Temperature::from_str, allow_negative_numbers = true)]
    pub temperature: Option<Temperature>,
    /// Fields to add to the request: '{"seed": 7}'; null takes one out
    #[arg(long, value_name = "JSON", value_parser = object)]
    pub extra_json: Option<Object>,
    /// Have the provider itself cite: the sources go as documents of their own (Anthropic)
    #[arg(long)]
    pub citations: bool,
    /// A header to add, as 'Name: value'; it is kept nowhere
    #[arg(long, value_name = "HEADER")]
    pub header: Vec<String>,
    /// Print the request body and its tokens; send nothing
    #[arg(long)]
    pub dry_run: bool,
}

impl ModelArgs {
    /// Those of a question that only says which model, if any.
    pub(super) fn asking(model: Option<String>) -> Self {
        Self {
            model: model.into_iter().collect(),
            provider: None,
            base_url: None,
            protocol: None,
            system: None,
            reasoning: None,
            max_output: None,
            temperature: None,
            extra_json: None,
            citations: false,
            header: Vec::new(),
            dry_run: false,
        }
    }
}

/// A JSON object of any shape.
pub(crate) type Object = serde_json::Map<String, serde_json::Value>;

/// A number of tokens that is not none.
fn some_amount(text: &str) -> Result<Tokens, String> {
    match amount(text) {
        Ok(Tokens(0)) => Err("an answer takes one token at least".to_owned()),
        other => other.map_err(|error| error.to_string()),
    }
}

fn object(text: &str) -> Result<Object, String> {
    serde_json::from_str(text).map_err(|error| format!("not a JSON object: {error}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
