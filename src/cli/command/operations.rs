//! `forkful operations`

use super::super::table::{cell, shorten};
use super::super::{Context, Failure};
use crate::content::Digest;
use crate::store::record::OperationRecord;
use crate::workspace::ListedOperation;

/// Operations that a list shows when it is not told how many.
const MOST: usize = 20;

#[derive(Debug, clap::Args)]
pub(crate) struct Operations {
    /// So many at most
    #[arg(short = 'n', long, value_name = "N", default_value_t = MOST)]
    most: usize,
    /// Every operation
    #[arg(short, long, conflicts_with = "most")]
    all: bool,
    /// The list as it was once this operation was done
    #[arg(long, value_name = "OPERATION")]
    at: Option<u64>,
}

impl Operations {
    pub(crate) fn run(&self, context: &Context) -> Result<u8, Failure> {
        let most = if self.all { usize::MAX } else { self.most };
        let workspace = super::open(context)?;
        let (listed, n_all) = workspace.operations(most, self.at)?;
        if context.json {
            let listed = listed.into_iter().map(|one| workspace.whole(one)).collect::<Result<Vec<_>, _>>()?;
            let shape = |listed: &ListedOperation| {
                let mut value = serde_json::to_value(&listed.record).unwrap_or_default();
                value["time"] = listed.record.time.to_string().into();
                value["undone"] = listed.is_undone.into();
                value
            };
            let operations: Vec<_> = listed.iter().map(shape).collect();
            let value = serde_json::json!({"schema": "forkful.operations/1", "operations": operations});
            context.printer.json(&value)?;
            return Ok(0);
        }
        let columns = n_all.to_string().len().max(2);
        for ListedOperation { record, is_undone } in &listed {
            let undone = if *is_undone { " (undone)" } else { "" };
            let what = format!("{}{undone}", record.description);
            let line = format!(
                "{:>columns$}  {}  {}  {}",
                record.number,
                record.time.minute(),
                cell(&what, 28),
                moved(record)
            );
            context.printer.out(&(shorten(line.trim_end(), context.printer.width) + "\n"))?;
        }
        let n_more = usize::try_from(n_all).unwrap_or(usize::MAX).saturating_sub(listed.len());
        if n_more > 0 {
            context.printer.out(&format!("... {n_more} more: --all\n"))?;
        }
        Ok(0)
    }
}

/// `main ab7e3a7 → bedcc3d`, or what was said.
fn moved(record: &OperationRecord) -> String {
    let short = |id: Option<Digest>| id.map_or("nothing".to_owned(), |id| id.short());
    let moves = record.moves.iter().map(|step| {
        let name = step.name.split_once('/').map_or(step.name.as_str(), |(_, name)| name);
        format!("{name} {} → {}", short(step.from), short(step.to))
    });
    let said = record.remarks.iter().map(|step| {
        let said = step.to.as_deref().unwrap_or("nothing");
        format!("{} {said}", step.topic)
    });
    moves.chain(said).collect::<Vec<_>>().join(", ")
}
