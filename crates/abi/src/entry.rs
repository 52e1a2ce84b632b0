//! The `u32` that travels through a ring: bits 0 to 19 slot index, 20 to 25 pool index, 26 to 29 reserved (0), bit 30
//! discontinuity on this link, bit 31 always 0, so that [`RING_ACCEPTED`] and [`RING_NONE`] are never entries.

/// Bits of the slot index.
pub const ENTRY_SLOT_BITS: u32 = 20;
/// Mask of the slot index.
pub const ENTRY_SLOT_MASK: u32 = (1 << ENTRY_SLOT_BITS) - 1;
/// Position of the pool index.
pub const ENTRY_POOL_SHIFT: u32 = ENTRY_SLOT_BITS;
/// Mask of the pool index, after the shift.
pub const ENTRY_POOL_MASK: u32 = 0x3f;
/// Pools that entries can name.
pub const MAX_POOLS: u32 = ENTRY_POOL_MASK + 1;
/// Slots of one pool that entries can name.
pub const MAX_SLOTS: u32 = ENTRY_SLOT_MASK + 1;
/// On this link, frames before this one were dropped.
pub const ENTRY_DISCONTINUITY: u32 = 1 << 30;

/// Answer of a push: taken, nothing evicted.
pub const RING_ACCEPTED: u32 = 0xffff_ffff;
/// Answer of a push: full. Answer of a pop: empty.
pub const RING_NONE: u32 = 0xffff_fffe;
/// Most entries that one batch moves.
pub const RING_BATCH: u32 = 256;
/// Largest capacity of a ring.
pub const RING_MAX_CAPACITY: u32 = 65_536;
