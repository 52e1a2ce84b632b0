//! What cameras there are, and in which formats, sizes and rates they capture.

use std::io;

use serde_json::{Value, json};

use super::abi::{
    BUF_TYPE_VIDEO_CAPTURE, CAP_DEVICE_CAPS, CAP_STREAMING, CAP_VIDEO_CAPTURE, CAP_VIDEO_CAPTURE_MPLANE, Capability,
    DISCRETE, FmtDesc, FrmIvalEnum, FrmSizeEnum,
};
use super::choice::Format;
use super::driver::{Ask, Cameras, Driver};
use super::error::{CameraError, explain};

/// Most of what a driver lists of a kind, in case it does not end.
const MOST: u32 = 256;

/// Sizes that are offered of a camera that takes any between two.
const USUAL_SIZES: [(u32, u32); 6] =
    [(320, 240), (640, 480), (1_280, 720), (1_920, 1_080), (2_560, 1_440), (3_840, 2_160)];

/// A size in a format, with its rates.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mode {
    /// The four-character code.
    pub(crate) pixel_format: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Seconds from picture to picture, as fractions; none if the driver does not say.
    pub(crate) intervals: Vec<[u32; 2]>,
}

impl Mode {
    /// The format, if it is one that is known here.
    pub(crate) fn format(&self) -> Option<Format> {
        Format::of(self.pixel_format)
    }
}

/// Pictures a second of an interval.
pub(crate) fn rate_of([numerator, denominator]: [u32; 2]) -> f64 {
    if numerator == 0 { 0.0 } else { f64::from(denominator) / f64::from(numerator) }
}

/// The name of a camera. `None`: it captures no pictures.
pub(crate) fn name_of(driver: &mut dyn Driver) -> io::Result<Option<String>> {
    let mut capability = Capability::default();
    if ends(driver.ask(Ask::Capability(&mut capability)))? {
        return Ok(None);
    }
    let Capability { capabilities, device_caps, card, .. } = capability;
    let can = if capabilities & CAP_DEVICE_CAPS == 0 { capabilities } else { device_caps };
    let captures = can & CAP_VIDEO_CAPTURE != 0 && can & CAP_STREAMING != 0;
    Ok(captures.then(|| text_of(&card)))
}

/// Why what is no camera is none.
pub(crate) fn no_camera(path: &str, driver: &mut dyn Driver) -> CameraError {
    let mut capability = Capability::default();
    let asked = driver.ask(Ask::Capability(&mut capability));
    let planar = asked.is_ok() && (capability.capabilities | capability.device_caps) & CAP_VIDEO_CAPTURE_MPLANE != 0;
    CameraError::Refused(if planar {
        format!("camera \"{path}\" gives pictures in several planes (V4L2 multi-planar), which Sluice does not take")
    } else {
        format!("\"{path}\" is no camera that captures pictures; name another one")
    })
}

/// All modes of a camera.
pub(crate) fn modes_of(driver: &mut dyn Driver) -> io::Result<Vec<Mode>> {
    let mut modes = Vec::new();
    for index in 0..MOST {
        let mut format = FmtDesc { index, kind: BUF_TYPE_VIDEO_CAPTURE, ..FmtDesc::default() };
        if ends(driver.ask(Ask::Format(&mut format)))? {
            break;
        }
        for (width, height) in sizes_of(driver, format.pixelformat)? {
            let intervals = intervals_of(driver, format.pixelformat, width, height)?;
            modes.push(Mode { pixel_format: format.pixelformat, width, height, intervals });
        }
    }
    Ok(modes)
}

