//! Processes of programs that were started ahead: they have imported their source when a node is made, so that its lane
//! does not wait for that. One that nobody takes ends after a while. Cold.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::lane::Isolation;
use crate::plugin::{Home, home_of};

use super::process::{Ears, Guest};

/// How long one waits for its node.
const KEPT: Duration = Duration::from_secs(20);

/// How long it may take to import its source; then its node starts one of its own, which tells why.
const IMPORT: Duration = Duration::from_secs(60);

/// A process that waits for its node.
struct Spare {
    stage: String,
    memory_bytes: u64,
    guest: Guest,
    ears: Arc<LateEars>,
    since: Instant,
}

/// The ears of a node that is not made yet.
#[derive(Default)]
struct LateEars {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Those of its node, once it is made.
    ears: Option<Ears>,
    /// What was to be logged before.
    lines: Vec<(u32, String)>,
    /// The process has rung: it has imported its source, or has ended.
    has_rung: bool,
}

static SPARES: Mutex<Vec<Spare>> = Mutex::new(Vec::new());

/// What is to be started, and who is told of it. The thread lives as long as the process: a child ends with the thread that
/// has started it.
static STARTER: LazyLock<Mutex<Sender<Order>>> = LazyLock::new(|| {
    let (sender, orders) = channel();
    // Where there is no thread, nothing is started ahead.
    let _ = std::thread::Builder::new().name("sluice-spares".into()).spawn(move || start_all(&orders));
    Mutex::new(sender)
});

type Order = (String, Isolation, Sender<Option<Arc<LateEars>>>);

fn spares() -> MutexGuard<'static, Vec<Spare>> {
    SPARES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts a process for a node of a program's stage, and returns when it has imported its source. `false`: there is none,
/// and the node's lane starts one.
pub fn start_ahead(stage: &str, isolation: Isolation) -> bool {
    let (answer, started) = channel();
    let sender = STARTER.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if sender.send((stage.to_owned(), isolation, answer)).is_err() {
        return false;
    }
    started.recv().ok().flatten().is_some_and(|ears| ears.await_ring())
}

/// Takes a process that waits for a node of this stage.
pub(super) fn take(stage: &str, isolation: Isolation, ears: Ears) -> Result<Guest, Ears> {
    let mut all = spares();
    let fits = |each: &Spare| each.stage == stage && each.memory_bytes == isolation.memory_bytes;
    let Some(at) = all.iter().position(fits) else { return Err(ears) };
    let spare = all.remove(at);
    drop(all);
    if spare.guest.desk.has_ended() {
        return Err(ears);
    }
    spare.ears.adopt(ears);
    Ok(spare.guest)
}

/// Ends those that have imported what a source was before.
pub(crate) fn forget(is_old: impl Fn(&str) -> bool) {
    let mut all = spares();
    let (old, kept) = std::mem::take(&mut *all).into_iter().partition::<Vec<_>, _>(|each| is_old(&each.stage));
    *all = kept;
    drop(all);
    // To end them takes a moment.
    drop(old);
}

fn start_all(orders: &Receiver<Order>) {
    loop {
        match orders.recv_timeout(KEPT / 4) {
            // Who has asked may have gone.
            Ok((stage, isolation, answer)) => _ = answer.send(start(stage, isolation)),
            Err(RecvTimeoutError::Timeout) => end_old(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

fn start(stage: String, isolation: Isolation) -> Option<Arc<LateEars>> {
    let home = home_of(&stage).filter(|home| matches!(home, Home::Program(_)))?;
    let ears = Arc::new(LateEars::default());
    let (of_log, of_ring) = (Arc::clone(&ears), Arc::clone(&ears));
    let late =
        Ears { log: Box::new(move |level, text| of_log.log(level, text)), ring: Box::new(move || of_ring.ring()) };
    let guest = Guest::start(&home, &stage, isolation, late).ok()?;
    let (memory_bytes, since) = (isolation.memory_bytes, Instant::now());
    spares().push(Spare { stage, memory_bytes, guest, ears: Arc::clone(&ears), since });
    Some(ears)
}

fn end_old() {
    let mut all = spares();
    let (old, kept) = std::mem::take(&mut *all).into_iter().partition::<Vec<_>, _>(|each| each.since.elapsed() > KEPT);
    *all = kept;
    drop(all);
    drop(old);
}

impl LateEars {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self, level: u32, text: String) {
        let mut state = self.state();
        match &state.ears {
            Some(ears) => (ears.log)(level, text),
            None => state.lines.push((level, text)),
        }
    }

    fn ring(&self) {
        let mut state = self.state();
        state.has_rung = true;
        match &state.ears {
            Some(ears) => (ears.ring)(),
            None => self.changed.notify_all(),
        }
    }

    fn adopt(&self, ears: Ears) {
        let mut state = self.state();
        std::mem::take(&mut state.lines).into_iter().for_each(|(level, text)| (ears.log)(level, text));
        state.ears = Some(ears);
    }

    fn await_ring(&self) -> bool {
        let waited = self.changed.wait_timeout_while(self.state(), IMPORT, |state| !state.has_rung);
        waited.unwrap_or_else(PoisonError::into_inner).0.has_rung
    }
}
