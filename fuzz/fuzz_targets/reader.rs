//! Any bytes, read as one format: refused with an error, or read with what every document promises.
//!
//! `FORKFUL_READER` names the format; without it the readers choose by what they see.

#![no_main]

use std::sync::LazyLock;

use forkful::gather;
use libfuzzer_sys::fuzz_target;

static READER: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("FORKFUL_READER").ok());

fuzz_target!(|data: &[u8]| {
    let Ok(reading) = gather::read("source", data, READER.as_deref()) else { return };
    assert!(!reading.documents.is_empty());
    let slips = reading.problems.iter().filter(|problem| problem.message.contains("did not fit"));
    assert_eq!(slips.count(), 0, "{:?}", reading.problems);
    for document in &reading.documents {
        assert!(!document.text.is_empty());
        let mut end = 0;
        for section in &document.sections {
            assert!(section.start >= end && section.start < section.end);
            assert!(document.text.get(section.range()).is_some());
            end = section.end;
        }
        let starts = document.links.iter().filter_map(|link| link.start);
        assert!(starts.into_iter().all(|start| document.text.get(start..).is_some()));
    }
});
