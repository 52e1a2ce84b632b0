//! Stages for pictures from and to devices: `screen`, `camera` and `display`.
//!
//! What waits for a device or for a server does so on a thread of its own: no call of a stage does. A tick allocates
//! nothing once pictures have had their largest size.

#[cfg(target_os = "linux")]
mod bell;
mod camera;
mod config;
mod display;
#[cfg(target_os = "linux")]
mod pace;
mod screen;
mod shot;
#[cfg(target_os = "linux")]
mod shots;
#[cfg(target_os = "linux")]
mod v4l2;
#[cfg(target_os = "linux")]
mod x11;

sluice_stage::export_stages!(screen::Screen, camera::Camera, display::Display);
