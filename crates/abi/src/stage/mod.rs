//! The interface between a runtime and plugins with native stages: what `crates/abi/include/sluice_stage.h` says in C.
//! `cargo run -p xtask -- header` writes that file from here.
//!
//! A plugin is a library that exports `sluice_register_stages` ([`SluiceRegister`]), which returns descriptors. Every
//! structure that may grow says its own size, and grows only at its end: so a plugin and a host of one major version fit
//! together whatever their minor versions know beyond.

#[macro_use]
mod describe;
mod descriptors;
mod frames;
mod host;
mod numbers;

pub use describe::{Field, Holds, Item};
pub use descriptors::{SluicePlugin, SluicePort, SluiceStage};
pub use frames::{SluiceField, SluiceForeign, SluiceFrameInfo, SluicePlane, SluiceShape, SluiceWork};
pub use host::{SluiceContext, SluiceHost, SluiceWaker};
pub use numbers::*;

/// The one function that a plugin exports, as `sluice_register_stages`. It is called once, before any other, with the
/// host that all stages use; the table is valid as long as the process lives. Null refuses to be loaded.
pub type SluiceRegister = unsafe extern "C" fn(host: *const SluiceHost) -> *const SluicePlugin;

/// The name of the function that a plugin exports.
pub const SLUICE_REGISTER_SYMBOL: &core::ffi::CStr = c"sluice_register_stages";

/// All items of the header, in their order.
pub const STAGE_ITEMS: &[&[Item]] = &[numbers::ITEMS, frames::ITEMS, host::ITEMS, descriptors::ITEMS];