fn sizes_of(driver: &mut dyn Driver, pixel_format: u32) -> io::Result<Vec<(u32, u32)>> {
    let mut sizes = Vec::new();
    for index in 0..MOST {
        let mut size = FrmSizeEnum { index, pixel_format, ..FrmSizeEnum::default() };
        if ends(driver.ask(Ask::Size(&mut size)))? {
            break;
        }
        let [first, second, step_wide, least_high, most_high, step_high] = size.sizes;
        if size.kind == DISCRETE {
            sizes.push((first, second));
            continue;
        }
        let (wide, high) = ((first, second, step_wide), (least_high, most_high, step_high));
        let takes = |(least, most, step): (u32, u32, u32), side: u32| {
            (least..=most).contains(&side) && (side - least) % step.max(1) == 0
        };
        let usual = USUAL_SIZES.into_iter().filter(|&(width, height)| takes(wide, width) && takes(high, height));
        sizes.extend(usual);
        sizes.push((second, most_high));
        break;
    }
    sizes.dedup();
    Ok(sizes)
}

fn intervals_of(driver: &mut dyn Driver, pixel_format: u32, width: u32, height: u32) -> io::Result<Vec<[u32; 2]>> {
    let mut intervals = Vec::new();
    for index in 0..MOST {
        let mut interval = FrmIvalEnum { index, pixel_format, width, height, ..FrmIvalEnum::default() };
        if ends(driver.ask(Ask::Interval(&mut interval)))? {
            break;
        }
        intervals.push(interval.intervals[0]);
        if interval.kind != DISCRETE {
            intervals.push(interval.intervals[1]);
            break;
        }
    }
    Ok(intervals)
}

/// Whether a list has ended. A driver that does not list something says `ENOTTY`.
fn ends(answer: io::Result<()>) -> io::Result<bool> {
    match answer {
        Ok(()) => Ok(false),
        Err(error) if matches!(error.raw_os_error(), Some(libc::EINVAL | libc::ENOTTY)) => Ok(true),
        Err(error) => Err(error),
    }
}

/// A camera that was found and opened.
pub(crate) struct FoundCamera {
    pub(crate) path: String,
    pub(crate) name: String,
    pub(crate) driver: Box<dyn Driver>,
}

/// Opens a camera by its path or a part of its name; the first one for an empty text.
pub(crate) fn find(cameras: &dyn Cameras, wanted: &str) -> Result<FoundCamera, CameraError> {
    if wanted.starts_with('/') {
        let mut driver = cameras.open(wanted).map_err(|error| explain("open", wanted, &error))?;
        let name = name_of(&mut *driver).map_err(|error| explain("use", wanted, &error))?;
        let name = name.ok_or_else(|| no_camera(wanted, &mut *driver))?;
        return Ok(FoundCamera { path: wanted.to_owned(), name, driver });
    }
    let mut names = Vec::new();
    let mut refused = None;
    for path in cameras.paths() {
        let mut driver = match cameras.open(&path) {
            Ok(driver) => driver,
            Err(error) => {
                refused = refused.or_else(|| Some(explain("open", &path, &error)));
                continue;
            }
        };
        let Ok(Some(name)) = name_of(&mut *driver) else { continue };
        if name.to_lowercase().contains(&wanted.to_lowercase()) {
            return Ok(FoundCamera { path, name, driver });
        }
        names.push(format!("\"{name}\" ({path})"));
    }
    if !names.is_empty() {
        return Err(CameraError::Gone(format!("there is no camera \"{wanted}\"; available: {}", names.join(", "))));
    }
    Err(refused.unwrap_or_else(|| {
        CameraError::Gone(
            "there is no camera: no /dev/video* captures pictures; connect one, or load its driver".into(),
        )
    }))
}

/// All cameras, as JSON that `Stage::DEVICES` gives.
pub(crate) fn list(cameras: &dyn Cameras) -> String {
    let mut all: Vec<Value> = Vec::new();
    for path in cameras.paths() {
        let Ok(mut driver) = cameras.open(&path) else { continue };
        let Ok(Some(name)) = name_of(&mut *driver) else { continue };
        let modes = modes_of(&mut *driver).unwrap_or_default();
        let formats: Vec<String> = modes.iter().filter(|mode| mode.format().is_some()).map(describe).collect();
        all.push(json!({"name": path, "label": name, "isDefault": all.is_empty(), "formats": formats}));
    }
    Value::from(all).to_string()
}

