//! Runs the program as a person does, in a folder of its own with nothing in the environment.

pub(crate) mod provider;
pub(crate) mod web;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io::Read, io::Write};

use tempfile::TempDir;

/// A folder, an environment and a store that nothing outside shares.
pub(crate) struct Desk {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// What a command left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Desk {
    /// An empty folder, a fixed clock, an empty home.
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let home = folder.path().join("home").to_str().unwrap().to_owned();
        let fixed = [("HOME", home.as_str()), ("SOURCE_DATE_EPOCH", "1760000000"), ("COLUMNS", "80")];
        let environment = fixed.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { folder, environment }
    }

    /// A folder with the three example sources.
    pub(crate) fn with_examples() -> Self {
        let desk = Self::new();
        for name in ["thread.md", "talk.vtt", "essay.md"] {
            desk.file(name, &fs::read(root().join("examples").join(name)).unwrap());
        }
        desk
    }

    /// The same desk with one more variable.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(own, _)| own != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_forkful"));
        command.args(arguments).current_dir(self.path()).env_clear().envs(self.environment.iter().cloned());
        command
    }

    /// Runs a command with this on stdin.
    pub(crate) fn run_with(&self, arguments: &[&str], stdin: &[u8]) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that does not read its stdin closes it.
        let _ = child.stdin.take().unwrap().write_all(stdin);
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(self.path().to_str().unwrap(), "DESK");
        Ran { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code().unwrap_or(-1) }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, b"")
    }

    /// Runs a command that must succeed, and gives what a terminal shows: both streams as they come.
    pub(crate) fn terminal(&self, arguments: &[&str]) -> String {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(writer.try_clone().unwrap()).stderr(writer);
        let mut child = command.spawn().unwrap();
        // The command holds the writing ends, which close when it ends.
        drop(command);
        let mut shown = String::new();
        reader.read_to_string(&mut shown).unwrap();
        assert!(child.wait().unwrap().success(), "{arguments:?}: {shown}");
        shown
    }

    /// Runs a command that must succeed, and gives its stdout.
    pub(crate) fn out(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
        ran.stdout
    }

    /// The JSON of a command that must succeed.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        serde_json::from_str(&self.out(&[arguments, &["--json"]].concat())).unwrap()
    }

    /// Runs commands written as a person types them, and shows what each left.
    pub(crate) fn session(&self, lines: &[&str]) -> String {
        let shown = lines.iter().map(|line| {
            let words = words(line);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            format!("$ forkful {line}\n{}", self.run(&words).shown())
        });
        shown.collect::<Vec<_>>().join("\n")
    }
}

impl Ran {
    /// stderr marked, stdout as it is, the exit code where it is not 0.
    pub(crate) fn shown(&self) -> String {
        let mut out = String::new();
        for line in self.stderr.lines() {
            out += &format!("2> {line}\n");
        }
        out += &self.stdout;
        if self.code != 0 {
            out += &format!("[exit {}]\n", self.code);
        }
        out
    }
}

/// Splits at blanks outside of double quotes.
pub(crate) fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for character in line.chars() {
        match character {
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    words
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of shared real data; a test that finds none says so and passes.
pub(crate) fn shared(name: &str) -> Option<PathBuf> {
    let folder = env::var_os("FORKFUL_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from).join(name);
    if !folder.exists() {
        eprintln!("skipped: there is no {}", folder.display());
    }
    folder.canonicalize().ok()
}
