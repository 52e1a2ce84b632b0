//! Frames between the thread of a client and its stage.

use sluice_rtp::{Medium, Moment};

/// What an output of the stage carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Encoded pictures.
    Video,
    /// Encoded sound.
    Audio,
    /// Samples.
    Pcm,
}

impl Kind {
    /// All, in the order of the stage's outputs.
    pub(crate) const ALL: [Self; 3] = [Self::Video, Self::Audio, Self::Pcm];

    pub(crate) fn medium(self) -> Medium {
        if self == Self::Video { Medium::Pictures } else { Medium::Sound }
    }

    pub(crate) fn name(self) -> &'static str {
        ["video", "audio", "pcm"][self as usize]
    }

    /// Its place in a set of kinds.
    pub(crate) fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What a frame holds.
#[derive(Debug, PartialEq)]
pub(crate) enum Content {
    /// Bytes of a codec (`abi::SLUICE_H264`, …), and width and height, or number of channels and rate in hertz.
    Encoded(u32, (u32, u32), Vec<u8>),
    /// Samples at a rate in hertz, of so many channels, interleaved.
    Samples(u32, u32, Vec<f32>),
}

/// A frame that has come.
pub(crate) struct Incoming {
    pub(crate) kind: Kind,
    pub(crate) content: Content,
    pub(crate) duration_ns: f64,
    pub(crate) moment: Moment,
    pub(crate) key_frame: bool,
    /// Something is missing before it.
    pub(crate) gap: bool,
}
