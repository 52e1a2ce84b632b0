//! The layouts of the memory that Rust and TypeScript share, and in [`stage`] the interface of plugins; nothing else: no
//! code runs here.
//!
//! Every structure is `#[repr(C)]`. [`layout`] lists all offsets, sizes and constants; `cargo run -p xtask -- layout`
//! writes that list to `ffi/layout.gen.ts`, and the loader compares the two when it opens the library. So an offset is
//! stated once, here.
//!
//! Conventions: offsets are bytes. A *line* is a cache line of 64 bytes; fields of one line have one writer, so that
//! writers do not disturb each other. A field of an atomic type may be touched by several threads at once; any other
//! field has one writer at a time, and a reader elsewhere takes what it finds as a sample. Times are nanoseconds since
//! the runtime's epoch, in an `f64` that holds an integer (exact below 2^53: 104 days). Counts in `f64` hold integers.
#![no_std]

mod control;
mod entry;
mod lane;
mod layout;
mod link;
mod node;
mod pool;
mod slot;
pub mod stage;

pub use control::{CONTROL_MAGIC, ControlHeader};
pub use entry::*;
pub use lane::{INBOX_BITS, INBOX_WORDS, LaneRecord, MAX_LANES, SUMMARY_WORDS, lane_state, thread_of_row};
pub use layout::{Group, LAYOUT, layout, layout_hash, write_camel, write_layout};
pub use link::{LINK_CLOSED, LINK_CLOSING, LINK_EOS, LinkRecord};
pub use node::{
    AGE_HISTOGRAM_SHIFT, BUCKETS_PER_OCTAVE, HISTOGRAM_BUCKETS, MAX_FIGURES, NodeRecord, TICK_HISTOGRAM_SHIFT, blocked,
    phase,
};
pub use pool::{POOL_MAGIC, PoolHeader, PoolLayout, hold_row};
pub use slot::{PAYLOAD_ALIGN, SlotHeader, flag, format, kind};

/// Version of all that the library shares with the TypeScript that opens it, and with its own processes. Raised by one with
/// any change of a layout or of a meaning in this crate, of the functions of `crates/ffi` and their parameters, which a test
/// beside `ffi/symbols.ts` holds to it, or of what `crates/core/src/isolation/wire.rs` says. [`stage`] has a version of its
/// own.
pub const ABI_VERSION: u32 = 15;
