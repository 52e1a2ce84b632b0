//! Encoded frames of a codec that their input does not take. Which one a camera sends is only known once frames come; it
//! cannot be checked before a graph runs, and a stage that tries to decode them says that they are damaged. Stages look at
//! the pixel formats of pictures themselves.

use sluice_abi::format;

use super::loaded_stage::Port;

/// Codecs by the names that graphs have for them.
const NAMES: [(u8, &str); 10] = [
    (format::H264, "h264"),
    (format::HEVC, "hevc"),
    (format::VP8, "vp8"),
    (format::VP9, "vp9"),
    (format::AV1, "av1"),
    (format::OPUS, "opus"),
    (format::AAC, "aac"),
    (format::FLAC, "flac"),
    (format::MP3, "mp3"),
    (format::JPEG, "jpeg"),
];

/// What is wrong with a frame of an input. `None`: the input takes its format.
#[inline]
pub(super) fn misfit(port: &Port, format: u8) -> Option<String> {
    let fits = port.formats.is_empty() || port.formats.contains(&u32::from(format));
    (!fits).then(|| describe(port, format))
}

#[cold]
fn describe(port: &Port, format: u8) -> String {
    let name = |code: u32| NAMES.iter().find(|(known, _)| u32::from(*known) == code).map_or("?", |(_, name)| name);
    let wanted: Vec<&str> = port.formats.iter().map(|code| name(*code)).collect();
    format!("what comes to \"{}\" is {}, wanted {}", port.name, name(u32::from(format)), wanted.join(" or "))
}

#[cfg(test)]
mod tests {
    use sluice_abi::kind;

    use super::*;

    #[test]
    fn an_input_takes_its_formats_and_names_any_other() {
        let formats = vec![u32::from(format::H264), u32::from(format::OPUS)];
        let (name, doc) = ("video".into(), String::new());
        let mut port = Port { name, doc, schema: None, formats, kind: kind::ENCODED, optional: false, burst: 1 };
        assert_eq!(misfit(&port, format::OPUS), None);
        let told = "what comes to \"video\" is hevc, wanted h264 or opus";
        assert_eq!(misfit(&port, format::HEVC).as_deref(), Some(told));
        port.formats.clear();
        assert_eq!(misfit(&port, format::HEVC), None);
    }
}
