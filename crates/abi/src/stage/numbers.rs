//! The numbers that plugins and their host exchange.

use super::describe::Item;
use crate::{flag, format, kind};

abi! {
    /// The version of this header: the major number in the upper 16 bits, the minor number in the lower. A plugin is
    /// loaded by a host of the same major number and of the same or a higher minor number.
    const SLUICE_ABI_VERSION: u32 = 1 << 16 | 9;

    /// Answer of a call: done.
    const SLUICE_OK: i32 = 0;
    /// Answer of `process` and `flush`: call again, even if no frame has come, once the outputs have room and their
    /// pools free slots.
    const SLUICE_AGAIN: i32 = 1;
    /// Answer of a host function: there is nothing, such as no frame to peek at or no value of that name.
    const SLUICE_NONE: i32 = 2;
    /// Answer of a stage function: it cannot go on. `fault` says why.
    const SLUICE_FAULT: i32 = -1;
    /// Answer of a stage function: it panicked, or threw what it did not mean to. The host does not call the stage again.
    const SLUICE_PANIC: i32 = -2;
    /// Answer of a host function: refused; `reason` says why. Nothing has changed.
    const SLUICE_REFUSED: i32 = -3;

    /// Since 1.9. Answer of `run_on_main`: the caller is the main thread, and would wait for itself.
    const SLUICE_ON_MAIN: i32 = -4;
    /// Since 1.9. Answer of `run_on_main`: nobody holds the main thread, or the runtime is not on it.
    const SLUICE_NO_MAIN: i32 = -5;

    /// Mode of a stage: it is called when frames have come.
    const SLUICE_PUSH: u32 = 0;
    /// Mode of a stage: it is a source with a cadence of its own, called again and again; `wait_until` paces it.
    const SLUICE_LOOP: u32 = 1;
    /// Mode of a stage: it is called once at the start, and from then on when its waker is used or it answered
    /// `SLUICE_AGAIN`. For devices.
    const SLUICE_EXTERNAL: u32 = 2;

    /// Kind of a frame: blocks of planar 32-bit float samples, each channel by itself.
    const SLUICE_AUDIO: u32 = kind::AUDIO as u32;
    /// Kind of a frame: pictures.
    const SLUICE_VIDEO: u32 = kind::VIDEO as u32;
    /// Kind of a frame: one access unit of a compressed stream.
    const SLUICE_ENCODED: u32 = kind::ENCODED as u32;
    /// Kind of a frame: a batch of records of numbers, each field of the records as a column.
    const SLUICE_PACKET: u32 = kind::PACKET as u32;
    /// Kind of a frame: a value. A stage can pass it on, and read or write the bytes of one of fixed layout.
    const SLUICE_DATA: u32 = kind::DATA as u32;

    /// Format of audio.
    const SLUICE_F32_PLANAR: u32 = format::F32_PLANAR as u32;
    /// Format of video: one plane of 4 bytes a pixel.
    const SLUICE_RGBA8: u32 = format::RGBA8 as u32;
    /// Format of video: one plane of 4 bytes a pixel.
    const SLUICE_BGRA8: u32 = format::BGRA8 as u32;
    /// Format of video: a plane of luma, and one of interleaved chroma at half width and height.
    const SLUICE_NV12: u32 = format::NV12 as u32;
    /// Format of video: a plane of luma, and two of chroma at half width and height.
    const SLUICE_I420: u32 = format::I420 as u32;
    /// Format of an encoded frame.
    const SLUICE_H264: u32 = format::H264 as u32;
    /// Format of an encoded frame.
    const SLUICE_HEVC: u32 = format::HEVC as u32;
    /// Format of an encoded frame.
    const SLUICE_VP8: u32 = format::VP8 as u32;
    /// Format of an encoded frame.
    const SLUICE_VP9: u32 = format::VP9 as u32;
    /// Format of an encoded frame.
    const SLUICE_AV1: u32 = format::AV1 as u32;
    /// Format of an encoded frame.
    const SLUICE_OPUS: u32 = format::OPUS as u32;
    /// Format of an encoded frame.
    const SLUICE_AAC: u32 = format::AAC as u32;
    /// Format of an encoded frame.
    const SLUICE_FLAC: u32 = format::FLAC as u32;
    /// Format of an encoded frame.
    const SLUICE_MP3: u32 = format::MP3 as u32;
    /// Format of an encoded frame.
    const SLUICE_JPEG: u32 = format::JPEG as u32;
    /// Format of packets, and of data of fixed layout.
    const SLUICE_STRUCT: u32 = format::STRUCT as u32;
    /// Format of data: a value as `docs/values.md` has it written. Since 1.7 a stage may acquire such frames.
    const SLUICE_SERIALIZED: u32 = format::SERIALIZED as u32;

    /// Flag of a frame: decoding can start here.
    const SLUICE_KEYFRAME: u32 = flag::KEYFRAME as u32;
    /// Flag of a frame: frames before this one were dropped.
    const SLUICE_DISCONTINUITY: u32 = flag::DISCONTINUITY as u32;
    /// Flag of a frame: it stands for data that never arrived.
    const SLUICE_GAP: u32 = flag::GAP as u32;
    /// Since 1.4. Flag of an encoded frame: it is decoded for what follows, and nothing of it is shown or heard.
    const SLUICE_DECODE_ONLY: u32 = flag::DECODE_ONLY as u32;

    /// Flag of a port: a graph may leave it without a link.
    const SLUICE_OPTIONAL: u32 = 1;

    /// State of an input: nothing is linked to it.
    const SLUICE_UNLINKED: i32 = 0;
    /// State of an input: frames wait there, or may still come.
    const SLUICE_OPEN: i32 = 1;
    /// State of an input: its writer has ended, and every frame was read.
    const SLUICE_ENDED: i32 = 2;

    /// Elements of a plane: 64-bit floats.
    const SLUICE_F64: u32 = 0;
    /// Elements of a plane: 32-bit floats.
    const SLUICE_F32: u32 = 1;
    /// Elements of a plane: 32-bit integers with a sign.
    const SLUICE_I32: u32 = 2;
    /// Elements of a plane: 32-bit integers without a sign.
    const SLUICE_U32: u32 = 3;
    /// Elements of a plane: bytes.
    const SLUICE_U8: u32 = 4;

    /// What `planes` is asked for: parts to read.
    const SLUICE_READ: u32 = 0;
    /// What `planes` is asked for: parts to write.
    const SLUICE_WRITE: u32 = 1;

    /// Level of a log line.
    const SLUICE_LOG_ERROR: u32 = 0;
    /// Level of a log line.
    const SLUICE_LOG_WARN: u32 = 1;
    /// Level of a log line.
    const SLUICE_LOG_INFO: u32 = 2;
    /// Level of a log line.
    const SLUICE_LOG_DEBUG: u32 = 3;
}
