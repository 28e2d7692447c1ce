//! What goes wrong on purpose, as a person writes it: `3:429=2s`, `drop=200`.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde_json::json;

use super::{Wire, error_body};
use crate::content::Timestamp;

/// A mishap, and the requests that meet it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The first and the last request, from 1; every one where absent.
    pub requests: Option<(u64, u64)>,
    /// What happens.
    pub mishap: Mishap,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mishap {
    /// An error status, perhaps with a word on when to come again.
    Status(u16, Option<Later>),
    /// A page of HTML with a status of 200.
    Html,
    /// So many bytes of the body, then an orderly end.
    Cut(usize),
    /// So many bytes of the body, then the connection breaks.
    Drop(usize),
    /// So many bytes of the body, then nothing.
    Hang(usize),
    /// So many words, then an error inside of the answer.
    Error(usize),
    /// Byte by byte, so that characters are torn.
    Drip,
    /// So long between words.
    Slow(Duration),
    /// Another content type.
    Type(String),
    /// No word on tokens.
    NoUsage,
    /// No end mark.
    NoEnd,
    /// A question of a batch is not reached in its time; to all others nothing happens.
    Expire,
}

/// How a server says when to come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Later {
    /// `retry-after: 2`
    Seconds(u32),
    /// `retry-after-ms: 1500`
    Milliseconds(u32),
    /// `retry-after:` with the date two seconds ahead.
    Date,
}

/// The text is no fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a fault: {0} (429, 429=2s, 429=500ms, 429=date, html, cut=BYTES, drop=BYTES, hang=BYTES, error=N (after N words), drip, \
     slow=MS, type=TEXT, no-usage, no-end, expire; before it the requests: `3:` or `2-5:`)"
)]
pub struct ParseFaultError(pub String);

/// Status, headers and body of an answer that is none.
type Instead = (u16, Vec<(&'static str, String)>, Vec<u8>);

impl Fault {
    /// Whether the request of this number meets it.
    pub(super) fn hits(&self, number: u64) -> bool {
        self.requests.is_none_or(|(first, last)| (first..=last).contains(&number))
    }
}

impl Mishap {
    /// What comes instead of an answer.
    pub(super) fn instead(&self, wire: Wire, now: Timestamp) -> Option<Instead> {
        match self {
            Self::Html => {
                let page = b"<html><head><title>502 Bad Gateway</title></head><body>try later</body></html>".to_vec();
                Some((200, vec![("content-type", "text/html".to_owned())], page))
            }
            Self::Status(status, later) => {
                let kind = match status {
                    401 => "authentication_error",
                    429 => "rate_limit_error",
                    529 => "overloaded_error",
                    400..500 => "invalid_request_error",
                    _ => "api_error",
                };
                let mut body = error_body(wire, *status, kind, &format!("a rehearsed {status}"));
                let mut headers = vec![("content-type", "application/json".to_owned())];
                match later {
                    // Gemini says it in the body only.
                    Some(Later::Seconds(seconds)) if wire == Wire::Gemini => {
                        let kind = "type.googleapis.com/google.rpc.RetryInfo";
                        body["error"]["details"] = json!([{ "@type": kind, "retryDelay": format!("{seconds}s") }]);
                    }
                    Some(Later::Seconds(seconds)) => headers.push(("retry-after", seconds.to_string())),
                    Some(Later::Milliseconds(ms)) => headers.push(("retry-after-ms", ms.to_string())),
                    Some(Later::Date) => headers.push(("retry-after", http_date(Timestamp(now.0 + 2000)))),
                    None => {}
                }
                Some((*status, headers, body.to_string().into_bytes()))
            }
            _ => None,
        }
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn http_date(moment: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(moment.0).unwrap_or_default();
    moment.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

impl FromStr for Fault {
    type Err = ParseFaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || ParseFaultError(text.to_owned());
        let (requests, rest) = match text.split_once(':') {
            Some((range, rest)) => {
                let (first, last) = range.split_once('-').unwrap_or((range, range));
                let numbers = (first.parse().map_err(|_| refuse())?, last.parse().map_err(|_| refuse())?);
                (Some(numbers), rest)
            }
            None => (None, text),
        };
        Ok(Self { requests, mishap: mishap(rest).ok_or_else(refuse)? })
    }
}

fn mishap(text: &str) -> Option<Mishap> {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
    let number = || value?.parse::<usize>().ok();
    Some(match (name, value) {
        ("html", None) => Mishap::Html,
        ("cut", _) => Mishap::Cut(number()?),
        ("drop", _) => Mishap::Drop(number()?),
        ("hang", _) => Mishap::Hang(number()?),
        ("error", _) => Mishap::Error(number()?),
        ("drip", None) => Mishap::Drip,
        ("slow", _) => Mishap::Slow(Duration::from_millis(u64::try_from(number()?).ok()?)),
        ("type", Some(value)) => Mishap::Type(value.to_owned()),
        ("no-usage", None) => Mishap::NoUsage,
        ("no-end", None) => Mishap::NoEnd,
        ("expire", None) => Mishap::Expire,
        (status, later) => {
            let status = status.parse().ok().filter(|status| (400..600).contains(status))?;
            let later = match later {
                None => None,
                Some("date") => Some(Later::Date),
                Some(later) => Some(match later.strip_suffix("ms") {
                    Some(ms) => Later::Milliseconds(ms.parse().ok()?),
                    None => Later::Seconds(later.strip_suffix('s')?.parse().ok()?),
                }),
            };
            Mishap::Status(status, later)
        }
    })
}

impl fmt::Display for Mishap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status, None) => write!(f, "{status}"),
            Self::Status(status, Some(Later::Seconds(seconds))) => write!(f, "{status}={seconds}s"),
            Self::Status(status, Some(Later::Milliseconds(ms))) => write!(f, "{status}={ms}ms"),
            Self::Status(status, Some(Later::Date)) => write!(f, "{status}=date"),
            Self::Html => f.write_str("html"),
            Self::Cut(n_bytes) => write!(f, "cut={n_bytes}"),
            Self::Drop(n_bytes) => write!(f, "drop={n_bytes}"),
            Self::Hang(n_bytes) => write!(f, "hang={n_bytes}"),
            Self::Error(n_words) => write!(f, "error={n_words}"),
            Self::Drip => f.write_str("drip"),
            Self::Slow(pause) => write!(f, "slow={}", pause.as_millis()),
            Self::Type(text) => write!(f, "type={text}"),
            Self::NoUsage => f.write_str("no-usage"),
            Self::NoEnd => f.write_str("no-end"),
            Self::Expire => f.write_str("expire"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_as_it_prints() {
        let all = ["429", "529=2s", "429=1500ms", "503=date", "html", "cut=9", "drop=200", "hang=0", "error=3", "drip"];
        for text in all.into_iter().chain(["slow=20", "type=text/plain", "no-usage", "no-end", "expire"]) {
            let fault: Fault = text.parse().unwrap();
            assert_eq!((fault.mishap.to_string().as_str(), fault.requests), (text, None));
        }
        let hit =
            |text: &str| (1..=6).filter(|number| text.parse::<Fault>().unwrap().hits(*number)).collect::<Vec<_>>();
        assert_eq!((hit("3:drip"), hit("2-4:429=2s"), hit("drip").len()), (vec![3], vec![2, 3, 4], 6));
        for bad in ["", "x", "200", "429=soon", "cut", "drip=3", "a:drip", "1-:drip", "600"] {
            assert!(bad.parse::<Fault>().is_err(), "{bad}");
        }
    }
}
