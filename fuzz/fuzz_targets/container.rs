//! Any bytes as a source on stdin: archives with what is in them, and what lies bare.

#![no_main]

use forkful::gather::{Wishes, source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut stdin = data;
    if let Ok(harvest) = source::gather("-", Wishes::default(), &mut stdin) {
        assert!(harvest.gathered.iter().all(|source| !source.documents.is_empty()));
    }
});
