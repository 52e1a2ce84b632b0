//! Opens libraries of plugins in a process of its own first: what they run when they are opened may end the process, or
//! never return. One process opens all that are not known, one after the other. Cold.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, FromRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::plugin::{self, Origin};

use super::known_libraries::{self, Identity, Outcome};
use super::process::{kill_group, program, signal_name};
use super::system::{await_any, process_descriptor};

/// The argument with which the program opens libraries and ends.
pub(super) const OPEN: &str = "--open";

/// What it writes for each.
const LOADED: u8 = 1;
const REFUSED: u8 = 0;

/// How long opening one may take.
pub const OPENING_LIMIT: Duration = Duration::from_secs(10);

/// Which libraries are opened for a trial.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trial {
    /// Those of which nothing is known.
    OfUnknown,
    /// All.
    OfAll,
}

/// Opens libraries in a process of its own, and notes what comes of it for [`vouch`]. Where that process cannot be
/// started, nothing is known, and nothing is wrong.
///
/// # Arguments
///
/// - `limit`: how long opening one may take
///
/// # Returns
///
/// How many processes it took: 0 if all are known, 1 if none has ended it; else at most 2 more for each that has.
pub fn try_libraries(paths: &[PathBuf], trial: Trial, limit: Duration) -> u32 {
    let identities: Vec<Identity> = paths.iter().filter_map(|path| Identity::of(path)).collect();
    let known = known_libraries::outcomes(&identities);
    let is_wanted = |known: &Option<Outcome>| trial == Trial::OfAll || known.is_none();
    let wanted: Vec<Identity> =
        identities.into_iter().zip(known).filter(|(_, known)| is_wanted(known)).map(|(each, _)| each).collect();
    let mut told: Vec<Outcome> = Vec::with_capacity(wanted.len());
    let mut started = 0;
    while told.len() < wanted.len() {
        let Some(attempt) = attempt(&wanted[told.len()..], limit) else { break };
        started += 1;
        let is_first = attempt.opened.is_empty();
        told.extend(attempt.opened);
        match attempt.fault {
            // One that was opened before may have ended it: the next process begins with this one.
            Some(Fault::Ended(_)) if !is_first => {}
            Some(Fault::Ended(text) | Fault::Late(text)) => told.push(Outcome::Fatal(text)),
            None => {}
        }
    }
    if started > 0 {
        known_libraries::note(wanted.into_iter().zip(told));
    }
    started
}

/// Whether a library may be opened here. One that is not known is tried now.
///
/// # Errors
///
/// How the process ended that opened it, as a clause, or that it took too long.
pub fn vouch(path: &Path) -> Result<(), String> {
    try_libraries(&[path.to_path_buf()], Trial::OfUnknown, OPENING_LIMIT);
    match Identity::of(path).and_then(|each| known_libraries::outcomes(&[each]).remove(0)) {
        Some(Outcome::Fatal(text)) => Err(text),
        _ => Ok(()),
    }
}

/// What came of a process.
struct Attempt {
    /// What it has opened, or refused: the first ones.
    opened: Vec<Outcome>,
    /// What happened with the one behind them.
    fault: Option<Fault>,
}

enum Fault {
    Ended(String),
    Late(String),
}

/// `None`: there is no such process.
fn attempt(libraries: &[Identity], limit: Duration) -> Option<Attempt> {
    let mut command = Command::new(program().ok()?);
    command.arg(OPEN).args(libraries.iter().map(Identity::path));
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0).spawn().ok()?;
    let watched = watch(&mut child, libraries.len(), limit);
    // With what it has started. Nobody has waited for it, so that the number is still its own.
    kill_group(child.id());
    let status = child.wait();
    let (opened, in_time) = watched.ok()?;
    let fault = match (in_time, status) {
        _ if opened.len() == libraries.len() => None,
        (false, _) => Some(Fault::Late(format!("it takes longer than {} s to be opened", limit.as_secs_f64()))),
        (true, Ok(status)) => Some(Fault::Ended(how_it_ended(status))),
        (true, Err(error)) => Some(Fault::Ended(format!("the process that opened it is lost: {error}"))),
    };
    Some(Attempt { opened, fault })
}

/// Takes what the child says of the libraries, until that is all, the child has ended, or one takes too long.
fn watch(child: &mut Child, wanted: usize, limit: Duration) -> io::Result<(Vec<Outcome>, bool)> {
    let process = process_descriptor(child.id())?;
    let mut pipe = child.stdout.take();
    let mut opened = Vec::with_capacity(wanted);
    while opened.len() < wanted {
        let ready = await_any([Some(process.as_fd()), pipe.as_ref().map(AsFd::as_fd)], limit);
        match (ready, &mut pipe) {
            ([_, true], Some(told)) => {
                let mut bytes = [0; 64];
                let count = told.read(&mut bytes)?;
                if count == 0 {
                    pipe = None;
                }
                opened.extend(
                    bytes[..count].iter().map(|&byte| if byte == LOADED { Outcome::Loaded } else { Outcome::Refused }),
                );
            }
            ([true, _], _) => return Ok((opened, true)),
            _ => return Ok((opened, false)),
        }
    }
    opened.truncate(wanted);
    Ok((opened, true))
}

fn how_it_ended(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("it crashed while it was opened: {}", signal_name(signal)),
        (None, code) => format!("it ended its process with status {} while it was opened", code.unwrap_or(-1)),
    }
}

/// Opens libraries as the runtime does, writes a byte to standard output for each, and ends.
pub(super) fn open(paths: impl Iterator<Item = String>) -> ! {
    // SAFETY: takes numbers. It leaves no dump of its memory, and ends with who has started it.
    unsafe {
        libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0);
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
    }
    let mut output = take_output();
    for path in paths {
        // Who opens it next is told why it is refused.
        let byte = if plugin::load(Path::new(&path), Origin::Foreign).is_ok() { LOADED } else { REFUSED };
        // Where nobody reads, nobody waits.
        let _ = output.as_mut().map(|output| output.write_all(&[byte]));
    }
    // SAFETY: ends the process, and does nothing of what the libraries want done then.
    unsafe { libc::_exit(0) }
}

/// Takes standard output away from the libraries, which may write to it: they have standard error's, which is nowhere.
fn take_output() -> Option<std::fs::File> {
    // SAFETY: takes numbers.
    let own = unsafe { libc::fcntl(libc::STDOUT_FILENO, libc::F_DUPFD_CLOEXEC, libc::STDERR_FILENO + 1) };
    if own < 0 {
        return None;
    }
    // SAFETY: takes numbers, and the new descriptor is nobody else's.
    let own = unsafe {
        libc::dup2(libc::STDERR_FILENO, libc::STDOUT_FILENO);
        OwnedFd::from_raw_fd(own)
    };
    Some(own.into())
}
