//! The cache itself: which beginnings are kept, for how long, and how much of a prompt one covers.
//!
//! Time is a value. A beginning is found only once the first byte of the answer that wrote it has
//! gone out, and it lives on from its last use.

use std::sync::Arc;
use std::time::Duration;

use super::reading::{Reading, Wish};
use crate::catalog::{CacheRule, Ends};
use crate::content::{Digest, Timestamp};
use crate::tokens::{Encoding, encode_ordinary};

/// So many beginnings are kept for one model; the one that is longest out of use goes first.
const MOST: usize = 64;
/// The window in which questions to one machine are counted.
const MINUTE: i64 = 60_000;

/// A prompt as numbers: one for each block's role, then those of its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Prompt {
    ids: Arc<[u32]>,
    /// Where each block ends.
    ends: Vec<usize>,
    /// The blocks behind which a mark stands, and how long it keeps.
    marks: Vec<(usize, Option<Duration>)>,
    /// Whether no other marks count.
    is_explicit: bool,
}

/// What became of a prompt's tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Portions {
    /// All of them.
    pub(super) input: usize,
    /// Read from the cache.
    pub(super) read: usize,
    /// Put into it.
    pub(super) written: usize,
}

/// Chance in the first moments of a beginning's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settling {
    /// For so long after a beginning was written.
    pub time: Duration,
    /// So many of a hundred look-ups miss it.
    pub misses: u8,
}

/// Everything that is kept.
#[derive(Debug, Default)]
pub(super) struct Cache {
    entries: Vec<Entry>,
    /// When questions came, by the words that send them to one machine.
    calls: Vec<(String, i64)>,
    n_draws: u64,
    settling: Option<Settling>,
}

#[derive(Debug)]
struct Entry {
    scope: String,
    ids: Arc<[u32]>,
    visible: Timestamp,
    expires: Timestamp,
    life: Duration,
}

impl Prompt {
    pub(super) fn new(reading: &Reading, encoding: Encoding) -> Self {
        let (mut ids, mut ends, mut marks) = (Vec::new(), Vec::new(), Vec::new());
        for (place, block) in reading.blocks.iter().enumerate() {
            // No token has the number of a role.
            let role = Digest::of(block.role.as_bytes()).as_bytes()[0];
            ids.push(u32::MAX - u32::from(role));
            ids.extend(encode_ordinary(encoding, &block.text));
            ends.push(ids.len());
            marks.extend(block.mark.map(|mark| (place, mark.life)));
        }
        Self { ids: ids.into(), ends, marks, is_explicit: reading.wish == Wish::Explicit }
    }

    /// Its tokens.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }
}

impl Cache {
    pub(super) fn new(settling: Option<Settling>) -> Self {
        Self { settling, ..Self::default() }
    }

    /// Looks a prompt up at a moment and keeps its beginnings, to be found from `visible` on.
    pub(super) fn ask(
        &mut self,
        scope: &str,
        prompt: &Prompt,
        rule: &CacheRule,
        now: Timestamp,
        visible: Timestamp,
    ) -> Portions {
        let scope = self.machine(scope, rule, now);
        self.entries.retain(|entry| entry.expires > now);
        let minimum = usize::try_from(rule.minimum.0).unwrap_or(usize::MAX);
        let mut portions = Portions { input: prompt.len(), ..Portions::default() };
        // Where a beginning can be written: at marks, behind the whole prompt where no mark is wanted.
        let mut places: Vec<(usize, Duration)> = Vec::new();
        let found = match rule.ends {
            Ends::Anywhere { step } => {
                places.push((prompt.len(), rule.life));
                let step = usize::try_from(step.max(1)).unwrap_or(1);
                let shared =
                    |entry: &Entry| entry.ids.iter().zip(prompt.ids.iter()).take_while(|(a, b)| a == b).count();
                let lengths = self.entries.iter().enumerate().filter(|(_, entry)| entry.scope == scope);
                let best = lengths.map(|(at, entry)| (shared(entry) / step * step, at)).collect::<Vec<_>>();
                self.first_found(best, now)
            }
            Ends::Marks { look_back } => {
                let marks = prompt.marks.iter().map(|(block, life)| (prompt.ends[*block], life.unwrap_or(rule.life)));
                places.extend(marks);
                let mut wanted: Vec<usize> = Vec::new();
                for (block, _) in &prompt.marks {
                    wanted.extend(&prompt.ends[block.saturating_sub(look_back)..=*block]);
                }
                if places.is_empty() && look_back == 0 && !prompt.is_explicit {
                    places.push((prompt.len(), rule.life));
                    wanted.push(prompt.len());
                }
                let is_start = |entry: &Entry| wanted.contains(&entry.ids.len()) && prompt.ids.starts_with(&entry.ids);
                let here = self.entries.iter().enumerate();
                let here = here.filter(|(_, entry)| entry.scope == scope && is_start(entry));
                let best = here.map(|(at, entry)| (entry.ids.len(), at)).collect();
                self.first_found(best, now)
            }
        };
        if let Some((length, at)) = found.filter(|(length, _)| *length >= minimum.max(1)) {
            portions.read = length;
            let entry = &mut self.entries[at];
            entry.expires = Timestamp(now.0 + millis(entry.life));
        }
        places.retain(|(end, _)| *end >= minimum.max(1));
        if let (Ends::Marks { .. }, Some(furthest)) = (rule.ends, places.iter().map(|(end, _)| *end).max()) {
            portions.written = furthest.saturating_sub(portions.read);
        }
        for (end, life) in places {
            self.keep(&scope, prompt.ids[..end].into(), life, now, visible);
        }
        portions
    }

