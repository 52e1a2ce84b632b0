//! Stages for pictures from and to devices: `screen`, `camera` and `display`.
//!
//! What waits for a device or for a server does so on a thread of its own: no call of a stage does. A tick allocates
//! nothing once pictures have had their largest size.

#![cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "only the devices of Linux use all of it"))]

#[cfg(target_os = "linux")]
mod bell;
mod camera;
mod config;
mod display;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod pace;
mod screen;
#[cfg(target_os = "linux")]
mod shot;
#[cfg(target_os = "linux")]
mod shots;
#[cfg(target_os = "linux")]
mod v4l2;
#[cfg(target_os = "linux")]
mod x11;

sluice_stage::export_stages!(screen::Screen, camera::Camera, display::Display);
