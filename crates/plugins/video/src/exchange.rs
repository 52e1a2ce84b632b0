//! What all stages of this plugin do alike: configuration, and a new picture for one that was read.

use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_I420, SLUICE_NV12, SLUICE_RGBA8, SluiceFrameInfo};
use sluice_stage::{Acquire, Context, Frame, pixel_format_name};

/// A picture that was read and the place for the one that is made of it.
pub(crate) struct Exchange {
    pub(crate) from: Frame,
    pub(crate) to: Frame,
    /// Of the picture that was read.
    pub(crate) pixel_aspect: u32,
}

/// What [`exchange`] found.
pub(crate) enum Found {
    Pair(Exchange),
    /// A picture stayed as it is, and was written.
    Passed,
    /// No picture has come, or an output has no room.
    Nothing,
    /// No slot is free for the new picture; the old one stays in its link.
    NoSlot,
}

/// What a picture is acquired with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measures {
    /// `abi::SLUICE_NV12`, …
    pub(crate) format: u32,
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// As `SluiceFrameInfo` has it.
    pub(crate) pixel_aspect: u32,
}

impl Measures {
    /// Those of a picture.
    pub(crate) fn of(&SluiceFrameInfo { format, width, height, pixel_aspect, .. }: &SluiceFrameInfo) -> Self {
        Self { format, width, height, pixel_aspect }
    }
}

/// Takes the oldest picture of the first input, and a slot with the times and flags of that picture, of the measures that
/// `wanted` gives. Without measures the picture itself goes on.
pub(crate) fn exchange(
    context: &mut Context,
    wanted: impl FnOnce(&SluiceFrameInfo) -> Result<Option<Measures>, String>,
) -> Result<Found, String> {
    if !context.may_write() {
        return Ok(Found::Nothing);
    }
    let Some(info) = context.peek(0) else { return Ok(Found::Nothing) };
    let Some(measures) = wanted(&info)? else {
        let Some(frame) = context.read(0) else { return Ok(Found::Nothing) };
        return context.write(0, frame).map(|()| Found::Passed);
    };
    let Some(to) = acquire(context, 0, measures)? else { return Ok(Found::NoSlot) };
    let Some(from) = context.read(0) else {
        context.release(to);
        return Ok(Found::Nothing);
    };
    context.set_coded_times_ns(to, info.pts_ns, info.pts_ns, info.duration_ns)?;
    context.set_flags(to, info.flags)?;
    Ok(Found::Pair(Exchange { from, to, pixel_aspect: info.pixel_aspect }))
}

/// Refuses a picture for which no slot can have room, as far as that is known now.
pub(crate) fn assert_room(context: &mut Context, output: u32, measures: Measures) -> Result<(), String> {
    if let Some(frame) = acquire(context, output, measures)? {
        context.release(frame);
    }
    Ok(())
}

/// A slot for a picture; `None`: none is free.
pub(crate) fn acquire(
    context: &mut Context,
    output: u32,
    Measures { format, width, height, pixel_aspect }: Measures,
) -> Result<Option<Frame>, String> {
    match context.acquire_anamorphic(output, format, (width, height), pixel_aspect) {
        Ok(frame) => Ok(Some(frame)),
        Err(Acquire::Later) => Ok(None),
        Err(Acquire::Refused(why)) => {
            Err(format!("no slot takes a picture of {width} × {height} in {}: {why}", pixel_format_name(format)))
        }
    }
}

/// A pixel format by its name.
pub(crate) fn format_named(name: &str) -> Result<u32, String> {
    [SLUICE_RGBA8, SLUICE_BGRA8, SLUICE_NV12, SLUICE_I420]
        .into_iter()
        .find(|&format| pixel_format_name(format) == name)
        .ok_or_else(|| format!("there is no pixel format \"{name}\""))
}

/// An opaque colour of a text such as `#ff8000`, which the value of a key is.
pub(crate) fn colour(key: &str, text: &str) -> Result<[u8; 4], String> {
    let is_hexadecimal = |digits: &&str| digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let digits = text.strip_prefix('#').filter(is_hexadecimal);
    let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let [_, red, green, blue] = value.ok_or_else(|| format!("{key} is \"{text}\", wanted #rrggbb"))?.to_be_bytes();
    Ok([red, green, blue, 255])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_reads_red_green_and_blue() {
        assert_eq!(colour("colour", "#ff8001"), Ok([255, 128, 1, 255]));
        for wrong in ["ff8001", "#ff80", "#ff80gg", "#+f8001"] {
            assert!(colour("colour", wrong).is_err(), "{wrong}");
        }
    }
}
