//! What only macOS compiles: the frameworks behind the rest of the crate.

#![allow(non_upper_case_globals, reason = "the frameworks' constants stand in patterns by their own names")]

mod core;
pub mod decoder;
pub mod encoder;
pub mod mp4_writer;
pub mod pixels;
mod sound_format;
