//! Memory that a host and a guest share, in which they speak by turns. Whoever has the turn writes a message and passes
//! the turn; a long message goes in pieces, between which the other side passes the turn back.
//!
//! Nothing here is trusted: what the other side has written is copied once and then looked at.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::system::{Pages, futex_wait, futex_wake, memory_file};

const BYTES: usize = 65_536;
const ROOM: usize = BYTES - size_of::<Head>();

/// Most bytes of a message.
const MOST: usize = 64 << 20;

/// Most bytes that a side hands over in one message, such as a stage's state: what stands beside them has room, too.
pub(super) const MOST_HANDED: usize = MOST - (1 << 20);

/// Why so many bytes are not handed over, as a clause; `None` if they are.
pub(super) fn refusal_of(what: &str, bytes: usize) -> Option<String> {
    let most = MOST_HANDED >> 20;
    (bytes > MOST_HANDED)
        .then(|| format!("{what} has {bytes} bytes, and an isolated stage can hand over or take {most} MiB at most; run it without \"isolate\""))
}

/// How long a side looks for its turn before it sleeps, at most. In vain, the next look is half as long, down to the
/// least; every so many it is tried at full length again.
const SPIN: Duration = Duration::from_micros(50);
const SPIN_LEAST: Duration = Duration::from_nanos(500);
const SPIN_TRIAL: u32 = 64;

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Turn {
    Host = 0,
    Guest = 1,
    /// The guest has ended. The host says so of a guest that is dead; whoever reads it makes sure.
    Ended = 2,
}

#[repr(C, align(64))]
struct Head {
    /// A [`Turn`]. Written by who has it. SeqCst with `sleeping`: who passes the turn sees a sleeper, or that one the turn.
    turn: AtomicU32,
    /// 1: who waits for the turn sleeps, or is about to.
    sleeping: AtomicU32,
    /// Bytes of the piece.
    length: AtomicU32,
    /// 1: another piece follows.
    more: AtomicU32,
    /// 1: the guest has taken the frame that it was told of with the call. Written by who has the turn; read by the host of a
    /// guest that is dead.
    taken: AtomicU32,
}

/// Why there is no message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// The guest has ended.
    Ended,
    /// The time is over.
    Late,
    /// The message makes no sense.
    Nonsense,
    /// The message is too long.
    TooLong,
}

/// The desk as one of the two sides sees it.
pub(super) struct Desk {
    pages: Pages,
    own: Turn,
    /// The host waits for the guest no longer. SeqCst with `turn`: who is about to sleep sees this, or the turn changed.
    given_up: AtomicBool,
}

/// How long a side spins.
pub(super) struct Patience {
    limit: Duration,
    in_vain: u32,
}

impl Default for Patience {
    fn default() -> Self {
        let alone = std::thread::available_parallelism().is_ok_and(|count| count.get() == 1);
        Self { limit: if alone { Duration::ZERO } else { SPIN }, in_vain: 0 }
    }
}

impl Patience {
    /// Looks for a moment. `true`: it was not in vain.
    fn spin(&mut self, is_there: impl Fn() -> bool) -> bool {
        let begin = Instant::now();
        while begin.elapsed() < self.limit {
            for _ in 0..32 {
                if is_there() {
                    self.limit = SPIN;
                    return true;
                }
                std::hint::spin_loop();
            }
        }
        if !self.limit.is_zero() {
            self.in_vain = (self.in_vain + 1) % SPIN_TRIAL;
            self.limit = if self.in_vain == 0 { SPIN } else { (self.limit / 2).max(SPIN_LEAST) };
        }
        false
    }
}

impl Desk {
    /// Makes a desk for a host, which has the first turn, and the file by which the guest maps it.
    pub(super) fn new() -> io::Result<(Self, OwnedFd)> {
        let file = memory_file(BYTES)?;
        Ok((Self::of(Pages::map(&file, 0, BYTES)?, Turn::Host), file))
    }

    /// The desk of a guest.
    pub(super) fn open(file: &OwnedFd) -> io::Result<Self> {
        Ok(Self::of(Pages::map(file, 0, BYTES)?, Turn::Guest))
    }

    fn of(pages: Pages, own: Turn) -> Self {
        Self { pages, own, given_up: AtomicBool::new(false) }
    }

    fn head(&self) -> &Head {
        // SAFETY: the pages begin with it and are aligned; all of it is atomic, and zeros are valid.
        unsafe { self.pages.base().cast().as_ref() }
    }

