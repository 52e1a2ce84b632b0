//! Slots of fixed size in an arena. The same words are used by the TypeScript pool, with `Atomics`.
//!
//! A slot's bit in the bitmap is set while the slot is free. Taking clears it and freeing sets it, each in one atomic
//! step that says what the bit was before: so no slot is lent twice, and a second release is found out. Nothing here
//! allocates or blocks; an acquire from an empty pool answers `None` and counts it.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicI32, AtomicU8, AtomicU32, Ordering};

use sluice_abi::{ABI_VERSION, MAX_LANES, MAX_POOLS, POOL_MAGIC, PoolHeader, PoolLayout, SlotHeader, hold_row};

use crate::arena::Arena;
use crate::slot_requests::SlotRequests;

/// In the table of holds: more references than can be told.
const HOLD_MANY: u8 = 127;
/// In the table of holds: a free slot that the lane keeps at hand.
const HOLD_FREE: u8 = 128;

/// What a release did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released {
    /// Others hold the slot still.
    Shared,
    /// The slot is free. The lanes (bit = lane) that were waiting for one; ring them.
    Freed(u64),
    /// The slot was free already, or there is no such slot. Nothing was changed.
    Refused,
}

/// A pool in an arena.
pub struct Pool {
    header: NonNull<PoolHeader>,
    layout: PoolLayout,
    slot_count: u32,
    /// The bitmap word in which the last search ended. Anyone, atomically; a hint.
    hint: AtomicU32,
    _arena: Arena,
}

// SAFETY: addresses in an arena that is held; shared words are touched atomically.
unsafe impl Send for Pool {}
// SAFETY: as above.
unsafe impl Sync for Pool {}

impl Pool {
    /// Lays a pool out in a zeroed arena, with all slots free, and attaches to it.
    ///
    /// # Errors
    ///
    /// A pool index or slot count out of range, or an arena that is too short.
    pub fn format(arena: Arena, pool_index: u32, slot_count: u32, payload_bytes: u32) -> Result<Self, String> {
        if pool_index >= MAX_POOLS {
            return Err(format!("pool index is {pool_index}, wanted 0 to {}", MAX_POOLS - 1));
        }
        let layout = lay_out(&arena, slot_count, payload_bytes)?;
        let header = arena.base().cast::<PoolHeader>();
        // SAFETY: the arena is long and aligned enough, and nobody else has seen it as a pool.
        unsafe { header.write(PoolHeader::new(pool_index, slot_count, payload_bytes, layout)) };
        let pool = Self { header, layout, slot_count, hint: AtomicU32::new(0), _arena: arena };
        for slot in 0..slot_count {
            // SAFETY: the slot exists; nobody else has seen it.
            unsafe { (*pool.slot(slot)).pool = pool_index };
            pool.word(slot / 32).fetch_or(1 << (slot % 32), Ordering::Release);
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
        // SAFETY: the arena is long and aligned enough, any bytes are a valid header, and its line 0 is constant.
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
        Ok(Self { header, layout, slot_count, hint: AtomicU32::new(0), _arena: arena })
    }

    /// Index of the pool in ring entries.
    #[must_use]
    pub fn index(&self) -> u32 {
        self.header().pool_index
    }

    /// Bytes of payload that fit in a slot.
    #[must_use]
    pub fn payload_bytes(&self) -> u32 {
        self.header().payload_bytes
    }

    /// Number of slots.
    #[must_use]
    pub fn slot_count(&self) -> u32 {
        self.slot_count
    }

    /// Takes a free slot for a lane: its count is 1 and its generation one higher. `None` if no slot is free, which
    /// is counted.
    #[inline]
    #[must_use]
    pub fn acquire(&self, lane: u32) -> Option<u32> {
        let words = self.slot_count.div_ceil(32);
        // Relaxed: a hint.
        let first = self.hint.load(Ordering::Relaxed) % words;
        for index in (first..words).chain(0..first) {
            let word = self.word(index);
            let mut seen = word.load(Ordering::Relaxed);
            while seen != 0 {
                let bit = seen & seen.wrapping_neg();
                // Acquire: pairs with the release in `release`; the last holder has done with the slot.
                let before = word.fetch_and(!bit, Ordering::AcqRel);
                if before & bit != 0 {
                    self.hint.store(index, Ordering::Relaxed);
                    let slot = index * 32 + bit.trailing_zeros();
                    self.begin(slot, lane);
                    return Some(slot);
                }
                seen = before & !bit;
            }
        }
        self.count_exhausted();
        None
    }

    /// Takes up to `out.len()` free slots of one word of the bitmap into the front of `out`, in one atomic step, and
    /// returns how many; 0: no slot is free, which is not counted. The lane keeps them at hand until [`Pool::lend`].
    #[inline]
    #[must_use]
    pub fn reserve(&self, lane: u32, out: &mut [u32]) -> usize {
        let words = self.slot_count.div_ceil(32);
        // Relaxed: a hint.
        let first = self.hint.load(Ordering::Relaxed) % words;
        for index in (first..words).chain(0..first) {
            let word = self.word(index);
            let mut seen = word.load(Ordering::Relaxed);
            while seen != 0 {
                let mut wanted = 0;
                for _ in 0..out.len() {
                    let rest = seen & !wanted;
                    wanted |= rest & rest.wrapping_neg();
                }
                // Acquire: pairs with the release in `free_reserved`; the last holders have done with the slots.
                let before = word.fetch_and(!wanted, Ordering::AcqRel);
                let mut taken = before & wanted;
                if taken != 0 {
                    self.hint.store(index, Ordering::Relaxed);
                    let mut count = 0;
                    while taken != 0 {
                        out[count] = index * 32 + taken.trailing_zeros();
                        self.set_hold(out[count], lane, HOLD_FREE);
                        taken &= taken - 1;
                        count += 1;
                    }
                    return count;
                }
                seen = before & !wanted;
            }
        }
        0
    }

    /// Hands out a slot that this lane has reserved: its count is 1 and its generation one higher.
    #[inline]
    pub fn lend(&self, slot: u32, lane: u32) {
        let header = self.slot(slot);
        // SAFETY: the slot exists and is this lane's alone.
        let header = unsafe { &mut *header };
        header.generation = header.generation.wrapping_add(1);
        header.ref_count.store(1, Ordering::Release);
        self.set_hold(slot, lane, 1);
    }

    /// Gives up one reference of a lane, without freeing the slot: [`Released::Freed`] says that the lane keeps it at
    /// hand now, to lend again or to give to [`Pool::free_reserved`].
    #[inline]
    pub fn give_up(&self, slot: u32, lane: u32) -> Released {
        let Some(count) = self.ref_count(slot) else { return Released::Refused };
        // Acquire: pairs with the release of the others' decrements; what they did with the slot is visible.
        let seen = count.load(Ordering::Acquire);
        if seen <= 0 {
            return Released::Refused;
        }
        if seen == 1 {
            // The one reference is this lane's, and only holders take more: nobody else can change the count. A lane
            // that dies between the two keeps a free slot at hand, which whoever clears up after it frees.
            self.set_hold(slot, lane, HOLD_FREE);
            count.store(0, Ordering::Release);
            return Released::Freed(0);
        }
        self.hold(slot, lane, u8::MAX);
        // AcqRel: whoever frees the slot sees what the other holders did with it.
        match count.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |n| (n > 0).then(|| n - 1)) {
            Err(_) => return Released::Refused,
            Ok(1) => {}
            Ok(_) => return Released::Shared,
        }
        self.set_hold(slot, lane, HOLD_FREE);
        Released::Freed(0)
    }

