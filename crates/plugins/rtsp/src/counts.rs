//! What the thread of a client counts, and a stage shows.

use sluice_rtp::Count;

/// Counts since the start. The thread writes them; each stands by itself.
#[derive(Default)]
pub(crate) struct Counts {
    /// Frames that were received, and their bytes.
    pub(crate) frames: Count,
    pub(crate) bytes: Count,
    /// Frames before which something is missing.
    pub(crate) gaps: Count,
    /// Frames that came before a key frame, or that nobody took in time.
    pub(crate) left_out: Count,
    pub(crate) packets_lost: Count,
    /// Packets that could not be read.
    pub(crate) damaged: Count,
    /// Sessions after the first one.
    pub(crate) reconnects: Count,
}