    /// Says that the guest is dead, and has the host hear of it.
    pub(super) fn end(&self) {
        self.head().turn.store(Turn::Ended as u32, Ordering::SeqCst);
        futex_wake(&self.head().turn);
    }

    /// Has the host take the guest for ended wherever it waits for it, now or later. A guest that does nothing can still
    /// be told to leave.
    pub(super) fn give_up(&self) {
        self.given_up.store(true, Ordering::SeqCst);
        let (guest, ended) = (Turn::Guest as u32, Turn::Ended as u32);
        if self.head().turn.compare_exchange(guest, ended, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
            futex_wake(&self.head().turn);
        }
    }

    /// Says whether the guest has taken the frame that it was told of.
    pub(super) fn mark_taken(&self, taken: bool) {
        self.head().taken.store(taken.into(), Ordering::Release);
    }

    /// Whether the guest has said that it has.
    pub(super) fn is_taken(&self) -> bool {
        self.head().taken.load(Ordering::Acquire) != 0
    }

    /// Whether the host waits no longer.
    pub(super) fn is_given_up(&self) -> bool {
        self.given_up.load(Ordering::SeqCst)
    }

    /// Whether the guest was said to be dead.
    pub(super) fn has_ended(&self) -> bool {
        self.head().turn.load(Ordering::SeqCst) == Turn::Ended as u32
    }

    /// Writes a message and passes the turn.
    pub(super) fn send(&self, message: &[u8], patience: &mut Patience, until: Option<Instant>) -> Result<(), Silence> {
        let mut left = message;
        loop {
            let (piece, rest) = left.split_at(left.len().min(ROOM));
            let room = self.pages.base().as_ptr().wrapping_add(size_of::<Head>());
            // SAFETY: the room has `ROOM` bytes, and the turn is ours: by contract the other side does not touch it. One
            // that does spoils the message and nothing else.
            unsafe { std::ptr::copy_nonoverlapping(piece.as_ptr(), room, piece.len()) };
            self.head().length.store(piece.len() as u32, Ordering::Relaxed);
            self.head().more.store(u32::from(!rest.is_empty()), Ordering::Relaxed);
            self.pass();
            if rest.is_empty() {
                return Ok(());
            }
            self.wait(patience, until)?;
            left = rest;
        }
    }

    /// Waits for the turn, and for the whole message of the other side.
    pub(super) fn receive(
        &self,
        into: &mut Vec<u8>,
        patience: &mut Patience,
        until: Option<Instant>,
    ) -> Result<(), Silence> {
        into.clear();
        loop {
            self.wait(patience, until)?;
            let length = self.head().length.load(Ordering::Relaxed) as usize;
            if length > ROOM {
                return Err(Silence::Nonsense);
            }
            if into.len() + length > MOST {
                return Err(Silence::TooLong);
            }
            let room = self.pages.base().as_ptr().wrapping_add(size_of::<Head>());
            let at = into.len();
            into.reserve(length);
            // SAFETY: the room has as many bytes, of which any are valid, and the vector was given place for them.
            unsafe {
                std::ptr::copy_nonoverlapping(room, into.as_mut_ptr().add(at), length);
                into.set_len(at + length);
            }
            if self.head().more.load(Ordering::Relaxed) == 0 {
                return Ok(());
            }
            self.pass();
        }
    }

    fn pass(&self) {
        let other = if self.own == Turn::Host { Turn::Guest } else { Turn::Host };
        // A desk that was said to be ended stays so. SeqCst: see `Head`. Releases the message to the other side's wait.
        let passed =
            self.head().turn.compare_exchange(self.own as u32, other as u32, Ordering::SeqCst, Ordering::SeqCst);
        if passed.is_ok() && self.head().sleeping.swap(0, Ordering::SeqCst) != 0 {
            futex_wake(&self.head().turn);
        }
    }

