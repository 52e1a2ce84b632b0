//! Encoded frames between a stage and its connections.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

/// A kind of media. A connection has at most one track of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// H.264, an access unit in Annex B form a frame.
    Video,
    /// Opus, a packet a frame.
    Audio,
}

impl Kind {
    /// Both, in the order of a stage's ports.
    pub(crate) const ALL: [Self; 2] = [Self::Video, Self::Audio];
}

/// An encoded frame on its way to peers.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) kind: Kind,
    pub(crate) bytes: Arc<[u8]>,
    /// Media time, nanoseconds.
    pub(crate) pts_ns: f64,
    pub(crate) key_frame: bool,
}

/// An encoded frame that a peer has sent.
pub(crate) struct Incoming {
    pub(crate) kind: Kind,
    pub(crate) bytes: Arc<[u8]>,
    /// The time that its RTP packets name, seconds on a clock of the track.
    pub(crate) rtp_seconds: f64,
    pub(crate) arrived: Instant,
    /// What the sender's newest report says: its wall clock, and the time of the track at that moment, seconds.
    pub(crate) report: Option<(SystemTime, f64)>,
    pub(crate) key_frame: bool,
    /// Frames before it are missing.
    pub(crate) gap: bool,
}
