//! The machinery under Sluice's runtime: rings between lanes, doorbells, pools, arenas and the clock.
//!
//! Words: a *lane* is one thread that runs nodes; an *entry* is the `u32` that travels through a ring; an *arena* is
//! memory that all lanes share. The layouts of shared memory are those of `sluice-abi`.
//!
//! Under `--cfg loom` only what loom models is compiled: the ring that evicts, the doorbell, the requests for room
//! and for slots, and the steps by which slots are taken, shared and freed.

pub mod doorbell;
pub mod room_request;
pub mod slot_protocol;
pub mod slot_requests;
pub mod steal;
mod sync;

#[cfg(not(loom))]
pub mod arena;
#[cfg(not(loom))]
pub mod clock;
#[cfg(not(loom))]
pub mod control;
#[cfg(not(loom))]
pub mod ends;
#[cfg(all(target_os = "linux", not(loom)))]
pub mod isolation;
#[cfg(not(loom))]
pub mod lane;
#[cfg(not(loom))]
pub mod long_park;
#[cfg(not(loom))]
pub mod machine;
#[cfg(not(loom))]
pub mod main_thread;
#[cfg(not(loom))]
mod mapping;
#[cfg(all(unix, not(loom)))]
mod own_library;
#[cfg(not(loom))]
pub mod parker;
#[cfg(not(loom))]
pub mod plugin;
#[cfg(not(loom))]
pub mod pool;
#[cfg(all(target_os = "linux", not(loom)))]
mod regions;
#[cfg(not(loom))]
pub mod ring;
#[cfg(not(loom))]
pub mod sentinel;
#[cfg(not(loom))]
mod staging;
