//! The keys that may stand in a file, table by table.
//!
//! The reader, the hints, the schema's test and `forkful config` use the same lists.

/// A key, what it takes, and how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word {
    /// The key.
    pub name: &'static str,
    /// What it takes, in a few words.
    pub wants: &'static str,
    /// A line that can be pasted.
    pub example: &'static str,
}

const fn word(name: &'static str, wants: &'static str, example: &'static str) -> Word {
    Word { name, wants, example }
}

const TOKENS: &str = "a number of tokens";
const TEXT: &str = "a text";
const ORDER: &str = "head, tail, ends, even, focus or summary";
const NAME: Word = word("name", "a name of A-Z, 0-9, `.`, `_`, `/` and `-`", "name = \"bitter\"");
const SOURCE_TABLES: Word = word("source", "tables", "[[source]]");
const BUDGET_TABLE: Word = word("budget", "a table", "[budget]");
const RENDER_TABLE: Word = word("render", "a table", "[render]");

/// Outside of every table.
pub const TOP: &[Word] = &[
    NAME,
    SOURCE_TABLES,
    word("link", "tables", "[[link]]"),
    BUDGET_TABLE,
    RENDER_TABLE,
    word("profile", "tables", "[profile.brief]"),
];

/// In `[[source]]` and `[[profile.NAME.source]]`.
pub const SOURCE: &[Word] = &[
    word("path", "a path, seen from this file", "path = \"talk.vtt\""),
    word("weight", "a share from 0.001 to 1000, or \"auto\"", "weight = 2"),
    word("floor", TOKENS, "floor = \"2k\""),
    word("cap", TOKENS, "cap = \"8k\""),
    word("keep", ORDER, "keep = \"ends\""),
    word("tier", "pin, must, normal or spare", "tier = \"spare\""),
    word("pin", "true or false", "pin = true"),
    word("as", "a format or a kind", "as = \"transcript\""),
    word("branches", "current or all", "branches = \"all\""),
    word("private", "true or false", "private = true"),
    word("times", "none, sparse or all", "times = \"none\""),
    word("links", "inline, reference or none", "links = \"none\""),
    word("follow", "how many links deep, 0 to 5", "follow = 1"),
    word("exclude", "a list of lines of a .gitignore", "exclude = [\"drafts/\", \"*.log\"]"),
    word("use", "true or false", "use = false"),
];

/// In `[[link]]`.
pub const LINK: &[Word] = &[
    word("url", "the address of a link", "url = \"https://youtu.be/21EYKqUsPfg\""),
    word("path", "a path, seen from this file", "path = \"talk.vtt\""),
];

/// In `[budget]`.
pub const BUDGET: &[Word] = &[
    word("tokens", TOKENS, "tokens = \"32k\""),
    word("reserve", TOKENS, "reserve = \"4k\""),
    word("model", "a model's name", "model = \"gpt-5\""),
    word("encoding", "o200k_base, cl100k_base or o200k_harmony", "encoding = \"o200k_base\""),
    word("keep", ORDER, "keep = \"ends\""),
    word("focus", "a question", "focus = \"Where do they disagree?\""),
];

/// In `[render]`.
pub const RENDER: &[Word] = &[word("format", "md, xml, text, messages or forkful", "format = \"xml\"")];

/// In `[profile.NAME]`.
pub const PROFILE: &[Word] = &[
    NAME,
    word("sources", "a list of paths of the file's sources", "sources = [\"thread.md\", \"essay.md\"]"),
    SOURCE_TABLES,
    BUDGET_TABLE,
    RENDER_TABLE,
];

/// Outside of every table of the user's own file.
pub const USER: &[Word] = &[BUDGET_TABLE, RENDER_TABLE, word("ask", "a table", "[ask]")];

/// In `[ask]` of the user's own file.
pub const ASK: &[Word] = &[
    word("base_url", TEXT, "base_url = \"http://127.0.0.1:8080/v1\""),
    word("api_key_command", TEXT, "api_key_command = \"pass show models\""),
];

/// In `[profile]`, whose keys are names that the user gives.
pub(super) static PROFILES: Word = word("profile", "tables", "[profile.brief]");
