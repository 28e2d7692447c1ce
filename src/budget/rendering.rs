//! The same talk given twice: other captions, an edited transcript beside the spoken one.
//!
//! Such texts share most passages and word few of them alike, so that folding passage by passage
//! would keep both. What they share is measured in both directions: a text that merely quotes another
//! is no rendering of it.

use super::shingle::shingles;

/// Of a hundred word 4-shingles, so many of each text stand in the other: two renderings of one talk
/// share thirty and more, unrelated talks of one series below ten.
const SHARED: usize = 20;
/// A text with fewer shingles shares too many by chance.
const LEAST: usize = 150;

/// For each text the one that it is another rendering of, by index; `talks` lists those that are
/// compared, those first that stay.
///
/// What is itself another rendering stands for no third one.
pub fn renderings(texts: &[&str], talks: &[usize]) -> Vec<Option<usize>> {
    let mut same = vec![None; texts.len()];
    if talks.len() < 2 {
        return same;
    }
    let mut kept: Vec<(usize, Vec<u64>)> = Vec::new();
    for talk in talks {
        let own = shingles(texts[*talk]);
        let origin = kept.iter().find(|(_, other)| are_of_one_talk(&own, other));
        match origin {
            Some((origin, _)) => same[*talk] = Some(*origin),
            None => kept.push((*talk, own)),
        }
    }
    same
}

/// Whether two sorted sets share enough of each.
fn are_of_one_talk(left: &[u64], right: &[u64]) -> bool {
    let most = left.len().max(right.len());
    if left.len().min(right.len()) < LEAST || left.len().min(right.len()) * 100 < most * SHARED {
        return false;
    }
    let n_shared = left.iter().filter(|hash| right.binary_search(hash).is_ok()).count();
    n_shared * 100 >= most * SHARED
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sentences of a talk; every `edited`th word is another one.
    fn talk(seed: usize, edited: usize) -> String {
        let word = |n: usize| {
            let spoken = (n + 1) * (seed + 7919) % 1009;
            if n % edited == edited - 1 { format!("edit{spoken} ") } else { format!("w{spoken} ") }
        };
        (0..900).map(word).collect()
    }

    #[test]
    fn two_renderings_of_a_talk_are_one_and_a_quotation_is_none() {
        let check = |texts: &[&str], talks: &[usize], expected: &[Option<usize>]| {
            assert_eq!(renderings(texts, talks), expected);
        };
        let (spoken, edited, other) = (talk(1, 2000), talk(1, 9), talk(5, 2000));
        check(&[&spoken, &edited, &other], &[0, 1, 2], &[None, Some(0), None]);
        check(&[&spoken, &edited, &other], &[1, 0, 2], &[Some(1), None, None]);
        check(&[&spoken, &edited, &other], &[0, 2], &[None, None, None]);
        check(&[&spoken, &talk(1, 3), &other], &[0, 1, 2], &[None, None, None]);
        let quoting = format!("{other} {other} {}", &spoken[..spoken.len() / 5]);
        check(&[&spoken, &quoting], &[0, 1], &[None, None]);
        check(&["short", "short"], &[0, 1], &[None, None]);
    }
}
