# What a developer types; `just` lists it.

_default:
    @just --list

# Everything that lands passes this.
check:
    .ci/run

# The tests.
test:
    cargo test

# Format, lints and docs as the gate checks them.
lint:
    git ls-files '*.rs' | xargs rustfmt --edition 2024 --check
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --document-private-items

# The budget's promises over many random cases.
promises cases="20000":
    PROPTEST_CASES={{cases}} cargo test --release --lib -- budget::promises --nocapture

# Counting speed beside its peers.
speed:
    cargo bench --bench tokens

# What the store withstands: kills, failing disks, power loss, many writers, damage; about ten minutes.
durability *parts:
    cargo build
    benches/durability/run {{parts}}

# Links against hostile servers, a thousand of them, and every spelling of a private address; some minutes.
links *parts:
    cargo build --release
    benches/links/run {{parts}}

# What a process costs that counts ten bytes, beside an empty one: time, memory, tables.
startup:
    cargo build --release
    benches/startup

# Which functions a start runs, for the linker to put them side by side (build/start.ld); needs valgrind.
order:
    cargo rustc --release --bin forkful -- -C strip=none
    benches/startup --order target/release/forkful

# Time of a plan on a million tokens, and of a step of the slider.
plans:
    cargo bench --bench plan

# What twenty forks over 100,000 tokens cost in the test provider, at once and as planned.
fan-outs:
    cargo bench --bench fan_out

# What a real model's cache gives back of eight questions to one bundle, warmed and not; some minutes.
warmth:
    cargo build --release
    benches/warmth

# CPU time from Enter to the request's first byte, for a bundle of 100,000 tokens.
first-byte:
    cargo build --release
    benches/first_byte --most 30

# What broken answers leave in a store: 300 retries and 20,000 cuts over the five protocols, one record each.
faults:
    cargo bench --bench faults

# Counting and packing beside other packers: CPU seconds and peak memory.
packers:
    cargo build --release
    benches/packers

# What the cut keeps of the text that answers a question; `--orders` for the orders that know none.
retention *what:
    cargo build --release
    benches/retention {{what}}

# Whether the spread of relevance in prose holds on questions that did not choose it.
prose:
    benches/prose

# Tokenizers from files: their tests.
tokenizers:
    cargo test --lib --features tokenizers -- local joint
    cargo test --test main --features tokenizers -- tokenizer_from_a_file

# Counts by the tokenizer files of real models beside Python's tokenizers, over the texts of some folders.
real-tokenizers *folders:
    cargo build --features tokenizers
    benches/tokenizers {{folders}}

# Pages read: text, structure and CPU time on the sets in a folder; `--peers` beside trafilatura and dom_smoothie.
pages folder *options:
    benches/extraction/run {{folder}} {{options}}

# What comes back of known Markdown that LibreOffice and pandoc put into office files and books; `--peers` beside markitdown.
office *options:
    cargo build --release
    benches/office {{options}}

# PDF files beside pdftotext and, with `--peers`, pypdfium2; hostile files and broken copies.
pdf folder *options:
    cargo build --release
    benches/pdf {{folder}} {{options}}

# Files of 100 MB, files cut off, broken encodings: a good reading or an error that names the limit, and peak memory.
large *options:
    cargo build --release
    benches/large {{options}}

# Ten thousand broken pages: none may panic, hang or be refused by the parser.
mutations folder n="10000":
    cargo bench --bench extraction -- mutate {{folder}} {{n}}

# Exports of a gigabyte, listed and read one conversation of: CPU seconds and peak memory.
streams:
    cargo build --release
    benches/streams

# Coverage-guided fuzzing of every reader, so many seconds each; of some: `just fuzz 300 chatgpt mail`.
fuzz seconds="300" *readers:
    fuzz/run {{seconds}} {{readers}}

# Look at changed snapshots.
review:
    INSTA_UPDATE=always cargo test
    git diff tests

# A store of a million messages: what each command costs; some minutes.
scale *arguments:
    cargo build --release
    benches/scale {{arguments}}

# Sizes of what travels: a folder of texts with ten branches as a file, packed, thin, and as a page.
sizes folder *options:
    cargo build --release
    benches/sizes {{folder}} {{options}}
