//! Values of the configuration, and slots for pictures.

use std::ffi::CStr;

use serde_json::json;
use sluice_stage::config::number;
use sluice_stage::{Acquire, Context, Frame, pixel_format_name};

pub(crate) fn is_set(context: &Context, key: &CStr) -> Result<bool, String> {
    Ok(number(context, key)? != 0.0)
}

/// Says that a device or a server is not available, and why, by a warning and an event.
pub(crate) fn tell_unavailable(context: &mut Context, why: &str) -> Result<(), String> {
    context.warn(why);
    context.emit("unavailable", &json!({"reason": why}).to_string())
}

/// Says that it is available again.
pub(crate) fn tell_available(context: &mut Context, text: &str) -> Result<(), String> {
    context.log(text);
    context.emit("available", "{}")
}

/// A slot for a picture; `None`: none is free.
pub(crate) fn acquire(
    context: &mut Context,
    output: u32,
    format: u32,
    (width, height): (u32, u32),
) -> Result<Option<Frame>, String> {
    match context.acquire_video(output, format, width, height) {
        Ok(frame) => Ok(Some(frame)),
        Err(Acquire::Later) => Ok(None),
        Err(Acquire::Refused(why)) => {
            Err(format!("no slot takes a picture of {width} × {height} in {}: {why}", pixel_format_name(format)))
        }
    }
}
