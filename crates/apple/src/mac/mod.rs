//! What only macOS compiles: the frameworks behind the rest of the crate.

#![allow(non_upper_case_globals, reason = "the frameworks' constants stand in patterns by their own names")]

pub mod camera;
mod clock;
mod core;
pub mod decoder;
pub mod device;
pub mod encoder;
pub mod mp4_writer;
mod painter;
pub mod permissions;
pub mod pixels;
pub mod screen;
pub mod sound_devices;
mod sound_format;
pub mod sound_stream;
pub mod window;
