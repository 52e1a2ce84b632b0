//! What a node is doing, and its figures. All fields are written by the node's lane.

/// Buckets of a histogram.
pub const HISTOGRAM_BUCKETS: usize = 176;
/// Buckets of an octave: the middle of a bucket is at most 4.5 % from what lies in it.
pub const BUCKETS_PER_OCTAVE: usize = 8;
/// Bucket 0 of the histogram of tick times begins at 2^10 ns (1 us); the last one at 3.9 s.
pub const TICK_HISTOGRAM_SHIFT: u32 = 10;
/// Bucket 0 of the histogram of frame ages begins at 2^14 ns (16 us); the last one at 63 s.
pub const AGE_HISTOGRAM_SHIFT: u32 = 14;

/// Figures of its own that a native stage can show.
pub const MAX_FIGURES: usize = 16;

/// One node. Histograms count on a log scale, eight buckets an octave: a value of `t` ns lies in bucket
/// `clamp(floor(8 * (log2(t) - shift)), 0, 175)`. A short tick counts for those as well that were not timed before it.
#[repr(C, align(64))]
pub struct NodeRecord {
    /// Ticks begun.
    pub ticks: f64,
    /// Time in ticks that are over; a short one that is timed stands for those not timed before it, up to 64 in all.
    pub busy_ns: f64,
    /// Errors thrown.
    pub errors: f64,
    /// Restarts by the supervisor.
    pub restarts: f64,
    /// One of [`phase`].
    pub phase: u32,
    /// State of the node (`core/` numbers them).
    pub state: u32,
    /// One of [`blocked`].
    pub blocked_kind: u32,
    /// Index of the link or pool that blocks it.
    pub blocked_id: u32,
    /// Low 32 bits of the tick that `phase` belongs to: the same in `process` over two samples = stuck.
    pub phase_tick: u32,
    /// References to frames that the node keeps by `retain()`. Written by its lane's thread.
    pub kept: u32,
    /// Frames in the hands of its asynchronous tick under way. Written by its lane's thread.
    pub in_hand: u32,
    _pad0: [u8; 4],

    /// Frames read.
    pub frames_in: f64,
    /// Frames written.
    pub frames_out: f64,
    /// Longest tick sampled.
    pub max_tick_ns: f64,
    /// Ticks whose time was taken.
    pub sampled_ticks: f64,
    /// Ticks at a time of the node's own that began later than it by more than the time between two, or 1 ms.
    pub late_ticks: f64,
    _pad1: [u8; 24],

    /// Tick times.
    pub tick_histogram: [f64; HISTOGRAM_BUCKETS],
    /// Ages of the frames read, at most one a tick.
    pub age_histogram: [f64; HISTOGRAM_BUCKETS],
    /// Figures of a native stage, in the order of its names.
    pub figures: [f64; MAX_FIGURES],
}

const _: () = assert!(size_of::<NodeRecord>() == 3072);
const _: () = assert!(core::mem::offset_of!(NodeRecord, frames_in) == 64);
const _: () = assert!(core::mem::offset_of!(NodeRecord, tick_histogram) == 128);
const _: () = assert!(core::mem::offset_of!(NodeRecord, age_histogram) == 1536);
const _: () = assert!(core::mem::offset_of!(NodeRecord, figures) == 2944);

/// What a node is doing (`NodeRecord::phase`).
#[allow(missing_docs, reason = "the names say it all")]
pub mod phase {
    pub const IDLE: u32 = 0;
    pub const SETUP: u32 = 1;
    pub const PROCESS: u32 = 2;
    pub const AWAIT: u32 = 3;
    pub const FLUSH: u32 = 4;
    pub const TEARDOWN: u32 = 5;
}

/// What keeps a node from running (`NodeRecord::blocked_kind`).
pub mod blocked {
    /// Nothing.
    pub const NONE: u32 = 0;
    /// A link without room.
    pub const LINK: u32 = 1;
    /// A pool without a free slot.
    pub const POOL: u32 = 2;
}
