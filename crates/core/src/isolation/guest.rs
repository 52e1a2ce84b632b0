//! The life of a guest: it gives up what it does not need, maps the desk, and does what the host says until it is to leave.

use std::fs;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use sluice_abi::MAX_FIGURES;
use sluice_abi::stage::SluiceHost;

use crate::clock;
use crate::lane::Ring;
use crate::lane::settings::{Settings, Value};
use crate::main_thread::MAIN;
use crate::plugin::{self, LoadedStage, PluginStage};

use super::desk::{Desk, refusal_of};
use super::guest_node::{GuestNode, SocketBell};
use super::system::{receive_descriptor, shared_clock_ns};
use super::trial;
use super::wire::{Message, Words, call, outcome};

/// What its stage calls.
static TABLE: SluiceHost = plugin::table::<GuestNode>();

/// Above the default: where the system runs out of memory, it ends a guest before the runtime.
const OOM_SCORE: &[u8] = b"500";

/// Runs the guest with the arguments of its process: the host's number, and the most bytes of memory (0: any). Standard
/// input is the socket to the host.
///
/// # Errors
///
/// Why it could not begin.
pub fn run(mut arguments: impl Iterator<Item = String>) -> Result<(), String> {
    let first = arguments.next();
    if first.as_deref() == Some(trial::OPEN) {
        trial::open(arguments);
    }
    let host = first.and_then(|text| text.parse::<u64>().ok());
    let mut number = || arguments.next().and_then(|text| text.parse::<u64>().ok());
    let (Some(host), Some(memory_bytes)) = (host, number()) else {
        return Err("it is started by the runtime, for an isolated stage".into());
    };
    let find = |path: &str, id: &str| plugin::open_stage(Path::new(path), id, &TABLE);
    let mut guest = begin(host, memory_bytes, Box::new(find))?;
    while guest.serve() {}
    Ok(())
}

/// The functions that stages in this process call.
#[must_use]
pub fn guest_host() -> &'static SluiceHost {
    &TABLE
}

/// Runs a guest whose stages are this process's own code.
///
/// # Arguments
///
/// - `host`: number of the runtime's process
/// - `memory_bytes`: most memory that this process may have for itself; 0: any
/// - `open`: gives the address of the descriptor that has the stage of an id, which a source has, or refuses
///
/// # Errors
///
/// Why it could not begin.
pub fn serve_guest(
    host: u64,
    memory_bytes: u64,
    open: impl Fn(&str, &str) -> Result<usize, String> + 'static,
) -> Result<(), String> {
    let find = move |source: &str, id: &str| open(source, id).and_then(|address| plugin::read_own_stage(address, id));
    let mut guest = begin(host, memory_bytes, Box::new(find))?;
    // It may have been started ahead: what takes long has been done.
    guest.bell.ring();
    while guest.serve() {}
    Ok(())
}

/// Finds the stage that a source has under an id.
type Find = Box<dyn Fn(&str, &str) -> Result<&'static LoadedStage, String>>;

fn begin(host: u64, memory_bytes: u64, find: Find) -> Result<Guest, String> {
    // JavaScript is in another process.
    MAIN.give_up();
    let (node, bell) = take_place(host, memory_bytes, 0)?;
    Ok(Guest { node, bell, stage: None, find })
}

/// Takes the place of a guest beside its host.
///
/// # Arguments
///
/// - `own_bytes`: memory that the process has already, and that does not count
pub(super) fn take_place(host: u64, memory_bytes: u64, own_bytes: u64) -> Result<(GuestNode, SocketBell), String> {
    bind_to(host)?;
    limit(memory_bytes, own_bytes)?;
    let socket = Arc::new(take_socket()?);
    let file = receive_descriptor(&socket, &mut [0]).map_err(|error| format!("there is no desk: {error}"))?;
    let desk = Desk::open(&file).map_err(|error| format!("the desk cannot be mapped: {error}"))?;
    drop(file);
    print_by_line();
    Ok((GuestNode::new(desk, Arc::clone(&socket)), SocketBell(socket)))
}

/// Dies with the host's lane, and can come to no more rights.
fn bind_to(host: u64) -> Result<(), String> {
    // SAFETY: takes numbers.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    }
    // SAFETY: asks for a number.
    let parent = unsafe { libc::getppid() };
    if u64::try_from(parent) != Ok(host) {
        return Err("the runtime has ended".into());
    }
    // Where the system does not let it, its own choice stands.
    let _ = fs::write("/proc/self/oom_score_adj", OOM_SCORE);
    Ok(())
}

/// Limits the memory that the process may have for itself. What it shares with the host does not count.
fn limit(memory_bytes: u64, own_bytes: u64) -> Result<(), String> {
    if memory_bytes == 0 {
        return Ok(());
    }
    let most = memory_bytes.saturating_add(own_bytes);
    let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
    // SAFETY: reads the record.
    if unsafe { libc::setrlimit(libc::RLIMIT_DATA, &raw const limit) } != 0 {
        return Err(format!("its memory cannot be limited: {}", std::io::Error::last_os_error()));
    }
    Ok(())
}

/// Takes the socket from standard input, which is empty from then on. Programs that the stage starts do not get it.
fn take_socket() -> Result<OwnedFd, String> {
    // SAFETY: takes numbers.
    let socket = unsafe { libc::fcntl(0, libc::F_DUPFD_CLOEXEC, 3) };
    if socket < 0 {
        return Err("there is no socket".into());
    }
    // SAFETY: the system has just given it.
    let socket = unsafe { OwnedFd::from_raw_fd(socket) };
    let nothing = fs::File::open("/dev/null").map_err(|error| format!("there is no /dev/null: {error}"))?;
    // SAFETY: both are open.
    unsafe { libc::dup2(nothing.as_raw_fd(), 0) };
    Ok(socket)
}

