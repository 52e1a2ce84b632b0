//! The start of a pool's arena: header, bitmap of free slots, table of holds, slots.

use core::sync::atomic::AtomicU32;

use crate::{ABI_VERSION, MAX_LANES, MAX_POOLS, MAX_SLOTS, PAYLOAD_ALIGN, SlotHeader};

/// First word of a pool ("SLPO").
pub const POOL_MAGIC: u32 = 0x4f50_4c53;

/// Describes a pool. But for `open_slots`, line 0 is written once, by whoever formats the pool, before its token is given
/// to anybody.
#[repr(C, align(64))]
pub struct PoolHeader {
    /// [`POOL_MAGIC`].
    pub magic: u32,
    /// [`crate::ABI_VERSION`].
    pub abi_version: u32,
    /// Index of the pool in ring entries, 0 to 63.
    pub pool_index: u32,
    /// Number of slots that the pool has room for, 1 to 1,048,576.
    pub slot_count: u32,
    /// Bytes from one slot to the next, header included; a multiple of 64.
    pub slot_stride: u32,
    /// Bytes of payload that fit in a slot: `slot_stride - 128` or less.
    pub payload_bytes: u32,
    /// Where slot 0 starts in the arena; a multiple of 128.
    pub slots_offset: u32,
    /// Where the bitmap starts: `u32[ceil(slot_count / 32)]`, bit set = slot is free. Any lane, atomically.
    pub bitmap_offset: u32,
    /// Where the table of holds starts: `u8[64][hold_row(slot_count)]`, what each lane holds of each slot: 1 to 126
    /// references, 127 for more than can be told, 128 for a free slot that the lane keeps at hand. Written by that
    /// lane.
    pub holds_offset: u32,
    /// The first so many slots are lent, 1 to `slot_count`; the bits of the others are 0. It changes while lanes run: with
    /// more the bits are set afterwards, with less they were cleared before. The control isolate.
    pub open_slots: AtomicU32,
    _pad0: [u8; 24],

    /// One bit a lane (lane 0 = bit 0 of word 0): lanes that wait for a free slot. Any lane, atomically.
    pub waiters: [AtomicU32; 2],
    _pad1: [u8; 56],

    /// How often an acquire found no free slot; wraps. Any lane, atomically.
    pub exhausted: AtomicU32,
    /// Slots held by fenced lanes, which nobody can use. The control isolate.
    pub quarantined: AtomicU32,
    _pad2: [u8; 120],
}

const _: () = assert!(size_of::<PoolHeader>() == 256);
const _: () = assert!(core::mem::offset_of!(PoolHeader, waiters) == 64);
const _: () = assert!(core::mem::offset_of!(PoolHeader, exhausted) == 128);

impl PoolHeader {
    /// The header of a new pool, all of whose slots are open.
    #[must_use]
    pub const fn new(pool_index: u32, slot_count: u32, payload_bytes: u32, layout: PoolLayout) -> Self {
        Self {
            magic: POOL_MAGIC,
            abi_version: ABI_VERSION,
            pool_index,
            slot_count,
            slot_stride: layout.slot_stride,
            payload_bytes,
            slots_offset: layout.slots_offset,
            bitmap_offset: layout.bitmap_offset,
            holds_offset: layout.holds_offset,
            open_slots: AtomicU32::new(slot_count),
            _pad0: [0; 24],
            waiters: [AtomicU32::new(0), AtomicU32::new(0)],
            _pad1: [0; 56],
            exhausted: AtomicU32::new(0),
            quarantined: AtomicU32::new(0),
            _pad2: [0; 120],
        }
    }
}

/// Where the parts of a pool lie. The same formulas stand in the TypeScript pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLayout {
    /// `PoolHeader::slot_stride`.
    pub slot_stride: u32,
    /// `PoolHeader::bitmap_offset`.
    pub bitmap_offset: u32,
    /// `PoolHeader::holds_offset`.
    pub holds_offset: u32,
    /// `PoolHeader::slots_offset`.
    pub slots_offset: u32,
    /// Bytes that the arena must have.
    pub byte_length: u64,
}

impl PoolLayout {
    /// Lays out `slot_count` slots of `payload_bytes`; `None` for a count out of range or a slot of 4 GiB and more.
    /// The pool itself may be longer: no offset of a slot is stored anywhere.
    #[must_use]
    pub const fn new(slot_count: u32, payload_bytes: u32) -> Option<Self> {
        if slot_count == 0 || slot_count > MAX_SLOTS {
            return None;
        }
        let count = slot_count as u64;
        let stride = align(size_of::<SlotHeader>() as u64 + payload_bytes as u64, PAYLOAD_ALIGN as u64);
        let bitmap = size_of::<PoolHeader>() as u64;
        let holds = align(bitmap + count.div_ceil(32) * 4, 64);
        let slots = align(holds + MAX_LANES as u64 * hold_row(slot_count) as u64, 128);
        // What stands before the slots is at most 64 rows of a byte a slot, and the bitmap.
        if stride > u32::MAX as u64 || slots > u32::MAX as u64 {
            return None;
        }
        Some(Self {
            slot_stride: stride as u32,
            bitmap_offset: bitmap as u32,
            holds_offset: holds as u32,
            slots_offset: slots as u32,
            byte_length: slots + stride * count,
        })
    }
}

/// Bytes of one lane's row in the table of holds: lanes never write to one cache line.
#[must_use]
pub const fn hold_row(slot_count: u32) -> u32 {
    slot_count.next_multiple_of(64)
}

const fn align(value: u64, to: u64) -> u64 {
    value.div_ceil(to) * to
}

const _: () = assert!(MAX_POOLS == 64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_of_8_gib_and_more_keeps_what_its_header_holds_exact() {
        let slots = 131_072;
        let layout = PoolLayout::new(slots, 65_536).unwrap();
        assert_eq!(layout.slot_stride, 65_664);
        assert_eq!(layout.holds_offset, 256 + slots / 8);
        assert_eq!(layout.slots_offset, layout.holds_offset + 64 * slots);
        assert_eq!(layout.byte_length, u64::from(layout.slots_offset) + 131_072 * 65_664);
        assert!(layout.byte_length > 1 << 33);
        assert!(PoolLayout::new(MAX_SLOTS, 64).unwrap().slots_offset > 64 * MAX_SLOTS);
    }

    #[test]
    fn a_slot_whose_stride_does_not_fit_its_field_is_refused() {
        assert!(PoolLayout::new(1, u32::MAX - 255).is_some());
        assert!(PoolLayout::new(1, u32::MAX - 127).is_none());
        assert!(PoolLayout::new(0, 64).is_none());
        assert!(PoolLayout::new(MAX_SLOTS + 1, 64).is_none());
    }
}
