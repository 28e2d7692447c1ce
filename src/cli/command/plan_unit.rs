//! `forkful plan --cut s2` and `--why s2#117`: what was left out, and why.

use super::super::table::{cell, counted, shorten};
use crate::tokens::{Tokens, Told};
use crate::workspace::shape::{Cuts, CutsUnit, Why};

/// One line a cut: unit, place, tokens, level, the budget that brings it back, its first words.
pub(super) fn cut_list(cuts: &Cuts, width: usize) -> String {
    let Cuts { id, locator, tokens, cut_tokens, exact, .. } = cuts;
    let told = |n: u32| Told { tokens: Tokens(n), exact: *exact };
    if cuts.units.is_empty() {
        return format!("{id}  {locator}: nothing is cut\n");
    }
    let mut out = format!(
        "{id}  {locator}: {} of {} tokens left out, in {}; the level reached is {}\n",
        told(*cut_tokens),
        told(*tokens),
        counted(cuts.gaps, "gap"),
        level(cuts.level, *exact),
    );
    let places = cuts.units.iter().map(|unit| unit.place.chars().count()).max().unwrap_or(0).max(5);
    out += &format!("  unit   {} tokens     level   --budget  begins\n", cell("where", places));
    for CutsUnit { unit, place, tokens, level: enters, needs, text, .. } in &cuts.units {
        let (enters, needs) = match (enters, needs) {
            (Some(enters), Some(needs)) => (level(*enters, *exact), needs.to_string()),
            _ => ("capped".to_owned(), "–".to_owned()),
        };
        let head = format!(
            "  {:<6} {} {:>6} {enters:>9} {needs:>10}  ",
            format!("#{unit}"),
            cell(place, places),
            told(*tokens)
        );
        let room = width.saturating_sub(head.chars().count()).max(12);
        out += &format!("{head}{}\n", shorten(text, room));
    }
    out
}

/// Why a unit stays or falls, a fact a line.
pub(super) fn reasons(why: &Why) -> String {
    let Why { id, unit, units, place, fate, tokens, exact, .. } = why;
    let mut out = format!("{id}#{unit} of {units}, at {place}, {} tokens: {fate}\n", level((*tokens).into(), *exact));
    out += &match (why.level, why.turn) {
        (Some(_), Some(_)) if why.reserved && *fate == "folded" => String::new(),
        (Some(_), Some(turn)) if why.reserved => {
            format!("  a pin or a floor asks for it: turn {turn} of {}\n", why.turns)
        }
        (Some(enters), Some(turn)) => format!(
            "  enters at level {}, turn {turn} of {}; the level reached is {}\n",
            level(enters, *exact),
            why.turns,
            level(why.level_reached, *exact)
        ),
        _ => "  the source's cap keeps it out\n".to_owned(),
    };
    if let Some(asked_by) = &why.asked_by {
        out += &format!("  enters when {asked_by} does, which repeats it\n");
    }
    if let Some(repeats) = &why.repeats {
        let what = if *fate == "folded" { "a reference stands for it" } else { "it repeats" };
        out += &format!("  {what}: {repeats}\n");
    }
    if let Some(needs) = why.needs {
        out += &match why.more {
            Some(more) if more > 0 => format!("  needs +{} tokens of budget: --budget {needs}\n", Tokens(more)),
            _ => format!("  stays with --budget {needs} and more\n"),
        };
    }
    if let Some(terms) = &why.terms {
        let terms: Vec<_> = terms.iter().map(|term| format!("{} ×{}", term.term, term.times)).collect();
        let said = if terms.is_empty() { "none of the question's words".to_owned() } else { terms.join(", ") };
        let rank = why.rank.map_or(String::new(), |rank| format!("rank {rank} in focus, "));
        out += &format!("  {rank}{said}\n");
    }
    out + &format!("  {}\n", why.text)
}

fn level(level: u64, exact: bool) -> String {
    Told { tokens: Tokens(u32::try_from(level).unwrap_or(u32::MAX)), exact }.to_string()
}
