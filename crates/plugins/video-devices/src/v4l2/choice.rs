//! Which mode of a camera is taken.

use super::abi::four_cc;
use super::modes::{Mode, describe, rate_of};

/// Sizes above that are taken only if they are asked for.
const USUAL: (u32, u32) = (1_280, 720);

/// A format that the stage takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Nv12,
    I420,
    Yv12,
    Yuyv,
    Uyvy,
    Grey,
    Rgb24,
    Bgr24,
    Mjpeg,
}

/// All of them; of equal sizes and rates the earliest is taken.
const FORMATS: [(Format, &str, &[u32]); 9] = [
    (Format::Nv12, "nv12", &[four_cc(b"NV12")]),
    (Format::I420, "i420", &[four_cc(b"YU12")]),
    (Format::Yv12, "yv12", &[four_cc(b"YV12")]),
    (Format::Yuyv, "yuyv", &[four_cc(b"YUYV")]),
    (Format::Uyvy, "uyvy", &[four_cc(b"UYVY")]),
    (Format::Mjpeg, "mjpeg", &[four_cc(b"MJPG"), four_cc(b"JPEG")]),
    (Format::Rgb24, "rgb24", &[four_cc(b"RGB3")]),
    (Format::Bgr24, "bgr24", &[four_cc(b"BGR3")]),
    (Format::Grey, "grey", &[four_cc(b"GREY")]),
];

impl Format {
    /// The format of a four-character code.
    pub(crate) fn of(code: u32) -> Option<Self> {
        FORMATS.iter().find(|(_, _, codes)| codes.contains(&code)).map(|&(format, ..)| format)
    }

    /// The format of a name. `None`: any.
    pub(crate) fn named(name: &str) -> Option<Self> {
        FORMATS.iter().find(|&&(_, own, _)| own == name).map(|&(format, ..)| format)
    }

    pub(crate) fn name(self) -> &'static str {
        FORMATS.iter().find(|&&(format, ..)| format == self).map_or("", |&(_, name, _)| name)
    }

    fn rank(self) -> usize {
        FORMATS.iter().position(|&(format, ..)| format == self).unwrap_or(FORMATS.len())
    }
}

/// What is asked of a camera.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    /// A path, a part of a name, or nothing.
    pub(crate) device: String,
    /// 0: any.
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) frame_rate: f64,
    /// `None`: any.
    pub(crate) format: Option<Format>,
}

/// A mode, and the interval that is nearest to what was asked for; `None`: the driver does not say which it has.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Choice {
    pub(crate) mode: Mode,
    pub(crate) interval: Option<[u32; 2]>,
}

/// Chooses a mode: one that reaches the rate before one that does not, then the largest, up to 1280 × 720 if no size is
/// asked for, then the format that costs least.
///
/// # Errors
///
/// What the camera has.
pub(crate) fn choose(modes: &[Mode], request: &Request, name: &str) -> Result<Choice, String> {
    let fits = |mode: &&Mode| {
        let format = mode.format();
        format.is_some()
            && request.format.is_none_or(|wanted| format == Some(wanted))
            && [(request.width, mode.width), (request.height, mode.height)]
                .iter()
                .all(|&(wanted, has)| wanted == 0 || wanted == has)
    };
    let worth = |mode: &Mode| {
        let rate = best_interval(mode, request.frame_rate).map_or(request.frame_rate, rate_of).min(request.frame_rate);
        let is_usual = request.width > 0 || request.height > 0 || mode.width <= USUAL.0 && mode.height <= USUAL.1;
        let pixels = u64::from(mode.width) * u64::from(mode.height);
        // Of sizes that are larger than usual the least one.
        let size = if is_usual { pixels as i64 } else { -(pixels as i64) };
        let rank = mode.format().map_or(usize::MAX, Format::rank);
        ((rate * 100.0).round() as i64, is_usual, size, std::cmp::Reverse(rank))
    };
    let best = modes.iter().filter(fits).max_by_key(|mode| worth(mode));
    best.map(|mode| Choice { mode: mode.clone(), interval: best_interval(mode, request.frame_rate) })
        .ok_or_else(|| refusal(modes, request, name))
}

/// The interval whose rate is nearest to one; of two that are as near the faster one.
fn best_interval(mode: &Mode, frame_rate: f64) -> Option<[u32; 2]> {
    let off = |interval: &[u32; 2]| (rate_of(*interval) - frame_rate).abs();
    mode.intervals
        .iter()
        .copied()
        .min_by(|one, other| off(one).total_cmp(&off(other)).then(rate_of(*other).total_cmp(&rate_of(*one))))
}

fn refusal(modes: &[Mode], Request { width, height, format, .. }: &Request, name: &str) -> String {
    let side = |pixels: u32| if pixels == 0 { "any".to_owned() } else { pixels.to_string() };
    let format = format.map_or("any format", Format::name);
    let wanted = format!("{} × {} in {format}", side(*width), side(*height));
    let known: Vec<String> = modes.iter().filter(|mode| mode.format().is_some()).map(describe).collect();
    if known.is_empty() {
        return format!("camera \"{name}\" has no format that Sluice takes, wanted {wanted}");
    }
    format!(
        "camera \"{name}\" has no {wanted}; available: {}; set width, height and format to one of them",
        known.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::super::driver::Cameras;
    use super::super::modes::modes_of;
    use super::super::recorded::{RecordedCameras, c920};
    use super::*;

    fn chosen(width: u32, height: u32, frame_rate: f64, format: &str) -> Result<String, String> {
        let mut driver = RecordedCameras::with([("/dev/video0", c920())]).open("/dev/video0").unwrap();
        let modes = modes_of(&mut *driver).unwrap();
        let request = Request { device: String::new(), width, height, frame_rate, format: Format::named(format) };
        let Choice { mode, interval } = choose(&modes, &request, "C920")?;
        let name = mode.format().map_or("", Format::name);
        Ok(format!("{name} {} × {} at {}", mode.width, mode.height, rate_of(interval.unwrap())))
    }

    #[test]
    fn the_rate_comes_before_the_size_and_raw_pictures_before_coded_ones() {
        let told = |width, height, rate, format| chosen(width, height, rate, format).unwrap();
        // At 30 pictures a second only MJPEG has 720 rows.
        assert_eq!(told(0, 0, 30.0, "auto"), "mjpeg 1280 × 720 at 30");
        assert_eq!(told(640, 480, 30.0, "auto"), "yuyv 640 × 480 at 30");
        assert_eq!(told(1_920, 0, 30.0, "auto"), "mjpeg 1920 × 1080 at 30");
        assert_eq!(told(1_920, 1_080, 5.0, "auto"), "yuyv 1920 × 1080 at 5");
        assert_eq!(told(0, 0, 10.0, "yuyv"), "yuyv 1280 × 720 at 10");
        // It has no 60: the nearest.
        assert_eq!(told(640, 480, 60.0, "mjpeg"), "mjpeg 640 × 480 at 30");
    }

    #[test]
    fn what_a_camera_does_not_have_is_refused_with_what_it_has() {
        let text = chosen(641, 0, 30.0, "auto").unwrap_err();
        assert!(
            text.starts_with("camera \"C920\" has no 641 × any in any format; available: yuyv 640 × 480 at 30/s, ")
        );
        assert!(text.ends_with("; set width, height and format to one of them"), "{text}");
        let text = chosen(0, 0, 30.0, "nv12").unwrap_err();
        assert!(text.starts_with("camera \"C920\" has no any × any in nv12; available: "), "{text}");
    }
}
