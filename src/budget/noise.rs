//! What is found in made-up text: quoted passages under noise, and a needle that a question asks for.
//!
//! Words follow Zipf's law, as those of a language do; noise drops, replaces or inserts a word.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{Keep, Measure, Nature, Places, Policy, Queue, Source, relevance, units};
use crate::tokens::{Encoding, Tokens};

use super::duplicate::duplicates;

/// Numbers that are the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    /// A word of rank r with a chance of about 1/r, of 8,192 words.
    fn word(&mut self) -> String {
        let octave = self.below(14);
        let rank = (1 << octave >> 1) + self.below((1 << octave) - (1 << octave >> 1));
        let letters = [b"bdfgklmnprst", b"aeiouaeiouae"];
        let letter = |place: u32| char::from(letters[place as usize % 2][(rank / 12_u64.pow(place / 2) % 12) as usize]);
        let length = 2 + rank.checked_ilog2().unwrap_or(0) / 2;
        (0..length).map(letter).collect::<String>() + &rank.to_string()
    }

    fn words(&mut self, n: usize) -> Vec<String> {
        (0..n).map(|_| self.word()).collect()
    }

    fn noised(&mut self, words: &[String], percent: u64) -> Vec<String> {
        let mut out = Vec::new();
        for word in words {
            match (self.below(100) < percent, self.below(3)) {
                (false, _) => out.push(word.clone()),
                (true, 0) => {}
                (true, 1) => out.push(self.word()),
                (true, _) => out.extend([word.clone(), self.word()]),
            }
        }
        out
    }
}

/// Planted passages that are folded by half or more, in thousandths, and false hits among others.
fn planted(percent: u64) -> (usize, usize) {
    let mut dice = Dice(42 + percent);
    let origins: Vec<Vec<String>> = (0..200).map(|_| dice.words(72)).collect();
    let essay: Vec<String> = origins.iter().map(|words| words.join(" ") + ".\n\n").collect();
    let mut thread = String::new();
    let mut places = Vec::new();
    for origin in &origins {
        thread += &(dice.words(15).join(" ") + ": ");
        let start = thread.len();
        thread += &dice.noised(origin, percent).join(" ");
        places.push(start..thread.len());
        thread += &(". ".to_owned() + &dice.words(15).join(" ") + "\n\n");
    }
    let quoted = thread.len();
    for _ in 0..200 {
        thread += &(dice.words(72).join(" ") + "\n\n");
    }
    let found = duplicates(&[&essay.concat(), &thread], &|_, _| false);
    let covered = |place: &std::ops::Range<usize>| -> usize {
        let inside = found
            .iter()
            .filter(|d| d.text == 1)
            .map(|d| d.range.end.min(place.end).saturating_sub(d.range.start.max(place.start)));
        inside.sum()
    };
    let hits = places.iter().filter(|place| covered(place) * 2 >= place.len()).count();
    (hits * 5, found.iter().filter(|d| d.text == 0 || d.range.end > quoted).count())
}

#[test]
fn a_passage_is_found_under_a_fifth_of_noise_and_nothing_else_is() {
    let found: Vec<_> = [0, 5, 10, 20, 30].map(planted).to_vec();
    eprintln!("recall in thousandths and false hits at 0, 5, 10, 20 and 30 % noise: {found:?}");
    assert_eq!(found[..3], [(1000, 0); 3]);
    assert!(found[3].0 >= 970, "{found:?}");
    assert!(found.iter().all(|(_, wrong)| *wrong == 0), "{found:?}");
}

const PLAIN: Measure = Measure { encoding: Encoding::O200kBase, escape: |text| Cow::Borrowed(text) };

#[test]
fn a_needle_is_kept_at_a_tenth_whatever_its_depth_and_the_budget_is_filled() {
    let mut dice = Dice(7);
    let paragraphs: Vec<String> = (0..250).map(|_| dice.words(60).join(" ") + ".\n\n").collect();
    for depth in 0..20 {
        // Each nature has a third of the depths, which takes long enough.
        let nature = [Nature::Talk, Nature::Posts, Nature::Prose][depth % 3];
        let mut text = paragraphs.clone();
        let needle = "The caretaker keeps the copper lantern behind the organ.\n\n";
        text.insert(depth * text.len() / 20, needle.to_owned());
        let text = text.concat();
        let units = units(&text, &[], PLAIN);
        let total: Tokens = units.iter().map(|unit| unit.tokens).sum();
        assert!(total > Tokens(40_000), "{total}");
        let answers = relevance(&[(&text, &units, nature)], "Where is the copper lantern?");
        let (repeats, places) = (BTreeMap::new(), Places::new("s1", &text, &[]));
        let source = Source {
            text: &text,
            units: &units,
            repeats: &repeats,
            places: &places,
            policy: Policy { keep: Keep::Focus, ..Policy::PLAIN },
            relevance: answers.first(),
            summary: None,
        };
        let sources = [source];
        let queue = Queue::new(&sources, Tokens(0), PLAIN);
        let plan = queue.fit(Some(Tokens(total.0 / 10))).unwrap();
        let at = text.find(needle).unwrap();
        let kept = plan.portions[0].segments.iter();
        let kept = kept.filter(|kept| kept.range.start <= at && at + needle.len() <= kept.range.end);
        assert_eq!(kept.count(), 1, "depth {depth} in {nature:?}");
        for capacity in [8_000, 12_000, 20_000, 30_000] {
            let filled = queue.fit(Some(Tokens(capacity))).unwrap().total.0;
            assert!(filled * 1000 >= capacity * 995, "{filled} of {capacity} in {nature:?}");
        }
    }
}