    fn wait(&self, patience: &mut Patience, until: Option<Instant>) -> Result<(), Silence> {
        let (head, own) = (self.head(), self.own as u32);
        // Relaxed: the load below acquires.
        patience.spin(|| head.turn.load(Ordering::Relaxed) == own);
        loop {
            let found = head.turn.load(Ordering::SeqCst);
            if found == own {
                return Ok(());
            }
            if found == Turn::Ended as u32 || self.is_given_up() {
                return Err(Silence::Ended);
            }
            let left = until.map(|until| until.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(Silence::Late);
            }
            head.sleeping.store(1, Ordering::SeqCst);
            if head.turn.load(Ordering::SeqCst) == found {
                futex_wait(&head.turn, found, left);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both sides of a desk, in one process.
    fn sides() -> (Desk, Desk) {
        let (host, file) = Desk::new().unwrap();
        let guest = Desk::open(&file).unwrap();
        (host, guest)
    }

    #[test]
    fn messages_of_any_length_arrive_as_they_were_sent() {
        let (host, guest) = sides();
        let lengths = [0, 1, ROOM - 1, ROOM, ROOM + 1, 3 * ROOM, 3 * ROOM + 7];
        let echo = std::thread::spawn(move || {
            let (mut patience, mut message) = (Patience::default(), Vec::new());
            for _ in lengths {
                guest.receive(&mut message, &mut patience, None).unwrap();
                message.reverse();
                guest.send(&message, &mut patience, None).unwrap();
            }
        });
        let (mut patience, mut answer) = (Patience::default(), Vec::new());
        for length in lengths {
            let mut message: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            host.send(&message, &mut patience, None).unwrap();
            host.receive(&mut answer, &mut patience, None).unwrap();
            message.reverse();
            assert_eq!(answer, message);
        }
        echo.join().unwrap();
    }

    #[test]
    fn ten_thousand_turns_lose_no_wake_up() {
        let (host, guest) = sides();
        let other = std::thread::spawn(move || {
            let (mut patience, mut message) = (Patience::default(), Vec::new());
            for turn in 0..10_000_u32 {
                if turn % 3 == 0 {
                    std::thread::yield_now();
                }
                guest.receive(&mut message, &mut patience, None).unwrap();
                guest.send(&message, &mut patience, None).unwrap();
            }
        });
        let (mut patience, mut answer) = (Patience::default(), Vec::new());
        for turn in 0..10_000_u32 {
            host.send(&turn.to_ne_bytes(), &mut patience, None).unwrap();
            host.receive(&mut answer, &mut patience, None).unwrap();
            assert_eq!(answer, turn.to_ne_bytes());
        }
        other.join().unwrap();
    }

    #[test]
    fn a_side_that_waits_hears_of_the_end_and_of_the_time() {
        let (host, guest) = sides();
        let (mut patience, mut message) = (Patience::default(), Vec::new());
        host.send(b"hello", &mut patience, None).unwrap();
        let soon = Instant::now() + Duration::from_millis(1);
        assert_eq!(host.receive(&mut message, &mut patience, Some(soon)), Err(Silence::Late));
        let ender = std::thread::spawn(move || guest.end());
        assert_eq!(host.receive(&mut message, &mut patience, None), Err(Silence::Ended));
        ender.join().unwrap();
        assert!(host.has_ended());
    }

    #[test]
    fn a_host_that_gives_up_waits_neither_now_nor_later() {
        let (host, _guest) = sides();
        let (mut patience, mut message) = (Patience::default(), Vec::new());
        host.send(b"hello", &mut patience, None).unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| host.give_up());
            assert_eq!(host.receive(&mut message, &mut patience, None), Err(Silence::Ended));
        });
        let (host, _guest) = sides();
        host.give_up();
        assert!(!host.has_ended());
        host.send(b"leave", &mut patience, None).unwrap();
        assert_eq!(host.receive(&mut message, &mut patience, None), Err(Silence::Ended));
    }

    #[test]
    fn a_message_of_more_than_the_most_is_too_long() {
        let (host, guest) = sides();
        let other = std::thread::spawn(move || {
            let (mut patience, mut message) = (Patience::default(), Vec::new());
            guest.receive(&mut message, &mut patience, None).unwrap();
            let _ = guest.send(&vec![0; MOST + 1], &mut patience, None);
        });
        let (mut patience, mut message) = (Patience::default(), Vec::new());
        host.send(b"hello", &mut patience, None).unwrap();
        assert_eq!(host.receive(&mut message, &mut patience, None), Err(Silence::TooLong));
        assert_eq!(message.len() / ROOM, MOST / ROOM);
        host.end();
        other.join().unwrap();
    }

    #[test]
    fn a_length_that_cannot_be_is_nonsense() {
        let (host, guest) = sides();
        let (mut patience, mut message) = (Patience::default(), Vec::new());
        host.send(b"hello", &mut patience, None).unwrap();
        guest.head().length.store(u32::MAX, Ordering::Relaxed);
        guest.pass();
        assert_eq!(host.receive(&mut message, &mut patience, None), Err(Silence::Nonsense));
    }
}
