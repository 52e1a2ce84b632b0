//! A ring between two lanes: its ends, the lanes to signal, and the batches.
//!
//! Hot calls (`push`, `commit`, `room`, `await_room`, `pop`, `fetch`, `available`) allocate nothing, take no lock and
//! block nobody; waking a sleeping lane is one system call. Each end belongs to one lane at a time.

use std::cell::UnsafeCell;
use std::ptr::NonNull;

use sluice_abi::{INBOX_BITS, LinkRecord, RING_ACCEPTED, RING_BATCH, RING_MAX_CAPACITY, RING_NONE};

use crate::control::Control;
use crate::ends::{self, Reader, Writer};
use crate::parker::Parker;
use crate::room_request::RoomRequest;
use crate::sentinel;
use crate::staging::Lease;
use crate::sync::{AtomicU32, Ordering, Padded};

/// Which lane an end's neighbour signals: 0 = none, else bit 31 set, bits 16 to 21 lane, bits 0 to 11 inbox bit.
/// The control isolate stores it, the other end loads it.
struct Binding(AtomicU32);

const BOUND: u32 = 1 << 31;

impl Binding {
    const fn none() -> Self {
        Self(AtomicU32::new(0))
    }

    #[inline]
    fn signal(&self, control: &Control) {
        // Acquire: pairs with the release store in `bind`; the lane's record is set up.
        let binding = self.0.load(Ordering::Acquire);
        if binding & BOUND == 0 {
            return;
        }
        if let Some(doorbell) = control.doorbell((binding >> 16) & 0x3f) {
            doorbell.signal(binding & 0xfff, &Parker::default());
        }
    }

    fn bind(&self, control: &Control, lane: u32, bit: u32) -> bool {
        let valid = control.lane(lane).is_some() && bit < INBOX_BITS;
        if valid {
            // Release: pairs with the acquire load in `signal`.
            self.0.store(BOUND | lane << 16 | bit, Ordering::Release);
        }
        valid
    }
}

/// A ring. All methods take `&self`, since two lanes share it.
pub struct Ring {
    /// The writing lane's alone.
    writer: Padded<UnsafeCell<Writer>>,
    /// The reading lane's alone.
    reader: Padded<UnsafeCell<Reader>>,
    reading_lane: Binding,
    writing_lane: Binding,
    evicts: bool,
    control: Control,
    link: NonNull<LinkRecord>,
    staging: Lease,
}

// SAFETY: the ends are for one lane each (the contract of the unsafe methods), the rest is atomic or constant.
unsafe impl Send for Ring {}
// SAFETY: as above.
unsafe impl Sync for Ring {}

impl Ring {
    /// Makes a ring for the link whose record is at byte `link_offset` of the control arena.
    ///
    /// # Errors
    ///
    /// A capacity outside 1 to 65,536, or an offset that is not a link record's.
    pub fn new(control: Control, capacity: u32, evicts: bool, link_offset: u32) -> Result<Self, String> {
        if capacity == 0 || capacity > RING_MAX_CAPACITY {
            return Err(format!("capacity is {capacity}, wanted 1 to {RING_MAX_CAPACITY}"));
        }
        let link = control
            .link_at(link_offset)
            .ok_or_else(|| format!("no link record starts at byte {link_offset} of the control arena"))?;
        let (writer, reader) = ends::ring(capacity, evicts);
        Ok(Self {
            writer: Padded(UnsafeCell::new(writer)),
            reader: Padded(UnsafeCell::new(reader)),
            reading_lane: Binding::none(),
            writing_lane: Binding::none(),
            evicts,
            control,
            link,
            staging: Lease::new(),
        })
    }

    /// Says which lane reads, and which bit of its inbox a write sets. `false` if there is no such lane or bit.
    pub fn bind_reader(&self, lane: u32, bit: u32) -> bool {
        self.reading_lane.bind(&self.control, lane, bit)
    }

    /// Sets the writing lane, and the bit of its inbox that means freed places. `false` for an unknown lane or bit.
    pub fn bind_writer(&self, lane: u32, bit: u32) -> bool {
        self.writing_lane.bind(&self.control, lane, bit)
    }

    /// Where the writer puts a batch (`RING_BATCH` entries), followed by what a commit has evicted (as many).
    #[must_use]
    pub fn writer_staging(&self) -> *mut u32 {
        self.staging.as_ptr().cast()
    }

    /// Where the reader finds a batch (`RING_BATCH` entries).
    #[must_use]
    pub fn reader_staging(&self) -> *mut u32 {
        // SAFETY: takes an address within the staging area.
        unsafe { (&raw mut (*self.staging.as_ptr()).read).cast() }
    }

