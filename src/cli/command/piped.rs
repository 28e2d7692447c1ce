//! What is piped in beside a question that does not take it.

use std::io::{self, IsTerminal as _};

use super::super::Failure;

/// How long the other end of a pipe gets to begin: a program that was started beside this one.
#[cfg(unix)]
const BEGINNING: rustix::event::Timespec = rustix::event::Timespec { tv_sec: 0, tv_nsec: 200_000_000 };

/// Refuses words on stdin that nobody would read.
///
/// A terminal, a device, an empty or closed pipe and a file that somebody else is reading are merely inherited.
pub(super) fn refuse(address: &str) -> Result<(), Failure> {
    if io::stdin().is_terminal() || !has_words() {
        return Ok(());
    }
    Err(Failure::usage("there are words on stdin, and the question stands beside them")
        .hint(format!("stdin as the question: `forkful ask {address} -`"))
        .hint("stdin as a source: `forkful pack - --name NAME`, and ask that; neither: `< /dev/null`"))
}

#[cfg(unix)]
fn has_words() -> bool {
    use std::fs::File;
    use std::io::Seek as _;
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileTypeExt as _;

    let stdin = io::stdin();
    let Ok(mut file) = stdin.as_fd().try_clone_to_owned().map(File::from) else { return false };
    let Ok(metadata) = file.metadata() else { return false };
    let kind = metadata.file_type();
    if kind.is_file() {
        // Where others have read of it, it is theirs: `while read` of a shell.
        return metadata.len() > 0 && file.stream_position().is_ok_and(|position| position == 0);
    }
    if !kind.is_fifo() && !kind.is_socket() {
        return false;
    }
    let mut ready = [rustix::event::PollFd::new(&file, rustix::event::PollFlags::IN)];
    let is_heard = rustix::event::poll(&mut ready, Some(&BEGINNING)).is_ok_and(|n| n > 0);
    is_heard && rustix::io::ioctl_fionread(&file).is_ok_and(|n_bytes| n_bytes > 0)
}

/// Elsewhere nobody can say without waiting.
#[cfg(not(unix))]
fn has_words() -> bool {
    false
}