/// `mjpeg 1280 × 720 at 30/s`.
pub(crate) fn describe(mode: &Mode) -> String {
    let format = mode.format().map_or("other", Format::name);
    let rate = mode.intervals.iter().map(|&interval| rate_of(interval)).fold(0.0, f64::max);
    let (width, height) = (mode.width, mode.height);
    if rate == 0.0 {
        return format!("{format} {width} × {height}");
    }
    format!("{format} {width} × {height} at {}/s", (rate * 100.0).round() / 100.0)
}

/// The text of a field that ends with a zero.
fn text_of(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::recorded::{RecordedCameras, c920};
    use super::*;

    #[test]
    fn the_modes_of_a_camera_are_listed_with_their_rates() {
        let cameras = RecordedCameras::with([("/dev/video0", c920())]);
        let mut driver = cameras.open("/dev/video0").unwrap();
        let modes = modes_of(&mut *driver).unwrap();
        assert_eq!(describe(&modes[0]), "yuyv 640 × 480 at 30/s");
        let all: Vec<String> = modes.iter().map(describe).collect();
        assert!(all.contains(&"mjpeg 1920 × 1080 at 30/s".into()) && all.contains(&"yuyv 1920 × 1080 at 5/s".into()));
    }

    #[test]
    fn a_camera_is_found_by_path_by_a_part_of_its_name_or_as_the_first() {
        let cameras = RecordedCameras::with([("/dev/video0", c920().metadata()), ("/dev/video2", c920())]);
        for wanted in ["", "webcam c920", "/dev/video2"] {
            assert_eq!(find(&cameras, wanted).map(|found| found.path).ok(), Some("/dev/video2".to_owned()), "{wanted}");
        }
        let refused = |wanted: &str| find(&cameras, wanted).err().unwrap();
        let text = "there is no camera \"Logitech BRIO\"; available: \"HD Pro Webcam C920\" (/dev/video2)";
        assert_eq!(refused("Logitech BRIO"), CameraError::Gone(text.into()));
        let text = "\"/dev/video0\" is no camera that captures pictures; name another one";
        assert_eq!(refused("/dev/video0"), CameraError::Refused(text.into()));
        let text = "cannot open camera \"/dev/video7\": it is not there; connect it, or name another one";
        assert_eq!(refused("/dev/video7"), CameraError::Gone(text.into()));
    }

    #[test]
    fn one_that_may_not_be_used_says_what_to_do() {
        let cameras = RecordedCameras::with([("/dev/video0", c920().refusing(libc::EACCES))]);
        let text = "cannot open camera \"/dev/video0\": this user may not use it; add the user to the group \"video\" (sudo \
                    usermod -aG video NAME), and log in again";
        for wanted in ["", "/dev/video0"] {
            assert_eq!(find(&cameras, wanted).err(), Some(CameraError::Refused(text.into())));
        }
        let text = "there is no camera: no /dev/video* captures pictures; connect one, or load its driver";
        assert_eq!(find(&RecordedCameras::with([]), "").err(), Some(CameraError::Gone(text.into())));
    }

    #[test]
    fn cameras_list_themselves() {
        let cameras = RecordedCameras::with([("/dev/video0", c920()), ("/dev/video1", c920().metadata())]);
        let all: Value = serde_json::from_str(&list(&cameras)).unwrap();
        assert_eq!(all.as_array().map(Vec::len), Some(1));
        assert_eq!((&all[0]["name"], &all[0]["label"]), (&json!("/dev/video0"), &json!("HD Pro Webcam C920")));
        assert_eq!((&all[0]["isDefault"], &all[0]["formats"][0]), (&json!(true), &json!("yuyv 640 × 480 at 30/s")));
    }
}
