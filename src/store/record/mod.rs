//! The JSON of everything that is stored, version 1.
//!
//! Absent is absent: a field without a value does not stand in the JSON. Records of objects are
//! hashed and name their version; rows beside the objects are sealed with a checksum instead.

mod hashed;
mod rows;

pub use hashed::{BundleRecord, DocumentRecord, FoldRecord, ItemRecord, LinkRecord, MessageRecord, SegmentRecord, V1};
pub use rows::{
    AtMove, BatchRecord, CitationRecord, Move, OperationRecord, PartRecord, Pointers, ProvenanceRecord, RemarkMove,
    RunRecord, RunState,
};
