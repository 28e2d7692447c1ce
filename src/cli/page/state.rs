//! What the page knows: the plan under the hands, and where the eyes are.

use crate::tokens::Tokens;
use crate::workspace::Trial;

/// The page between two keys.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    /// The plan.
    pub trial: Trial,
    /// What the plan is of: the project file, or nothing.
    pub title: String,
    /// Whether colours may be used.
    pub colour: bool,
    /// The row under the cursor.
    pub row: usize,
    /// The unit of that row under the strip's cursor.
    pub unit: usize,
    /// Where left and right go.
    pub pane: Pane,
    /// What is being typed.
    pub prompt: Option<Prompt>,
    /// Only rows with this in their name are listed.
    pub filter: String,
    /// What lies over the page.
    pub over: Over,
    /// Whether the unit under the cursor is explained.
    pub why: bool,
    /// What happened last.
    pub note: Option<String>,
    /// What the loop is to do.
    pub want: Want,
}

/// A part of the page that takes the arrow keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pane {
    /// Left and right move the budget.
    Sources,
    /// Left and right move the strip's cursor.
    Strip,
}

/// What lies over the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Nothing.
    Nothing,
    /// The keys.
    Help,
    /// The question whether to save before leaving.
    Leaving,
}

/// A line that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prompt {
    /// What it is for.
    pub kind: Asked,
    /// What stands in it.
    pub text: String,
}

/// What a typed line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// A budget.
    Budget,
    /// A floor for the row under the cursor.
    Floor,
    /// A filter for the list.
    Filter,
}

/// What the page asks of the loop around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Want {
    /// The next key.
    Key,
    /// The project file written, and then the next key.
    Save,
    /// The project file written, and then the end.
    SaveAndLeave,
    /// The end.
    Leave,
    /// The end, at once.
    Interrupt,
}

impl Page {
    /// A page with the cursor on the first row.
    pub(crate) fn new(trial: Trial, title: String, colour: bool) -> Self {
        Self {
            trial,
            title,
            colour,
            row: 0,
            unit: 0,
            pane: Pane::Sources,
            prompt: None,
            filter: String::new(),
            over: Over::Nothing,
            why: false,
            note: None,
            want: Want::Key,
        }
    }

    /// The rows that the filter lets through.
    pub(crate) fn listed(&self) -> Vec<usize> {
        let wanted = self.filter.to_lowercase();
        let rows = self.trial.rows.iter().enumerate();
        let named = rows.filter(|(_, row)| {
            let title = row.title.as_deref().unwrap_or_default();
            format!("{} {title}", row.locator).to_lowercase().contains(&wanted)
        });
        named.map(|(index, _)| index).collect()
    }

    /// The named source of the row under the cursor.
    pub(crate) fn hand(&self) -> usize {
        self.trial.rows.get(self.row).map_or(0, |row| row.hand)
    }

    /// The right end of the slider: all that is in use, in full thousands, or the budget beyond it.
    pub(crate) fn most(&self) -> Tokens {
        let whole = Tokens(self.trial.whole.0.div_ceil(1000).saturating_mul(1000));
        self.trial.budget.map_or(whole, |budget| budget.max(whole))
    }

    /// What became of saving.
    pub(crate) fn saved(&mut self, result: Result<String, String>) {
        self.want = match (&result, self.want) {
            (Ok(_), Want::SaveAndLeave) => Want::Leave,
            _ => Want::Key,
        };
        self.note = Some(match result {
            Ok(name) => format!("Saved {name}"),
            Err(because) => format!("not saved: {because}"),
        });
    }
}
