//! What twenty forks over 100,000 tokens cost in the test provider, by each provider's rules and prices.
//!
//! Two ways, both played in simulated time: all at once, as a shell loop with `&` sends them, and as
//! the schedule of a fan-out sends them. The unit is one question at the price without a cache, so
//! that twenty is what no cache costs. Ends with an error where the plan misses what the prices allow.
#![allow(clippy::print_stdout, reason = "a bench prints its table")]

use std::collections::BTreeMap;
use std::time::Duration;

use forkful::catalog::{CacheRule, Catalog, Ends, Model, Money, Price};
use forkful::content::{Message, Role, Timestamp, Usage};
use forkful::mock::{Asked, Habits, Mock};
use forkful::net::{Request, Url};
use forkful::send::{Endpoint, Host, PROTOCOLS, Prompt};
use forkful::workspace::fan_out::{Ended, LaneRule, Load, Schedule, Step, Warmth};

const N_FORKS: usize = 20;
/// The same as a price counts it.
const ALL: f64 = 20.0;
/// Milliseconds to the first byte of an answer, and to its last.
const FIRST: i64 = 1500;
const LAST: i64 = 12_000;

/// Provider, protocol, model.
const PLACES: [(&str, &str, &str); 8] = [
    ("anthropic", "anthropic", "claude-opus-4-8"),
    ("anthropic", "anthropic", "claude-haiku-4-5"),
    ("openai", "openai-responses", "gpt-5.6-sol"),
    ("openai", "openai-responses", "gpt-5"),
    ("openai", "openai-chat", "gpt-4o"),
    ("gemini", "gemini", "gemini-2.5-pro"),
    ("deepseek", "openai-chat", "deepseek-v3.2"),
    ("xai", "openai-chat", "grok-4.3"),
];

enum Happens {
    Begins(usize),
    Ends(usize),
}

fn text() -> String {
    let words = ["bench", "card", "job", "spring", "lathe", "memory", "note", "ladder", "fire", "shelf"];
    let line = |n: usize| {
        let chosen: Vec<&str> = (0..16).map(|k| words[(n * 7 + k * k * 3 + n / 10) % words.len()]).collect();
        format!("{n}: {}.\n", chosen.join(" "))
    };
    (0..4700).map(line).collect()
}

fn request((host, protocol, model): (&str, &str, &str), bundle: &str, fork: usize) -> Request {
    let protocol = PROTOCOLS.iter().find(|own| own.name == protocol).expect("a protocol");
    let question = format!("What does line {fork} say?");
    let prompt = Prompt {
        model: model.to_owned(),
        system: None,
        messages: [bundle, question.as_str()].map(|text| Message::text(Role::User, text)).to_vec(),
        max_output: Some(100),
        temperature: None,
        reasoning: None,
        stream: true,
        sheets: Vec::new(),
        lasting: false,
        prefix: Some("forkful-bench".to_owned()),
        n_tokens: None,
        extra: serde_json::Map::new(),
        headers: Vec::new(),
    };
    let base_url = Url::parse("http://127.0.0.1:1/v1").expect("an address");
    (protocol.encode)(
        &prompt,
        &Endpoint { base_url, key: None, key_from: None, host: Host::named(host).expect("a host") },
    )
}

/// What a request uses, its answer left out.
fn ask(mock: &mut Mock, request: &Request, at: i64) -> Usage {
    let url = request.url.without_secrets();
    let path = url.split_once(":1/").map_or("", |(_, path)| path);
    let asked = Asked { method: "POST", path: &format!("/{path}"), has_key: false, body: &request.body };
    let reply = mock.answer(&asked, Timestamp(at));
    assert_eq!(reply.status, 200, "{:?}", reply.entry);
    let usage = reply.entry.expect("an answer").usage;
    Usage { output: Some(0), ..usage }
}

fn mock() -> Mock {
    let first_byte = Duration::from_millis(FIRST.unsigned_abs());
    Mock::new(Catalog::built_in(), Habits { first_byte, ..Habits::plain() })
}

