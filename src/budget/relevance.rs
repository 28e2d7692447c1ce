//! Which units speak to a question: BM25 over units, smoothed over their neighbours.
//!
//! A passage that answers a question rarely repeats its words in every sentence, so a unit takes
//! part in the score of those around it: widely in talk, where a topic runs over many turns, closely
//! in written text, where its words count beside it and the narrow score counts as well. Document frequencies are pooled over all
//! sources. Sums run in a fixed order and logarithms come from a crate, so that scores are the same
//! on every machine; they become ranks and whole weights before they touch the order.

use super::Unit;
use super::term::Reader;

const K1: f64 = 1.2;
const B: f64 = 0.75;

/// What kind of text a source is, as far as relevance spreads in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// A topic runs over many turns: transcripts and chats.
    Talk,
    /// A topic runs over a few posts.
    Posts,
    /// A paragraph stands for itself.
    Prose,
}

/// How one source answers a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relevance {
    /// Unit indices, the most relevant first.
    pub order: Vec<usize>,
    /// The source's share against the most relevant one, squared, in thousandths from 50 to 1000.
    pub share: u32,
    /// Stems of the question's words.
    pub terms: Vec<String>,
    /// How often each unit has each of them.
    pub found: Vec<Vec<u32>>,
}

/// Ranks the units of every source by what they say to `question`.
pub fn relevance(sources: &[(&str, &[Unit], Nature)], question: &str) -> Vec<Relevance> {
    let reader = Reader::new();
    let mut asked = Vec::new();
    reader.each_term(question, |term| {
        if !asked.iter().any(|known| known == term) {
            asked.push(term.to_owned());
        }
    });
    let counted: Vec<Vec<Counted>> =
        sources.iter().map(|(text, units, _)| counted(&reader, text, units, &asked)).collect();
    let n_units: f64 = counted.iter().map(|units| float(units.len())).sum();
    let rarity: Vec<f64> = (0..asked.len())
        .map(|term| {
            let n_with = counted.iter().flatten().filter(|unit| unit.found[term] > 0).count();
            libm::log(1.0 + (n_units - float(n_with) + 0.5) / (float(n_with) + 0.5))
        })
        .collect();

    // Shares compare sources of any nature, so they look at each unit alone.
    let plain: Vec<Vec<f64>> = counted.iter().map(|units| bm25(units, &rarity, None)).collect();
    let tops: Vec<f64> = plain.iter().map(|scores| top(&smooth(scores, 2.0))).collect();
    let best = tops.iter().copied().fold(0.0, f64::max);
    let ranked = plain.iter().zip(counted).zip(sources).zip(tops).map(|(((plain, units), (_, _, nature)), top)| {
        let ratio = if best > 0.0 { top / best } else { 1.0 };
        let order = match nature {
            Nature::Prose => order(&bm25(&units, &rarity, Some(1.0)), *nature),
            Nature::Talk | Nature::Posts => order(plain, *nature),
        };
        let found = units.into_iter().map(|unit| unit.found).collect();
        Relevance { order, share: share(ratio), terms: asked.clone(), found }
    });
    ranked.collect()
}

/// What a unit holds of the terms that were asked for.
struct Counted {
    found: Vec<u32>,
    n_terms: usize,
}

fn counted(reader: &Reader, text: &str, units: &[Unit], asked: &[String]) -> Vec<Counted> {
    let one = |unit: &Unit| {
        let mut counted = Counted { found: vec![0; asked.len()], n_terms: 0 };
        reader.each_term(&text[unit.range.clone()], |term| {
            counted.n_terms += 1;
            if let Some(index) = asked.iter().position(|known| known == term) {
                counted.found[index] += 1;
            }
        });
        counted
    };
    units.iter().map(one).collect()
}

/// What each unit says of the question's terms, each weighed by its rarity.
///
/// With a width a unit shares the words of its neighbours: in prose the paragraph that answers names
/// the subject in one sentence and goes on with "it" in the next.
fn bm25(units: &[Counted], rarity: &[f64], width: Option<f64>) -> Vec<f64> {
    let spread = |counts: Vec<f64>| width.map_or(counts.clone(), |width| smooth(&counts, width));
    let lengths: Vec<f64> = units.iter().map(|unit| float(unit.n_terms)).collect();
    let average = (lengths.iter().sum::<f64>() / float(units.len()).max(1.0)).max(1.0);
    let shares = spread(vec![1.0; units.len()]);
    let lengths: Vec<f64> = spread(lengths).into_iter().zip(shares).map(|(length, share)| length / share).collect();
    let mut scores = vec![0.0; units.len()];
    for (term, rarity) in rarity.iter().enumerate() {
        let found = spread(units.iter().map(|unit| f64::from(unit.found[term])).collect());
        for ((score, found), length) in scores.iter_mut().zip(found).zip(&lengths) {
            *score += rarity * found * (K1 + 1.0) / (found + K1 * (1.0 - B + B * length / average));
        }
    }
    scores
}

