//! `forkful mock`

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;
use std::str::FromStr;
use std::time::Duration;

use serde_json::json;

use super::super::settings::now;
use super::super::table::{cell, counted};
use super::super::{Context, Failure};
use crate::catalog::Money;
use crate::mock::{Entry, Fault, Habits, Mock as Provider, Settling};
use crate::serve::{self, Heard};

#[derive(Debug, clap::Args)]
pub(crate) struct Mock {
    #[arg(help = "The port on 127.0.0.1 [default: a free one]")]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Milliseconds before the first byte of an answer
    #[arg(long, value_name = "MS", default_value_t = 300)]
    first_byte: u64,
    /// Milliseconds between the words of an answer
    #[arg(long, value_name = "MS", default_value_t = 20)]
    word: u64,
    /// Words of an answer
    #[arg(long, value_name = "N", default_value_t = 40)]
    words: usize,
    /// A JSON object of questions with their answers
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// Milliseconds until a batch has ended
    #[arg(long, value_name = "MS", default_value_t = 5000)]
    batch_time: u64,
    /// Requests a minute; more are answered with 429
    #[arg(long, value_name = "N")]
    requests: Option<u64>,
    /// Tokens of questions a minute
    #[arg(long, value_name = "N")]
    tokens: Option<u64>,
    /// So many of a hundred look-ups miss what was cached less than two seconds ago
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = clap::value_parser!(u8).range(..=100))]
    misses: u8,
    /// Refuse requests without a key
    #[arg(long)]
    wants_key: bool,
    /// What goes wrong: 429, 429=2s, html, cut=BYTES, drop=BYTES, hang=BYTES, error=N (after N words), drip, slow=MS, type=TEXT, no-usage, no-end, expire (of a batch); `3:429` at the third request, `2-5:drop=200` from the second to the fifth
    #[arg(long, value_name = "FAULT", value_parser = Fault::from_str)]
    fault: Vec<Fault>,
}

/// What all requests came to.
#[derive(Default)]
struct Sum {
    n_requests: usize,
    cost: Money,
    uncached: Money,
}

impl Mock {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let settling = Settling { time: Duration::from_secs(2), misses: self.misses };
        let habits = Habits {
            first_byte: Duration::from_millis(self.first_byte),
            word: Duration::from_millis(self.word),
            n_words: self.words,
            answers: self.answers.as_ref().map(answers).transpose()?.unwrap_or_default(),
            settling: Some(settling).filter(|settling| settling.misses > 0),
            requests_a_minute: self.requests,
            tokens_a_minute: self.tokens,
            wants_key: self.wants_key,
            batch_time: Duration::from_millis(self.batch_time),
            faults: self.fault.clone(),
        };
        let provider = Provider::new(super::catalog(context)?, habits);
        let sum = Rc::new(RefCell::new(Sum::default()));
        let (printer, is_json, total) = (context.printer.clone(), context.json, Rc::clone(&sum));
        let tell = move |heard: Heard| {
            let line = match heard {
                Heard::Listening(url) => {
                    printer.say(format_args!("Ask  `forkful ask BUNDLE \"question\" --base-url {url} -m MODEL`"));
                    printer.say(
                        "     with --provider anthropic, openai, gemini, ... as that one is asked; Ctrl-C ends it",
                    );
                    if is_json {
                        json!({ "schema": "forkful.mock/1", "base_url": url }).to_string()
                    } else {
                        url.to_owned()
                    }
                }
                Heard::Answered(entry) => {
                    let mut sum = total.borrow_mut();
                    sum.n_requests += 1;
                    sum.cost = sum.cost + entry.cost.unwrap_or_default();
                    sum.uncached = sum.uncached + entry.uncached.unwrap_or_default();
                    if is_json { entry.shape().to_string() } else { shown(entry) }
                }
            };
            // Where stdout is gone, answers go on.
            drop(printer.out(&(line + "\n")));
        };
        let runtime = super::runtime()?;
        runtime.block_on(serve::mock(self.port, provider, now, tell, super::ask::interrupted()))?;
        let Sum { n_requests, cost, uncached } = *sum.borrow();
        let requests = counted(n_requests, "request");
        context.printer.say(format_args!("Answered  {requests} for {cost}; {uncached} without a cache"));
        Ok(0)
    }
}

/// The answers that a person wrote.
fn answers(path: &PathBuf) -> Result<BTreeMap<String, String>, Failure> {
    let failed = |what: String| Failure::usage(format!("cannot read {}: {what}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    serde_json::from_str(&text)
        .map_err(|error| failed(error.to_string()).hint("it looks like {\"Why?\": \"Because.\"}"))
}

/// One request on a line.
fn shown(entry: &Entry) -> String {
    let count = |n: Option<u64>| n.map_or_else(|| "?".to_owned(), super::super::table::thousands);
    let usage = entry.usage;
    let head = format!("{:>4} {} {} {}", entry.number, entry.status, cell(&entry.model, 20), cell(entry.protocol, 16));
    let tokens = format!(
        "{:>9} in {:>9} read {:>9} written {:>6} out",
        count(usage.input),
        count(usage.cached),
        count(usage.cache_write),
        count(usage.output)
    );
    let cost = entry.cost.map_or_else(String::new, |cost| format!("  {cost}"));
    let remark = entry.remark.as_ref().map_or_else(String::new, |remark| format!("  {remark}"));
    match usage.input {
        Some(_) => format!("{head} {tokens}{cost}{remark}"),
        None => format!("{head}{remark}"),
    }
}
