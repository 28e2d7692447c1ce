//! The command line as data: verbs, flags and their help.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand};

use super::command;
use crate::send::Temperature;
use crate::tokens::{Encoding, Tokens};

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

Exit codes: 0 ok, 1 failure, 2 usage, 3 does not fit, 4 some sources failed, 5 verify or check mismatch,
6 provider refused, failed or cut, 130 interrupted.";

/// Flags of every verb.
#[derive(Debug, Args)]
pub(super) struct Global {
    #[arg(
        help = "The store's folder [default: $FORKFUL_STORE, else the nearest .forkful upward, else the user's data]"
    )]
    #[arg(long, global = true, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Print one JSON document on stdout
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing but warnings and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// One verb, one file in `command/`.
#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    Pack(command::pack::Pack),
    Plan(command::plan::Plan),
    Read(command::read::Read),
    Count(command::count::Count),
    Show(command::show::Show),
    Ask(command::ask::Ask),
    Fork(command::fork::Fork),
    Record(command::record::Record),
    Log(command::log::Log),
    Undo(command::undo::Undo),
    Check(command::check::Check),
    Export(command::export::Export),
    Import(command::import::Import),
    Verify(command::verify::Verify),
    Formats(command::formats::Formats),
}

/// Sources and how to read them.
#[derive(Debug, Args)]
pub(super) struct SourceArgs {
    /// Files, folders, or - for stdin; each may carry @weight=2,floor=2k,cap=8k,keep=ends,tier=spare,as=FORMAT,pin
    #[arg(value_name = "SRC", required = true)]
    pub sources: Vec<String>,
    /// Go on without the sources that fail (exit code 4)
    #[arg(long)]
    pub keep_going: bool,
}

/// What the bundle is fitted to.
#[derive(Debug, Args)]
pub(super) struct FitArgs {
    /// Tokens the bundle may take: 12000, 12k, 1M [default: all]
    #[arg(short, long, value_name = "N", value_parser = amount)]
    pub budget: Option<Tokens>,
    /// Tokens of the budget kept free for the answer
    #[arg(long, value_name = "N", value_parser = amount, default_value = "0")]
    pub reserve: Tokens,
    #[arg(
        help = "What of a trimmed source stays: head, tail, ends, even or focus [default: head; focus with --focus]"
    )]
    #[arg(long, value_name = "ORDER")]
    pub keep: Option<String>,
    /// Keep what speaks to this question, most from the sources that do
    #[arg(long, value_name = "QUESTION")]
    pub focus: Option<String>,
    #[command(flatten)]
    pub encoding: EncodingArg,
}

/// The encoding that counts.
#[derive(Debug, Args)]
pub(super) struct EncodingArg {
    #[arg(help = "o200k_base, cl100k_base or o200k_harmony")]
    #[arg(long, value_name = "NAME", value_parser = Encoding::from_str, default_value = "o200k_base")]
    pub encoding: Encoding,
}

/// The model and the server that answers.
#[derive(Debug, Args)]
pub(super) struct ModelArgs {
    #[arg(help = "The model to ask [default: $FORKFUL_MODEL, else the last one used here]")]
    #[arg(short, long, value_name = "NAME")]
    pub model: Option<String>,
    #[arg(help = "The server's address up to /v1 [default: $FORKFUL_BASE_URL, else the last used here, else OpenAI]")]
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Tokens the answer may take at most
    #[arg(long, value_name = "N", value_parser = amount)]
    pub max_output: Option<Tokens>,
    /// Sampling temperature, 0 to 2
    #[arg(long, value_name = "T", value_parser = Temperature::from_str)]
    pub temperature: Option<Temperature>,
    /// Print the request body and its tokens; send nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Reads `12000`, `12k` or `1M` as a number of tokens.
pub(crate) fn amount(text: &str) -> Result<Tokens, String> {
    let refuse = || format!("not a number of tokens: {text} (write 12000, 12k or 1M)");
    let (digits, unit) = match text.char_indices().next_back() {
        Some((at, 'k' | 'K')) => (&text[..at], 1_000),
        Some((at, 'm' | 'M')) => (&text[..at], 1_000_000),
        _ => (text, 1),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let plain = whole.replace([',', '_'], "");
    if plain.is_empty() || !is_number(&plain) || !is_number(fraction) || fraction.len() > 6 {
        return Err(refuse());
    }
    let millionths = format!("{plain}{fraction:0<6}").parse::<u128>().map_err(|_| refuse())?;
    let tokens = millionths * unit;
    if tokens % 1_000_000 != 0 {
        return Err(refuse());
    }
    u32::try_from(tokens / 1_000_000).map(Tokens).map_err(|_| refuse())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, n) in [
            ("0", 0),
            ("12000", 12_000),
            ("12k", 12_000),
            ("1.5k", 1500),
            ("128K", 128_000),
            ("1M", 1_000_000),
            ("12,000", 12_000),
        ] {
            assert_eq!(amount(text), Ok(Tokens(n)));
        }
        for text in ["", "k", "-1", "12kk", "1.5", "0.0001k", "9999999M", "١٢", "12 k", "1e3"] {
            assert!(amount(text).is_err(), "{text}");
        }
    }
}
