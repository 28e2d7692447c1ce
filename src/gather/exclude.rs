//! Which files of a folder or an archive are passed over, and by which rule.
//!
//! Hidden names, forkful's own files, the file that is written, what `.gitignore` and `.ignore`
//! leave out, and what the owner of the source excludes. Rules are those of git: of all files on
//! the way down the deepest speaks first, in each its last line that matches, `!` takes back, and
//! what lies in a folder that is passed over is passed over with it. What an owner excludes is the
//! last line of all. Pure: whoever walks brings the names and the texts.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Files of rules, the stronger last.
const RULES: [&str; 2] = [".gitignore", ".ignore"];
/// Files that say how sources are read, and are none themselves.
const OWN: [&str; 2] = ["forkful.toml", "forkful.lock"];

/// The most bytes of a file of rules that are looked at.
pub(super) const MAX_RULES: u64 = 1024 * 1024;

/// What the owner of a folder or an archive leaves out of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exclude {
    /// Lines of a `.gitignore` that stands in the folder or archive itself.
    pub patterns: Vec<Pattern>,
    /// Whether `.gitignore` and `.ignore` say nothing here.
    pub no_ignore: bool,
    /// The file that is written from what is read.
    pub output: Option<Output>,
}

/// A line as it stands in a `.gitignore`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);

/// A line that excludes nothing, or that nobody understands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a pattern: {text:?} (a line of a .gitignore, as '*.log', 'drafts/' or '!keep.md')")]
pub struct ParsePatternError {
    text: String,
}

/// A file that is going to be written, or several with numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// Where it lies, without links on the way.
    pub path: PathBuf,
    /// Whether its name gets numbers: `out-1.md`.
    pub is_numbered: bool,
}

/// Why a file or folder is passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    Hidden,
    Own,
    Output,
    /// By a file of this name.
    Ignored(&'static str),
    Excluded,
}

/// The rules that were met on the way down to a folder.
#[derive(Debug)]
pub(super) struct Rules<'a> {
    exclude: &'a Exclude,
    patterns: Gitignore,
    /// The way from the repository's root to the folder that was named.
    way: String,
    /// The rules of each folder, by its way from the repository's root.
    files: BTreeMap<String, Gitignore>,
}

static NOTHING: Exclude = Exclude { patterns: Vec::new(), no_ignore: false, output: None };

impl Default for &Exclude {
    fn default() -> Self {
        &NOTHING
    }
}

impl FromStr for Pattern {
    type Err = ParsePatternError;

    fn from_str(text: &str) -> Result<Self, ParsePatternError> {
        let error = || ParsePatternError { text: text.to_owned() };
        let mut builder = GitignoreBuilder::new(".");
        builder.add_line(None, text).map_err(|_| error())?;
        let built = builder.build().map_err(|_| error())?;
        if built.is_empty() { Err(error()) } else { Ok(Self(text.to_owned())) }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Output {
    /// Whether it is this file, whose path has no links in it.
    pub(super) fn is(&self, path: &Path) -> bool {
        if !self.is_numbered {
            return self.path == path;
        }
        let text = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
        let stem = text(path.file_stem());
        let number = stem.strip_prefix(&text(self.path.file_stem())).and_then(|rest| rest.strip_prefix('-'));
        let is_part = number.is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()));
        is_part && path.extension() == self.path.extension() && path.parent() == self.path.parent()
    }
}

impl Reason {
    /// Whether a problem tells that a file of rules leaves something out.
    pub(super) fn is_ignored(message: &str) -> bool {
        RULES.into_iter().any(|by| message == Self::Ignored(by).to_string())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hidden => f.write_str("skipped: hidden"),
            Self::Own => f.write_str("skipped: a file of forkful itself"),
            Self::Output => f.write_str("skipped: the file that is written"),
            Self::Ignored(by) => write!(f, "skipped: ignored by {by}"),
            Self::Excluded => f.write_str("skipped: excluded"),
        }
    }
}

impl<'a> Rules<'a> {
    /// `way` leads from the root of the repository to the folder, with `/` between the names.
    pub(super) fn new(exclude: &'a Exclude, way: &str) -> Self {
        let mut builder = GitignoreBuilder::new(".");
        for Pattern(line) in &exclude.patterns {
            // A pattern was understood once before it became one.
            let _ = builder.add_line(None, line);
        }
        let patterns = builder.build().unwrap_or_else(|_| Gitignore::empty());
        Self { exclude, patterns, way: way.to_owned(), files: BTreeMap::new() }
    }

    /// Whether a file of this name holds rules that count.
    pub(super) fn counts(&self, name: &str) -> bool {
        !self.exclude.no_ignore && RULES.contains(&name)
    }

    /// Takes the rules of a folder below the one that was named: name and text of each file.
    pub(super) fn learn(&mut self, folder: &str, files: &[(String, String)]) -> Result<(), ignore::Error> {
        self.learn_at(join(&self.way, folder), files)
    }

    /// Takes the rules of a folder on the way from the repository's root.
    pub(super) fn learn_at(&mut self, way: String, files: &[(String, String)]) -> Result<(), ignore::Error> {
        let mut builder = GitignoreBuilder::new(".");
        for name in RULES {
            let texts = files.iter().filter(|(file, _)| file == name);
            for line in texts.flat_map(|(_, text)| text.trim_start_matches('\u{feff}').lines()) {
                // A line that nobody understands matches nothing, as in git.
                let _ = builder.add_line(Some(PathBuf::from(name)), line);
            }
        }
        self.files.insert(way, builder.build()?);
        Ok(())
    }

