//! Pools in arenas: what the TypeScript pool lays out, attached to. The steps that lanes take on it are those of
//! [`crate::slot_protocol`].

use std::ptr::NonNull;
use std::sync::atomic::{AtomicI32, AtomicU8, AtomicU32, Ordering};

use sluice_abi::{ABI_VERSION, MAX_LANES, POOL_MAGIC, PoolHeader, PoolLayout, SlotHeader, hold_row};

use crate::arena::Arena;
use crate::slot_protocol::{SlotWords, Slots};

/// A pool in an arena.
pub type Pool = Slots<ArenaWords>;

/// Where the words of a pool lie in its arena.
pub struct ArenaWords {
    header: NonNull<PoolHeader>,
    layout: PoolLayout,
    slot_count: u32,
    /// Held as long as the pool is used.
    #[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "isolated stages alone ask for it"))]
    arena: Arena,
}

// SAFETY: addresses in an arena that is held; shared words are touched atomically.
unsafe impl Send for ArenaWords {}
// SAFETY: as above.
unsafe impl Sync for ArenaWords {}

impl Pool {
    /// Lays a pool out in a zeroed arena, with all slots free, and attaches to it: what the TypeScript pool does for
    /// runtimes.
    #[cfg(test)]
    pub(crate) fn format(arena: Arena, pool_index: u32, slot_count: u32, payload_bytes: u32) -> Result<Self, String> {
        let layout = lay_out(&arena, slot_count, payload_bytes)?;
        let header = arena.base().cast::<PoolHeader>();
        // SAFETY: the arena is long and aligned enough, and nobody else has seen it as a pool.
        unsafe { header.write(PoolHeader::new(pool_index, slot_count, payload_bytes, layout)) };
        let pool = Self::over(ArenaWords { header, layout, slot_count, arena });
        for slot in 0..slot_count {
            pool.words.bitmap(slot / 32).fetch_or(1 << (slot % 32), Ordering::Release);
        }
        Ok(pool)
    }

    /// Attaches to a pool that was laid out before, here or in TypeScript.
    ///
    /// # Errors
    ///
    /// What is wrong with the header.
    pub fn attach(arena: Arena) -> Result<Self, String> {
        if arena.len() < size_of::<PoolHeader>() {
            return Err(format!("arena of {} bytes is shorter than a pool header", arena.len()));
        }
        let header = arena.base().cast::<PoolHeader>();
        // SAFETY: the arena is long and aligned enough, any bytes are a valid header, and what is not atomic in it is
        // constant.
        let found = unsafe { header.as_ref() };
        if found.magic != POOL_MAGIC {
            return Err(format!("magic is 0x{:x}, wanted 0x{POOL_MAGIC:x}: not a pool", found.magic));
        }
        if found.abi_version != ABI_VERSION {
            return Err(format!("ABI version is {}, wanted {ABI_VERSION}", found.abi_version));
        }
        let slot_count = found.slot_count;
        let layout = lay_out(&arena, slot_count, found.payload_bytes)?;
        let found = [found.slot_stride, found.bitmap_offset, found.holds_offset, found.slots_offset];
        let wanted = [layout.slot_stride, layout.bitmap_offset, layout.holds_offset, layout.slots_offset];
        if found != wanted {
            return Err(format!("stride, bitmap, holds, slots are {found:?}, wanted {wanted:?}"));
        }
        Ok(Self::over(ArenaWords { header, layout, slot_count, arena }))
    }

    /// Index of the pool in ring entries.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.words.header().pool_index
    }

    /// Bytes of payload that fit in a slot.
    #[must_use]
    pub fn payload_bytes(&self) -> u32 {
        self.words.header().payload_bytes
    }

    /// Counts that a slot was wanted and none was free.
    pub fn count_exhausted(&self) {
        self.words.header().exhausted.fetch_add(1, Ordering::Relaxed);
    }

    /// The header of a slot.
    ///
    /// # Panics
    ///
    /// If there is no such slot.
    #[must_use]
    pub fn slot(&self, slot: u32) -> *mut SlotHeader {
        self.words.slot(slot)
    }
}

