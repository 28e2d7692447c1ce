//! A PDF is read in a process of its own, with limits on its time and memory.
//!
//! The program calls itself: [`register`] says where it lies, [`serve`] is what the child runs. It
//! gets the file on stdin, opens nothing, and answers on stdout. Where no program is registered (a
//! test, another program that uses this library) the file is read in this process.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use super::engine::{self, Extract, Failure};
use crate::gather::Error;

/// Seconds of processor time that a file may take.
const SECONDS: u64 = 60;
/// Seconds on the clock, on a machine that has other things to do.
const PATIENCE: u64 = 180;
/// Bytes of memory that a file may take.
#[cfg(unix)]
const MEMORY: u64 = 2 * 1024 * 1024 * 1024;
/// Bytes of an answer.
const MAX_ANSWER: u64 = 512 * 1024 * 1024;
/// The stack of the thread that reads, since files nest.
const STACK: usize = 256 * 1024 * 1024;

/// Where the program lies that can read files in a process of its own.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Says that the program at this path runs [`serve`] when it is called with the word `worker`.
pub fn register(program: PathBuf) {
    // The first word holds.
    let _ = PROGRAM.set(program);
}

/// What a child ended with.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) bytes: Vec<u8>,
    /// What it said on stderr.
    pub(super) talk: String,
    pub(super) is_ok: bool,
}

/// Reads a file, in a child where there is a program for it.
pub(super) fn extract(name: &str, bytes: &[u8]) -> Result<Result<Extract, Failure>, Error> {
    let Some(program) = PROGRAM.get() else {
        return Ok(deep(|| engine::extract(bytes, "")).unwrap_or(Err(Failure::Broken)));
    };
    let output = run(name, Command::new(program).arg("worker"), bytes)?;
    if !output.is_ok {
        return Ok(Err(Failure::Broken));
    }
    Ok(serde_json::from_slice(&output.bytes).unwrap_or(Err(Failure::Broken)))
}

/// What `pdftotext` makes of a file.
pub(super) fn pdftotext(name: &str, bytes: &[u8]) -> Result<Output, Error> {
    run(name, Command::new("pdftotext").args(["-enc", "UTF-8", "-", "-"]), bytes)
}

/// Reads the file on `input` and answers on `output`: what the child does.
pub fn serve(input: &mut dyn Read, output: &mut dyn Write) -> io::Result<()> {
    #[cfg(unix)]
    {
        // A limit that cannot be set is one that the system sets lower already.
        let _ = rlimit::setrlimit(rlimit::Resource::AS, MEMORY, MEMORY);
        let _ = rlimit::setrlimit(rlimit::Resource::CPU, SECONDS, SECONDS + 1);
        let _ = rlimit::setrlimit(rlimit::Resource::FSIZE, 0, 0);
        let _ = rlimit::setrlimit(rlimit::Resource::CORE, 0, 0);
    }
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes)?;
    let found = deep(|| engine::extract(&bytes, "")).unwrap_or(Err(Failure::Broken));
    serde_json::to_writer(&mut *output, &found)?;
    output.flush()
}

/// Runs on a deep stack; nothing where it gave up.
fn deep<T: Send>(run: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).ok()?.join().ok())
}

/// Runs a child with `bytes` on its stdin, until it ends or a limit is reached.
fn run(name: &str, command: &mut Command, bytes: &[u8]) -> Result<Output, Error> {
    let program = Path::new(command.get_program()).to_owned();
    let failed = |source| Error::Program { program: program.display().to_string(), source };
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(failed)?;
    let mut input = child.stdin.take().expect("it is piped");
    let output = child.stdout.take().expect("it is piped");
    let talk = child.stderr.take().expect("it is piped");
    let (written, said, status) = thread::scope(|scope| {
        // A child that has seen enough closes its end.
        scope.spawn(move || drop(input.write_all(bytes)));
        let written = scope.spawn(move || all(output, MAX_ANSWER));
        let said = scope.spawn(move || all(talk, 64 * 1024));
        let status = wait(&mut child);
        (written.join().unwrap_or_default(), said.join().unwrap_or_default(), status)
    });
    let talk = String::from_utf8_lossy(&said).into_owned();
    let limit = |limit| Error::Limit { name: name.to_owned(), limit };
    let Some(status) = status.map_err(failed)? else { return Err(limit("three minutes")) };
    if talk.contains("memory allocation") {
        return Err(limit("2 GiB of memory"));
    }
    if is_out_of_time(status) {
        return Err(limit("a minute of processor time"));
    }
    Ok(Output { bytes: written, talk, is_ok: status.success() })
}

/// All that a stream gives; what is beyond the limit is read and let go, so that nobody waits.
fn all(mut stream: impl Read, limit: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if stream.by_ref().take(limit).read_to_end(&mut bytes).is_ok() {
        let _ = io::copy(&mut stream, &mut io::sink());
    }
    bytes
}

/// How a child ended; nothing where it had to be stopped.
fn wait(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() > Duration::from_secs(PATIENCE) {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

#[cfg(unix)]
fn is_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    // SIGXCPU, and SIGKILL where that was not heard.
    matches!(status.signal(), Some(9 | 24))
}

#[cfg(not(unix))]
fn is_out_of_time(_: ExitStatus) -> bool {
    false
}
