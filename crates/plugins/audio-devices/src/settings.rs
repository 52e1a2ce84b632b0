//! Reads what both stages are told of the device that stands in.

use sluice_stage::Context;
use sluice_stage::config::text;

use crate::link::Format;
use crate::simulated::Simulated;

/// What `simulated` says.
///
/// # Errors
///
/// It is no object, which the schema excludes.
pub(crate) fn simulated(context: &Context) -> Result<Simulated, String> {
    let json = text(context, c"simulated")?;
    let values: serde_json::Value =
        serde_json::from_str(json).map_err(|error| format!("simulated is no object: {error}"))?;
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
