//! Which backend a stage uses.

use std::sync::Arc;

use crate::device::{Backend, Direction, Listed, Mover};
use crate::link::Format;
use crate::simulated::Simulated;
use crate::trouble::Trouble;

/// The name of a device, or of a backend, that stands in where there is none.
pub(crate) const SIMULATED: &str = "simulated";

/// Finds the backend and the device. Returns the format that the device has of its own, too.
///
/// # Errors
///
/// Why there is none, and what was tried.
pub(crate) fn find(
    backend: &str,
    direction: Direction,
    device: &str,
    simulated: Simulated,
) -> Result<(Arc<dyn Mover>, Format), Trouble> {
    let found = |backend: Arc<dyn Mover>| backend.find(direction, device).map(|format| (backend, format));
    match backend {
        SIMULATED => found(Arc::new(simulated)),
        "auto" if device == SIMULATED => found(Arc::new(simulated)),
        #[cfg(target_os = "linux")]
        "pulse" => found(Arc::new(crate::pulse::Pulse)),
        #[cfg(target_os = "linux")]
        "alsa" => found(Arc::new(crate::alsa::Alsa)),
        #[cfg(target_os = "macos")]
        "auto" => found(Arc::new(crate::core_audio::CoreAudio)),
        #[cfg(target_os = "linux")]
        "auto" => match found(Arc::new(crate::pulse::Pulse)) {
            Err(Trouble::NoServer(of_server)) => match found(Arc::new(crate::alsa::Alsa)) {
                Err(of_alsa @ (Trouble::NoServer(_) | Trouble::NoDevice { .. })) => {
                    let of_alsa = match of_alsa {
                        Trouble::NoServer(text) => text,
                        _ => "ALSA has no such device".into(),
                    };
                    Err(Trouble::NoServer(format!("{of_server}; {of_alsa}")))
                }
                outcome => outcome,
            },
            outcome => outcome,
        },
        other => Err(Trouble::Other(format!(
            "backend \"{other}\" is not there on {}; set backend to \"simulated\"",
            std::env::consts::OS
        ))),
    }
}

/// The devices of the first backend that is there, as JSON for `sluice devices`.
pub(crate) fn list(direction: Direction) -> String {
    #[cfg(target_os = "linux")]
    let found = crate::pulse::Pulse.list(direction).or_else(|_| crate::alsa::Alsa.list(direction)).unwrap_or_default();
    #[cfg(target_os = "macos")]
    let found = crate::core_audio::CoreAudio.list(direction).unwrap_or_default();
    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    let found = Vec::<Listed>::new();
    let stand_in = Simulated::default().list(direction).unwrap_or_default();
    let entry = |each: &Listed| {
        let Format { rate_hz, channels } = each.format;
        let formats: Vec<String> = if rate_hz > 0 { vec![format!("{channels} x {rate_hz} Hz")] } else { Vec::new() };
        let label = if each.is_monitor { format!("{} (monitor)", each.label) } else { each.label.clone() };
        serde_json::json!({ "name": each.name, "label": label, "isDefault": each.is_default, "formats": formats })
    };
    serde_json::Value::from(found.iter().chain(&stand_in).map(entry).collect::<Vec<_>>()).to_string()
}
