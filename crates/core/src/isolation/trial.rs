//! Opens the library of a plugin in a process of its own first: what it runs when it is opened may end the process.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use std::os::unix::process::{CommandExt, ExitStatusExt};

use crate::plugin;

use super::process::{kill_group, program, signal_name};
use super::system::{await_end, process_descriptor};

/// The argument with which the program opens a library and ends.
pub(super) const OPEN: &str = "--open";

/// What the program ends with once the library was opened, refused or not.
const OPENED: i32 = 77;

/// How long opening may take.
const LIMIT: Duration = Duration::from_secs(10);

/// Opens a library in a process of its own. Where that cannot be started, nothing is known, and nothing is wrong.
///
/// # Errors
///
/// How that process ended, as a clause, if opening the library ended it, or took too long.
pub fn try_library(path: &Path) -> Result<(), String> {
    let Ok(program) = program() else { return Ok(()) };
    let mut command = Command::new(program);
    command.arg(OPEN).arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
    let Ok(mut child) = command.spawn() else { return Ok(()) };
    let in_time = process_descriptor(child.id()).map(|descriptor| await_end(&descriptor, LIMIT));
    // With what it has started. Nobody has waited for it, so that the number is still its own.
    kill_group(child.id());
    let status = child.wait().map_err(|error| format!("the process that opened it is lost: {error}"))?;
    match in_time {
        Ok(false) => Err(format!("it takes longer than {} s to be opened", LIMIT.as_secs())),
        _ => judge(status),
    }
}

fn judge(status: ExitStatus) -> Result<(), String> {
    match (status.signal(), status.code()) {
        (_, Some(OPENED)) => Ok(()),
        (Some(signal), _) => Err(format!("it crashed while it was opened: {}", signal_name(signal))),
        (None, code) => Err(format!("it ended its process with status {} while it was opened", code.unwrap_or(-1))),
    }
}

/// Opens a library as the runtime does, and ends.
pub(super) fn open(path: &str) -> ! {
    // SAFETY: takes numbers. It leaves no dump of its memory, and ends with who has started it.
    unsafe {
        libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0);
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
    }
    // Who opens it next is told why it is refused.
    let _ = plugin::load(Path::new(path));
    // SAFETY: ends the process, and does nothing of what the library wants done then.
    unsafe { libc::_exit(OPENED) }
}