/// Forks in simulated time as the schedule sends them; the last moment comes too.
fn planned(requests: &[Request], rule: CacheRule, is_told_early: bool) -> (Vec<Usage>, i64, Warmth) {
    let zero = Money::default();
    let load = Load { lane: 0, n_tokens: 100_000, cold: zero, warm: zero, answer: zero, is_bounded: true };
    let lane = LaneRule { server: 0, rule: Some(rule), may_refresh: true };
    let mut schedule = Schedule::new(vec![lane], vec![load; requests.len()], 6, None);
    let mut mock = mock();
    let mut usages = vec![Usage::default(); requests.len()];
    let mut queue: BTreeMap<(i64, usize), Happens> = BTreeMap::new();
    let mut now = 0;
    loop {
        match schedule.next(Timestamp(now)) {
            Step::Send(fork) => {
                usages[fork] = ask(&mut mock, &requests[fork], now);
                queue.insert((now + FIRST, fork), Happens::Begins(fork));
                queue.insert((now + LAST, fork), Happens::Ends(fork));
                continue;
            }
            Step::Refresh(lane) => schedule.refreshed(lane, true, None, Timestamp(now)),
            Step::Wait(until) => {
                let next = queue.first_key_value().map(|((at, _), _)| *at);
                now = until.map(|until| until.0).into_iter().chain(next).min().expect("something happens");
            }
            Step::Done => break,
        }
        while let Some(entry) = queue.first_entry().filter(|entry| entry.key().0 <= now) {
            let moment = Timestamp(now);
            let read = |schedule: &mut Schedule, fork: usize| {
                let cached = usages[fork].cached.unwrap_or(0);
                schedule.read(fork, cached, moment);
            };
            match entry.remove() {
                Happens::Begins(fork) => {
                    schedule.began(fork, moment);
                    if is_told_early {
                        read(&mut schedule, fork);
                    }
                }
                Happens::Ends(fork) => {
                    read(&mut schedule, fork);
                    schedule.ended(fork, Ended { cost: None, is_answered: true, is_hopeless: false }, moment);
                }
            }
        }
    }
    (usages, now, schedule.warmth(0))
}

/// The cost in hundredths of one question's without a cache.
fn units(model: &Model, usages: &[Usage]) -> f64 {
    let cost: f64 = usages.iter().filter_map(|usage| model.cost(usage)).map(Money::dollars).sum();
    let one = model.uncached(&usages[0]).expect("a price").dollars();
    cost / one
}

fn main() {
    let catalog = Catalog::built_in();
    let bundle = text();
    println!(
        "{:<22} {:>9} {:>9} {:>9} {:>9} {:>8} {:>8}",
        "model", "tokens", "no cache", "at once", "planned", "saved", "expected"
    );
    for place in PLACES {
        let model = catalog.find(place.2).model;
        let rule = CacheRule::of(&model, place.1);
        let requests: Vec<Request> = (0..N_FORKS).map(|fork| request(place, &bundle, fork)).collect();
        let mut crowd = mock();
        let at_once: Vec<Usage> = requests.iter().map(|request| ask(&mut crowd, request, 0)).collect();
        let (usages, _, warmth) = planned(&requests, rule, place.1 == "anthropic");
        assert_eq!(warmth, Warmth::Hit, "{}", place.2);
        let prices = model.prices_at(at_once[0].input.unwrap_or(0));
        let input = prices.input.expect("a price").millionths();
        let ratio = |price: Option<Price>| {
            price.map_or(1.0, |price| {
                price.of(1_000_000).dollars() / prices.input.expect("a price").of(1_000_000).dollars()
            })
        };
        let write = if matches!(rule.ends, Ends::Marks { .. }) { ratio(prices.cache_write) } else { 1.0 };
        let expected = write + ratio(prices.cache_read) * (ALL - 1.0);
        let (crowd, plan) = (units(&model, &at_once), units(&model, &usages));
        println!(
            "{:<22} {:>9} {:>9.2} {:>9.2} {:>9.2} {:>7.0} % {:>8.2}",
            place.2,
            at_once[0].input.unwrap_or(0),
            ALL,
            crowd,
            plan,
            100.0 - plan / ALL * 100.0,
            expected,
        );
        assert!(input > 0 && plan < expected * 1.02 + 0.05, "{}: {plan} instead of {expected}", place.2);
    }
}