    /// Writes one entry and signals the reader. Answers `RING_ACCEPTED`, `RING_NONE` (full, or this thread's lane is
    /// fenced), or the evicted entry.
    ///
    /// # Safety
    ///
    /// This thread runs the lane that has the writing end.
    #[inline]
    pub unsafe fn push(&self, entry: u32) -> u32 {
        if !sentinel::admitted(&self.control) {
            return RING_NONE;
        }
        // SAFETY: the caller has the writing end, and no reference to it lives across calls.
        let writer = unsafe { &mut *self.writer.0.get() };
        let answer = writer.push(entry);
        if answer != RING_NONE {
            self.reading_lane.signal(&self.control);
        }
        answer
    }

    /// Writes the first `count` entries of the staging area and signals the reader once. Returns how many were taken
    /// (a ring that refuses) or how many were evicted (a ring that evicts: it takes all).
    ///
    /// # Safety
    ///
    /// As [`Ring::push`].
    #[inline]
    pub unsafe fn commit(&self, count: u32) -> u32 {
        if count == 0 || !sentinel::admitted(&self.control) {
            return 0;
        }
        let count = count.min(RING_BATCH) as usize;
        let staging = self.staging.as_ptr();
        // SAFETY: this part of the staging area is the writer's, and the caller has the writing end.
        let entries = unsafe { &(&(*staging).written)[..count] };
        // SAFETY: as above.
        let evicted = unsafe { &mut (&mut (*staging).evicted)[..count] };
        // SAFETY: as in `push`.
        let writer = unsafe { &mut *self.writer.0.get() };
        let (taken, lost) = writer.push_slice(entries, evicted);
        if taken != 0 {
            self.reading_lane.signal(&self.control);
        }
        if self.evicts { lost } else { taken }
    }

    /// Free places; the reader may free more at any time.
    ///
    /// # Safety
    ///
    /// As [`Ring::push`].
    #[inline]
    #[must_use]
    pub unsafe fn room(&self) -> u32 {
        // SAFETY: as in `push`.
        let writer = unsafe { &*self.writer.0.get() };
        writer.room()
    }

    /// Asks for a signal to the writing lane when the reader next frees a place, and returns the free places after
    /// asking: if there are any, go on at once.
    ///
    /// # Safety
    ///
    /// As [`Ring::push`].
    #[inline]
    pub unsafe fn await_room(&self) -> u32 {
        // SAFETY: the caller has the writing end.
        self.room_request().await_room(|| unsafe { self.room() })
    }

    /// Takes the oldest entry, or answers `RING_NONE` (empty, or this thread's lane is fenced).
    ///
    /// # Safety
    ///
    /// This thread runs the lane that has the reading end.
    #[inline]
    pub unsafe fn pop(&self) -> u32 {
        if !sentinel::admitted(&self.control) {
            return RING_NONE;
        }
        // SAFETY: the caller has the reading end, and no reference to it lives across calls.
        let reader = unsafe { &mut *self.reader.0.get() };
        let answer = reader.pop();
        if answer != RING_NONE {
            self.tell_writer();
        }
        answer
    }

    /// Takes up to `max` entries, oldest first, into the staging area, and returns how many.
    ///
    /// # Safety
    ///
    /// As [`Ring::pop`].
    #[inline]
    pub unsafe fn fetch(&self, max: u32) -> u32 {
        if !sentinel::admitted(&self.control) {
            return 0;
        }
        let max = max.min(RING_BATCH) as usize;
        // SAFETY: this part of the staging area is the reader's, and the caller has the reading end.
        let out = unsafe { &mut (&mut (*self.staging.as_ptr()).read)[..max] };
        // SAFETY: as in `pop`.
        let reader = unsafe { &mut *self.reader.0.get() };
        let count = reader.pop_slice(out);
        if count != 0 {
            self.tell_writer();
        }
        count
    }

    /// Entries in the ring; the writer may add and evict at any time.
    ///
    /// # Safety
    ///
    /// As [`Ring::pop`].
    #[inline]
    #[must_use]
    pub unsafe fn available(&self) -> u32 {
        // SAFETY: as in `pop`.
        let reader = unsafe { &*self.reader.0.get() };
        reader.available()
    }

    /// Signals a writer that waits for room. A ring that evicts has none.
    #[inline]
    fn tell_writer(&self) {
        if self.evicts {
            return;
        }
        if self.room_request().take() {
            self.writing_lane.signal(&self.control);
        }
    }

    #[inline]
    fn room_request(&self) -> RoomRequest<'_> {
        // SAFETY: the record lies in an arena that is never unmapped, and the word is atomic.
        RoomRequest(unsafe { &(*self.link.as_ptr()).writer_waiting })
    }
}

const _: () = assert!(RING_ACCEPTED != RING_NONE);
