//! Stages for sound devices: `microphone` and `speaker`.
//!
//! A device has a thread of its own ([`device`]), which a backend runs: `pulse` speaks to PulseAudio and PipeWire, `alsa`
//! to the system's library, which is opened when it is needed, `core_audio` to the devices of macOS, and `simulated` is a
//! device of our own. A ring of samples lies between the thread and the stage. The stage brings the device's clock and the runtime's together ([`playback`],
//! [`capture`]).

#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only the backends of Linux use all of it"))]

#[cfg(target_os = "linux")]
mod alsa;
mod backends;
mod bell;
mod capture;
mod channels;
mod clock;
#[cfg(target_os = "macos")]
mod core_audio;
mod device;
mod drift;
mod gain;
mod intake;
mod link;
mod loops;
mod microphone;
mod outlet;
mod pace;
mod playback;
#[cfg(target_os = "linux")]
mod pulse;
mod servo;
mod settings;
mod simulated;
mod speaker;
mod splice;
mod stretch;
mod trouble;
mod watch;

#[cfg(test)]
mod capture_tests;
#[cfg(test)]
mod playback_tests;

sluice_stage::export_stages!(microphone::Microphone, speaker::Speaker);