    /// Frees slots that this lane keeps at hand, a word of the bitmap at a time where they stand together. Returns the
    /// lanes (bit = lane) that were waiting for one; signal them.
    pub fn free_reserved(&self, lane: u32, slots: &[u32]) -> u64 {
        for &slot in slots {
            self.set_hold(slot, lane, 0);
        }
        let mut slots = slots.iter().copied().peekable();
        while let Some(slot) = slots.next() {
            let mut bits = 1 << (slot % 32);
            while let Some(next) = slots.next_if(|next| next / 32 == slot / 32) {
                bits |= 1 << (next % 32);
            }
            // SeqCst: pairs with the acquire in `reserve`; and see `SlotRequests`.
            self.word(slot / 32).fetch_or(bits, Ordering::SeqCst);
        }
        self.requests().take()
    }

    /// A slot of this lane's goes into a link: the lane holds it no more, the link does.
    #[inline]
    pub fn hand_over(&self, slot: u32, lane: u32) {
        self.hold(slot, lane, u8::MAX);
    }

    /// A slot comes out of a link into this lane's hands.
    #[inline]
    pub fn take_over(&self, slot: u32, lane: u32) {
        self.hold(slot, lane, 1);
    }

    /// Whether lanes wait for a slot.
    #[inline]
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        self.requests().any()
    }

    /// Asks for a signal to a lane when a slot is freed; afterwards it tries once more.
    pub fn await_slot(&self, lane: u32) {
        self.requests().ask(lane);
    }

    /// Counts that a slot was wanted and none was free.
    pub fn count_exhausted(&self) {
        self.header().exhausted.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes one more reference to a slot that the lane may read. `false` if the slot is free.
    #[inline]
    pub fn retain(&self, slot: u32, lane: u32) -> bool {
        let Some(count) = self.ref_count(slot) else { return false };
        // Relaxed: whoever retains has the slot already.
        let retained = count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n > 0).then_some(n + 1)).is_ok();
        if retained {
            self.hold(slot, lane, 1);
        }
        retained
    }

    /// Gives up one reference of a lane.
    #[inline]
    pub fn release(&self, slot: u32, lane: u32) -> Released {
        let Some(count) = self.ref_count(slot) else { return Released::Refused };
        if count.load(Ordering::Relaxed) <= 0 {
            return Released::Refused;
        }
        // Lowered before the reference is given: a crash between the two leaks the slot and never frees it twice.
        self.hold(slot, lane, u8::MAX);
        // AcqRel: whoever frees the slot sees what the other holders did with it.
        match count.fetch_update(Ordering::AcqRel, Ordering::Relaxed, |n| (n > 0).then(|| n - 1)) {
            Err(_) => return Released::Refused,
            Ok(1) => {}
            Ok(_) => return Released::Shared,
        }
        let bit = 1 << (slot % 32);
        // SeqCst: pairs with the acquire in `acquire`; and see `SlotRequests`.
        if self.word(slot / 32).fetch_or(bit, Ordering::SeqCst) & bit != 0 {
            return Released::Refused;
        }
        Released::Freed(self.requests().take())
    }

    /// Free slots now.
    #[must_use]
    pub fn free(&self) -> u32 {
        (0..self.slot_count.div_ceil(32)).map(|index| self.word(index).load(Ordering::Acquire).count_ones()).sum()
    }

    /// The header of a slot.
    ///
    /// # Panics
    ///
    /// If there is no such slot.
    #[must_use]
    pub fn slot(&self, slot: u32) -> *mut SlotHeader {
        assert!(slot < self.slot_count, "slot {slot} of {}", self.slot_count);
        self.at(self.layout.slots_offset as usize + slot as usize * self.layout.slot_stride as usize)
    }

    #[inline]
    fn begin(&self, slot: u32, lane: u32) {
        let header = self.slot(slot);
        // SAFETY: the slot exists and was just taken by this thread alone.
        let header = unsafe { &mut *header };
        header.generation = header.generation.wrapping_add(1);
        header.ref_count.store(1, Ordering::Release);
        self.hold(slot, lane, 1);
    }

    /// Adds to the lane's own count of references to a slot, 1 or -1; lanes out of range keep none.
    #[inline]
    fn hold(&self, slot: u32, lane: u32, step: u8) {
        let Some(hold) = self.hold_of(slot, lane) else { return };
        let held = hold.load(Ordering::Relaxed);
        // Neither below nothing, nor from more than can be told.
        if if step == 1 { held < HOLD_MANY } else { held > 0 && held < HOLD_MANY } {
            hold.store(held.wrapping_add(step), Ordering::Release);
        }
    }

    #[inline]
    fn set_hold(&self, slot: u32, lane: u32, held: u8) {
        if let Some(hold) = self.hold_of(slot, lane) {
            hold.store(held, Ordering::Release);
        }
    }

    #[inline]
    fn hold_of(&self, slot: u32, lane: u32) -> Option<&AtomicU8> {
        if lane >= MAX_LANES || slot >= self.slot_count {
            return None;
        }
        let index = lane as usize * hold_row(self.slot_count) as usize + slot as usize;
        let hold: *mut AtomicU8 = self.at(self.layout.holds_offset as usize + index);
        // SAFETY: the byte lies in the table. Only this lane writes it; atomic for those who look.
        Some(unsafe { &*hold })
    }

    fn ref_count(&self, slot: u32) -> Option<&AtomicI32> {
        if slot >= self.slot_count {
            return None;
        }
        // SAFETY: the slot exists, and the count is atomic.
        Some(unsafe { &(*self.slot(slot)).ref_count })
    }

    fn word(&self, index: u32) -> &AtomicU32 {
        let word: *mut AtomicU32 = self.at(self.layout.bitmap_offset as usize + index as usize * 4);
        // SAFETY: callers name a word of the bitmap.
        unsafe { &*word }
    }

    fn requests(&self) -> SlotRequests<'_> {
        SlotRequests(&self.header().waiters)
    }

    fn header(&self) -> &PoolHeader {
        // SAFETY: line 0 is constant, the rest atomic.
        unsafe { self.header.as_ref() }
    }

    fn at<T>(&self, offset: usize) -> *mut T {
        self.header.as_ptr().wrapping_byte_add(offset).cast()
    }
}

fn lay_out(arena: &Arena, slot_count: u32, payload_bytes: u32) -> Result<PoolLayout, String> {
    let layout = PoolLayout::new(slot_count, payload_bytes)
        .ok_or_else(|| format!("{slot_count} slots of {payload_bytes} bytes: too many, too few or above 4 GiB"))?;
    if layout.byte_length > arena.len() as u64 {
        return Err(format!("arena has {} bytes, the pool wants {}", arena.len(), layout.byte_length));
    }
    Ok(layout)
}
