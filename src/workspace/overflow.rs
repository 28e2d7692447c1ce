//! A prompt that was too long for its model: how large its bundle may be.

use super::{Draft, Workspace};
use crate::fork;
use crate::send::{Ending, Error};
use crate::tokens::Tokens;

impl Workspace {
    /// The budget with which the bundle would have fitted, where the server says by how much it did not.
    pub(super) fn fitting(&self, draft: &Draft, ending: &Ending) -> Option<Tokens> {
        let Ending::Failed(Error::WindowExceeded { failure, .. }) = ending else { return None };
        let bundle = fork::bundle_of(&self.store, draft.parent).ok()?;
        let of_bundle = self.store.bundle(bundle).ok()?.total_tokens;
        smaller(of_bundle, draft.tokens, failure.prompt_tokens?, failure.over()?)
    }
}

/// A budget for a bundle of `of_bundle` tokens that frees `over` tokens as the server counts, in a
/// prompt that is `ours` by our count and `theirs` by its own; none where the talk alone is too long.
pub(super) fn smaller(of_bundle: u32, ours: Tokens, theirs: u64, over: u64) -> Option<Tokens> {
    // The whole prompt is no better known than to a hundredth: frames and turns count differently.
    let over = over.checked_mul(u64::from(ours.0))?.div_ceil(theirs.max(1)) + u64::from(of_bundle).div_ceil(100);
    let left = u64::from(of_bundle).checked_sub(over)?;
    let round = if left >= 10_000 { 100 } else { 10 };
    let left = left / round * round;
    (left * 10 >= u64::from(of_bundle)).then(|| u32::try_from(left).ok().map(Tokens))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_frees_what_is_over_as_the_server_counts() {
        let check = |of_bundle: u32, ours: u32, theirs: u64, over: u64, expected: Option<u32>| {
            assert_eq!(smaller(of_bundle, Tokens(ours), theirs, over), expected.map(Tokens), "{of_bundle} {over}");
        };
        check(100_000, 100_000, 100_000, 10_000, Some(89_000));
        // A server that counts more frees more with each of our tokens.
        check(100_000, 100_000, 200_000, 10_000, Some(94_000));
        check(5000, 5009, 9000, 808, Some(4500));
        check(5000, 50_000, 50_000, 10_000, None);
        check(5000, 5009, 9000, 8990, None);
        check(0, 9, 0, 1, None);
    }
}
