//! `forkful plan SRC...`

use std::collections::BTreeMap;

use super::super::args::{FitArgs, SourceArgs};
use super::super::table::{bar, cell, counted, tail};
use super::super::{Context, Failure};
use super::plan_unit::{cut_list, reasons};
use super::tally::{tallied, tell};
use crate::budget::{Keep, Policy, Portion, Tier};
use crate::content::line;
use crate::tokens::{Tokens, Told};
use crate::workspace::{self, Fit, Tallied, shape};

/// A rest of the budget that nobody asks about.
const SLACK: Tokens = Tokens(32);

#[derive(Debug, clap::Args)]
pub(crate) struct Plan {
    #[arg(help = "The format to fit for: md, xml, text or messages [default: md]")]
    #[arg(short = 'F', long, value_name = "FORMAT")]
    format: Option<String>,
    /// Every cut of one source: where, how much, and what budget brings it back
    #[arg(long, value_name = "ID", conflicts_with = "why")]
    cut: Option<String>,
    /// Why a unit stays or falls: s2#117 is unit 117 of source s2
    #[arg(long, value_name = "UNIT")]
    why: Option<String>,
    /// Move sources, wishes and budget by hand, and see what becomes of the plan
    #[arg(short, long, conflicts_with_all = ["json", "cut", "why"])]
    interactive: bool,
    #[command(flatten)]
    sources: SourceArgs,
    #[command(flatten)]
    fit: FitArgs,
}

impl Plan {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let terms = context.terms(self.sources.profile.as_deref())?;
        let fit = self.fit.over(&terms.choices);
        let args = fit.counting.clone();
        let renderer = super::renderer(super::format(self.format.as_deref(), &terms))?;
        let (request, counting) = super::request(context, &fit, renderer)?;
        if self.interactive {
            let ask = super::interactive::Ask { request, counting, plain: super::plain_policy(&fit) };
            return super::interactive::run(context, &self.sources, &terms, ask);
        }
        let gathered = super::gather(context, &self.sources, &terms, super::plain_policy(&fit))?;
        let prepared = workspace::prepare(&gathered.sources, request, counting)?;
        let fit = prepared.fit()?;
        let printer = &context.printer;
        match (&self.cut, &self.why) {
            (Some(id), _) => {
                let cuts = prepared.cuts(&fit, id)?;
                if context.json { printer.json(&cuts)? } else { printer.out(&cut_list(&cuts, printer.width))? }
            }
            (_, Some(address)) => {
                let why = prepared.why(&fit, address)?;
                if context.json { printer.json(&why)? } else { printer.out(&reasons(&why))? }
            }
            _ => {
                let tallied = tallied(context, &args, &fit.counting, &[&fit.planned.text])?;
                let by_provider = tallied.as_ref().map(Tallied::shape);
                if context.json {
                    printer.json(&shape::Plan { by_provider, ..fit.shape() })?;
                } else {
                    printer.out(&ledger(&fit))?;
                }
                if let Some(tallied) = &tallied {
                    tell(context, &fit, tallied);
                }
            }
        }
        Ok(gathered.code)
    }
}

/// The plan as a table: a bar per source, what it keeps of what it has, and its fate.
fn ledger(fit: &Fit) -> String {
    let planned = &fit.planned;
    let limit = fit.limit().unwrap_or(fit.told(planned.total).tokens);
    let portions = &planned.plan.portions;
    let mut out = String::new();
    for ((item, portion), locator) in planned.frame.items.iter().zip(portions).zip(&fit.locators) {
        out += &format!(
            "  {:<3} {} {} {:>9} / {:<9} {}\n",
            item.id,
            cell(&tail(locator, 18), 18),
            cell(&bar(fit.told(portion.kept_tokens).tokens, limit, 12), 12),
            fit.told(portion.kept_tokens),
            fit.told(portion.tokens),
            fate(fit, portion),
        );
    }
    let rest = fit.told(planned.total - portions.iter().map(|portion| portion.kept_tokens).sum());
    out += &format!("      {} {} {rest:>9}\n", cell("frame, marks", 18), cell(&bar(rest.tokens, limit, 12), 12));
    out += &format!("      {:<18} {:12} {:>9}", "total", "", fit.told(planned.total));
    let of = fit.limit().map_or(String::new(), |limit| format!(" of {limit}"));
    out += &format!("{of} ({})\n", fit.counting.tokenizer);
    if let Some(range) = super::range(&fit.counting.tokenizer, planned.total) {
        out += &format!("      {range}\n");
    }
    if let Some(duplicates) = duplicates(fit) {
        out += &format!("{duplicates}\n");
    }
    for (item, entry) in planned.frame.items.iter().zip(&fit.entries) {
        if let Some(reason) = &entry.document.quality_reason {
            out += &line(&format!("{} is {}: {reason}", item.id, entry.document.quality.name()));
            out.push('\n');
        }
    }
    let left_out: Tokens = portions.iter().map(Portion::cut_tokens).sum();
    if left_out > Tokens(0) {
        out += &blocked(fit);
        out += &rule(fit);
        let n_gaps: usize = portions.iter().map(|portion| portion.gaps.len()).sum();
        let cut = format!("Left out: {} tokens in {}", fit.told(left_out), counted(n_gaps, "gap"));
        out += &match fit.whole() {
            Some(whole) => format!("{cut}; whole with --budget {}\n", whole.0),
            None => format!("{cut}, some by a cap\n"),
        };
        let most = planned.frame.items.iter().zip(portions).rev().max_by_key(|(_, portion)| portion.cut_tokens());
        out += &most.map_or(String::new(), |(item, _)| format!("What was cut: add --cut {}\n", item.id));
    }
    out
}

