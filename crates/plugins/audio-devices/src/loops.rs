//! Loops of the process: what a simulated speaker "loop:x" plays, a simulated microphone "loop:x" hears.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

/// What begins the name of a loop.
pub(crate) const PREFIX: &str = "loop:";

/// Numbers that wait in a loop at most: about ten seconds of stereo.
const MOST: usize = 1 << 20;

static LOOPS: LazyLock<Mutex<HashMap<String, Arc<Loop>>>> = LazyLock::new(Mutex::default);

/// Interleaved samples on their way.
#[derive(Default)]
pub(crate) struct Loop {
    waiting: Mutex<VecDeque<f32>>,
    /// Speakers that play into it.
    players: AtomicUsize,
}

impl Loop {
    /// The loop of a device's name; `None`: it names none.
    pub(crate) fn named(device: &str) -> Option<Arc<Self>> {
        let name = device.strip_prefix(PREFIX)?;
        let mut loops = LOOPS.lock().unwrap_or_else(PoisonError::into_inner);
        Some(Arc::clone(loops.entry(name.to_owned()).or_default()))
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<f32>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A speaker begins to play into it, or ends.
    pub(crate) fn play(&self, begins: bool) {
        if begins {
            self.players.fetch_add(1, Ordering::Relaxed);
        } else {
            self.players.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Whether so many numbers are to come, of which some have not.
    pub(crate) fn is_late(&self, count: usize) -> bool {
        self.players.load(Ordering::Relaxed) > 0 && self.lock().len() < count
    }

    /// Takes what is played; the oldest goes where nobody hears it.
    pub(crate) fn put(&self, samples: &[f32]) {
        let mut waiting = self.lock();
        waiting.extend(samples);
        let excess = waiting.len().saturating_sub(MOST);
        waiting.drain(..excess);
    }

    /// Gives what is heard, and silence where nothing was played.
    pub(crate) fn take(&self, out: &mut [f32]) {
        let mut waiting = self.lock();
        for place in out {
            *place = waiting.pop_front().unwrap_or(0.0);
        }
    }

    /// Numbers that wait.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.lock().len()
    }

    /// Forgets what was played.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }
}
