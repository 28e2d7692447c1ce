//! What a model call used, as its server counts.

use serde::{Deserialize, Serialize};

/// What a call used, in tokens; `None` is unknown, which is not zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The whole input, cached or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<u64>,
    /// The part of the input read from a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cached: Option<u64>,
    /// The part of the input written to a cache.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_write: Option<u64>,
    /// The whole output, reasoning included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<u64>,
    /// The part of the output spent on reasoning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reasoning: Option<u64>,
}

/// More tokens than this no call takes: a larger count is a server's mistake.
const MOST: u64 = 1_000_000_000;

impl Usage {
    /// These counts without those that no call can have.
    #[must_use]
    pub fn plausible(self) -> Self {
        let kept = |count: Option<u64>| count.filter(|n| *n <= MOST);
        Self {
            input: kept(self.input),
            cached: kept(self.cached),
            cache_write: kept(self.cache_write),
            output: kept(self.output),
            reasoning: kept(self.reasoning),
        }
    }

    /// These counts where they are known, else the earlier ones.
    #[must_use]
    pub fn or(self, earlier: Self) -> Self {
        Self {
            input: self.input.or(earlier.input),
            cached: self.cached.or(earlier.cached),
            cache_write: self.cache_write.or(earlier.cache_write),
            output: self.output.or(earlier.output),
            reasoning: self.reasoning.or(earlier.reasoning),
        }
    }
}
