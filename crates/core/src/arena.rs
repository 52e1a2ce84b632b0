//! Memory that lanes share, with a count of its holders.
//!
//! An arena's address stays mapped while the process lives, so that a forgotten view never faults. When the last
//! holder lets go, its pages go back to the system and the address range waits for the next arena of that size.

use std::collections::HashMap;
use std::io;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::mapping::{Mapping, round_to_pages};

struct Live {
    mapping: Mapping,
    /// Tells arenas apart that have had the same address.
    id: u64,
    /// Bytes asked for.
    len: usize,
    holders: usize,
}

#[derive(Default)]
struct Registry {
    /// By address.
    live: HashMap<usize, Live>,
    /// Arenas made so far.
    made: u64,
    /// By length in bytes, whole pages: zeroed, held by nobody.
    spare: HashMap<usize, Vec<Mapping>>,
}

static REGISTRY: Mutex<Option<Registry>> = Mutex::new(None);

struct Locked(MutexGuard<'static, Option<Registry>>);

impl Locked {
    fn registry(&mut self) -> &mut Registry {
        self.0.get_or_insert_default()
    }
}

fn lock() -> Locked {
    Locked(REGISTRY.lock().unwrap_or_else(PoisonError::into_inner))
}

/// One hold on an arena. Cloning takes another hold; dropping gives it up.
#[derive(Debug)]
pub struct Arena {
    base: NonNull<u8>,
    len: usize,
    id: u64,
}

/// Names an arena without holding it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeakArena {
    address: usize,
    id: u64,
}

impl WeakArena {
    /// Takes a hold, if anybody holds the arena still.
    #[must_use]
    pub fn upgrade(self) -> Option<Arena> {
        Arena::hold(self.address, |live| live.id == self.id)
    }
}

// SAFETY: it is an address and a length; the registry behind it is locked.
unsafe impl Send for Arena {}
// SAFETY: as above; it gives out the address only.
unsafe impl Sync for Arena {}

impl Arena {
    /// Makes an arena of `len` zeroed bytes, at an address that is a multiple of the page size.
    ///
    /// # Errors
    ///
    /// If `len` is 0, or the system refuses.
    pub fn new(len: usize) -> io::Result<Self> {
        let pages = round_to_pages(len).filter(|&pages| pages > 0).ok_or(io::ErrorKind::InvalidInput)?;
        let mut locked = lock();
        let mapping = match locked.registry().spare.get_mut(&pages).and_then(Vec::pop) {
            Some(mapping) => mapping,
            None => Mapping::new(pages)?,
        };
        let base = mapping.base;
        let registry = locked.registry();
        registry.made += 1;
        let id = registry.made;
        registry.live.insert(base.addr().get(), Live { mapping, id, len, holders: 1 });
        Ok(Self { base, len, id })
    }

    /// Takes a hold on the arena that starts at `address`; `None` if there is none.
    #[must_use]
    pub fn open(address: usize) -> Option<Self> {
        Self::hold(address, |_| true)
    }

    fn hold(address: usize, wanted: impl FnOnce(&Live) -> bool) -> Option<Self> {
        let mut locked = lock();
        let live = locked.registry().live.get_mut(&address).filter(|live| wanted(live))?;
        live.holders += 1;
        Some(Self { base: live.mapping.base, len: live.len, id: live.id })
    }

    /// The arena without the hold.
    #[must_use]
    pub fn downgrade(&self) -> WeakArena {
        WeakArena { address: self.base.addr().get(), id: self.id }
    }

    /// The first byte.
    #[must_use]
    pub fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// Bytes asked for; the memory goes on, zeroed, to the end of the page.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "an arena is never empty")]
    pub fn len(&self) -> usize {
        self.len
    }
}

impl Clone for Arena {
    fn clone(&self) -> Self {
        if let Some(live) = lock().registry().live.get_mut(&self.base.addr().get()) {
            live.holders += 1;
        }
        Self { base: self.base, len: self.len, id: self.id }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        let mut locked = lock();
        let registry = locked.registry();
        let address = self.base.addr().get();
        let Some(live) = registry.live.get_mut(&address) else { return };
        live.holders -= 1;
        if live.holders > 0 {
            return;
        }
        if let Some(live) = registry.live.remove(&address) {
            live.mapping.clear();
            registry.spare.entry(live.mapping.len).or_default().push(live.mapping);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Lengths that no other test uses, since the spare list is the process's.

    #[test]
    fn new_refuses_no_bytes_and_too_many() {
        assert_eq!(Arena::new(0).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert!(Arena::new(usize::MAX).is_err());
        assert!(Arena::new(usize::MAX / 2).is_err());
    }

    #[test]
    fn an_arena_comes_back_zeroed_at_its_old_address() {
        let len = 3 * 65_536 + 1;
        let first = Arena::new(len).unwrap();
        let base = first.base();
        assert_eq!(base.addr().get() % 4096, 0);
        // SAFETY: the arena has `len` bytes and this test alone.
        unsafe { base.as_ptr().write_bytes(0xa5, len) };
        drop(first);
        let second = Arena::new(len).unwrap();
        assert_eq!(second.base(), base);
        // SAFETY: as above.
        let bytes = unsafe { std::slice::from_raw_parts(base.as_ptr(), len) };
        assert!(bytes.iter().all(|&byte| byte == 0));
    }

    #[test]
    fn an_arena_lives_until_its_last_hold_is_dropped() {
        let first = Arena::new(5 * 65_536).unwrap();
        let address = first.base().addr().get();
        let second = Arena::open(address).unwrap();
        let third = second.clone();
        drop(first);
        drop(second);
        assert_eq!(Arena::open(address).unwrap().len(), 5 * 65_536);
        drop(third);
        assert!(Arena::open(address).is_none());
    }

    #[test]
    fn a_weak_arena_does_not_take_the_next_one_at_its_address_for_its_own() {
        let first = Arena::new(7 * 65_536).unwrap();
        let weak = first.downgrade();
        assert_eq!(weak.upgrade().unwrap().base(), first.base());
        let base = first.base();
        drop(first);
        assert!(weak.upgrade().is_none());
        let second = Arena::new(7 * 65_536).unwrap();
        assert_eq!(second.base(), base);
        assert!(weak.upgrade().is_none());
    }
}
