//! Stages for sensors: `acquisition → to-voltage → biquad → downsample → fft`, and `trigger`.
//!
//! What travels are packets: one column a channel (`ch0`, `ch1`, …), one record for each moment, spread evenly over the
//! duration of the batch. So batches say themselves how many channels there are and at which rate, and may differ in
//! length from one to the next. Raw counts are columns of `i32`, all others of `f32`.
//!
//! Hot path: a tick allocates nothing once batches have had their longest length.

mod acquisition;
mod adc;
mod batch;
mod biquad;
mod decimator;
mod downsample;
mod fft;
mod history;
mod raw_file;
mod raw_records;
mod raw_socket;
mod sections;
mod state;
mod timeline;
mod to_voltage;
mod trigger;
mod wide;

pub use adc::{Adc, Signal};
pub use decimator::Decimator;
pub use sections::{Sections, Shape};

sluice_stage::export_stages!(
    acquisition::Acquisition,
    to_voltage::ToVoltage,
    biquad::Biquad,
    downsample::Downsample,
    fft::Fft,
    trigger::Trigger
);
