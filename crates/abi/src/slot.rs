//! The header before each frame's payload.

use core::sync::atomic::AtomicI32;

/// Payloads start at a multiple of this many bytes from the start of the arena.
pub const PAYLOAD_ALIGN: usize = 64;

/// Describes the frame in a slot. The payload follows at once.
///
/// What each frame touches stands in the second of its two cache lines.
///
/// All fields but `ref_count` are written by the one holder of an acquired slot (or of a read slot whose count is 1);
/// they travel to the next reader with the ring that carries the entry.
#[repr(C, align(64))]
pub struct SlotHeader {
    /// Decoding time of encoded media; equals `pts_ns` where frames are not reordered. The frame's writer.
    pub dts_ns: f64,
    /// Handle of a foreign frame (a GPU texture, a pixel buffer), 0 = none. The stage that made the frame.
    pub gpu_handle: u64,
    /// Bytes from one row to the next, for each plane; 0 = packed. The frame's writer.
    pub strides: [u32; 4],
    /// Development mode only: a checksum of the payload as it was handed over, 0 = none. The frame's writer.
    pub checksum: u32,
    /// Of Opus: by how much it is made louder, in 256ths of a decibel (RFC 7845, 5.1); else 0. The frame's writer.
    pub gain_q8: i32,
    /// Of pictures: how wide a pixel is in the upper 16 bits, and how high in the lower, 1 to 65,535 without a common
    /// divisor; 0 = as wide as high. The frame's writer.
    pub pixel_aspect: u32,
    _pad: [u8; 20],

    /// Presentation time. The frame's writer.
    pub pts_ns: f64,
    /// Duration, 0 = unknown. The frame's writer.
    pub duration_ns: f64,
    /// When the data entered the graph: from it the age of a frame is taken. The source; copied on by every node.
    pub ingress_ns: f64,
    /// Count of the frame at its source, from 0. The frame's writer.
    pub sequence: f64,
    /// References held: 0 = free, at least 1 = in use. Any lane, atomically.
    pub ref_count: AtomicI32,
    _spare: u32,
    /// Raised by one, wrapping, each time the slot is acquired. Whoever acquires.
    pub generation: u32,
    /// Bytes of the payload in use. The frame's writer.
    pub payload_length: u32,
    /// One of [`kind`]. The frame's writer.
    pub kind: u8,
    /// One of [`format`]. The frame's writer.
    pub format: u8,
    /// Any of [`flag`]. The frame's writer.
    pub flags: u16,
    /// Samples per channel (audio), packets (packet), else 1. The frame's writer.
    pub batch_size: u32,
    /// Width in pixels, or number of channels. The frame's writer.
    pub width: u32,
    /// Height in pixels, or sample rate in hertz. The frame's writer.
    pub height: u32,
}

const _: () = assert!(size_of::<SlotHeader>() == 128);
const _: () = assert!(core::mem::offset_of!(SlotHeader, pts_ns) == 64);

/// Frame kinds (`SlotHeader::kind`).
#[allow(missing_docs, reason = "the names say it all")]
pub mod kind {
    pub const AUDIO: u8 = 1;
    pub const VIDEO: u8 = 2;
    pub const ENCODED: u8 = 3;
    pub const PACKET: u8 = 4;
    pub const DATA: u8 = 5;
}

/// Payload formats (`SlotHeader::format`).
#[allow(missing_docs, reason = "the names of the formats are the field's own")]
pub mod format {
    /// 32-bit floats, one channel after the other.
    pub const F32_PLANAR: u8 = 1;
    pub const RGBA8: u8 = 16;
    pub const BGRA8: u8 = 17;
    pub const NV12: u8 = 18;
    pub const I420: u8 = 19;
    pub const H264: u8 = 32;
    pub const HEVC: u8 = 33;
    pub const VP8: u8 = 34;
    pub const VP9: u8 = 35;
    pub const AV1: u8 = 36;
    pub const OPUS: u8 = 37;
    pub const AAC: u8 = 38;
    pub const FLAC: u8 = 39;
    pub const MP3: u8 = 40;
    pub const JPEG: u8 = 41;
    /// A generated structure of fixed layout.
    pub const STRUCT: u8 = 48;
    /// A value in the structured serialization of V8.
    pub const SERIALIZED: u8 = 49;
}

/// Bits of `SlotHeader::flags`.
pub mod flag {
    /// Decoding can start here.
    pub const KEYFRAME: u16 = 1;
    /// Frames before this one were dropped.
    pub const DISCONTINUITY: u16 = 2;
    /// Stands for data that never arrived; the payload is silence or empty.
    pub const GAP: u16 = 4;
    /// Of encoded media: what follows needs it to be decoded, and nothing of it is shown or heard.
    pub const DECODE_ONLY: u16 = 8;
    /// All of them.
    pub const ALL: u16 = KEYFRAME | DISCONTINUITY | GAP | DECODE_ONLY;
}
