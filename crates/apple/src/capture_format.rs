//! Which of a camera's formats is taken for what a graph asks for.

use sluice_stage::abi::SLUICE_NV12;

use crate::four_cc::{NV12_FULL, NV12_LIMITED, frame_format, spell};

/// A format that a camera has: `AVCaptureDeviceFormat`, with one of its ranges of rates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CaptureFormat {
    /// Where it stands in the camera's list.
    pub index: usize,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Fewest and most pictures a second.
    pub rates_hz: (f64, f64),
    /// Core Video's code of its pixels.
    pub code: u32,
}

/// What a graph asks for; 0 leaves it open.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Wanted {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Pictures a second.
    pub rate_hz: f64,
}

/// The format to set, and the rate to set in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chosen {
    /// One of the camera's.
    pub format: CaptureFormat,
    /// Pictures a second.
    pub rate_hz: f64,
}

/// A range of rates holds a rate that is off by so much: cameras say 29.97 for 30.
const RATE_SLACK: f64 = 0.005;

/// What is taken where a graph leaves the size open: the largest picture up to this many pixels.
const MOST_PIXELS: i64 = 1920 * 1080;

/// Chooses a format. A size or a rate that is asked for is kept exactly, within 0.5 % for the rate. What is left open is
/// 1920 × 1080 pixels at most, and 30 pictures a second or the nearest to it.
///
/// # Errors
///
/// No format fits; the text lists those that there are.
pub fn choose(formats: &[CaptureFormat], wanted: Wanted) -> Result<Chosen, String> {
    let fits = |format: &&CaptureFormat| {
        (wanted.width == 0 || format.width == wanted.width)
            && (wanted.height == 0 || format.height == wanted.height)
            && (wanted.rate_hz == 0.0 || holds(format, wanted.rate_hz))
    };
    let best = formats.iter().filter(fits).max_by_key(|format| rank(format, wanted));
    let format = *best.ok_or_else(|| refusal(formats, wanted))?;
    let asked = if wanted.rate_hz == 0.0 { 30.0 } else { wanted.rate_hz };
    Ok(Chosen { format, rate_hz: asked.clamp(format.rates_hz.0, format.rates_hz.1) })
}

/// The pixel format to have pictures delivered in, which `camera` gives: NV12 of the range that the camera has.
#[must_use]
pub fn delivered(code: u32) -> u32 {
    if frame_format(code) == Some((SLUICE_NV12, true)) { NV12_FULL } else { NV12_LIMITED }
}

fn holds(format: &CaptureFormat, rate_hz: f64) -> bool {
    let (least, most) = format.rates_hz;
    rate_hz >= least * (1.0 - RATE_SLACK) && rate_hz <= most * (1.0 + RATE_SLACK)
}

/// How well a format serves, the greater the better: first the rate, then the size, then whether frames know its pixels.
fn rank(format: &CaptureFormat, wanted: Wanted) -> (bool, i64, u8) {
    let rate = wanted.rate_hz > 0.0 || holds(format, 30.0);
    let pixels = i64::from(format.width) * i64::from(format.height);
    // Of sizes beyond the limit the smallest serves best, behind all others.
    let size = if pixels <= MOST_PIXELS { pixels } else { -pixels };
    let known = match frame_format(format.code) {
        Some((SLUICE_NV12, _)) => 2,
        Some(_) => 1,
        None => 0,
    };
    (rate, size, known)
}

/// What of the formats is listed at most.
const LISTED: usize = 12;

fn refusal(formats: &[CaptureFormat], wanted: Wanted) -> String {
    if formats.is_empty() {
        return "the camera has no format".into();
    }
    let open = |value: f64, unit: &str| if value == 0.0 { "any".into() } else { format!("{value}{unit}") };
    let mut known: Vec<_> = formats.iter().map(describe).collect();
    known.dedup();
    let more = if known.len() > LISTED { format!(" and {} more", known.len() - LISTED) } else { String::new() };
    known.truncate(LISTED);
    format!(
        "the camera has no format of {} × {} at {}; it has {}{more}",
        open(wanted.width.into(), ""),
        open(wanted.height.into(), ""),
        open(wanted.rate_hz, " Hz"),
        known.join(", ")
    )
}

