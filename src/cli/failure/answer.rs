//! What a person is told when an answer does not come, or not whole.

use super::{Failure, PROVIDER, USAGE, chain, innermost};
use crate::catalog::Money;
use crate::net;
use crate::send::endpoint::OUR_KEY;
use crate::send::{self, Cut, Ending, Outcome, Stop};
use crate::tokens::Tokens;
use crate::workspace::{Answered, Draft};

/// Said when an answer broke off.
const KEPT: &str = "what came is kept as truncated; `forkful undo` takes it off";
/// Said when a server refuses a key of which nothing more is known.
const KEY: &str = "the key comes from the provider's own variable (OPENAI_API_KEY, ANTHROPIC_API_KEY, ...), \
                   for the server of `--base-url` from FORKFUL_API_KEY";
/// Said where another try may bring what this one did not.
const AGAIN: &str = "the same command asks again";

impl Failure {
    /// Why an answer is not whole; none where it is, where the model declined, or where the person stopped it.
    pub(in crate::cli) fn of_answer(answered: &Answered, cost: Option<Money>, draft: &Draft) -> Option<Self> {
        let kept = answered.message.is_some();
        // What is kept has its price on a line of its own.
        let spent = if kept { String::new() } else { spent(answered, cost) };
        match (&answered.outcome.ending, answered.fitting) {
            (Ending::Complete | Ending::Refused | Ending::Truncated(Cut::Cancelled), _) => None,
            (Ending::Empty, _) => Some(Self::empty(&answered.outcome, &spent)),
            (Ending::Truncated(cut), _) => Some(Self::cut(cut, kept, &spent)),
            (Ending::Failed(error), Some(budget)) => Some(Self::too_long(error, budget)),
            (Ending::Failed(error), None) => {
                let failure = Self::asked(error, draft);
                Some(if kept { failure.hint(KEPT) } else { failure })
            }
        }
    }

    /// An answer that is not whole; `kept` says that something came, `spent` what is paid for nothing.
    fn cut(cut: &Cut, kept: bool, spent: &str) -> Self {
        let cause = match cut {
            Cut::Length if kept => "the output limit cut the answer".to_owned(),
            Cut::Length => "the output limit was reached before the answer's first word".to_owned(),
            Cut::Window => "the model's window was full before the answer ended".to_owned(),
            Cut::Cancelled => "the answer was stopped".to_owned(),
            Cut::Closed => "the server closed the connection before the end".to_owned(),
            Cut::Broken(error) => format!("{error} before the answer ended"),
            Cut::Silent(waited) => format!("the server said nothing for {} seconds", waited.as_secs()),
            Cut::Garbled(line) => format!("the server sent what is not its protocol: {line}"),
            Cut::Oversized(limit) => format!("the server sent an event of more than {limit} bytes"),
        };
        let failure = Self { code: PROVIDER, ..Self::error(cause + spent) };
        let failure = if kept { failure.hint(KEPT) } else { failure };
        match cut {
            Cut::Length => failure.hint("raise `--max-output`"),
            Cut::Window => failure.hint("pack again with a smaller `--budget`"),
            Cut::Broken(_) | Cut::Closed if !kept => failure.hint(AGAIN),
            _ => failure,
        }
    }

    /// An answer that ended in order without a word.
    fn empty(outcome: &Outcome, spent: &str) -> Self {
        let failure = Self { code: PROVIDER, ..Self::error(format!("the model answered nothing{spent}")) };
        failure.hint(match outcome.stop {
            Some(Stop::Tool) => "it wanted a tool, and forkful offers none: ask it to answer from the sources",
            _ if !outcome.reasoning.is_empty() => "it thought and then said nothing: the same command asks again",
            _ => "the same command asks again, `-m` asks another model",
        })
    }

    /// A prompt that was too long, and the budget with which its bundle would fit.
    fn too_long(error: &send::Error, budget: Tokens) -> Self {
        let over = match error {
            send::Error::WindowExceeded { failure, .. } => failure.over(),
            _ => None,
        };
        let over = over.map_or(String::new(), |over| format!("{} tokens over: ", told(over)));
        let failure = Self { hints: Vec::new(), ..Self::from(error) };
        failure.hint(format!("{over}try `--budget {}` where you pack", budget.0))
    }

    /// What a server says to a question, with what is known of the key that it saw.
    fn asked(error: &send::Error, draft: &Draft) -> Self {
        let failure = Self::from(error);
        if !is_about_key(error) {
            return failure;
        }
        let has_own = draft.request.more.iter().any(net::Header::is_secret);
        let hint = match draft.endpoint.key_from {
            _ if has_own => "the key of `--header` was sent, and the server does not take it".to_owned(),
            Some(OUR_KEY) => format!("the key of {OUR_KEY}, or of `api_key_command`, was sent: is it this server's?"),
            Some(variable) => format!("the key of {variable} was sent: is it right?"),
            None => format!(
                "no key was sent: set {OUR_KEY} and name the server beside it, by `--base-url` or FORKFUL_BASE_URL; one that is only remembered gets none"
            ),
        };
        Self { hints: vec![hint], ..failure }
    }
}

