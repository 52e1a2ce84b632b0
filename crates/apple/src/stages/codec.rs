//! What differs between the stages for H.264 and for HEVC.

use std::ffi::CStr;

use sluice_stage::abi::{SLUICE_H264, SLUICE_HEVC};

use crate::parameter_sets::Codec;

/// A codec as a type, so that each has stages of its own.
pub trait VideoCodec: 'static {
    /// Which it is.
    const CODEC: Codec;
    /// The format of its frames, as a list for ports.
    const FORMATS: &'static [u32];
    /// Id, name, documentation and configuration of its encoder.
    const ENCODE: Texts;
    /// Those of its decoder.
    const DECODE: Texts;
}

/// The texts of a stage.
pub struct Texts {
    /// Its id.
    pub id: &'static CStr,
    /// Its name.
    pub name: &'static CStr,
    /// Its documentation.
    pub doc: &'static CStr,
    /// The schema of its configuration.
    pub config: &'static CStr,
    /// The documentation of the port for encoded frames.
    pub encoded: &'static CStr,
}

/// H.264.
pub struct H264;

/// HEVC.
pub struct Hevc;

/// A schema, with the profiles of the codec.
macro_rules! encode_config {
    ($profiles:literal, $default:literal) => {
        match CStr::from_bytes_with_nul(
            concat!(
                r#"{"x-converts": ["codec"], "x-commands": {"keyFrame": "Makes the next picture a key frame."}, "properties": {
            "bitRate": {"type": "integer", "minimum": 10000, "maximum": 400000000, "default": 4000000,
                "x-unit": "bit/s", "x-live": true, "description": "Bits a second, on average."},
            "keyInterval": {"type": "integer", "minimum": 1, "maximum": 100000, "default": 60, "x-unit": "frames",
                "description": "Frames from key frame to key frame at most."},
            "profile": {"type": "string", "enum": "#,
                $profiles,
                r#", "default": ""#,
                $default,
                r#"", "description": "The profile of the stream."},
            "reorder": {"type": "boolean", "default": false,
                "description": "Whether pictures may refer to later ones: fewer bits, and some pictures more of latency."},
            "hardware": {"type": "string", "enum": ["prefer", "require", "avoid"], "default": "prefer",
                "description": "Whether the encoder is the media engine of the Mac."},
            "frameRate": {"type": "number", "minimum": 0, "maximum": 1000, "default": 0, "x-unit": "Hz",
                "description": "Pictures a second, for the bit rate; 0 takes the duration of the first picture, or 30."},
            "matrix": {"type": "string", "enum": ["bt601", "bt709", "bt2020"], "default": "bt709",
                "description": "The matrix that the pictures were made with, which the stream names."},
            "range": {"type": "string", "enum": ["limited", "full"], "default": "limited",
                "description": "The range that the pictures were made with, which the stream names."}
        }}"#,
                "\0"
            )
            .as_bytes(),
        ) {
            Ok(text) => text,
            Err(_) => panic!("no C string"),
        }
    };
}

const DECODE_CONFIG: &CStr = cr#"{"x-converts": ["codec"], "properties": {
    "damaged": {"type": "string", "enum": ["skip", "fail"], "default": "skip",
        "description": "For units that cannot be decoded: they are left out, or the node fails."},
    "hardware": {"type": "string", "enum": ["prefer", "require", "avoid"], "default": "prefer",
        "description": "Whether the decoder is the media engine of the Mac."}
}}"#;

impl VideoCodec for H264 {
    const CODEC: Codec = Codec::H264;
    const FORMATS: &'static [u32] = &[SLUICE_H264];
    const ENCODE: Texts = Texts {
        id: c"org.sluice.apple.h264-encode",
        name: c"H.264 encode, VideoToolbox",
        doc: c"Encodes pictures to H.264 on the media engine of a Mac, an access unit a picture.\n\n\
            Units come in Annex B form and in the order of decoding; key frames have the parameter sets in front. A picture of \
            another size starts a new stream with a key frame, as does one after the command `keyFrame`. The matrix and the \
            range that are given stand in the stream, and change no picture. At most 8 pictures are inside the encoder at a \
            time.\n\n\
            **Example.** `pattern-source durationSeconds=10 ! convert ! org.sluice.apple.h264-encode bitRate=4000000 ! \
            media-sink path=pattern.mp4`",
        config: encode_config!(r#"["baseline", "main", "high"]"#, "high"),
        encoded: c"H.264 in Annex B form, an access unit a frame.",
    };
    const DECODE: Texts = Texts {
        id: c"org.sluice.apple.h264-decode",
        name: c"H.264 decode, VideoToolbox",
        doc: c"Decodes H.264 on the media engine of a Mac, to pictures in NV12 in the order of presentation.\n\n\
            Units come in Annex B form, one a frame, key frames with their parameter sets. Units before the first ones are left \
            out and counted, as are those that cannot be decoded, behind which the next picture is flagged as a discontinuity. \
            At most 8 units are inside the decoder at a time.\n\n\
            **Example.** `media-source path=film.mp4 ! org.sluice.apple.h264-decode ! image-sink path=film-%d.png`",
        config: DECODE_CONFIG,
        encoded: c"H.264 in Annex B form.",
    };
}

impl VideoCodec for Hevc {
    const CODEC: Codec = Codec::Hevc;
    const FORMATS: &'static [u32] = &[SLUICE_HEVC];
    const ENCODE: Texts = Texts {
        id: c"org.sluice.apple.hevc-encode",
        name: c"HEVC encode, VideoToolbox",
        doc: c"Encodes pictures to HEVC on the media engine of a Mac, an access unit a picture.\n\n\
            Units come in Annex B form and in the order of decoding; key frames have the parameter sets in front. A picture of \
            another size starts a new stream with a key frame, as does one after the command `keyFrame`. The matrix and the \
            range that are given stand in the stream, and change no picture. At most 8 pictures are inside the encoder at a \
            time.\n\n\
            **Example.** `pattern-source durationSeconds=10 ! convert ! org.sluice.apple.hevc-encode bitRate=2000000 ! \
            media-sink path=pattern.mp4`",
        config: encode_config!(r#"["main"]"#, "main"),
        encoded: c"HEVC in Annex B form, an access unit a frame.",
    };
    const DECODE: Texts = Texts {
        id: c"org.sluice.apple.hevc-decode",
        name: c"HEVC decode, VideoToolbox",
        doc: c"Decodes HEVC on the media engine of a Mac, to pictures in NV12 in the order of presentation.\n\n\
            Units come in Annex B form, one a frame, key frames with their parameter sets. Units before the first ones are left \
            out and counted, as are those that cannot be decoded, behind which the next picture is flagged as a discontinuity. \
            At most 8 units are inside the decoder at a time.\n\n\
            **Example.** `media-source path=film.mp4 ! org.sluice.apple.hevc-decode ! image-sink path=film-%d.png`",
        config: DECODE_CONFIG,
        encoded: c"HEVC in Annex B form.",
    };
}