    /// The longest of the beginnings that is there by now, whatever chance says of young ones.
    fn first_found(&mut self, mut lengths: Vec<(usize, usize)>, now: Timestamp) -> Option<(usize, usize)> {
        lengths.sort_unstable();
        while let Some((length, at)) = lengths.pop() {
            let visible = self.entries[at].visible;
            let settling = self.settling;
            let is_young = settling.is_some_and(|settling| now.0 < visible.0 + millis(settling.time));
            let is_missed = is_young && self.draw() < settling.map_or(0, |settling| settling.misses);
            if visible <= now && !is_missed {
                return Some((length, at));
            }
        }
        None
    }

    fn keep(&mut self, scope: &str, ids: Arc<[u32]>, life: Duration, now: Timestamp, visible: Timestamp) {
        let expires = Timestamp(now.0.max(visible.0) + millis(life));
        if let Some(known) = self.entries.iter_mut().find(|entry| entry.scope == scope && entry.ids == ids) {
            known.visible = known.visible.min(visible);
            known.expires = known.expires.max(expires);
            return;
        }
        let n_here = self.entries.iter().filter(|entry| entry.scope == scope).count();
        if n_here >= MOST {
            let oldest = self.entries.iter().enumerate().filter(|(_, entry)| entry.scope == scope);
            let oldest = oldest.min_by_key(|(_, entry)| entry.expires).map(|(at, _)| at);
            oldest.map(|at| self.entries.remove(at));
        }
        self.entries.push(Entry { scope: scope.to_owned(), ids, visible, expires, life });
    }

    /// The machine that gets a question: the next one where the first has its fill.
    fn machine(&mut self, scope: &str, rule: &CacheRule, now: Timestamp) -> String {
        let Some(most) = rule.spill else { return scope.to_owned() };
        self.calls.retain(|(_, at)| now.0 - at < MINUTE);
        let n_calls = self.calls.iter().filter(|(own, _)| own == scope).count();
        self.calls.push((scope.to_owned(), now.0));
        let machine = n_calls / usize::try_from(most.max(1)).unwrap_or(1);
        if machine == 0 { scope.to_owned() } else { format!("{scope} {machine}") }
    }

