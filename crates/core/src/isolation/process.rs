//! The child process of an isolated node, and the thread of the host that watches it: it takes what the child says on its
//! outputs, hears when it asks for a tick, and proves its death by waiting for it.

use std::io::{self, Read};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::lane::Isolation;
use crate::own_library::own_path;
use crate::plugin::Home;

use super::desk::Desk;
use super::system::{await_end, kill, process_descriptor, send_descriptor};

/// The program that the child runs, beside the library.
const PROGRAM: &str = "sluice-stage-host";

/// Longest line of a child that is logged as one, bytes.
const LINE: usize = 4_096;

/// The log's levels: for the child's number, and for what it says on its two outputs.
const DEBUGGING: u32 = 3;
const INFORMATION: u32 = 2;
const WARNING: u32 = 1;

/// What the watching thread does with what it finds.
pub(super) struct Ears {
    /// Takes a line for the log, with its level.
    pub(super) log: Box<dyn Fn(u32, String) + Send>,
    /// Has the node run: the child asks for it, or has ended.
    pub(super) ring: Box<dyn Fn() + Send>,
}

/// A child that was started.
pub(super) struct Guest {
    pub(super) desk: Arc<Desk>,
    pub(super) pid: u32,
    descriptor: OwnedFd,
    socket: OwnedFd,
    status: Arc<Mutex<Option<ExitStatus>>>,
    watcher: Option<JoinHandle<()>>,
}

impl Guest {
    /// Starts a child and gives it the desk.
    ///
    /// # Errors
    ///
    /// Why the system refuses.
    pub(super) fn start(home: &Home, stage: &str, isolation: Isolation, ears: Ears) -> Result<Self, String> {
        let begun = begin(home)?;
        let refused = |error: io::Error| format!("a process for the stage cannot be started: {error}");
        let (desk, file) = Desk::new().map_err(refused)?;
        let (socket, other) = UnixStream::pair().map_err(refused)?;
        let mut child = complete(begun, home, stage, isolation, other.into()).spawn().map_err(refused)?;
        let pid = child.id();
        (ears.log)(DEBUGGING, format!("its stage runs in process {pid}"));
        let (desk, socket) = (Arc::new(desk), OwnedFd::from(socket));
        let given = process_descriptor(pid).and_then(|descriptor| {
            send_descriptor(&socket, &[0], &file)?;
            let watcher = Watcher::new(&mut child, &descriptor, &socket, Arc::clone(&desk), ears)?;
            Ok((descriptor, watcher))
        });
        let (descriptor, watcher) = match given {
            Ok(given) => given,
            Err(error) => {
                // Nobody has waited for it, so that the number is still its own.
                let _ = child.kill();
                let _ = child.wait();
                return Err(refused(error));
            }
        };
        let status = Arc::new(Mutex::new(None));
        let told = Arc::clone(&status);
        let builder = std::thread::Builder::new().name("sluice-guest".into());
        let watcher = builder.spawn(move || watcher.watch(child, &told)).map_err(|error| {
            kill(&descriptor);
            wait_for(pid);
            refused(error)
        })?;
        Ok(Self { desk, pid, descriptor, socket, status, watcher: Some(watcher) })
    }

    /// Sends a descriptor, announced by some bytes.
    pub(super) fn give(&self, bytes: &[u8], file: &OwnedFd) -> io::Result<()> {
        send_descriptor(&self.socket, bytes, file)
    }

    /// Kills the child, and returns once it is dead.
    pub(super) fn kill(&mut self) {
        kill(&self.descriptor);
        self.join();
    }

    /// Waits until the child is dead. `false`: the time is over.
    pub(super) fn wait(&mut self, limit: Duration) -> bool {
        let ended = await_end(&self.descriptor, limit);
        if ended {
            self.join();
        }
        ended
    }

    /// How the child has ended, as a clause, once it is dead.
    pub(super) fn how_it_ended(&mut self) -> String {
        self.join();
        let status = *self.status.lock().unwrap_or_else(PoisonError::into_inner);
        let how = match status {
            None => "is lost".to_owned(),
            Some(status) => match (status.signal(), status.code()) {
                (Some(signal), _) => format!("was killed by {}", signal_name(signal)),
                (None, code) => format!("ended with status {}", code.unwrap_or(-1)),
            },
        };
        format!("its process {} {how}", self.pid)
    }

