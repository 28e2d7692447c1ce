//! `forkful check [ADDRESS]`

use super::super::failure::MISMATCH;
use super::super::table::{cell, counted};
use super::super::{Context, Failure};
use crate::content::line;
use crate::workspace::shape::{Check as Shape, CheckAnswer, CheckCitation, CheckPiece, CheckQuotation};

#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// Branch (its last answer), message or @
    #[arg(value_name = "ADDRESS", default_value = "@")]
    address: String,
    /// Every answer of the branch
    #[arg(long)]
    all: bool,
    /// Exit with 5 unless every quotation and citation holds
    #[arg(long)]
    strict: bool,
}

/// Columns of a quotation that are shown.
const SHOWN: usize = 300;

impl Check {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let checked = super::open(context)?.check(&self.address, self.all)?;
        let shape = &checked.shape;
        if context.json {
            context.printer.json(shape)?;
        } else {
            for answer in &shape.answers {
                if self.all {
                    context.printer.out(&format!("{}\n", answer.message.short()))?;
                }
                context.printer.out(&table(answer))?;
            }
        }
        for source in &shape.withheld {
            context.printer.say(format_args!(
                "Withheld  the text of {source} is not here: what is cited from it cannot be checked"
            ));
        }
        context.printer.say(format_args!("Checked  {}", summary(shape)));
        Ok(if self.strict && !shape.clean { MISMATCH } else { 0 })
    }
}

/// One line a quotation and one a citation that points nowhere or cannot be followed, in the order of the answer.
fn table(answer: &CheckAnswer) -> String {
    let quoted = answer.quotations.iter().map(|one| (one.start, quotation(one)));
    let nowhere = answer.citations.iter().filter(|one| !one.found).map(|one| (one.start, citation(one)));
    let mut rows: Vec<(usize, String)> = quoted.chain(nowhere).collect();
    rows.sort_by_key(|(start, _)| *start);
    rows.into_iter().map(|(_, row)| row).collect()
}

fn quotation(one: &CheckQuotation) -> String {
    let place = one.place.as_ref().map_or(String::new(), |place| format!("[{place}]"));
    let cited = one.cited.as_ref().map_or(String::new(), |cited| format!(", cited as [{cited}]"));
    let not_kept = if one.kept == Some(false) { ", cut from the bundle" } else { "" };
    let told = match one.verdict {
        "found" | "altered" => format!("{place}{not_kept}"),
        "elsewhere" => format!("{place}{cited}{not_kept}"),
        "spliced" => format!("{place} and elsewhere, not in this order"),
        "said" => "in the conversation, in no source".to_owned(),
        "term" => "a term, in no source".to_owned(),
        "withheld" => format!("cannot be checked: withheld{cited}"),
        _ => format!("in no source{cited}"),
    };
    let words = line(&one.text);
    let words: String = words.chars().take(SHOWN).collect();
    let mut row = format!("{}{told}\n          \u{201c}{words}\u{201d}\n", cell(one.verdict, 10));
    if let Some(difference) = &one.difference {
        row += &format!("          source: {}\n", marked(difference));
    }
    row
}

/// The words of the source; `[-left out-]` by the answer, `{+put in+}` by it.
fn marked(difference: &[CheckPiece]) -> String {
    let pieces = difference.iter().map(|piece| match piece {
        CheckPiece::Same(text) => line(text),
        CheckPiece::Source(text) => format!("[-{}-]", line(text)),
        CheckPiece::Answer(text) => format!("{{+{}+}}", line(text)),
    });
    pieces.collect::<Vec<_>>().join(" ")
}

fn citation(one: &CheckCitation) -> String {
    let word = if one.withheld { "withheld" } else { "nowhere" };
    format!("{}[{}]  {}\n", cell(word, 10), one.cited, one.reason.as_deref().unwrap_or_default())
}

fn summary(shape: &Shape) -> String {
    let all = || shape.answers.iter().flat_map(|answer| &answer.quotations);
    let mut told = vec![counted(all().count(), "quotation")];
    for verdict in ["found", "elsewhere", "altered", "spliced", "missing", "said", "term", "withheld"] {
        let n = all().filter(|one| one.verdict == verdict).count();
        if n > 0 {
            told.push(format!("{n} {verdict}"));
        }
    }
    let citations = || shape.answers.iter().flat_map(|answer| &answer.citations);
    told.push(counted(citations().count(), "citation"));
    let n_withheld = citations().filter(|one| one.withheld).count();
    let n_nowhere = citations().filter(|one| !one.found).count() - n_withheld;
    let counts = [(n_nowhere, "nowhere"), (n_withheld, "withheld")];
    told.extend(counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")));
    told.join(", ")
}
