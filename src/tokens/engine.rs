//! The counting engine: pieces looked up whole, the others encoded, large texts on every core.

use std::cell::RefCell;
use std::thread;

use super::greedy::Greedy;
use super::memo::Memo;
use super::merge::{LONGEST, Merged};
use super::pieces::{Grammar, pieces};
use super::vocabulary::{CL100K, O200K, Vocabulary};
use super::{Encoding, Local, Tokens, cuts};
use crate::cores;

/// Texts from this size on are shared between cores; a smaller one is counted before a thread is ready.
const LARGE: usize = 1 << 18;

/// Pieces up to this size are merged in less space than [`LONGEST`].
const SHORT_PIECE: usize = 16;

/// Pieces that are looked up together.
const BATCH: usize = 64;

thread_local! {
    /// What one text teaches of its pieces serves the next: documents and units are counted one by one.
    static MEMO: RefCell<Memo> = RefCell::new(Memo::new());
}

/// The number of tokens of `text`, special tokens taken as ordinary text.
pub fn count(encoding: Encoding, text: &str) -> Tokens {
    let (vocabulary, grammar) = match tables(encoding) {
        Ok(tables) => tables,
        Err(local) => return local.count(text),
    };
    let n_tokens = if text.len() < LARGE {
        count_part(vocabulary, grammar, text)
    } else {
        let parts = parts(text, thread::available_parallelism().map_or(1, usize::from));
        cores::each(&parts, |part| part.len(), |part| count_part(vocabulary, grammar, part)).into_iter().sum()
    };
    Tokens(u32::try_from(n_tokens).unwrap_or(u32::MAX))
}

/// What a piece between two cuts adds to its text: its count, where counts add up.
pub fn count_piece(encoding: Encoding, piece: &str) -> Tokens {
    if let Encoding::Local(local) = encoding { local.count_piece(piece) } else { count(encoding, piece) }
}

/// What each piece of `text` adds to it, each from the one before to its end among `ends`; all but the last
/// are cuts, and the last is the end of the text.
pub fn count_each(encoding: Encoding, text: &str, ends: &[usize]) -> Vec<Tokens> {
    let starts = [0].into_iter().chain(ends.iter().copied());
    let (vocabulary, grammar) = match tables(encoding) {
        Ok(tables) => tables,
        Err(local) => return starts.zip(ends).map(|(start, end)| local.count_piece(&text[start..*end])).collect(),
    };
    // No piece of the pattern reaches over a cut.
    let mut counts = vec![Tokens(0); ends.len()];
    let mut index = 0;
    let take = |end: usize, n: usize| {
        while ends.get(index).is_some_and(|own| *own < end) {
            index += 1;
        }
        if let Some(count) = counts.get_mut(index) {
            *count += Tokens(u32::try_from(n).unwrap_or(u32::MAX));
        }
    };
    MEMO.with_borrow_mut(|memo| each_piece(memo, vocabulary, grammar, text, take));
    counts
}

/// The ids of the tokens of `text`, in order.
pub fn encode_ordinary(encoding: Encoding, text: &str) -> Vec<u32> {
    let (vocabulary, grammar) = match tables(encoding) {
        Ok(tables) => tables,
        Err(local) => return local.ids(text),
    };
    let mut greedy = Greedy::new(vocabulary);
    let mut ids = Vec::new();
    let mut rest = text.as_bytes();
    for length in pieces(grammar, text) {
        match (vocabulary.find(rest, length), length) {
            (Some(token), _) => ids.push(token),
            (None, ..=SHORT_PIECE) => ids.extend(Merged::<SHORT_PIECE>::new(vocabulary, &rest[..length]).tokens()),
            (None, ..=LONGEST) => ids.extend(Merged::<LONGEST>::new(vocabulary, &rest[..length]).tokens()),
            (None, _) => ids.extend(greedy.encode(rest, length).iter().map(|token| token.id)),
        }
        rest = &rest[length..];
    }
    ids
}

/// `text` in at most `n` parts of about one size, whose counts add up.
fn parts(text: &str, n: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    for left in (2..=n).rev() {
        let mut middle = rest.len() / left;
        while !rest.is_char_boundary(middle) {
            middle += 1;
        }
        // A cut is one whatever stands before it, as long as the character before it is there.
        let Some(cut) = cuts(&rest[middle..]).next() else { break };
        let (part, after) = rest.split_at(middle + cut.at);
        parts.push(part);
        rest = after;
    }
    parts.push(rest);
    parts
}

fn count_part(vocabulary: &'static Vocabulary, grammar: Grammar, text: &str) -> usize {
    let mut n_tokens = 0;
    MEMO.with_borrow_mut(|memo| each_piece(memo, vocabulary, grammar, text, |_, n| n_tokens += n));
    n_tokens
}

/// Gives the end of each piece of the pattern and how many tokens it is, in order.
#[inline]
fn each_piece(
    memo: &mut Memo,
    vocabulary: &'static Vocabulary,
    grammar: Grammar,
    text: &str,
    mut take: impl FnMut(usize, usize),
) {
    let mut greedy = Greedy::new(vocabulary);
    let bytes = text.as_bytes();
    let mut pieces = pieces(grammar, text);
    let mut start = 0;
    loop {
        let mut batch = [(0, 0); BATCH];
        let mut n_pieces = 0;
        for (piece, length) in batch.iter_mut().zip(&mut pieces) {
            *piece = (start, length);
            start += length;
            n_pieces += 1;
        }
        // No look waits for the one before: the table is larger than the nearest caches.
        let mut rare = [0; BATCH];
        let mut n_rare = 0;
        for (index, (start, length)) in batch[..n_pieces].iter().enumerate() {
            rare[n_rare] = index;
            n_rare += usize::from(!vocabulary.is_at_home(&bytes[*start..], *length));
        }
        let mut n_each = [1; BATCH];
        for index in &rare[..n_rare] {
            let (start, length) = batch[*index];
            let piece = &bytes[start..];
            n_each[*index] = memo.count(grammar, piece, length, || match (vocabulary.find(piece, length), length) {
                (Some(_), _) => 1,
                (None, ..=SHORT_PIECE) => Merged::<SHORT_PIECE>::new(vocabulary, &piece[..length]).count(),
                (None, ..=LONGEST) => Merged::<LONGEST>::new(vocabulary, &piece[..length]).count(),
                (None, _) => greedy.encode(piece, length).len(),
            });
        }
        for ((start, length), n_tokens) in batch[..n_pieces].iter().zip(n_each) {
            take(start + length, n_tokens);
        }
        if n_pieces < BATCH {
            return;
        }
    }
}