/// A format for people: `1280 × 720 at 1 to 30 Hz ("420v")`.
#[must_use]
pub fn describe(format: &CaptureFormat) -> String {
    let CaptureFormat { width, height, rates_hz: (least, most), code, .. } = format;
    let rates = if least == most { most.to_string() } else { format!("{least} to {most}") };
    format!("{width} × {height} at {rates} Hz ({})", spell(*code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::four_cc::four_cc;

    fn format(index: usize, (width, height): (u32, u32), rates_hz: (f64, f64), code: &[u8; 4]) -> CaptureFormat {
        CaptureFormat { index, width, height, rates_hz, code: four_cc(code) }
    }

    /// A camera such as that of a MacBook, with a format of 4K and one of packed pixels.
    fn camera() -> Vec<CaptureFormat> {
        vec![
            format(0, (640, 480), (1.0, 30.0), b"420v"),
            format(1, (1280, 720), (1.0, 60.0), b"420f"),
            format(2, (1920, 1080), (29.97, 29.97), b"2vuy"),
            format(3, (1920, 1080), (15.0, 30.0), b"420v"),
            format(4, (3840, 2160), (30.0, 30.0), b"420v"),
        ]
    }

    fn chosen(width: u32, height: u32, rate_hz: f64) -> (usize, f64) {
        let found = choose(&camera(), Wanted { width, height, rate_hz }).unwrap();
        (found.format.index, found.rate_hz)
    }

    #[test]
    fn an_open_wish_gets_full_hd_at_30_hz_in_pixels_that_frames_know() {
        assert_eq!(chosen(0, 0, 0.0), (3, 30.0));
    }

    #[test]
    fn an_open_wish_would_rather_have_30_hz_than_more_pixels() {
        let slow = [format(0, (1280, 720), (30.0, 30.0), b"420v"), format(1, (1920, 1080), (5.0, 5.0), b"420v")];
        assert_eq!(choose(&slow, Wanted::default()).unwrap().format.index, 0);
        assert_eq!(choose(&slow[1..], Wanted::default()).unwrap().rate_hz, 5.0);
    }

    #[test]
    fn what_is_asked_for_is_kept() {
        assert_eq!(chosen(3840, 2160, 0.0), (4, 30.0));
        assert_eq!(chosen(0, 0, 60.0), (1, 60.0));
        assert_eq!(chosen(0, 480, 0.0), (0, 30.0));
        assert_eq!(chosen(1920, 1080, 15.0), (3, 15.0));
    }

    #[test]
    fn a_rate_that_a_camera_rounds_is_taken_as_the_camera_has_it() {
        let only = [format(2, (1920, 1080), (29.97, 29.97), b"2vuy")];
        let found = choose(&only, Wanted { rate_hz: 30.0, ..Wanted::default() }).unwrap();
        assert_eq!(found.rate_hz, 29.97);
    }

    #[test]
    fn a_camera_of_large_pictures_alone_gives_its_smallest_when_the_size_is_open() {
        let large = [format(0, (3840, 2160), (30.0, 30.0), b"420v"), format(1, (7680, 4320), (30.0, 30.0), b"420v")];
        assert_eq!(choose(&large, Wanted::default()).unwrap().format.index, 0);
    }

    #[test]
    fn a_wish_that_no_format_fits_lists_those_that_there_are() {
        let text = choose(&camera()[..2], Wanted { width: 1920, height: 0, rate_hz: 120.0 }).unwrap_err();
        assert_eq!(
            text,
            "the camera has no format of 1920 × any at 120 Hz; it has 640 × 480 at 1 to 30 Hz (\"420v\"), \
             1280 × 720 at 1 to 60 Hz (\"420f\")"
        );
        assert_eq!(choose(&[], Wanted::default()).unwrap_err(), "the camera has no format");
        let many: Vec<_> = (0..20).map(|k| format(k, (100 + k as u32, 100), (30.0, 30.0), b"420v")).collect();
        assert!(choose(&many, Wanted { width: 1, ..Wanted::default() }).unwrap_err().ends_with(" and 8 more"));
    }

    #[test]
    fn delivered_is_nv12_and_converts_none_of_it() {
        for code in [b"420v", b"420f"] {
            assert_eq!(delivered(four_cc(code)), four_cc(code));
        }
        for code in [b"2vuy", b"BGRA"] {
            assert_eq!(delivered(four_cc(code)), NV12_LIMITED);
        }
    }
}