    /// Why a file or folder is passed over, if it is; `relative` is seen from the folder that was named.
    pub(super) fn reason(&self, relative: &str, is_folder: bool) -> Option<Reason> {
        let name = relative.rsplit('/').next().unwrap_or_default();
        // An archive may name what lies above it.
        let is_hidden = name.starts_with('.') && name != ".." && name != ".";
        if is_hidden || name == "__MACOSX" {
            return Some(Reason::Hidden);
        }
        if OWN.contains(&name) && !is_folder {
            return Some(Reason::Own);
        }
        match self.patterns.matched(relative, is_folder) {
            Match::Ignore(_) => return Some(Reason::Excluded),
            Match::Whitelist(_) => return None,
            Match::None => {}
        }
        let whole = join(&self.way, relative);
        let folders = whole.rmatch_indices('/').map(|(at, _)| (&whole[..at], &whole[at + 1..]));
        for (folder, rest) in folders.chain([("", whole.as_str())]) {
            let Some(rules) = self.files.get(folder) else { continue };
            match rules.matched(rest, is_folder) {
                Match::Ignore(line) => {
                    let by = RULES.into_iter().find(|name| line.from() == Some(Path::new(name)));
                    return Some(Reason::Ignored(by.unwrap_or(RULES[0])));
                }
                Match::Whitelist(_) => return None,
                Match::None => {}
            }
        }
        None
    }

    /// The file itself, or the first folder on the way to it, that is passed over, and why.
    pub(super) fn on_the_way<'p>(&self, relative: &'p str) -> Option<(&'p str, Reason)> {
        let folders = relative.match_indices('/').map(|(at, _)| (&relative[..at], true));
        let mut steps = folders.chain([(relative, false)]);
        steps.find_map(|(step, is_folder)| Some((step, self.reason(step, is_folder)?)))
    }

    /// Whether this file is the one that is written; its path has no links in it.
    pub(super) fn is_output(&self, path: &Path) -> bool {
        self.exclude.output.as_ref().is_some_and(|output| output.is(path))
    }

    /// Whether a file may be the one that is written.
    pub(super) fn has_output(&self) -> bool {
        self.exclude.output.is_some()
    }
}

fn join(folder: &str, name: &str) -> String {
    match (folder, name) {
        ("", name) => name.to_owned(),
        (folder, "") => folder.to_owned(),
        (folder, name) => format!("{folder}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_those_of_git() {
        let check = |above: &str, own: &str, below: &str, patterns: &[&str], path: &str, expected: Option<&str>| {
            let patterns = patterns.iter().map(|text| text.parse().unwrap()).collect();
            let exclude = Exclude { patterns, ..Exclude::default() };
            let mut rules = Rules::new(&exclude, "crates/x");
            let file = |text: &str| [(".gitignore".to_owned(), text.to_owned())];
            rules.learn_at(String::new(), &file(above)).unwrap();
            rules.learn("", &file(own)).unwrap();
            rules.learn("sub", &file(below)).unwrap();
            let (path, is_folder) = path.strip_suffix('/').map_or((path, false), |path| (path, true));
            let reason = rules.reason(path, is_folder).map(|reason| reason.to_string());
            assert_eq!(reason.as_deref().map(|told| told.trim_start_matches("skipped: ")), expected, "{path}");
        };
        let ignored = Some("ignored by .gitignore");
        check("*.log", "", "", &[], "a.log", ignored);
        check("*.log", "", "", &[], "sub/a.log", ignored);
        check("*.log", "!keep.log", "", &[], "keep.log", None);
        check("*.log", "", "!*.log", &[], "sub/a.log", None);
        check("*.log\n!a.log", "", "", &[], "a.log", None);
        check("/a.md", "", "", &[], "a.md", None);
        check("/crates/x/a.md", "", "", &[], "a.md", ignored);
        check("", "/a.md", "", &[], "sub/a.md", None);
        check("", "sub/*.md", "", &[], "sub/a.md", ignored);
        check("", "**/deep/", "", &[], "sub/deep/", ignored);
        check("", "build/", "", &[], "build", None);
        check("", "build/", "", &[], "build/", ignored);
        check("", "# build\n\n[a", "", &[], "build/", None);
        check("", "\u{feff}build", "", &[], "build/", ignored);
        check("", "", "", &["*.log"], "sub/a.log", Some("excluded"));
        check("", "", "", &["/a.log"], "sub/a.log", None);
        check("*.log", "", "", &["!a.log"], "a.log", None);
        check("!.env", "!.env", "", &["!.env"], ".env", Some("hidden"));
        check("", "", "", &[], "__MACOSX/", Some("hidden"));
        check("", "", "", &[], "sub/forkful.lock", Some("a file of forkful itself"));
        check("", "", "", &[], "forkful.md", None);
    }

    #[test]
    fn a_pattern_excludes_something() {
        let check = |text: &str, is_one: bool| assert_eq!(text.parse::<Pattern>().is_ok(), is_one, "{text:?}");
        check("*.log", true);
        check("!keep.md", true);
        check("drafts/", true);
        check("", false);
        check("  ", false);
        check("# drafts", false);
        check("{a,b", false);
    }

    #[test]
    fn an_output_is_known_by_its_path_and_number() {
        let check = |is_numbered: bool, path: &str, expected: bool| {
            let output = Output { path: PathBuf::from("/d/out.md"), is_numbered };
            assert_eq!(output.is(Path::new(path)), expected, "{path}");
        };
        check(false, "/d/out.md", true);
        check(false, "/d/out-1.md", false);
        check(false, "/e/out.md", false);
        check(true, "/d/out-12.md", true);
        check(true, "/d/out.md", false);
        check(true, "/d/out-a.md", false);
        check(true, "/d/out-1.txt", false);
        check(true, "/e/out-1.md", false);
    }
}