/// What keeps a rest of the budget empty: a unit that has no place to cut it.
fn blocked(fit: &Fit) -> String {
    let Some(budget) = fit.request.budget else { return String::new() };
    let free = budget - fit.request.reserve - fit.planned.total;
    let Some(next) = fit.planned.plan.next.as_ref().filter(|_| free > SLACK) else { return String::new() };
    let id = &fit.planned.frame.items[next.source].id;
    let (unit, needs) = (next.unit + 1, fit.budget_for(next.needs));
    format!(
        "{} tokens stay free: {id}#{unit} is next, {} tokens without a place to cut; it needs --budget {}\n",
        fit.told(free),
        fit.told(next.tokens),
        needs.0
    )
}

/// What became of a source, in twenty columns.
fn fate(fit: &Fit, portion: &Portion) -> String {
    let (cut, folded) = (fit.told(portion.cut_tokens()), fit.told(portion.duplicate_tokens()));
    match (cut.tokens, folded.tokens, portion.kept_tokens) {
        (Tokens(0), Tokens(0), _) => "whole".to_owned(),
        (Tokens(0), _, _) => format!("−{folded} dup"),
        (_, Tokens(0), Tokens(0)) => "left out".to_owned(),
        (_, Tokens(0), _) => format!("−{cut} in {}", counted(portion.gaps.len(), "gap")),
        _ => format!("−{cut}, −{folded} dup"),
    }
}

/// `duplicates: 1,904 tokens in 6 spans (s1 quotes s3 ×4, s2 repeats itself ×2)  --keep-dupes to keep`
pub(super) fn duplicates(fit: &Fit) -> Option<String> {
    let mut pairs: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let portions = &fit.planned.plan.portions;
    for (source, portion) in portions.iter().enumerate() {
        for fold in &portion.folds {
            *pairs.entry((source, fold.of)).or_default() += 1;
        }
    }
    let n_spans = pairs.values().sum();
    let items = &fit.planned.frame.items;
    let quotes = pairs.iter().map(|((source, of), n)| {
        let (id, of) = (&items[*source].id, &items[*of].id);
        // Another rendering is one reference and nothing else.
        let is_again = portions[*source].kept_tokens == Tokens(0) && *n == 1;
        match (id == of, is_again) {
            (true, _) => format!("{id} repeats itself ×{n}"),
            (_, true) => format!("{id} is {of} again"),
            _ => format!("{id} quotes {of} ×{n}"),
        }
    });
    let quotes: Vec<String> = quotes.collect();
    let shown = match quotes.len() {
        0 => return None,
        1..=2 => quotes.join(", "),
        n => format!("{}, {} more", quotes[0], counted(n - 1, "pair")),
    };
    let tokens: Tokens = portions.iter().map(Portion::duplicate_tokens).sum();
    Some(format!(
        "duplicates: {} tokens in {} ({shown})  --keep-dupes to keep",
        fit.told(tokens),
        counted(n_spans, "span")
    ))
}

/// By which rule the sources were cut: one level for all, or who gives way first.
fn rule(fit: &Fit) -> String {
    let policies = || fit.entries.iter().map(|entry| entry.policy);
    let is_plain = |policy| Policy { keep: Keep::Head, ..policy } == Policy::PLAIN;
    if fit.request.focus.is_none() && policies().all(is_plain) {
        return format!("Sources up to {} tokens are whole, larger ones are trimmed to that level\n", level(fit));
    }
    let ids = |tier| {
        let tier = fit.planned.frame.items.iter().zip(policies()).filter(move |(_, policy)| policy.tier == tier);
        tier.map(|(item, _)| item.id.as_str()).collect::<Vec<_>>().join(" ")
    };
    let tiers = [("spare", Tier::Spare), ("normal", Tier::Normal), ("must", Tier::Must)];
    let tiers = tiers.map(|(word, tier)| (word, ids(tier)));
    let present: Vec<_> = tiers.iter().filter(|(_, ids)| !ids.is_empty()).collect();
    if present.len() < 2 && policies().all(|policy| policy.floor == Tokens(0) && policy.tier != Tier::Pin) {
        return String::new();
    }
    let order: Vec<_> = present.iter().map(|(word, ids)| format!("{word} ({ids})")).collect();
    let kept: Vec<_> =
        [("floors", policies().any(|policy| policy.floor > Tokens(0))), ("pins", !ids(Tier::Pin).is_empty())]
            .into_iter()
            .filter_map(|(word, is_there)| is_there.then_some(word))
            .collect();
    let never = if kept.is_empty() { String::new() } else { format!("; {} never", kept.join(" and ")) };
    format!("Cut in this order: {}{never}\n", order.join(", then "))
}

fn level(fit: &Fit) -> Told {
    fit.told(Tokens(u32::try_from(fit.planned.plan.level).unwrap_or(u32::MAX)))
}