/// The tables of an encoding that is built in, or the tokenizer that counts by itself.
fn tables(encoding: Encoding) -> Result<(&'static Vocabulary, Grammar), Local> {
    match encoding {
        // Harmony differs from o200k_base in special tokens only, and none are special here.
        Encoding::O200kBase | Encoding::O200kHarmony => Ok((&O200K, Grammar::O200k)),
        Encoding::Cl100kBase => Ok((&CL100K, Grammar::Cl100k)),
        Encoding::Local(local) => Err(local),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tiktoken_rs::CoreBPE;

    use super::*;

    fn judge(encoding: Encoding) -> &'static CoreBPE {
        match encoding {
            Encoding::O200kBase => tiktoken_rs::o200k_base_singleton(),
            Encoding::Cl100kBase => tiktoken_rs::cl100k_base_singleton(),
            Encoding::O200kHarmony => tiktoken_rs::o200k_harmony_singleton(),
            Encoding::Local(_) => panic!("judges itself"),
        }
    }

    #[test]
    fn counts_are_those_of_tiktoken() {
        // (text, o200k_base, cl100k_base), by Python tiktoken 0.14 `encode_ordinary`.
        let cases = [
            ("", 0, 0),
            ("hello world", 2, 2),
            ("<|endoftext|>", 7, 7),
            ("<|start|>system<|message|>", 11, 11),
            ("aaaaaaaa", 1, 1),
        ];
        for (text, o200k, cl100k) in cases {
            assert_eq!(count(Encoding::O200kBase, text), Tokens(o200k), "{text:?}");
            assert_eq!(count(Encoding::O200kHarmony, text), Tokens(o200k), "{text:?}");
            assert_eq!(count(Encoding::Cl100kBase, text), Tokens(cl100k), "{text:?}");
        }
    }

    #[test]
    fn runs_without_a_break_are_counted_like_any_text() {
        // Counts of a million by github/rust-gems' bpe-openai; tiktoken panics on the first.
        let blanks = format!("{}x", " ".repeat(1_000_000));
        let letters = "a".repeat(10 << 20);
        for encoding in [Encoding::O200kBase, Encoding::Cl100kBase] {
            assert_eq!(count(encoding, &blanks), Tokens(7814));
            assert_eq!(count(encoding, &letters), Tokens(10 << 17));
        }
        for run in ["a", " ", "\n", "-", "漢", "ab", " a", "=\u{301}", "🙂", "\u{200d}", "'s", "0"] {
            for n in (1..400).chain([4095, 4096, 4097]) {
                let text = run.repeat(n);
                assert_eq!(
                    encode_ordinary(Encoding::O200kBase, &text),
                    judge(Encoding::O200kBase).encode_ordinary(&text)
                );
                assert_eq!(
                    encode_ordinary(Encoding::Cl100kBase, &text),
                    judge(Encoding::Cl100kBase).encode_ordinary(&text)
                );
            }
        }
    }

    #[test]
    fn parts_of_a_large_text_add_up() {
        let text = "One line of text, then 漢字 and some more.\n  indented/\n/slash\n".repeat(40);
        for n in 1..9 {
            let parts = parts(&text, n);
            assert_eq!((parts.len(), parts.concat()), (n, text.clone()));
            let sum: usize = parts.iter().map(|part| count_part(&O200K, Grammar::O200k, part)).sum();
            assert_eq!(sum, count_part(&O200K, Grammar::O200k, &text));
        }
    }

    proptest! {
        // `PROPTEST_CASES` can ask for more.
        #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases.max(3_000)))]

        #[test]
        fn ids_are_those_of_tiktoken(pieces in prop::collection::vec(prop_oneof![
            "[a-zA-Z]{1,12}", "[0-9]{1,7}", " {1,5}", "\n{1,3}", "[\t\r\u{a0}\u{3000}\u{85}\u{2028}\u{b}]{1,3}",
            "[ -~]{1,12}", "'(s|S|t|re|RE|ve|m|ll|Ll|d|ſ)", "[А-яéßſKĳǅ]{1,6}", "[漢字かなカナ한글]{1,5}",
            "[\u{300}-\u{36f}]{1,3}", "(🙂|👩\u{200d}🚀|🇩🇪|\u{fe0f}){1,3}", "[—…“”‘’«»/]{1,4}",
            "<\\|(endoftext|im_start|fim_prefix)\\|>", "[a-z]{30,80}", "\\PC{1,8}", "(.|\n){1,4}",
        ], 0..30)) {
            let text = pieces.concat();
            for encoding in Encoding::ALL {
                let ids = encode_ordinary(encoding, &text);
                prop_assert_eq!(&ids, &judge(encoding).encode_ordinary(&text), "{} {:?}", encoding, text);
                prop_assert_eq!(count(encoding, &text), Tokens(u32::try_from(ids.len()).unwrap()));
            }
        }
    }
}
