//! `forkful compare ADDRESS...`

use super::super::table::{cell, columns, thousands, wrapped};
use super::super::{Context, Failure};
use crate::content::line;
use crate::workspace::{Compared, ComparedAnswer};

/// Columns that an answer needs to be read beside another.
const NARROWEST: usize = 30;
/// What stands between two answers.
const GUTTER: &str = " │ ";

#[derive(Debug, clap::Args)]
pub(crate) struct Compare {
    /// Branches or ids of answers; one of them stands for all answers to the same question
    #[arg(value_name = "ADDRESS", default_value = "@")]
    addresses: Vec<String>,
}

impl Compare {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let workspace = super::open(context)?;
        let compared = workspace.compare(&self.addresses, &super::catalog(context)?)?;
        if context.json {
            context.printer.json(&compared.shape())?;
        } else {
            context.printer.out(&shown(&compared, context.printer.width))?;
        }
        if compared.answers.len() < 2 {
            let name = compared.answers.first().map_or("@", |answer| answer.name.as_str());
            context.printer.say(format_args!("One answer is all there is; another one: `forkful retry {name}`"));
        }
        Ok(0)
    }
}

/// As many answers beside each other as there is room for, the next ones below.
fn shown(compared: &Compared, width: usize) -> String {
    let mut out = String::new();
    if let Some(question) = &compared.question {
        out += &wrapped(&line(question), width).join("\n");
        out += "\n\n";
    }
    let room = |n: usize| (width + GUTTER.chars().count()) / n.max(1);
    let most = (1..=compared.answers.len()).rev().find(|n| room(*n) >= NARROWEST + 3).unwrap_or(1);
    for (number, beside) in compared.answers.chunks(most).enumerate() {
        out += if number > 0 { "\n" } else { "" };
        let inner = room(beside.len()).saturating_sub(GUTTER.chars().count()).max(1);
        let stacks: Vec<Vec<String>> =
            beside.iter().map(|answer| stack(answer, compared.question.is_none(), inner)).collect();
        out += &columns(&stacks, inner, GUTTER);
    }
    out
}

/// One answer's lines: name, model and cost, its question where others have another, its words.
fn stack(answer: &ComparedAnswer, with_question: bool, width: usize) -> Vec<String> {
    let usage = answer.usage;
    let fields = [
        answer.model.clone(),
        usage.output.map(|output| format!("{} out", thousands(output))),
        answer.cost.map(|cost| cost.to_string()),
    ];
    let told = fields.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let mut lines = vec![answer.name.clone()];
    lines.extend(Some(told).filter(|told| !told.is_empty()));
    if with_question {
        lines.extend(wrapped(&format!("> {}", line(&answer.question)), width));
    }
    lines.push("─".repeat(width));
    lines.extend(answer.text.trim().lines().flat_map(|line| wrapped(line, width)));
    lines.into_iter().map(|line| cell(&line, width)).collect()
}
