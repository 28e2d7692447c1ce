//! The counting engine: tiktoken-rs, and bpe-openai for runs without a break.
//!
//! tiktoken-rs panics on 1,000,000 blanks (its regex backtracks) and needs seconds for a megabyte of
//! one letter; bpe-openai is linear and gives the same counts, but takes longer to load on a text
//! of a few words' length. Text is handed over in pieces that end at additive cuts.

use bpe_openai::Tokenizer;
use tiktoken_rs::CoreBPE;

use super::{Cut, Encoding, Tokens, cuts};

/// Pieces grow to this many bytes before they are handed over.
const PIECE: usize = 16 << 10;

/// A piece that is still longer has no cut inside and goes to the linear engine.
const LONG: usize = 32 << 10;

/// The number of tokens of `text`, special tokens taken as ordinary text.
pub fn count(encoding: Encoding, text: &str) -> Tokens {
    if text.len() <= PIECE {
        return count_piece(encoding, text);
    }
    let mut total = Tokens(0);
    let mut start = 0;
    let mut last = 0;
    let end = Cut { at: text.len(), grade: super::Grade::Word };
    for cut in cuts(text).chain([end]) {
        if cut.at - start > PIECE && last > start {
            total += count_piece(encoding, &text[start..last]);
            start = last;
        }
        last = cut.at;
    }
    total + count_piece(encoding, &text[start..])
}

fn count_piece(encoding: Encoding, piece: &str) -> Tokens {
    let n_tokens = if piece.is_empty() {
        0
    } else if piece.len() > LONG {
        linear(encoding).count(piece)
    } else {
        table(encoding).encode_ordinary(piece).len()
    };
    Tokens(u32::try_from(n_tokens).unwrap_or(u32::MAX))
}

fn table(encoding: Encoding) -> &'static CoreBPE {
    match encoding {
        Encoding::O200kBase => tiktoken_rs::o200k_base_singleton(),
        Encoding::Cl100kBase => tiktoken_rs::cl100k_base_singleton(),
        Encoding::O200kHarmony => tiktoken_rs::o200k_harmony_singleton(),
    }
}

fn linear(encoding: Encoding) -> &'static Tokenizer {
    match encoding {
        // Harmony differs from o200k_base in special tokens only, and none are special here.
        Encoding::O200kBase | Encoding::O200kHarmony => bpe_openai::o200k_base(),
        Encoding::Cl100kBase => bpe_openai::cl100k_base(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
    fn runs_without_a_break_neither_panic_nor_hang() {
        // One run in front of a letter is what makes tiktoken-rs panic.
        let blanks = format!("{}x", " ".repeat(1_000_000));
        let letters = "a".repeat(10 << 20);
        for encoding in [Encoding::O200kBase, Encoding::Cl100kBase] {
            assert_eq!(count(encoding, &blanks), linear_count(encoding, &blanks));
            assert_eq!(count(encoding, &letters), Tokens(10 << 17));
        }
    }

    fn linear_count(encoding: Encoding, text: &str) -> Tokens {
        Tokens(u32::try_from(linear(encoding).count(text)).unwrap())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn both_engines_agree_and_pieces_add_up(words in prop::collection::vec("[ -~]{0,12}|[ \n\t]{1,9}|[а-яé漢字—…'/]{1,6}|\\PC", 0..60)) {
            let text = words.concat();
            let long = text.repeat(1 + 40_000 / (text.len() + 1));
            for encoding in Encoding::ALL {
                let whole = table(encoding).encode_ordinary(&text).len();
                prop_assert_eq!(linear(encoding).count(text.as_str()), whole);
                let pieces = count(encoding, &long);
                prop_assert_eq!(pieces, linear_count(encoding, &long));
            }
        }
    }
}
