//! What a stage and its host say about frames.

use core::ffi::{c_char, c_void};

use super::describe::{Field, Holds, Item};

abi! {
    /// What the header of a frame says. Set `size` before it is filled in.
    struct SluiceFrameInfo {
        /// `sizeof(SluiceFrameInfo)`.
        size: u32,
        /// `SLUICE_AUDIO`, `SLUICE_VIDEO`, …
        kind: u32,
        /// `SLUICE_F32_PLANAR`, `SLUICE_NV12`, …
        format: u32,
        /// Any of `SLUICE_KEYFRAME`, `SLUICE_DISCONTINUITY`, `SLUICE_GAP`, `SLUICE_DECODE_ONLY`.
        flags: u32,
        /// Audio: channels. Video: pixels in a row. Encoded: one of the two, 0 if not known.
        width: u32,
        /// Audio: samples a second in each channel. Video: rows. Encoded: one of the two, 0 if not known.
        height: u32,
        /// Audio: samples in each channel. Packets: records in the batch. Else 1.
        count: u32,
        /// Audio, video: number of planes. Packets: number of columns. Else 1.
        planes: u32,
        /// Bytes of the payload in use.
        payload_bytes: u32,
        /// Bytes that the frame's slot has room for.
        slot_bytes: u32,
        /// When it is to be presented, nanoseconds.
        pts_ns: f64,
        /// When it is to be decoded, nanoseconds.
        dts_ns: f64,
        /// How long it lasts, nanoseconds; 0 if not known.
        duration_ns: f64,
        /// When its data entered the graph, nanoseconds since the runtime's epoch.
        ingress_ns: f64,
        /// Its number at the output that it came from, counted from 0.
        sequence: f64,
        /// Encoded: by how much a decoder of Opus makes it louder, in 256ths of a decibel. Since version 1.5.
        gain_q8: i32,
        /// Video, and encoded video: how wide a pixel is in the upper 16 bits, and how high in the lower; 0: as wide as
        /// high. Since version 1.6.
        pixel_aspect: u32,
    } calls {}

    /// A field of the records of a packet.
    struct SluiceField {
        /// Its name, 1 to 255 bytes of UTF-8.
        name: *const c_char,
        /// `SLUICE_F64`, `SLUICE_F32`, …
        element: u32,
        /// 0.
        reserved: u32,
    } calls {}

    /// What a frame is acquired with. Fields that its kind does not name are 0.
    struct SluiceShape {
        /// `sizeof(SluiceShape)`.
        size: u32,
        /// `SLUICE_AUDIO`, `SLUICE_VIDEO`, …
        kind: u32,
        /// Video: the pixel format. Encoded: the codec.
        format: u32,
        /// Audio: channels, 1 to 64. Video: pixels in a row. Encoded: one of the two, 0 if not known.
        width: u32,
        /// Audio: samples a second in each channel. Video: rows. Encoded: one of the two, 0 if not known.
        height: u32,
        /// Audio: samples in each channel. Packets: records in the batch, at most `capacity`.
        count: u32,
        /// Packets: records that fit. Encoded, data: bytes.
        capacity: u32,
        /// Packets: number of fields.
        field_count: u32,
        /// Packets: the fields of a record.
        fields: *const SluiceField,
        /// Video, and encoded video: how wide a pixel is in the upper 16 bits, and how high in the lower; 0: as wide as
        /// high. Since version 1.6.
        pixel_aspect: u32,
        /// 0.
        reserved: u32,
    } calls {}

    /// A part of a payload: a channel of audio, a plane of a picture, a column of a packet, or the bytes of an encoded
    /// frame or a value. Set `size` before it is filled in.
    struct SluicePlane {
        /// `sizeof(SluicePlane)`.
        size: u32,
        /// `SLUICE_F64`, `SLUICE_F32`, …
        element: u32,
        /// Elements in a row: samples, bytes of a row that are pixels, records, bytes.
        count: u32,
        /// Elements that a row has room for.
        capacity: u32,
        /// Rows; 1 but for video.
        rows: u32,
        /// Bytes from one row to the next.
        stride: u32,
    } calls {}

    /// Since 1.8. What a stage hands on in place of the bytes of a picture or of encoded media: a texture, a pixel buffer.
    /// All of it is called on the lane's thread.
    struct SluiceForeign {
        /// `sizeof(SluiceForeign)`.
        size: u32,
        /// What `handle` is, a number that stages agree on: four letters, such as that of a `CVPixelBuffer`.
        type_code: u32,
        /// Its address or number; not 0.
        handle: *mut c_void,
    } calls {
        /// Copies what it holds to the planes of its frame, `count` of them. Called once at most, before `release`.
        /// `SLUICE_FAULT`: it cannot, and the frame becomes a gap.
        fn map(handle: *mut c_void, planes: *const SluicePlane, starts: *const *mut c_void, count: u32) -> i32;
        /// Gives it back.
        fn release(handle: *mut c_void) -> ();
    }

    /// Since 1.9. Something that the main thread is to do.
    struct SluiceWork {
        /// `sizeof(SluiceWork)`.
        size: u32,
        /// 0.
        reserved: u32,
        /// What `call` gets.
        data: *mut c_void,
    } calls {
        /// Called once in every case: with 1 on the main thread, where it does the work; or with 0 on any thread, where it
        /// only frees `data`, since the work is not done.
        fn call(data: *mut c_void, is_main: u32) -> ();
    }
}
