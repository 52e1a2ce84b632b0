//! Loops over samples that processors written in TypeScript call on the memory of frames.
//!
//! One source makes the native library (a baseline and AVX2, chosen while the program runs) and the WebAssembly twin of
//! portable mode. Both give the same bits as the plain TypeScript of `kernels/fixtures/plain_engine.ts`, which is the
//! reference: every sum has a fixed number of partial sums that are added in a fixed order, and no product is fused with
//! an addition. Only which NaN a NaN is differs from machine to machine.
//!
//! Nothing here allocates, blocks or panics. A kernel whose arguments reach beyond a slice writes less than it was asked
//! to and says so.
#![cfg_attr(target_arch = "wasm32", no_std)]

mod decibels;
mod exports;
mod level;
mod pcm;
mod pixels;
mod polyphase;
mod reverb;
mod samples;
mod transform;

use level::dispatched;

pub use level::{Level, level, use_level};
pub use pcm::PcmFormat;
pub use pixels::{Matrix, Shape};
pub use polyphase::{Polyphase, polyphase};

dispatched! {
    /// Multiplies by a factor that starts one `step` beyond `from` and grows by `step` with each sample; with a step of
    /// 0, by `from`.
    pub fn scale(samples: &mut [f32], from: f64, step: f64) => samples::scale
}
dispatched! {
    /// Adds `source`, times `factor`.
    pub fn mix(target: &mut [f32], source: &[f32], factor: f64) => samples::mix
}
dispatched! {
    /// Raises `levels[0]` to the greatest absolute sample, and adds the sum of all squares to `levels[1]`. Leaves NaN
    /// out.
    pub fn measure(samples: &[f32], levels: &mut [f64; 2]) => samples::measure
}
dispatched! {
    /// The sum of the products of `a` and `b`, in 64-bit floats.
    pub fn dot(a: &[f32], b: &[f32]) -> f64 => samples::dot
}
dispatched! {
    /// Multiplies by a window, into an array of 64-bit floats.
    pub fn window(samples: &[f32], weights: &[f64], target: &mut [f64]) => samples::window
}
dispatched! {
    /// Runs second-order sections, one after the other, each with five coefficients and two values of state.
    pub fn biquads(samples: &mut [f32], coefficients: &[f64], state: &mut [f64]) => samples::biquads
}
dispatched! {
    /// Adds `source`, times `factor`, to 64-bit floats.
    pub fn widen(target: &mut [f64], source: &[f32], factor: f64) => reverb::widen
}
dispatched! {
    /// Makes what is no finite number 0.
    pub fn mend(samples: &mut [f64]) => reverb::mend
}
dispatched! {
    /// Adds the sum of all combs to `output`.
    pub fn combs(
        records: &mut [f64],
        lines: &mut [f64],
        input: &[f64],
        output: &mut [f64],
        gain: f64,
        feedback: f64,
        damping: f64,
    ) => reverb::combs
}
dispatched! {
    /// Runs all-passes one after the other.
    pub fn allpasses(records: &mut [f64], lines: &mut [f64], samples: &mut [f64], gain: f64) => reverb::allpasses
}
dispatched! {
    /// Blends the samples with others, by factors that grow with each sample.
    pub fn blend(samples: &mut [f32], others: &[f64], from: [f64; 2], step: [f64; 2]) => reverb::blend
}
dispatched! {
    /// Fills `target` (its bits) with a channel of interleaved samples.
    pub fn decode(format: PcmFormat, source: &[u8], channels: usize, channel: usize, target: &mut [u32]) => pcm::decode
}
dispatched! {
    /// Puts samples (their bits) into a channel of interleaved ones. Counts those beyond full scale, and NaN.
    pub fn encode(
        format: PcmFormat,
        source: &[u32],
        target: &mut [u8],
        channels: usize,
        channel: usize,
        counts: &mut [u32; 2],
    ) => pcm::encode
}
dispatched! {
    /// Fills luma and chroma of half the size from red, green and blue.
    pub fn to_yuv(shape: Shape, rgb: &[u8], luma: &mut [u8], u: &mut [u8], v: &mut [u8]) => pixels::to_yuv
}
dispatched! {
    /// Fills red, green and blue from luma and chroma of half the size.
    pub fn to_rgb(shape: Shape, luma: &[u8], u: &[u8], v: &[u8], rgb: &mut [u8]) => pixels::to_rgb
}
dispatched! {
    /// Transforms samples, times weights, into the real and imaginary parts of frequencies from 0 to half the rate.
    pub fn transform(
        samples: &[f64],
        weights: &[f64],
        factors: &[f64],
        work: &mut [f64],
        bins: &mut [f64],
    ) => transform::transform
}
dispatched! {
    /// Fills `target` with the decibels of complex numbers plus `offset`, at least `floor`.
    pub fn decibels(numbers: &[f64], offset: f64, floor: f64, target: &mut [f32]) => decibels::decibels
}
