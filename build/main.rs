//! Writes the tables of the counting engine: vocabularies, how tokens were merged, character classes;
//! says how the program is linked.
//!
//! The vocabularies come out of tiktoken-rs, which carries OpenAI's published files; nothing is
//! fetched. The engine reads the tables where they lie in the program: no work at start.
//! `src/tokens/vocabulary.rs` and `src/tokens/class.rs` are the readers and name the layout.

#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_types,
    clippy::disallowed_methods,
    reason = "a build script talks to cargo; a table that does not fit stops it; the map is only looked up in"
)]

mod classes;
mod vocabulary;

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    println!("cargo::rerun-if-changed=build");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("classes.bin"), classes::table()).expect("OUT_DIR can be written");
    let o200k = tiktoken_rs::o200k_base().expect("the vocabulary of tiktoken-rs loads");
    write(&out, "o200k_base", &o200k, 199_998);
    let cl100k = tiktoken_rs::cl100k_base().expect("the vocabulary of tiktoken-rs loads");
    write(&out, "cl100k_base", &cl100k, 100_256);
    link();
}

/// Links the program for a short start where that is known to work.
///
/// To a fixed address: else the loader writes 42,000 addresses into it at each start, which is two fifths of
/// the time that a short command takes and 1.6 MB of its memory. A fixed address is worth something to who has
/// found a way to write where they should not; the program has no `unsafe` for that.
///
/// And with the functions of a start side by side (`start.ld`): else they lie in seventy places of the program,
/// and the system reads and keeps 64 KB and more around each. Only for the linker that rustc brings: others
/// do not all know such a script.
fn link() {
    let of_target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if (of_target("OS").as_str(), of_target("ENV").as_str()) != ("linux", "gnu") {
        return;
    }
    println!("cargo::rustc-link-arg-bins=-no-pie");
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let is_usual = env::var_os("RUSTC_LINKER").is_none() && !flags.contains("link");
    if is_usual && of_target("ARCH") == "x86_64" && env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        let folder = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
        println!("cargo::rustc-link-arg-bins=-T{folder}/build/start.ld");
    }
}

fn write(out: &Path, name: &str, source: &tiktoken_rs::CoreBPE, n_tokens: u32) {
    let token = |rank| source.decode_bytes(&[rank]).unwrap_or_else(|_| panic!("{name} has no token {rank}"));
    let tokens: Vec<Vec<u8>> = (0..n_tokens).map(token).collect();
    for (section, bytes) in vocabulary::tables(&tokens) {
        fs::write(out.join(format!("{name}.{section}.bin")), bytes).expect("OUT_DIR can be written");
    }
}
