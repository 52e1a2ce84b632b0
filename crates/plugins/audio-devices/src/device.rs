//! Between stages and devices: what a backend is, and the thread on which one moves sound.
//!
//! A backend runs on a thread of its own, which fills or drains a ring of interleaved samples and tells by the
//! [`Link`] of its format, positions, failures and silences. It returns when the stage has gone, or the device has; then
//! the thread waits, longer each time, and begins anew. The stage lives on meanwhile.

use std::sync::Arc;
use std::time::Duration;

use crate::bell::LONGEST_WAIT;
use crate::intake::Intake;
use crate::link::{Format, Link};
use crate::outlet::Outlet;
use crate::trouble::Trouble;

/// The first pause before a device is tried again, which doubles up to the last.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LAST_PAUSE: Duration = Duration::from_secs(5);

/// How little the thread steps back for others: as little as a sound server's.
#[cfg(target_os = "linux")]
const NICENESS: i32 = -11;

/// Which way sound goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From a microphone.
    Capture,
    /// To a speaker.
    Playback,
}

/// What a stage wants of a device.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// The device's name; empty: the default one.
    pub device: String,
    /// The stream's format.
    pub format: Format,
    /// Seconds of sound on the way.
    pub latency: f64,
    /// Seconds of sound in a block of the graph; 0: not known.
    pub block: f64,
}

/// A device that can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Its name for people.
    pub label: String,
    /// It is taken where none is named.
    pub is_default: bool,
    /// It hears what another device plays.
    pub is_monitor: bool,
    /// The format that it has of its own.
    pub format: Format,
}

/// A kind of devices.
pub trait Backend: Send + Sync {
    /// Looks for a device, and gives the format that it has of its own.
    ///
    /// # Errors
    ///
    /// Why it cannot be used.
    fn find(&self, direction: Direction, device: &str) -> Result<Format, Trouble>;

    /// The format that a stream can have which comes nearest to the one that is wanted; by default that one.
    ///
    /// # Errors
    ///
    /// Why there is none.
    fn settle(&self, _direction: Direction, _device: &str, wanted: Format) -> Result<Format, Trouble> {
        Ok(wanted)
    }

    /// The devices that are there.
    ///
    /// # Errors
    ///
    /// Why they cannot be listed.
    fn list(&self, direction: Direction) -> Result<Vec<Listed>, Trouble>;
}

/// What moves sound, on the device's thread, until the stage has gone.
pub(crate) trait Mover: Backend {
    /// Opens a stream and plays.
    ///
    /// # Errors
    ///
    /// Why it could not be opened, or has ended.
    fn play(&self, wish: &Wish, outlet: &mut Outlet, link: &Link) -> Result<(), Trouble>;

    /// Opens a stream and records.
    ///
    /// # Errors
    ///
    /// As [`Mover::play`].
    fn record(&self, wish: &Wish, intake: &mut Intake, link: &Link) -> Result<(), Trouble>;
}

/// The thread's end of a ring.
pub(crate) enum End {
    Play(Outlet),
    Record(Intake),
}

/// Starts a device's thread. Nobody waits for its end: it ends soon after [`Link::stop`].
///
/// # Errors
///
/// Why there is no thread.
pub(crate) fn start(backend: Arc<dyn Mover>, wish: Wish, mut end: End, link: Arc<Link>) -> Result<(), String> {
    let name = match end {
        End::Play(_) => "sluice-speaker",
        End::Record(_) => "sluice-mic",
    };
    let body = move || {
        hurry();
        let mut pause = FIRST_PAUSE;
        while !link.is_stopped() {
            let opens = link.report().opens;
            let outcome = match &mut end {
                End::Play(outlet) => {
                    outlet.begin();
                    backend.play(&wish, outlet, &link)
                }
                End::Record(intake) => backend.record(&wish, intake, &link),
            };
            let Err(trouble) = outcome else { continue };
            if link.report().opens > opens {
                pause = FIRST_PAUSE;
            }
            link.gone(trouble.to_string());
            rest(&link, pause);
            pause = LAST_PAUSE.min(pause * 2);
        }
    };
    std::thread::Builder::new().name(name.into()).spawn(body).map(drop).map_err(|error| format!("no thread: {error}"))
}

/// Lets the thread go before others, where the system permits that: it does a little, and must do it in time.
fn hurry() {
    #[cfg(target_os = "linux")]
    // SAFETY: the call takes numbers; 0 is the calling thread.
    unsafe {
        libc::setpriority(libc::PRIO_PROCESS, 0, NICENESS);
    }
}

/// Waits, unless the stage goes.
fn rest(link: &Link, pause: Duration) {
    let until_ns = link.clock.now_ns() + pause.as_nanos() as f64;
    while !link.is_stopped() {
        let left_ns = until_ns - link.clock.now_ns();
        if left_ns <= 0.0 {
            return;
        }
        link.bell.wait(LONGEST_WAIT.min(Duration::from_nanos(left_ns as u64)));
    }
}