/// Has what C code prints come out line by line, as the host logs it: what stands before a crash is what is wanted.
fn print_by_line() {
    unsafe extern "C" {
        static stdout: *mut libc::FILE;
    }
    // SAFETY: the stream of the C library, to which nothing was printed yet.
    unsafe { libc::setvbuf(stdout, std::ptr::null_mut(), libc::_IOLBF, 0) };
}

struct Guest {
    node: GuestNode,
    bell: SocketBell,
    stage: Option<PluginStage<SocketBell>>,
    find: Find,
}

/// How a call ended that did not panic: its status and bytes, or a fault.
type Outcome = Result<(u32, Vec<u8>), String>;

/// As [`Outcome`], with the stage's figures after the call, or why there are none.
type Counted = Result<(u32, Vec<u8>, Result<Vec<f64>, String>), String>;

impl Guest {
    /// Does one call. `false`: it is to leave.
    fn serve(&mut self) -> bool {
        let message = self.node.receive();
        let mut words = Words(&message);
        let word = words.word();
        if word == Some(call::LEAVE) {
            return false;
        }
        let done = catch_unwind(AssertUnwindSafe(|| {
            let done = self.call(word.unwrap_or(0), &mut words)?;
            Some(done.map(|(status, bytes)| (status, bytes, self.figures())))
        }));
        let answer = answer_of(done);
        self.node.give(&answer, message);
        true
    }

    /// Those of the stage, after each call.
    fn figures(&mut self) -> Result<Vec<f64>, String> {
        let mut figures = Vec::with_capacity(MAX_FIGURES);
        self.stage.as_mut().map_or(Ok(()), |stage| stage.figures_of(&mut figures))?;
        Ok(figures)
    }

    /// `None`: there is no such call.
    fn call(&mut self, word: u32, words: &mut Words<'_>) -> Option<Outcome> {
        if word == call::CREATE {
            return Some(self.create(words));
        }
        if word == call::DESTROY {
            let destroyed = self.stage.take().map_or(Ok(()), |mut stage| stage.destroy());
            return Some(destroyed.map(|()| (0, Vec::new())));
        }
        let stage = self.stage.as_mut()?;
        match word {
            call::PROCESS | call::FLUSH | call::CONTROL | call::COMMAND => {
                self.node.begin(word, words)?;
            }
            _ => {}
        }
        let node = &mut self.node;
        let no_bytes = |status: u32| (status, Vec::new());
        Some(match word {
            call::PROCESS => stage.process_in(node).map(|()| no_bytes(0)).map_err(|fault| fault.0),
            call::FLUSH => stage.flush_in(node).map(|again| no_bytes(again.into())).map_err(|fault| fault.0),
            call::CONTROL => stage.control_in(node, &values(words)?).map(|()| no_bytes(0)),
            call::COMMAND => {
                let (name, json) = (words.text()?, words.text()?);
                stage.command_in(node, name, json).and_then(|answer| handed("its answer", answer.into_bytes()))
            }
            call::SNAPSHOT => {
                let mut state = Vec::new();
                stage.snapshot_in::<GuestNode>(&mut state).and_then(|()| handed("its state", state))
            }
            call::RESTORE => stage.restore_in::<GuestNode>(words.bytes()?).map(|()| no_bytes(0)),
            _ => return None,
        })
    }

    fn create(&mut self, words: &mut Words<'_>) -> Outcome {
        let odd = || "its process was not told what to make".to_owned();
        let (path, id) = (words.text().ok_or_else(odd)?, words.text().ok_or_else(odd)?);
        let (shared_ns, host_ns) = (words.number().ok_or_else(odd)?, words.number().ok_or_else(odd)?);
        clock::begin_at(host_ns + (shared_clock_ns() as f64 - shared_ns));
        let settings = Settings(values(words).ok_or_else(odd)?);
        let kind = (self.find)(path, id)?;
        self.stage = Some(PluginStage::create::<GuestNode>(kind, &settings, &self.bell)?);
        Ok((0, Vec::new()))
    }
}

/// What a stage hands over, unless it is too much.
fn handed(what: &str, bytes: Vec<u8>) -> Outcome {
    refusal_of(what, bytes.len()).map_or(Ok((0, bytes)), Err)
}

/// What the host is told of a call. `None`: there is no such call.
fn answer_of(done: std::thread::Result<Option<Counted>>) -> Message {
    let (word, text) = match done {
        Ok(Some(Ok((status, bytes, figures)))) => {
            let mut answer = Message::of(outcome::DONE);
            answer.word(status).bytes(&bytes).text(figures.as_ref().err().map_or("", String::as_str));
            figures.into_iter().flatten().for_each(|figure| _ = answer.number(figure));
            return answer;
        }
        Ok(Some(Err(text))) => (outcome::FAULT, text),
        Ok(None) => (outcome::FAULT, "its process was asked for what it does not know".to_owned()),
        Err(panic) => (outcome::PANIC, panic.downcast::<String>().map_or_else(|_| "no message".into(), |text| *text)),
    };
    let mut answer = Message::of(word);
    answer.text(&text);
    answer
}

fn values(words: &mut Words<'_>) -> Option<Vec<(String, Value)>> {
    // As many as are there: the count alone reserves nothing.
    (0..words.word()?).map(|_| Some((words.text()?.to_owned(), value(words)?))).collect()
}

fn value(words: &mut Words<'_>) -> Option<Value> {
    match words.word()? {
        0 => words.number().map(Value::Number),
        _ => words.text().map(|text| Value::Text(text.to_owned())),
    }
}
