//! The memory by which a lane hands batches of entries to a ring end and gets them back: native, so that it never
//! moves, and never freed, so that a view that outlives its ring reads stale numbers and no foreign memory.

use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

use sluice_abi::RING_BATCH;

const BATCH: usize = RING_BATCH as usize;

/// The batches of one ring, each for one end alone.
#[repr(C, align(128))]
pub(crate) struct Staging {
    /// Entries to write. The writer.
    pub(crate) written: [u32; BATCH],
    /// Entries that a write has evicted. The writer.
    pub(crate) evicted: [u32; BATCH],
    /// Entries read. The reader.
    pub(crate) read: [u32; BATCH],
}

/// A staging area in use; dropping it keeps the memory for the next ring.
pub(crate) struct Lease(NonNull<Staging>);

struct Spare(NonNull<Staging>);

// SAFETY: an address of memory that is never freed and that nobody uses.
unsafe impl Send for Spare {}

static SPARE: Mutex<Vec<Spare>> = Mutex::new(Vec::new());

impl Lease {
    pub(crate) fn new() -> Self {
        let spare = SPARE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let staging = spare.map_or_else(
            || {
                NonNull::from(Box::leak(Box::new(Staging {
                    written: [0; BATCH],
                    evicted: [0; BATCH],
                    read: [0; BATCH],
                })))
            },
            |spare| spare.0,
        );
        Self(staging)
    }

    pub(crate) fn as_ptr(&self) -> *mut Staging {
        self.0.as_ptr()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        SPARE.lock().unwrap_or_else(PoisonError::into_inner).push(Spare(self.0));
    }
}
