//! Loops over samples that processors written in TypeScript call on the memory of frames.
//!
//! One source makes the native library (a baseline and AVX2, chosen while the program runs) and the WebAssembly twin of
//! portable mode. Both give the same bits as the plain TypeScript of `core/kernels/plain_engine.ts`, which is the
//! reference: every sum has a fixed number of partial sums that are added in a fixed order, and no product is fused with
//! an addition. Only which NaN a NaN is differs from machine to machine.
//!
//! Nothing here allocates, blocks or panics. A kernel whose arguments reach beyond a slice writes less than it was asked
//! to and says so.
#![cfg_attr(target_arch = "wasm32", no_std)]

mod exports;
mod level;
mod polyphase;

pub use level::{Level, level, use_level};
pub use polyphase::{Polyphase, polyphase};
