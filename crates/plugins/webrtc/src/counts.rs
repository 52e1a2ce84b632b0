//! What a thread of connections counts, and a stage shows.

use sluice_rtp::Count;

/// Counts and newest figures. The thread writes them; each stands by itself.
#[derive(Default)]
pub(crate) struct Counts {
    /// Peers that are connected.
    pub(crate) peers: Count,
    /// Frames that were sent or received.
    pub(crate) frames: Count,
    pub(crate) bytes: Count,
    /// Messages that were sent or received.
    pub(crate) messages: Count,
    /// Messages that were left out: they have no room, or are too long.
    pub(crate) messages_lost: Count,
    /// Bytes of the messages that wait for the stage.
    pub(crate) waiting: Count,
    /// Frames that were left out: they came before a key frame, or nobody took them.
    pub(crate) left_out: Count,
    /// Frames before which packets are missing.
    pub(crate) gaps: Count,
    /// Key frames that were asked for.
    pub(crate) key_frame_requests: Count,
    /// The packets that one side has asked the other for again.
    pub(crate) nacks: Count,
    /// The newest round trip, microseconds.
    pub(crate) round_trip_us: Count,
    /// The newest estimate of what the way to the slowest peer carries, bits a second.
    pub(crate) estimate: Count,
}
