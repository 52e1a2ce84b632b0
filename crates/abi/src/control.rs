//! The control arena: the records of lanes, links and nodes, which the watchdog and the control plane read.

use core::sync::atomic::AtomicU32;

/// First word of a control arena ("SLCT").
pub const CONTROL_MAGIC: u32 = 0x5443_4c53;

/// Start of the control arena. Line 0 is written once, by the control isolate, before anybody else opens the arena.
#[repr(C, align(64))]
pub struct ControlHeader {
    /// [`CONTROL_MAGIC`].
    pub magic: u32,
    /// [`crate::ABI_VERSION`].
    pub abi_version: u32,
    /// Where lane record 0 starts; a multiple of 64.
    pub lanes_offset: u32,
    /// Number of lane records, 1 to 64.
    pub lane_count: u32,
    /// Where link record 0 starts; a multiple of 64.
    pub links_offset: u32,
    /// Number of link records.
    pub link_count: u32,
    /// Where node record 0 starts; a multiple of 64.
    pub nodes_offset: u32,
    /// Number of node records.
    pub node_count: u32,
    _pad0: [u8; 32],

    /// Commit epoch: the last transaction that was committed; forward only, wraps. The control isolate, atomically.
    pub epoch: AtomicU32,
    _pad1: [u8; 188],
}

const _: () = assert!(size_of::<ControlHeader>() == 256);
const _: () = assert!(core::mem::offset_of!(ControlHeader, epoch) == 64);
