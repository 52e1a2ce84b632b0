//! Reads the configuration that both stages have.

use std::ffi::CStr;

use sluice_stage::Context;

use crate::link::Format;
use crate::simulated::Simulated;

/// A number of the configuration.
///
/// # Errors
///
/// There is none, which the schema excludes.
pub(crate) fn number(context: &Context, key: &CStr) -> Result<f64, String> {
    context.number(key).ok_or_else(|| format!("there is no number {}", key.to_string_lossy()))
}

/// A text of the configuration.
///
/// # Errors
///
/// As [`number`].
pub(crate) fn text(context: &Context, key: &CStr) -> Result<String, String> {
    context.text(key).map(str::to_owned).ok_or_else(|| format!("there is no text {}", key.to_string_lossy()))
}

/// What `simulated` says.
///
/// # Errors
///
/// It is no object, which the schema excludes.
pub(crate) fn simulated(context: &Context) -> Result<Simulated, String> {
    let json = text(context, c"simulated")?;
    let values: serde_json::Value =
        serde_json::from_str(&json).map_err(|error| format!("simulated is no object: {error}"))?;
    let usual = Simulated::default();
    let number = |key: &str, usual: f64| values.get(key).and_then(serde_json::Value::as_f64).unwrap_or(usual);
    Ok(Simulated {
        ppm: number("ppm", usual.ppm),
        tone_hz: number("toneHz", usual.tone_hz),
        amplitude: number("amplitude", usual.amplitude),
        format: Format {
            rate_hz: number("sampleRateHz", f64::from(usual.format.rate_hz)) as u32,
            channels: number("channels", f64::from(usual.format.channels)) as u32,
        },
        period: number("periodMs", usual.period * 1e3) / 1e3,
    })
}
