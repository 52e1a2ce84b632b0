//! State and statistics of a link.

use core::sync::atomic::AtomicU32;

/// Bit of `LinkRecord::state`: no more entries will be written. Set after the last write; sticky.
pub const LINK_EOS: u32 = 1;
/// Bit of `LinkRecord::state`: the link is being removed; both ends have yet to apply that.
pub const LINK_CLOSING: u32 = 2;
/// Bit of `LinkRecord::state`: the reader has ended; what was queued, and what still comes, is dropped. Sticky.
pub const LINK_CLOSED: u32 = 4;

/// One link. At every quiescent point `written = read + dropped + queued`.
///
/// An owner word is 0 (nobody) or `generation << 8 | lane + 1`, the generation cut to 24 bits: the old owner clears
/// it, the new one takes it by compare-exchange.
#[repr(C, align(64))]
pub struct LinkRecord {
    /// [`LINK_EOS`]: the writer's lane; [`LINK_CLOSED`]: the reader's lane; [`LINK_CLOSING`]: the control isolate.
    /// Atomically.
    pub state: AtomicU32,
    /// 1 while the writer waits for room. The writer sets it, the reader takes it, atomically.
    pub writer_waiting: AtomicU32,
    /// Owner word of the reading end. The owners, atomically.
    pub reader_owner: AtomicU32,
    /// Owner word of the writing end. The owners, atomically.
    pub writer_owner: AtomicU32,
    _pad0: [u8; 48],

    /// Frames written. The writer's lane, as all of this line.
    pub written: f64,
    /// Frames dropped because the ring was full.
    pub dropped_full: f64,
    /// Most frames queued at once. The writer's, until a link between lanes has grown: then its reader's.
    pub high_water: f64,
    /// Presentation time of the newest frame.
    pub newest_pts_ns: f64,
    /// When the newest frame entered the graph.
    pub newest_ingress_ns: f64,
    /// How often the writer has signalled the reader.
    pub wakes: f64,
    _pad1: [u8; 16],

    /// Frames handed to the reading node. The reader's lane, as all of this line.
    pub read: f64,
    /// Frames passed over on the way to a key frame.
    pub dropped_skipped: f64,
    /// Where the reader joins several streams: by how much frames of this link were older than the frame that dated
    /// what the reader wrote, over all samples.
    pub join_lag_ns: f64,
    /// Samples of `join_lag_ns`.
    pub join_samples: f64,
    /// Encoded frames dropped on the way to the next key frame, after the ring had dropped some because it was full.
    pub dropped_to_key: f64,
    _pad2: [u8; 24],

    /// Frames that were queued when the link was removed. The reader's lane; the control isolate once both ends have
    /// let go of it, as all of this line but its last two.
    pub dropped_unlinked: f64,
    /// Frames lost with a lane.
    pub dropped_lane_lost: f64,
    /// Entries that the ring holds.
    pub capacity: f64,
    /// Reserved for the portable ring: its oldest position. The ring, atomically.
    pub head: AtomicU32,
    /// Reserved for the portable ring: its next position. The ring, atomically.
    pub tail: AtomicU32,
    _pad3: [u8; 32],
}

const _: () = assert!(size_of::<LinkRecord>() == 256);
const _: () = assert!(core::mem::offset_of!(LinkRecord, written) == 64);
const _: () = assert!(core::mem::offset_of!(LinkRecord, read) == 128);
const _: () = assert!(core::mem::offset_of!(LinkRecord, dropped_unlinked) == 192);
