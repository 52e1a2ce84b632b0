//! Codes of four letters: pixel formats, codecs, and how errors of Apple's frameworks are told.

use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_I420, SLUICE_NV12, SLUICE_RGBA8};
use sluice_stage::pixel_format_name;

/// The code of four letters, as Core Video and Core Media have it: the first in the upper 8 bits.
#[must_use]
pub const fn four_cc(letters: &[u8; 4]) -> u32 {
    u32::from_be_bytes(*letters)
}

/// `kCVPixelFormatType_32BGRA`.
pub const BGRA: u32 = four_cc(b"BGRA");
/// `kCVPixelFormatType_32RGBA`.
pub const RGBA: u32 = four_cc(b"RGBA");
/// `kCVPixelFormatType_420YpCbCr8BiPlanarVideoRange`.
pub const NV12_LIMITED: u32 = four_cc(b"420v");
/// `kCVPixelFormatType_420YpCbCr8BiPlanarFullRange`.
pub const NV12_FULL: u32 = four_cc(b"420f");
/// `kCVPixelFormatType_420YpCbCr8Planar`.
pub const I420_LIMITED: u32 = four_cc(b"y420");
/// `kCVPixelFormatType_420YpCbCr8PlanarFullRange`.
pub const I420_FULL: u32 = four_cc(b"f420");
/// `kCMVideoCodecType_H264`.
pub const AVC1: u32 = four_cc(b"avc1");
/// `kCMVideoCodecType_HEVC`.
pub const HVC1: u32 = four_cc(b"hvc1");

/// The pixel format of frames, and whether its range is full. `None`: frames have none for it.
#[must_use]
pub fn frame_format(code: u32) -> Option<(u32, bool)> {
    match code {
        BGRA => Some((SLUICE_BGRA8, true)),
        RGBA => Some((SLUICE_RGBA8, true)),
        NV12_LIMITED => Some((SLUICE_NV12, false)),
        NV12_FULL => Some((SLUICE_NV12, true)),
        I420_LIMITED => Some((SLUICE_I420, false)),
        I420_FULL => Some((SLUICE_I420, true)),
        _ => None,
    }
}

/// The code of a pixel format of frames. Colours in red, green and blue are of full range whatever is asked for.
///
/// # Errors
///
/// There is no such format.
pub fn pixel_code(format: u32, full_range: bool) -> Result<u32, String> {
    match (format, full_range) {
        (SLUICE_BGRA8, _) => Ok(BGRA),
        (SLUICE_RGBA8, _) => Ok(RGBA),
        (SLUICE_NV12, false) => Ok(NV12_LIMITED),
        (SLUICE_NV12, true) => Ok(NV12_FULL),
        (SLUICE_I420, false) => Ok(I420_LIMITED),
        (SLUICE_I420, true) => Ok(I420_FULL),
        _ => Err(format!("pixel format {} has no counterpart in Core Video", pixel_format_name(format))),
    }
}

/// How people write a code: its letters in quotes, or its number where they are none.
#[must_use]
pub fn spell(code: u32) -> String {
    let letters = code.to_be_bytes();
    if letters.iter().all(|letter| letter.is_ascii_graphic() || *letter == b' ') {
        return format!("\"{}\"", String::from_utf8_lossy(&letters));
    }
    format!("{code:#010x}")
}

/// An `OSStatus` as the frameworks' documentation lists it: some are codes of four letters, others numbers.
#[must_use]
pub fn spell_status(status: i32) -> String {
    let code = status as u32;
    if code.to_be_bytes().iter().all(u8::is_ascii_graphic) {
        format!("{} ({status})", spell(code))
    } else {
        status.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixel_code_and_frame_format_are_inverse() {
        for format in [SLUICE_NV12, SLUICE_I420] {
            for full in [false, true] {
                assert_eq!(frame_format(pixel_code(format, full).unwrap()), Some((format, full)));
            }
        }
        for format in [SLUICE_BGRA8, SLUICE_RGBA8] {
            assert_eq!(frame_format(pixel_code(format, false).unwrap()), Some((format, true)));
        }
    }

    #[test]
    fn the_codes_are_those_of_apples_headers() {
        assert_eq!(BGRA, 0x4247_5241);
        assert_eq!(NV12_LIMITED, 875_704_438);
        assert_eq!(NV12_FULL, 875_704_422);
        assert_eq!(AVC1, 0x6176_6331);
        assert_eq!(HVC1, 0x6876_6331);
    }

    #[test]
    fn what_frames_lack_is_refused_by_name() {
        assert_eq!(frame_format(four_cc(b"2vuy")), None);
        assert_eq!(pixel_code(99, false).unwrap_err(), "pixel format (unknown) has no counterpart in Core Video");
    }

    #[test]
    fn codes_and_states_are_spelt_as_they_are_looked_up() {
        assert_eq!(spell(four_cc(b"2vuy")), "\"2vuy\"");
        assert_eq!(spell(32), "0x00000020");
        assert_eq!(spell_status(-12_902), "-12902");
        assert_eq!(spell_status(four_cc(b"!dev") as i32), "\"!dev\" (560227702)");
    }
}