    fn join(&mut self) {
        if let Some(watcher) = self.watcher.take() {
            // It does not panic; if it has, there is nothing to be told.
            let _ = watcher.join();
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The program that a stage's code runs in.
fn begin(home: &Home) -> Result<Command, String> {
    match home {
        Home::Library(_) => Ok(Command::new(program()?)),
        Home::Program(program) => Ok(program.host()),
    }
}

/// The command that starts a child, with its end of the socket.
fn complete(mut command: Command, home: &Home, stage: &str, isolation: Isolation, socket: OwnedFd) -> Command {
    command.arg(std::process::id().to_string()).arg(isolation.memory_bytes.to_string());
    if let Home::Program(program) = home {
        command.arg(&program.source);
    }
    command
        // For those who list processes.
        .arg(stage)
        .stdin(Stdio::from(socket))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // What a terminal sends is for the runtime, which then ends its stages.
        .process_group(0);
    command
}

/// Kills all processes of a group.
pub(super) fn kill_group(leader: u32) {
    // SAFETY: takes numbers, and tells nothing.
    unsafe { libc::kill(-(leader as libc::pid_t), libc::SIGKILL) };
}

/// Waits for a child that is dead, or about to be.
fn wait_for(pid: u32) {
    // SAFETY: takes a number, and tells nothing.
    unsafe { libc::waitpid(pid as libc::pid_t, std::ptr::null_mut(), 0) };
}

/// What is watched.
struct Watcher {
    descriptor: OwnedFd,
    socket: OwnedFd,
    outputs: [Output; 2],
    desk: Arc<Desk>,
    ears: Ears,
}

/// An output of the child, and what of its last line has come.
struct Output {
    level: u32,
    /// `None`: it was closed.
    pipe: Option<OwnedFd>,
    line: Vec<u8>,
}

impl Watcher {
    fn new(child: &mut Child, descriptor: &OwnedFd, socket: &OwnedFd, desk: Arc<Desk>, ears: Ears) -> io::Result<Self> {
        let output = |level, pipe: Option<OwnedFd>| Output { level, pipe, line: Vec::new() };
        let outputs = [
            output(INFORMATION, child.stdout.take().map(OwnedFd::from)),
            output(WARNING, child.stderr.take().map(OwnedFd::from)),
        ];
        for pipe in outputs.iter().filter_map(|output| output.pipe.as_ref()) {
            // SAFETY: the descriptor is open.
            unsafe { libc::fcntl(pipe.as_raw_fd(), libc::F_SETFL, libc::O_NONBLOCK) };
        }
        let (descriptor, socket) = (descriptor.try_clone()?, socket.try_clone()?);
        Ok(Self { descriptor, socket, outputs, desk, ears })
    }

    /// Watches until the child is dead.
    fn watch(mut self, mut child: Child, told: &Mutex<Option<ExitStatus>>) {
        loop {
            let places = [
                Some(&self.descriptor),
                self.outputs[0].pipe.as_ref(),
                self.outputs[1].pipe.as_ref(),
                Some(&self.socket),
            ];
            // The system passes over negative ones.
            let mut polls = places.map(|place| libc::pollfd {
                fd: place.map_or(-1, AsRawFd::as_raw_fd),
                events: libc::POLLIN,
                revents: 0,
            });
            // SAFETY: four descriptors, which are open or negative.
            unsafe { libc::poll(polls.as_mut_ptr(), polls.len() as libc::nfds_t, -1) };
            for (output, poll) in self.outputs.iter_mut().zip(&polls[1..]) {
                if poll.revents != 0 {
                    output.take(&self.ears.log);
                }
            }
            if polls[0].revents != 0 {
                break;
            }
            if polls[3].revents != 0 && self.take_calls() {
                (self.ears.ring)();
            }
        }
        for output in &mut self.outputs {
            output.take(&self.ears.log);
            output.finish(&self.ears.log);
        }
        // What it has started is of its group. Nobody has waited for it, so that the number is still its own.
        kill_group(child.id());
        let status = child.wait().ok();
        *told.lock().unwrap_or_else(PoisonError::into_inner) = status;
        self.desk.end();
        (self.ears.ring)();
    }

    /// Takes what the child sends over the socket: each byte asks for a tick. `false`: nothing had come.
    fn take_calls(&self) -> bool {
        let mut bytes = [0_u8; 256];
        // SAFETY: there is room for so many bytes, and the descriptor is open.
        let count =
            unsafe { libc::recv(self.socket.as_raw_fd(), bytes.as_mut_ptr().cast(), bytes.len(), libc::MSG_DONTWAIT) };
        if count == 0 {
            // Its end was closed: it is about to end, which its descriptor tells.
            std::thread::sleep(Duration::from_millis(1));
        }
        count > 0
    }
}

impl Output {
    /// Takes what has come, and logs each whole line.
    fn take(&mut self, log: &dyn Fn(u32, String)) {
        let mut bytes = [0_u8; LINE];
        while let Some(pipe) = &self.pipe {
            // A copy of the descriptor is not needed: the file does not close it.
            let mut file = std::mem::ManuallyDrop::new(file_of(pipe));
            match file.read(&mut bytes) {
                Ok(0) => self.pipe = None,
                Ok(count) => self.add(&bytes[..count], log),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    fn add(&mut self, bytes: &[u8], log: &dyn Fn(u32, String)) {
        for &byte in bytes {
            if byte != b'\n' {
                self.line.push(byte);
            }
            if byte == b'\n' || self.line.len() == LINE {
                self.finish(log);
            }
        }
    }

    fn finish(&mut self, log: &dyn Fn(u32, String)) {
        let text = String::from_utf8_lossy(&self.line).trim_end().to_owned();
        self.line.clear();
        if !text.is_empty() {
            log(self.level, text);
        }
    }
}

fn file_of(pipe: &OwnedFd) -> std::fs::File {
    use std::os::fd::FromRawFd;
    // SAFETY: the descriptor is open; the caller does not let the file close it.
    unsafe { std::fs::File::from_raw_fd(pipe.as_raw_fd()) }
}

/// The program, beside the file that has this code.
pub(super) fn program() -> Result<PathBuf, String> {
    find_beside(PROGRAM)
}

/// A file beside the native library.
pub(super) fn find_beside(name: &str) -> Result<PathBuf, String> {
    let library = own_path().ok_or("the system does not know where the native library is")?;
    let path = library.parent().unwrap_or(Path::new(".")).join(name);
    if path.is_file() {
        return Ok(path);
    }
    let path = path.display();
    Err(format!("there is no \"{path}\", which runs isolated stages; build it with \"deno task build:native\""))
}

/// The name of a signal that ends a process, and what it means.
pub(super) fn signal_name(signal: i32) -> String {
    signal_meaning(signal).map_or_else(|| format!("signal {signal}"), str::to_owned)
}

/// As [`signal_name`], for signals that are known. Allocates nothing.
pub(crate) fn signal_meaning(signal: i32) -> Option<&'static str> {
    Some(match signal {
        libc::SIGSEGV => "SIGSEGV, an access to memory that it does not have",
        libc::SIGBUS => "SIGBUS, an access to memory that is not there",
        libc::SIGABRT => "SIGABRT, by itself",
        libc::SIGILL => "SIGILL, an instruction that does not exist",
        libc::SIGFPE => "SIGFPE, a fault of arithmetic",
        libc::SIGTRAP => "SIGTRAP, a trap",
        libc::SIGKILL => "SIGKILL, from outside or for want of memory",
        libc::SIGTERM => "SIGTERM, from outside",
        libc::SIGSYS => "SIGSYS, a system call that it may not make",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_logged_whole_and_the_last_one_without_its_end() {
        let told = std::cell::RefCell::new(Vec::new());
        let log = |level: u32, text: String| told.borrow_mut().push((level, text));
        let mut output = Output { level: 1, pipe: None, line: Vec::new() };
        output.add(b"one\r\n\nt", &log);
        output.add(b"wo", &log);
        output.finish(&log);
        output.add(&[b'x'; LINE + 1], &log);
        assert_eq!(told.borrow()[..2], [(1, "one".to_owned()), (1, "two".to_owned())]);
        assert_eq!(told.borrow()[2].1.len(), LINE);
    }
}
