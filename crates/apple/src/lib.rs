//! Cameras, screens, sound, windows, codecs and MP4 files of macOS.
//!
//! What follows from numbers alone is here for every system, and tested there: times, codes of four letters, permissions,
//! formats, parameter sets.

pub mod capture_format;
pub mod four_cc;
pub mod listed;
#[cfg(target_os = "macos")]
pub mod mac;
pub mod nal_units;
pub mod paint;
pub mod parameter_sets;
pub mod permission;
pub mod region;
pub mod reorder;
pub mod sound_blocks;
pub mod sound_format;
pub mod sound_latency;
pub mod stages;
pub mod status;
pub mod time;