/// Each score with its neighbours' under a bell curve of width `sigma` units, cut at three widths.
fn smooth(scores: &[f64], sigma: f64) -> Vec<f64> {
    let reach = (0..64).take_while(|distance| float(*distance) <= 3.0 * sigma).count();
    let bell: Vec<f64> =
        (0..reach).map(|distance| libm::exp(-float(distance * distance) / (2.0 * sigma * sigma))).collect();
    (0..scores.len())
        .map(|at| {
            let from = at.saturating_sub(reach - 1);
            let to = (at + reach).min(scores.len());
            (from..to).map(|near| bell[near.abs_diff(at)] * scores[near]).sum()
        })
        .collect()
}

/// Units by score, ties by the plain score, then by place.
fn order(plain: &[f64], nature: Nature) -> Vec<usize> {
    let scores = match nature {
        Nature::Talk => smooth(plain, 5.0),
        Nature::Posts => smooth(plain, 2.0),
        Nature::Prose => {
            let near = smooth(plain, 2.0);
            let (plain_top, near_top) = (highest(plain), highest(&near));
            plain.iter().zip(near).map(|(plain, near)| (plain / plain_top).max(near / near_top)).collect()
        }
    };
    let mut order: Vec<usize> = (0..plain.len()).collect();
    let key = |at: usize| scores[at] + 1e-9 * plain[at];
    order.sort_by(|left, right| key(*right).total_cmp(&key(*left)).then(left.cmp(right)));
    order
}

/// The mean of the best twentieth of the scores, of at least three.
fn top(scores: &[f64]) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|left, right| right.total_cmp(left));
    let n = (sorted.len() / 20).max(3).min(sorted.len());
    sorted[..n].iter().sum::<f64>() / float(n).max(1.0)
}

fn highest(scores: &[f64]) -> f64 {
    let highest = scores.iter().copied().fold(0.0, f64::max);
    if highest > 0.0 { highest } else { 1.0 }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 50..=1000 first")]
fn share(ratio: f64) -> u32 {
    (ratio * ratio * 1000.0).round().clamp(50.0, 1000.0) as u32
}

#[expect(clippy::cast_precision_loss, reason = "numbers of units and words are far below 2^52")]
fn float(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::Tokens;

    /// One unit a line.
    fn units(text: &str) -> Vec<Unit> {
        let mut start = 0;
        text.split_inclusive('\n')
            .map(|line| {
                start += line.len();
                Unit { range: start - line.len()..start, tokens: Tokens(10) }
            })
            .collect()
    }

    #[test]
    fn the_passage_that_answers_comes_first() {
        let check = |text: &str, nature, question: &str, first: &[usize]| {
            let ranked = relevance(&[(text, &units(text), nature)], question);
            assert_eq!(&ranked[0].order[..first.len()], first, "{question}");
        };
        let prose = "Bees dance.\nA squirrel learns by playing.\nGo is a game.\nSo is chess.\nSoup.\nTea.\nCake.\n\
            Squirrels learned that.\nThe end.\n";
        check(prose, Nature::Prose, "What do squirrels learn?", &[7]);
        check(prose, Nature::Prose, "What of nothing?", &[0, 1, 2, 3, 4, 5, 6, 7, 8]);
        let talk = "Hm.\nThe budget?\nYes.\nThe budget is 12.\nFine.\nNow lunch.\nSoup.\nBread.\nSalt.\nTea.\nCake.\n";
        check(talk, Nature::Talk, "What was agreed on the budget?", &[2]);
        check("本を読む。\n猫が寝る。\n", Nature::Prose, "猫は？", &[1]);
    }

    #[test]
    fn sources_share_by_how_they_answer() {
        let (bees, cats) = ("Bees dance in the hive.\n".repeat(9), "Cats sleep.\nCats eat bees.\n".repeat(9));
        let ranked = relevance(
            &[(&bees, &units(&bees), Nature::Prose), (&cats, &units(&cats), Nature::Prose)],
            "Why do bees dance?",
        );
        assert_eq!(ranked[0].share, 1000);
        assert!((50..400).contains(&ranked[1].share), "{}", ranked[1].share);
        let nothing = relevance(&[(&bees, &units(&bees), Nature::Prose)], "");
        assert_eq!((&nothing[0].order, nothing[0].share), (&(0..9).collect(), 1000));
    }
}
