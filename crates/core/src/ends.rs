//! The two ends of a ring of entries, whatever the ring does when it is full.

use rtrb::{Consumer, Producer, RingBuffer};
use sluice_abi::{RING_ACCEPTED, RING_NONE};

use crate::steal::{self, StealReader, StealWriter};

/// The writing end. It belongs to one thread at a time.
pub enum Writer {
    /// Refuses when full: lossless and drop-newest links.
    Refusing(Producer<u32>),
    /// Evicts the oldest when full: roll-off and latest links.
    Evicting(StealWriter),
}

/// The reading end. It belongs to one thread at a time.
pub enum Reader {
    /// The reading end of a ring that refuses when full.
    Refusing(Consumer<u32>),
    /// The reading end of a ring that evicts when full.
    Evicting(StealReader),
}

/// Makes a ring that holds exactly `capacity` entries.
///
/// # Panics
///
/// If `capacity` is 0.
#[must_use]
pub fn ring(capacity: u32, evicts: bool) -> (Writer, Reader) {
    assert!(capacity > 0, "a ring holds at least one entry");
    if evicts {
        let (writer, reader) = steal::ring(capacity);
        return (Writer::Evicting(writer), Reader::Evicting(reader));
    }
    let (writer, reader) = RingBuffer::new(capacity as usize);
    (Writer::Refusing(writer), Reader::Refusing(reader))
}

impl Writer {
    /// Writes one entry. Answers [`RING_ACCEPTED`], [`RING_NONE`] (full), or the entry that was evicted.
    #[inline]
    pub fn push(&mut self, entry: u32) -> u32 {
        match self {
            Self::Refusing(writer) => match writer.push(entry) {
                Ok(()) => RING_ACCEPTED,
                Err(_) => RING_NONE,
            },
            Self::Evicting(writer) => writer.push(entry).unwrap_or(RING_ACCEPTED),
        }
    }

    /// Writes entries in order. Puts those that were evicted, oldest first, into the front of `evicted`, which is as
    /// long as `entries`. Returns how many were taken and how many were evicted.
    #[inline]
    pub fn push_slice(&mut self, entries: &[u32], evicted: &mut [u32]) -> (u32, u32) {
        match self {
            Self::Refusing(writer) => (writer.push_partial_slice(entries).0.len() as u32, 0),
            Self::Evicting(writer) => {
                let mut count = 0;
                let mut free = evicted.iter_mut();
                for &entry in entries {
                    if let Some(oldest) = writer.push(entry) {
                        if let Some(place) = free.next() {
                            *place = oldest;
                        }
                        count += 1;
                    }
                }
                (entries.len() as u32, count)
            }
        }
    }

    /// Free places; the reader may free more at any time.
    #[inline]
    #[must_use]
    pub fn room(&self) -> u32 {
        match self {
            Self::Refusing(writer) => writer.slots() as u32,
            Self::Evicting(writer) => writer.room(),
        }
    }
}

impl Reader {
    /// Takes the oldest entry, or answers [`RING_NONE`].
    #[inline]
    pub fn pop(&mut self) -> u32 {
        match self {
            Self::Refusing(reader) => reader.pop().unwrap_or(RING_NONE),
            Self::Evicting(reader) => reader.pop().unwrap_or(RING_NONE),
        }
    }

    /// Takes the oldest entries, in order, into the front of `out`, and returns how many.
    #[inline]
    pub fn pop_slice(&mut self, out: &mut [u32]) -> u32 {
        match self {
            Self::Refusing(reader) => reader.pop_partial_slice(out).0.len() as u32,
            Self::Evicting(reader) => reader.pop_slice(out) as u32,
        }
    }

    /// Entries in the ring; the writer may add and evict at any time.
    #[inline]
    #[must_use]
    pub fn available(&self) -> u32 {
        match self {
            Self::Refusing(reader) => reader.slots() as u32,
            Self::Evicting(reader) => reader.available(),
        }
    }
}