/// ` (7 tokens, $0.0064)`, as far as known.
fn spent(answered: &Answered, cost: Option<Money>) -> String {
    let mark = if answered.is_estimated { "~" } else { "" };
    let tokens = answered.billed.output.map(|n| {
        let noun = if n == 1 { "token" } else { "tokens" };
        format!("{mark}{} {noun}", told(n))
    });
    let fields = [tokens, cost.map(|cost| format!("{mark}{cost}"))];
    let fields: Vec<String> = fields.into_iter().flatten().collect();
    if fields.is_empty() { String::new() } else { format!(" ({})", fields.join(", ")) }
}

/// A server's count as people read it.
fn told(n_tokens: u64) -> Tokens {
    Tokens(u32::try_from(n_tokens).unwrap_or(u32::MAX))
}

/// Whether a server does not take the key, or wants one.
fn is_about_key(error: &send::Error) -> bool {
    match error {
        send::Error::Status { status, failure, .. } => {
            matches!(status, 401 | 403) || failure.code.as_deref() == Some("API_KEY_INVALID")
        }
        _ => false,
    }
}

/// `1 second`, `20 seconds`.
fn seconds(n: u64) -> String {
    format!("{n} second{}", if n == 1 { "" } else { "s" })
}

impl From<send::Error> for Failure {
    fn from(error: send::Error) -> Self {
        Self::from(&error)
    }
}

impl From<&send::Error> for Failure {
    fn from(error: &send::Error) -> Self {
        let message = match error {
            // The layers between say the address again; the innermost cause is the news.
            send::Error::Unreached { .. } => format!("{error}: {}", innermost(error)),
            _ => chain(error),
        };
        let failure = Self { code: PROVIDER, ..Self::error(message) };
        match error {
            send::Error::BaseUrl { .. } => {
                Self { code: USAGE, ..failure }.hint("it looks like `--base-url http://127.0.0.1:8080/v1`")
            }
            send::Error::Keyring { variable, .. } => failure.hint(format!("unlock it, or set {variable}")),
            send::Error::KeyInTheClear { .. } => failure.hint("use an https address, or unset the key"),
            send::Error::Unreached { source: net::Error::Broken { .. }, .. } => {
                failure.hint("the server hung up; the same command asks again")
            }
            send::Error::Unreached { .. } => failure.hint("is the server running, and is `--base-url` right?"),
            send::Error::UnknownHost { nearest, .. } | send::Error::UnknownProtocol { nearest, .. } => {
                let failure = Self { code: USAGE, ..failure };
                match nearest {
                    Some(nearest) => failure.hint(format!("there is `{nearest}`; `forkful formats` lists them all")),
                    None => failure.hint("`forkful formats` lists them"),
                }
            }
            send::Error::NoKey { variable, .. } => Self { code: USAGE, ..failure }
                .hint(format!("set {variable}, or name another server with `--base-url`")),
            error if is_about_key(error) => failure.hint(KEY),
            error if error.is_unpaid() => {
                failure.hint("the account behind the key has no credit left, and waiting brings none")
            }
            send::Error::Status { status: 404 | 405, .. } => failure.hint(
                "check the model's name, and that `--base-url` ends where the protocol's path begins, as in `/v1`",
            ),
            send::Error::Status { status: 413, .. } => {
                failure.hint("the server takes no request of this size: pack again with a smaller `--budget`")
            }
            send::Error::Status { status: 429, retry_after: Some(wait), .. } => {
                failure.hint(format!("ask again in {}", seconds(wait.as_secs().max(1))))
            }
            send::Error::Status { status: 408 | 429 | 500..=599, .. } => {
                failure.hint("the server cannot answer now: the same command asks again, best in a while")
            }
            send::Error::GaveUp { .. } | send::Error::Silent { .. } => failure.hint(AGAIN),
            send::Error::NoBatches { .. } => Self { code: USAGE, ..failure }
                .hint("leave `--batch` out; the protocols of OpenAI and Anthropic have them"),
            send::Error::Redirected { .. } => failure.hint("a key does not follow; name the right `--base-url`"),
            send::Error::WindowExceeded { failure: said, .. } => failure.hint(match said.over() {
                Some(over) => format!("{} tokens over: pack again with a smaller `--budget`", told(over)),
                None => "pack again with a smaller `--budget`".to_owned(),
            }),
            send::Error::NotAnAnswer { .. } => failure.hint("check that `--base-url` names a chat API, up to `/v1`"),
            _ => failure,
        }
    }
}
