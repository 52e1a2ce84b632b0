//! What a lane shares with others: its doorbell, its inbox, and what it is doing.

use core::sync::atomic::AtomicU32;

/// Lanes of one runtime.
pub const MAX_LANES: u32 = 64;
/// Words of an inbox.
pub const INBOX_WORDS: usize = 128;
/// Bits of an inbox: what a lane can be signalled by.
pub const INBOX_BITS: u32 = INBOX_WORDS as u32 * 32;
/// Words of the summary of an inbox: one bit a word.
pub const SUMMARY_WORDS: usize = INBOX_WORDS / 32;

/// One lane.
///
/// Signalling: set the bit in `inbox`; if its word was 0, set the word's bit in `inbox_summary`; if `sleeping` is not
/// 0, raise `bell` and wake. Draining: take a summary word (exchange with 0), then each named inbox word. All of them
/// sequentially consistent.
#[repr(C, align(64))]
pub struct LaneRecord {
    /// The word that a parked lane waits on; raised by one, wrapping, on every ring. Anyone, atomically.
    pub bell: AtomicU32,
    /// 1 while the lane is about to park or parked, else 0. The lane, atomically.
    pub sleeping: AtomicU32,
    _pad0: [u8; 56],

    /// Which life of the lane this is, from 1; 0 = never started; never goes back. The lane when it starts, and the
    /// control isolate to fence it, atomically.
    pub generation: AtomicU32,
    /// One of [`lane_state`]. The lane, atomically.
    pub state: AtomicU32,
    /// Index of the node whose tick runs, plus 1; 0 = none. The lane.
    pub current_node: u32,
    /// What the lane waits on (`core/` numbers them), 0 = nothing. The lane.
    pub wait_kind: u32,
    /// Which one of that kind. The lane.
    pub wait_id: u32,
    /// The last epoch that the lane has applied. The lane, atomically.
    pub applied_epoch: AtomicU32,
    /// The last generation whose thread has ended, atomically. The ending thread: its lane, then its sentinel; the
    /// control isolate for a lane that has closed, whose worker failed before it ran, or whose thread it gives up.
    pub dead_generation: AtomicU32,
    /// The system's number of the thread, 0 = unknown. The lane.
    pub thread_id: u32,
    /// When the lane last began a scheduler round. The lane.
    pub heartbeat_ns: f64,
    /// Scheduler rounds. The lane.
    pub rounds: f64,
    /// Rounds that ended in a park. The lane.
    pub parks: f64,
    /// Not 0: the round is to end with the tick that is under way, for a command was sent, or somebody looks. The control
    /// isolate sets, after the inbox bit of a command; the lane clears, when a round begins.
    pub attention: AtomicU32,
    /// Low 32 bits of the number of ticks begun on the lane: with `current_node` it tells one call from the next. The lane.
    pub calls: u32,

    /// Bit w of word w / 32 is set when inbox word w may hold bits. Anyone sets, the lane takes, atomically.
    pub inbox_summary: [AtomicU32; SUMMARY_WORDS],
    /// How many commands were sent to the lane's thread, wrapping: those that it has not received are on their way. The
    /// control isolate, atomically, before the inbox bit of a command.
    pub commands: AtomicU32,
    /// The thread that has ended last of those that had this record's row of the tables of holds, as
    /// [`thread_of_row`] tells it; 0 = none has. The thread's sentinel, atomically.
    pub row_ended: AtomicU32,
    _pad2: [u8; 104],

    /// Bits by which rings and others signal the lane. Anyone sets, the lane takes, atomically.
    pub inbox: [AtomicU32; INBOX_WORDS],
    _pad3: [u8; 256],
}

/// Tells one thread from the others that may have had the same row of holds: the lane in the high 8 bits, below it the
/// low 24 bits of the generation.
#[must_use]
pub const fn thread_of_row(lane: u32, generation: u32) -> u32 {
    lane << 24 | generation & 0xff_ffff
}

/// What a lane is doing (`LaneRecord::state`); `core/control_page.ts` has the same numbers.
pub mod lane_state {
    /// The lane has not run a node yet.
    pub const STARTING: u32 = 0;
    /// It runs nodes.
    pub const RUNNING: u32 = 1;
    /// It has nothing to do, and only another lane could change that.
    pub const QUIET: u32 = 2;
    /// It has nothing to do until a time, or until it is told to go on.
    pub const WAITING: u32 = 3;
}

const _: () = assert!(size_of::<LaneRecord>() == 1024);
const _: () = assert!(core::mem::offset_of!(LaneRecord, generation) == 64);
const _: () = assert!(core::mem::offset_of!(LaneRecord, inbox_summary) == 128);
const _: () = assert!(core::mem::offset_of!(LaneRecord, inbox) == 256);