/// Where the slots of a pool lie in its arena.
#[cfg(target_os = "linux")]
pub(crate) struct SlotPlace {
    pub(crate) slots_offset: u64,
    pub(crate) slot_stride: u32,
    pub(crate) slot_count: u32,
}

#[cfg(target_os = "linux")]
impl Pool {
    /// The file by which another process maps the arena. `None`: the system gives no descriptor.
    pub(crate) fn file(&self) -> Option<std::os::fd::OwnedFd> {
        self.words.arena.file()
    }

    /// Where the slots lie.
    pub(crate) fn place(&self) -> SlotPlace {
        let PoolLayout { slots_offset, slot_stride, .. } = self.words.layout;
        SlotPlace { slots_offset: u64::from(slots_offset), slot_stride, slot_count: self.words.slot_count }
    }
}

impl ArenaWords {
    #[inline]
    fn slot(&self, slot: u32) -> *mut SlotHeader {
        assert!(slot < self.slot_count, "slot {slot} of {}", self.slot_count);
        self.at(self.layout.slots_offset as usize + slot as usize * self.layout.slot_stride as usize)
    }

    fn header(&self) -> &PoolHeader {
        // SAFETY: what is not atomic in it is constant.
        unsafe { self.header.as_ref() }
    }

    fn at<T>(&self, offset: usize) -> *mut T {
        self.header.as_ptr().wrapping_byte_add(offset).cast()
    }
}

impl SlotWords for ArenaWords {
    #[inline]
    fn slot_count(&self) -> u32 {
        self.slot_count
    }

    #[inline]
    fn open_slots(&self) -> u32 {
        // Relaxed: the bits in the bitmap say what is free. At most `slot_count`, whatever stands there.
        self.header().open_slots.load(Ordering::Relaxed).clamp(1, self.slot_count)
    }

    #[inline]
    fn bitmap(&self, index: u32) -> &AtomicU32 {
        let word: *mut AtomicU32 = self.at(self.layout.bitmap_offset as usize + index as usize * 4);
        // SAFETY: callers name a word of the bitmap.
        unsafe { &*word }
    }

    #[inline]
    fn ref_count(&self, slot: u32) -> &AtomicI32 {
        // SAFETY: the slot exists, and the count is atomic.
        unsafe { &(*self.slot(slot)).ref_count }
    }

    #[inline]
    fn hold(&self, slot: u32, lane: u32) -> Option<&AtomicU8> {
        if lane >= MAX_LANES || slot >= self.slot_count {
            return None;
        }
        let index = lane as usize * hold_row(self.slot_count) as usize + slot as usize;
        let hold: *mut AtomicU8 = self.at(self.layout.holds_offset as usize + index);
        // SAFETY: the byte lies in the table. Only this lane writes it; atomic for those who look.
        Some(unsafe { &*hold })
    }

    #[inline]
    fn waiters(&self) -> &[AtomicU32; 2] {
        &self.header().waiters
    }

    #[inline]
    fn raise_generation(&self, slot: u32) {
        let header = self.slot(slot);
        // SAFETY: the slot exists and is the caller's alone.
        unsafe { (*header).generation = (*header).generation.wrapping_add(1) };
    }
}

fn lay_out(arena: &Arena, slot_count: u32, payload_bytes: u32) -> Result<PoolLayout, String> {
    let layout = PoolLayout::new(slot_count, payload_bytes)
        .ok_or_else(|| format!("{slot_count} slots of {payload_bytes} bytes: too many, too few or too large"))?;
    if layout.byte_length > arena.len() as u64 {
        return Err(format!("arena has {} bytes, the pool wants {}", arena.len(), layout.byte_length));
    }
    Ok(layout)
}

#[cfg(test)]
#[path = "pool_tests.rs"]
mod tests;
