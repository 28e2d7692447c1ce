//! `export` and `import`: bundles and branches as one file that goes out and comes back.
//!
//! A [`Parcel`] says what travels: which bundle or branch, since when, without which texts, from whom.
//! What stays behind leaves its hash, so that nothing else changes its id; words inside of a message
//! cannot stay behind, since its hash and all after it would be others: that is refused.
//! Trees of other programs are taken in by `adopt` and go back by `release`.
//! A file that comes is verified as a whole, its bundles rendered again, before a byte is written.

mod adopt;
mod export;
mod import;
mod names;
mod release;
mod since;
#[cfg(test)]
mod tests;
mod withhold;

pub use adopt::{Adopted, AdoptedBranch, AdoptedTree};
pub use export::{Exported, Parcel};
pub use import::{Imported, Intake};
pub use release::{Abroad, Released};
pub use withhold::Withhold;
