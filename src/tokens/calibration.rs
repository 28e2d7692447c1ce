//! A scale learned from answers that said what their question counted.

use super::{Factor, Scale, Tokens};

/// How many of the latest answers are looked at.
const LATEST: usize = 15;
/// A question of fewer tokens is mostly the frame that a provider puts around it.
const LEAST: Tokens = Tokens(500);
/// A factor beyond these is no tokenizer's: a server that told only a part, or counted something else.
const CREDIBLE: std::ops::RangeInclusive<u64> = 500..=4000;

/// One question: what it counts here, and what the provider said it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// Tokens of the base encoding.
    pub counted: Tokens,
    /// Tokens as the provider counted them.
    pub told: Tokens,
}

impl Scale {
    /// The scale that the latest `samples` show, the newest last; none where they show nothing.
    ///
    /// The factor is their median; the range holds all of them with a margin of 15 % for a single
    /// answer, which shrinks to 3 % from five answers on.
    pub fn calibrated(&self, samples: &[Sample]) -> Option<Self> {
        let credible = |sample: &Sample| {
            let counted = u64::from(sample.counted.0);
            let ratio = (u64::from(sample.told.0) * 1000 + counted / 2).checked_div(counted)?;
            (sample.told > LEAST && CREDIBLE.contains(&ratio)).then_some(ratio)
        };
        let mut ratios: Vec<u64> = samples.iter().rev().filter_map(credible).take(LATEST).collect();
        ratios.sort_unstable();
        let (least, most) = (*ratios.first()?, *ratios.last()?);
        let n = u64::try_from(ratios.len()).unwrap_or(u64::MAX);
        let margin = (150 / n).max(30);
        // Of an even number the larger one of the middle: rather too much than too little.
        let median = ratios[ratios.len() / 2];
        Some(Self {
            base: self.base,
            factor: Factor::of_thousandths(median)?,
            low: Factor::of_thousandths(least * (1000 - margin) / 1000)?,
            high: Factor::of_thousandths((most * (1000 + margin)).div_ceil(1000))?,
            basis: format!("calibrated by {n} answer{}", if n == 1 { "" } else { "s" }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Encoding;

    #[test]
    fn a_scale_is_learned_from_what_answers_say() {
        let table = Scale {
            base: Encoding::O200kBase,
            factor: "1.18".parse().unwrap(),
            low: Factor::ONE,
            high: "1.36".parse().unwrap(),
            basis: "the table".to_owned(),
        };
        let check = |samples: &[(u32, u32)], expected: Option<[&str; 4]>| {
            let samples: Vec<Sample> = samples
                .iter()
                .map(|&(counted, told)| Sample { counted: Tokens(counted), told: Tokens(told) })
                .collect();
            let found = table
                .calibrated(&samples)
                .map(|scale| [scale.low.to_string(), scale.factor.to_string(), scale.high.to_string(), scale.basis]);
            assert_eq!(found, expected.map(|texts| texts.map(str::to_owned)), "{samples:?}");
        };
        check(&[], None);
        check(&[(1000, 1250)], Some(["1.062", "1.25", "1.438", "calibrated by 1 answer"]));
        check(&[(1000, 1250), (2000, 2400), (4000, 4840)], Some(["1.14", "1.21", "1.313", "calibrated by 3 answers"]));
        // Too small, of nothing, and what no tokenizer gives.
        check(&[(400, 500), (0, 900), (10_000, 501), (1000, 9000)], None);
        // Fifteen are looked at, the newest ones: the first is forgotten.
        let mut many = vec![(1000, 3900)];
        many.extend([(1000, 1100); 15]);
        check(&many, Some(["1.067", "1.1", "1.133", "calibrated by 15 answers"]));
        check(&many[..15], Some(["1.067", "1.1", "4.017", "calibrated by 15 answers"]));
    }
}
