//! One vocabulary as four tables.
//!
//! | section | layout |
//! | --- | --- |
//! | `slots` | open addressing, 12 bytes a slot: key (u64), then token in the low 18 bits and length above (u32); all ones is empty |
//! | `bounds` | where each token starts in `arena`, u24, one more than there are tokens |
//! | `arena` | the bytes of all tokens |
//! | `splits` | the two tokens that were merged last, u24 each; a byte is its own |
//! | `lengths` | by hash of three bytes: which lengths tokens have that start so, u32 |
//!
//! A key is the bytes themselves up to eight of them, else their hash; the reader has the same functions.

use std::collections::HashMap;

include!("../src/tokens/key.rs");

/// The tables of a vocabulary whose tokens come in the order of their ranks.
pub(crate) fn tables(tokens: &[Vec<u8>], slot_bits: u32) -> [(&'static str, Vec<u8>); 5] {
    let ranks: HashMap<&[u8], u32> = tokens.iter().map(Vec::as_slice).zip(0..).collect();
    let mut bounds = Vec::new();
    let mut arena = Vec::new();
    let mut splits = Vec::new();
    let mut slots = vec![0xff_u8; SLOT << slot_bits];
    let mut lengths = vec![0_u32; 1 << LENGTH_BITS];
    for (token, rank) in tokens.iter().zip(0_u32..) {
        bounds.extend(u24(arena.len()));
        arena.extend(token);
        let (left, right) = split(token, rank, &ranks);
        splits.extend(u24(left as usize).into_iter().chain(u24(right as usize)));
        insert(&mut slots, slot_bits, token, rank);
        if let [a, b, c, ..] = token[..] {
            lengths[length_index(a, b, c)] |= 1 << token.len().min(31);
        }
    }
    bounds.extend(u24(arena.len()));
    let lengths = lengths.into_iter().flat_map(u32::to_le_bytes).collect();
    [("slots", slots), ("bounds", bounds), ("arena", arena), ("splits", splits), ("lengths", lengths)]
}

fn u24(n: usize) -> [u8; 3] {
    assert!(n < 1 << 24);
    [n as u8, (n >> 8) as u8, (n >> 16) as u8]
}

/// Puts a token into the first free slot; common tokens have low ranks and come first.
fn insert(slots: &mut [u8], slot_bits: u32, token: &[u8], rank: u32) {
    let key = key(token);
    let mask = (1 << slot_bits) - 1;
    let mut at = home(key, token.len(), slot_bits);
    while slots[at * SLOT + 8..at * SLOT + 12] != [0xff; 4] {
        at = (at + 1) & mask;
    }
    let meta = rank | (token.len() as u32) << TOKEN_BITS;
    slots[at * SLOT..at * SLOT + 8].copy_from_slice(&key.to_le_bytes());
    slots[at * SLOT + 8..at * SLOT + 12].copy_from_slice(&meta.to_le_bytes());
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
