//! The store as it was: the journal unwound from the present.

use std::ops::ControlFlow;

use super::record::Pointers;
use super::{Error, Remarks, Store};

/// All that can change: where pointers and `@` stood, and what remarks said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Pointers by their full names.
    pub pointers: Pointers,
    /// Where the last command had left off.
    pub at: Option<String>,
    /// What was said of messages and branches.
    pub remarks: Remarks,
}

impl Store {
    /// What stands.
    pub fn state(&self) -> Result<State, Error> {
        Ok(State { pointers: self.pointers("")?, at: self.at()?, remarks: self.remarks()? })
    }

    /// What stood once operation `number` was done; 0 is before the first.
    pub fn state_at(&self, number: u64) -> Result<State, Error> {
        // One moment for all tables: a writer may be at work beside.
        let _snapshot = self.snapshot()?;
        let mut state = self.state()?;
        let mut newest = None;
        self.walk_back(|operation| {
            newest.get_or_insert(operation.number);
            if operation.number <= number {
                return ControlFlow::Break(());
            }
            for step in operation.moves.into_iter().rev() {
                match step.from {
                    Some(target) => state.pointers.insert(step.name, target),
                    None => state.pointers.remove(&step.name),
                };
            }
            for step in operation.remarks.into_iter().rev() {
                match step.from {
                    Some(value) => state.remarks.insert((step.subject, step.topic), value),
                    None => state.remarks.remove(&(step.subject, step.topic)),
                };
            }
            if let Some(step) = operation.at {
                state.at = step.from;
            }
            ControlFlow::Continue(())
        })?;
        if number > newest.unwrap_or(0) {
            return Err(Error::NoOperation { number });
        }
        if number <= self.swept()?.operation {
            for id in state.pointers.values() {
                if self.kind(*id)?.is_none() {
                    return Err(Error::Swept { number, id: *id });
                }
            }
        }
        Ok(state)
    }
}