    /// A number below 100, the next of a fixed row.
    fn draw(&mut self) -> u8 {
        self.n_draws += 1;
        let digest = Digest::of(&self.n_draws.to_le_bytes());
        u8::try_from(u16::from(digest.as_bytes()[0]) * 100 / 256).unwrap_or(99)
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::mock::reading::{Block, Mark, Wire};

    const BUNDLE: &str = "The bench keeps one card a job and burns the rest of them every spring. ";

    fn reading(texts: &[(&str, bool)]) -> Reading {
        let block = |(text, is_marked): &(&str, bool)| Block {
            role: "user".to_owned(),
            text: (*text).to_owned(),
            mark: is_marked.then_some(Mark { life: None }),
        };
        Reading {
            wire: Wire::Chat,
            model: String::new(),
            stream: true,
            max_output: None,
            key: None,
            asks_usage: true,
            wish: Wish::Explicit,
            thinks: false,
            blocks: texts.iter().map(block).collect(),
        }
    }

    fn rule(model: &str) -> CacheRule {
        CacheRule::of(&Catalog::built_in().find(model).model, "openai-chat")
    }

    /// What each question reads and writes, asked at its second; an answer begins half a second later.
    fn check(model: &str, bundle: &str, asked: &[(i64, &str)], expected: &[(usize, usize)]) {
        let mut cache = Cache::default();
        let n_bundle = Prompt::new(&reading(&[(bundle, true)]), Encoding::O200kBase).len();
        let portions = asked.iter().map(|(second, question)| {
            let prompt = Prompt::new(&reading(&[(bundle, true), (question, false)]), Encoding::O200kBase);
            let (now, visible) = (Timestamp(second * 1000), Timestamp(second * 1000 + 500));
            let portions = cache.ask("m", &prompt, &rule(model), now, visible);
            assert_eq!(portions.input, prompt.len());
            (portions.read, portions.written)
        });
        let shown: Vec<_> = portions.collect();
        let of_bundle = |n: usize| if n == 1 { n_bundle } else { n };
        let expected: Vec<_> = expected.iter().map(|(read, written)| (of_bundle(*read), of_bundle(*written))).collect();
        assert_eq!(shown, expected, "{model}");
    }

    #[test]
    fn a_marked_beginning_is_written_once_and_read_until_it_dies() {
        let bundle = BUNDLE.repeat(200);
        // 1 stands for the bundle. The second comes before the first answer has begun.
        let asked = [(0, "Why?"), (0, "How?"), (1, "When?"), (299, "Who?"), (598, "Then?"), (1000, "And?")];
        check("claude-opus-4-8", &bundle, &asked, &[(0, 1), (0, 1), (1, 0), (1, 0), (1, 0), (0, 1)]);
        check("gpt-5.6-sol", &bundle, &asked, &[(0, 1), (0, 1), (1, 0), (1, 0), (1, 0), (1, 0)]);
        check("claude-opus-4-8", BUNDLE, &asked, &[(0, 0); 6]);
    }

    #[test]
    fn an_unmarked_beginning_is_read_in_steps() {
        let bundle = BUNDLE.repeat(100);
        let n_bundle = Prompt::new(&reading(&[(&bundle, false)]), Encoding::O200kBase).len();
        let asked = [(0, "Why?"), (1, "How?"), (2, "How?")];
        let whole = n_bundle + Prompt::new(&reading(&[("How?", false)]), Encoding::O200kBase).len();
        check("gpt-5", &bundle, &asked, &[(0, 0), (n_bundle / 128 * 128, 0), (whole / 128 * 128, 0)]);
        // The role of the question's block is one more that both have.
        check("my-own", &bundle, &asked, &[(0, 0), (n_bundle + 1, 0), (whole, 0)]);
        let crowd: Vec<(i64, &str)> = (0..20).map(|second| (second, "Why?")).collect();
        let stepped = whole / 128 * 128;
        let spilled: Vec<_> = (0..20).map(|n| (if n == 0 || n == 15 { 0 } else { stepped }, 0)).collect();
        check("gpt-5", &bundle, &crowd, &spilled);
    }

    #[test]
    fn a_later_mark_looks_back_for_an_earlier_one() {
        let bundle = BUNDLE.repeat(200);
        let mut cache = Cache::default();
        let mut ask = |texts: &[(&str, bool)], second: i64| {
            let prompt = Prompt::new(&reading(texts), Encoding::O200kBase);
            let (now, visible) = (Timestamp(second * 1000), Timestamp(second * 1000));
            let portions = cache.ask("m", &prompt, &rule("claude-opus-4-8"), now, visible);
            (portions.read, portions.written, prompt)
        };
        let (_, n_bundle, _) = ask(&[(&bundle, true), ("Why?", false)], 0);
        let (read, written, prompt) = ask(&[(&bundle, false), ("Why?", false), ("So.", true), ("And?", false)], 1);
        assert_eq!((read, written), (n_bundle, prompt.ends[2] - n_bundle));
    }

    #[test]
    fn a_young_beginning_may_be_missed() {
        let bundle = BUNDLE.repeat(200);
        let settling = Some(Settling { time: Duration::from_secs(2), misses: 50 });
        let prompt = Prompt::new(&reading(&[(&bundle, true)]), Encoding::O200kBase);
        let mut cache = Cache::new(settling);
        let mut ask = |scope: usize, milli: i64| {
            let (now, rule) = (Timestamp(milli), rule("claude-opus-4-8"));
            cache.ask(&scope.to_string(), &prompt, &rule, now, now).read > 0
        };
        let n_hits = (0..200).filter(|scope| !ask(*scope, 0) && ask(*scope, 1000)).count();
        assert!((70..130).contains(&n_hits), "{n_hits}");
        assert!(ask(0, 2001));
    }
}
