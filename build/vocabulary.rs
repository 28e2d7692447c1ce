//! One vocabulary as eight tables.
//!
//! | section | layout |
//! | --- | --- |
//! | `short` | tokens up to eight bytes, 12 bytes a slot: the bytes (u64), then token, length and reach (u32) |
//! | `long` | the others, u64 a slot: token, length, start in `arena`, some of the hash, reach |
//! | `arena` | the bytes of the long tokens |
//! | `bytes` | the tokens of the 256 bytes, u8 |
//! | `pairs` | by hash of the two tokens that are merged last: these two, the token, reach, u64 a slot |
//! | `splits` | the slot in `pairs` of each token, u24; none for a byte |
//! | `near` | by hash of three bytes: which of the lengths 3 to 5 tokens have that start so, u8 |
//! | `far` | by hash of six bytes: which lengths from 6 on tokens have that start so, u16 |
//!
//! Fields of a slot are named from the lowest bits up. Tables with slots are hash tables with open
//! addressing; the reach in a slot says how many slots, from it on, a search that begins at it looks at.
//! `key.rs` holds the hashes and widths, for the reader too.

use std::collections::HashMap;

include!("../src/tokens/key.rs");

/// The tables of a vocabulary whose tokens come in the order of their ranks.
pub(crate) fn tables(tokens: &[Vec<u8>]) -> [(&'static str, Vec<u8>); 8] {
    let ranks: HashMap<&[u8], u32> = tokens.iter().map(Vec::as_slice).zip(0..).collect();
    let (mut short, mut long, mut pairs) = (Vec::new(), Vec::new(), Vec::new());
    let mut arena = Vec::new();
    let mut near = vec![0_u8; 1 << START_BITS];
    let mut far = vec![0_u16; 1 << START_BITS];
    for (token, rank) in tokens.iter().zip(0_u32..) {
        let length = token.len() as u64;
        if token.len() <= SHORT {
            let slot = fields(&[(rank.into(), TOKEN_BITS), (length, SHORT_LENGTH_BITS)]);
            short.push((short_hash(word(token)), (word(token), slot)));
        } else {
            let hash = long_hash(token);
            let start = (arena.len() as u64, LONG_START_BITS);
            let check = (check(hash, LONG_CHECK_BITS), LONG_CHECK_BITS);
            long.push((hash, fields(&[(rank.into(), TOKEN_BITS), (length, LONG_LENGTH_BITS), start, check])));
            arena.extend(token);
        }
        let (left, right) = split(token, rank, &ranks);
        if token.len() > 1 {
            let hash = pair_hash(left, right);
            pairs.push((hash, (rank, fields(&[left, right, rank].map(|token| (token.into(), TOKEN_BITS))))));
        }
        if token.len() >= FAR {
            far[start_index(first(word(token), FAR))] |= 1 << (token.len().min(FARTHEST) - FAR);
        } else if token.len() >= NEAR {
            near[start_index(first(word(token), NEAR))] |= 1 << (token.len() - NEAR);
        }
    }
    let short = table(&short, short.len() * 4 / 3).into_iter().flat_map(|(entry, reach)| {
        let (key, slot) = entry.unwrap_or_default();
        [key.to_le_bytes().as_slice(), &with_reach(slot, reach, SHORT_REACH, 32)].concat()
    });
    let long = table(&long, long.len() * 4 / 3)
        .into_iter()
        .flat_map(|(slot, reach)| with_reach(slot.unwrap_or_default(), reach, LONG_REACH, 64));
    let pairs = table(&pairs, pairs.len() * 5 / 4);
    let mut splits = vec![NO_SLOT; tokens.len()];
    for (at, (entry, _)) in pairs.iter().enumerate() {
        if let Some((rank, _)) = entry {
            splits[*rank as usize] = u32::try_from(at).expect("there are fewer than 2^24 slots");
        }
    }
    // No token has the highest number that fits, so that an empty slot is like no other.
    let pairs = pairs.into_iter().flat_map(|(entry, reach)| {
        let slot = entry.map_or((1 << PAIR_REACH) - 1, |(_, slot)| slot);
        with_reach(slot, reach, PAIR_REACH, 64)
    });
    let byte = |byte: u8| u8::try_from(ranks[&[byte][..]]).expect("bytes are the first tokens");
    [
        ("short", short.collect()),
        ("long", long.collect()),
        ("arena", arena),
        ("bytes", (0..=u8::MAX).map(byte).collect()),
        ("pairs", pairs.collect()),
        ("splits", splits.into_iter().flat_map(|slot| slot.to_le_bytes().into_iter().take(3)).collect()),
        ("near", near),
        ("far", far.into_iter().flat_map(u16::to_le_bytes).collect()),
    ]
}

/// Up to eight bytes as a number, zeros after their end.
fn word(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// Numbers of some bits side by side, the first lowest.
fn fields(numbers: &[(u64, u32)]) -> u64 {
    numbers.iter().rev().fold(0, |fields, (n, bits)| {
        assert!(n >> bits == 0, "{n} does not fit {bits} bits");
        fields << bits | n
    })
}

/// A slot of `bits` with its reach from bit `at` on.
fn with_reach(slot: u64, reach: usize, at: u32, bits: u32) -> Vec<u8> {
    let slot = fields(&[(slot, at), (reach as u64, bits - at)]);
    slot.to_le_bytes()[..bits as usize / 8].to_vec()
}

/// A hash table of these entries: what each slot holds, and its reach.
///
/// An entry goes into the first free slot from its home on; common tokens have low ranks and come first.
fn table<T: Copy>(entries: &[(u64, T)], n_slots: usize) -> Vec<(Option<T>, usize)> {
    let mut slots = vec![(None, 0); n_slots];
    for (hash, entry) in entries {
        let home = home(*hash, n_slots);
        let distance = (0..n_slots).find(|distance| slots[(home + distance) % n_slots].0.is_none());
        let distance = distance.expect("there are more slots than entries");
        slots[(home + distance) % n_slots].0 = Some(*entry);
        slots[home].1 = distance + 1;
    }
    slots
}

/// The two tokens that byte-pair encoding has before it merges `token`.
fn split(token: &[u8], rank: u32, ranks: &HashMap<&[u8], u32>) -> (u32, u32) {
    let mut edges: Vec<usize> = (0..=token.len()).collect();
    while edges.len() > 3 {
        let pairs =
            edges.windows(3).map(|edges| ranks.get(&token[edges[0]..edges[2]]).filter(|merged| **merged < rank));
        let lowest = pairs.enumerate().filter_map(|(at, merged)| Some((*merged?, at))).min();
        let (_, at) = lowest.unwrap_or_else(|| panic!("token {rank} is not made of two tokens"));
        edges.remove(at + 1);
    }
    match edges[..] {
        [start, middle, end] => (ranks[&token[start..middle]], ranks[&token[middle..end]]),
        _ => (rank, rank),
    }
}
