//! What `sluice clap` runs in a process of its own: `sluice-clap-scan files`, `… plugins PATH`, `… plugin PATH ID`. Each
//! writes JSON, an object a line; a reason why not is the last one, `{"problem"}`.
//!
//! What a plugin prints goes nowhere: standard output is another one as soon as the program runs. It leaves by `_exit`, so
//! that nothing of a plugin runs behind the last line.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::{AsRawFd, FromRawFd};

use sluice_plugin_clap::describe::{write_files, write_plugin, write_plugins, write_problem};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Ok(mut out) = take_output() else { std::process::exit(1) };
    let outcome = match words[..] {
        ["files"] => write_files(&mut out),
        ["plugins", path] => write_plugins(path, &mut out),
        ["plugin", path, id] => write_plugin(path, id, &mut out),
        _ => Err("usage: sluice-clap-scan files | plugins PATH | plugin PATH ID".into()),
    };
    let code = match outcome.or_else(|why| write_problem(&why, &mut out)) {
        Ok(()) => 0,
        Err(_) => 1,
    };
    _ = out.flush();
    // SAFETY: everything that was written is flushed.
    unsafe { libc::_exit(code) }
}

/// Takes standard output away from plugins.
fn take_output() -> io::Result<File> {
    let nowhere = OpenOptions::new().write(true).open("/dev/null")?;
    // SAFETY: a descriptor of this process, for which nobody else answers.
    let taken = unsafe { libc::fcntl(1, libc::F_DUPFD_CLOEXEC, 3) };
    // SAFETY: both are open.
    if taken < 0 || unsafe { libc::dup2(nowhere.as_raw_fd(), 1) } < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: made above, for the file alone.
    Ok(unsafe { File::from_raw_fd(taken) })
}
