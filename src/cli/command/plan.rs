//! `forkful plan SRC...`

use super::super::args::{FitArgs, SourceArgs};
use super::super::table::{bar, cell, counted, tail};
use super::super::{Context, Failure};
use crate::budget::{Keep, Policy};
use crate::tokens::{Tokens, Told};
use crate::workspace::{self, Fit};

/// Where the tokens would go and what would be cut; writes nothing
#[derive(Debug, clap::Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    sources: SourceArgs,
    #[command(flatten)]
    fit: FitArgs,
    #[arg(help = "The format to fit for: md, xml, text or messages [default: md]")]
    #[arg(short = 'F', long, value_name = "FORMAT")]
    format: Option<String>,
}

impl Plan {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let terms = context.terms(self.sources.profile.as_deref())?;
        let fit = self.fit.over(&terms.choices);
        let renderer = super::renderer(super::format(self.format.as_deref(), &terms))?;
        let (request, counting) = super::request(context, &fit, renderer)?;
        let gathered = super::gather(context, &self.sources, &terms, super::plain_policy(&fit))?;
        let fit = workspace::plan(&gathered.sources, request, counting)?;
        if context.json {
            context.printer.json(&fit.shape())?;
        } else {
            context.printer.out(&ledger(&fit))?;
        }
        Ok(gathered.code)
    }
}

/// The plan as a table: a bar per source, what it keeps of what it has, and its fate.
fn ledger(fit: &Fit) -> String {
    let planned = &fit.planned;
    let limit = fit.limit().unwrap_or(fit.told(planned.total).tokens);
    let mut out = String::new();
    for ((item, portion), locator) in planned.frame.items.iter().zip(&planned.plan.portions).zip(&fit.locators) {
        let left_out = portion.tokens - portion.kept_tokens;
        let fate = match (left_out, portion.kept_tokens) {
            (Tokens(0), _) => "whole".to_owned(),
            (_, Tokens(0)) => "left out".to_owned(),
            _ => format!("−{} in {}", fit.told(left_out), counted(portion.gaps.len(), "gap")),
        };
        out += &format!(
            "  {:<3} {} {} {:>9} / {:<9} {fate}\n",
            item.id,
            cell(&tail(locator, 18), 18),
            cell(&bar(fit.told(portion.kept_tokens).tokens, limit, 12), 12),
            fit.told(portion.kept_tokens),
            fit.told(portion.tokens),
        );
    }
    let markers = planned.total - planned.frame_tokens - planned.plan.portions.iter().map(|p| p.kept_tokens).sum();
    let rest = fit.told(planned.frame_tokens + markers);
    out += &format!("      {} {} {rest:>9}\n", cell("frame, gap marks", 18), cell(&bar(rest.tokens, limit, 12), 12));
    out += &format!("      {:<18} {:12} {:>9}", "total", "", fit.told(planned.total));
    let of = fit.limit().map_or(String::new(), |limit| format!(" of {limit}"));
    out += &format!("{of} ({})\n", fit.counting.tokenizer);
    if let Some(range) = super::range(&fit.counting.tokenizer, planned.total) {
        out += &format!("      {range}\n");
    }
    let left_out: Tokens = planned.plan.portions.iter().map(|p| p.tokens - p.kept_tokens).sum();
    if left_out > Tokens(0) {
        let is_plain = |policy| Policy { keep: Keep::Head, ..policy } == Policy::PLAIN;
        if fit.request.focus.is_none() && fit.entries.iter().all(|entry| is_plain(entry.policy)) {
            out += &format!("Sources up to {} tokens are whole, larger ones are trimmed to that level\n", level(fit));
        }
        out += &match fit.whole() {
            Some(whole) => format!("Left out: {} tokens; whole with --budget {}\n", fit.told(left_out), whole.0),
            None => format!("Left out: {} tokens, some by a cap\n", fit.told(left_out)),
        };
    }
    out
}

fn level(fit: &Fit) -> Told {
    fit.told(Tokens(u32::try_from(fit.planned.plan.level).unwrap_or(u32::MAX)))
}
