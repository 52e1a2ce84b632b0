//! The C interface of Sluice: what `ffi/symbols.ts` lists, and nothing else.
//!
//! Conventions: parameters are `u32`, `f64` and pointers that this library has handed out; no buffer and no 64-bit
//! integer is passed per frame. Cold functions answer 0 or null when they refuse and leave the reason in
//! [`info::slu_last_error`]; a panic in one of them is caught and told in the same way. Hot functions cannot panic.
//! A pointer passed in is one that this library handed out and that has not been freed: who else could check it pays
//! for it with every frame.
//!
//! `sluice_kernels` has a C interface of its own, since it is compiled to WebAssembly too; this library exports it.

mod arena;
mod info;
mod lane;
mod main_thread;
mod native_lane;
mod native_messages;
mod native_names;
mod native_translator;
mod outcome;
mod plugin;
mod program;
mod ring;

// Exports what it declares.
use sluice_kernels as _;
