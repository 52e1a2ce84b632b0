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

/// How long an Opus packet lasts, seconds (RFC 6716, 3.1 and 3.2). `None`: it is none.
pub(crate) fn opus_seconds(packet: &[u8]) -> Option<f64> {
    let toc = *packet.first()?;
    let code = usize::from(toc >> 3);
    let frame_ms = match code {
        0..12 => [10.0, 20.0, 40.0, 60.0][code % 4],
        12..16 => [10.0, 20.0][code % 2],
        _ => [2.5, 5.0, 10.0, 20.0][code % 4],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => packet.get(1)? & 0x3f,
    };
    let seconds = frame_ms * f64::from(frames) / 1e3;
    (seconds > 0.0 && seconds <= 0.12).then_some(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opus_packet_tells_how_long_it_lasts() {
        // Hybrid and CELT of 20 ms, two frames of SILK of 60 ms, and six of CELT of 2.5 ms.
        for (packet, ms) in [(&[0x78][..], 20.0), (&[0xfc], 20.0), (&[0x19], 120.0), (&[0x83, 6], 15.0)] {
            assert_eq!(opus_seconds(packet), Some(ms / 1e3), "{packet:?}");
        }
        assert_eq!(opus_seconds(&[]), None);
        assert_eq!(opus_seconds(&[0x83]), None);
        assert_eq!(opus_seconds(&[0x83, 0]), None);
        assert_eq!(opus_seconds(&[0x1b, 63]), None);
    }
}
