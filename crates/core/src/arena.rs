//! Memory that lanes share, with a count of its holders.
//!
//! An arena may have addresses to spare, behind the bytes that it *shows*: those that views cover. It shows more of them
//! when it grows, and never less.
//!
//! What an arena has shown stays mapped while the process lives, so that a forgotten view never faults. When the last
//! holder lets go, its pages go back to the system. No other arena ever gets these addresses: a forgotten view that is
//! written through would change what is not its own.

use std::collections::HashMap;
use std::io;
use std::ptr::NonNull;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use crate::mapping::{Mapping, round_down_to_pages, round_to_pages};

struct Live {
    mapping: Mapping,
    /// Bytes that it may come to show.
    len: usize,
    /// Bytes that views may cover.
    shown: usize,
    holders: usize,
}

/// By address.
static LIVE: LazyLock<Mutex<HashMap<usize, Live>>> = LazyLock::new(Mutex::default);

fn lock() -> MutexGuard<'static, HashMap<usize, Live>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One hold on an arena. Cloning takes another hold; dropping gives it up.
#[derive(Debug)]
pub struct Arena {
    base: NonNull<u8>,
    len: usize,
}

/// Names an arena without holding it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeakArena {
    address: usize,
}

impl WeakArena {
    /// Takes a hold, if anybody holds the arena still.
    #[must_use]
    pub fn upgrade(self) -> Option<Arena> {
        Arena::open(self.address)
    }
}

// SAFETY: it is an address and a length; the registry behind it is locked.
unsafe impl Send for Arena {}
// SAFETY: as above; it gives out the address only.
unsafe impl Sync for Arena {}

impl Arena {
    /// Makes an arena of `len` zeroed bytes, at an address that is a multiple of the page size. It shows all of them.
    ///
    /// # Errors
    ///
    /// If `len` is 0, or the system refuses.
    pub fn new(len: usize) -> io::Result<Self> {
        Self::with_room(len, len)
    }

    /// Makes an arena of `len` zeroed bytes that shows the first `shown` of them. What is not shown takes addresses
    /// alone, which go back to the system with the last hold.
    ///
    /// # Errors
    ///
    /// If `len` is 0 or less than `shown`, or the system refuses.
    pub fn with_room(shown: usize, len: usize) -> io::Result<Self> {
        if shown > len {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let pages = round_to_pages(len).filter(|&pages| pages > 0).ok_or(io::ErrorKind::InvalidInput)?;
        let mapping = Mapping::new(pages)?;
        let base = mapping.base;
        lock().insert(base.addr().get(), Live { mapping, len, shown, holders: 1 });
        Ok(Self { base, len })
    }

    /// Takes a hold on the arena that starts at `address`; `None` if no arena starts there.
    #[must_use]
    pub fn open(address: usize) -> Option<Self> {
        let mut live = lock();
        let arena = live.get_mut(&address)?;
        arena.holders += 1;
        Some(Self { base: arena.mapping.base, len: arena.len })
    }

    /// The arena without the hold.
    #[must_use]
    pub fn downgrade(&self) -> WeakArena {
        WeakArena { address: self.base.addr().get() }
    }

    /// The first byte.
    #[must_use]
    pub fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// Shows the first `len` bytes, or as many as before if those are more.
    ///
    /// # Errors
    ///
    /// If the arena has not so many.
    pub fn show(&self, len: usize) -> io::Result<()> {
        if len > self.len {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        if let Some(arena) = lock().get_mut(&self.base.addr().get()) {
            arena.shown = arena.shown.max(len);
        }
        Ok(())
    }

    /// Gives the memory of the pages between two offsets back to the system, and not their addresses: zeros are there
    /// from now on. By contract nobody uses them. `false`: the system cannot, and nothing has changed.
    #[must_use]
    pub fn discard(&self, from: usize, to: usize) -> bool {
        let live = lock();
        let Some(arena) = live.get(&self.base.addr().get()) else { return false };
        // Whole pages that lie between the two: what stands beside is used.
        let (Some(from), to) = (round_to_pages(from), round_down_to_pages(to.min(self.len))) else { return false };
        from < to && arena.mapping.discard(from, to)
    }

    /// The memory file, by which another process can map the same pages. `None`: the system gives no descriptor.
    #[cfg(target_os = "linux")]
    pub(crate) fn file(&self) -> Option<std::os::fd::OwnedFd> {
        lock().get(&self.base.addr().get())?.mapping.file()
    }

    /// Bytes that it may come to show; the memory goes on, zeroed, to the end of the page.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "an arena is never empty")]
    pub fn len(&self) -> usize {
        self.len
    }
}

impl Clone for Arena {
    fn clone(&self) -> Self {
        if let Some(arena) = lock().get_mut(&self.base.addr().get()) {
            arena.holders += 1;
        }
        Self { base: self.base, len: self.len }
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        let mut live = lock();
        let address = self.base.addr().get();
        let Some(arena) = live.get_mut(&address) else { return };
        arena.holders -= 1;
        if arena.holders > 0 {
            return;
        }
        if let Some(arena) = live.remove(&address) {
            let shown = round_to_pages(arena.shown).unwrap_or(arena.mapping.len);
            arena.mapping.retire(shown);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_refuses_no_bytes_and_too_many() {
        assert_eq!(Arena::new(0).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert!(Arena::new(usize::MAX).is_err());
        assert!(Arena::new(usize::MAX / 2).is_err());
    }

    #[test]
    fn an_arena_is_zeroed_and_apart_from_what_is_written_to_an_ended_one() {
        let len = 3 * 65_536 + 1;
        let first = Arena::new(len).unwrap();
        let forgotten = first.base();
        assert_eq!(forgotten.addr().get() % 4096, 0);
        // SAFETY: the arena has `len` bytes and this test alone.
        unsafe { forgotten.as_ptr().write_bytes(0xa5, len) };
        drop(first);
        let second = Arena::new(len).unwrap();
        assert_ne!(second.base(), forgotten);
        // SAFETY: the pages stay mapped for reading and writing, and no arena has them.
        unsafe {
            assert!(std::slice::from_raw_parts(forgotten.as_ptr(), len).iter().all(|&byte| byte == 0));
            forgotten.as_ptr().write_bytes(0xa5, len);
        }
        // SAFETY: the arena has `len` bytes and this test alone.
        let bytes = unsafe { std::slice::from_raw_parts(second.base().as_ptr(), len) };
        assert!(bytes.iter().all(|&byte| byte == 0));
    }

    #[test]
    fn an_arena_shows_no_more_than_it_has() {
        assert!(Arena::with_room(2, 1).is_err());
        let arena = Arena::with_room(1, 8 * 65_536).unwrap();
        assert!(arena.show(8 * 65_536 + 1).is_err());
        assert!(arena.show(8 * 65_536).is_ok());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn an_ended_arena_keeps_the_addresses_that_it_has_shown_and_no_others() {
        // The middle of so much is far from what other tests map.
        let len = 1 << 36;
        let arena = Arena::with_room(1, len).unwrap();
        arena.show(3 * 65_536).unwrap();
        arena.show(65_536).unwrap();
        let base = arena.base();
        let middle = base.addr().get() + len / 2;
        let can_be_written = || {
            let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
            maps.lines().any(|line| (start_of(line)..end_of(line)).contains(&middle) && line.contains(" rw"))
        };
        assert!(can_be_written());
        drop(arena);
        assert!(!can_be_written());
        // SAFETY: these were shown, and stay mapped.
        assert_eq!(unsafe { base.as_ptr().wrapping_add(3 * 65_536 - 1).read() }, 0);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn discard_gives_back_the_whole_pages_between_two_offsets() {
        let arena = Arena::new(8 * 4096).unwrap();
        // SAFETY: the arena has these bytes and this test alone.
        let bytes = unsafe { std::slice::from_raw_parts_mut(arena.base().as_ptr(), 8 * 4096) };
        bytes.fill(1);
        assert!(arena.discard(4095, 3 * 4096 + 1));
        assert!(bytes[..4096].iter().all(|&byte| byte == 1));
        assert!(bytes[4096..3 * 4096].iter().all(|&byte| byte == 0));
        assert!(bytes[3 * 4096..].iter().all(|&byte| byte == 1));
        assert!(!arena.discard(100, 4000), "there is no whole page");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn ended_arenas_keep_no_mapping_of_their_own_and_no_file() {
        const ROUNDS: usize = 2_000;
        let files = || std::fs::read_dir("/proc/self/fd").unwrap().count();
        let files_before = files();
        let mut addresses = Vec::with_capacity(2 * ROUNDS);
        for round in 0..ROUNDS {
            // Two at once, of many lengths, as runtimes have them.
            let arenas = [1 + round % 7, 11].map(|pages| Arena::new(pages * 65_536).unwrap());
            for arena in &arenas {
                // SAFETY: the arena is longer than a byte and this test's alone.
                unsafe { arena.base().as_ptr().write(1) };
                addresses.push(arena.base().addr().get());
            }
        }
        let where_they_were = *addresses.iter().min().unwrap()..=*addresses.iter().max().unwrap();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        // A sanitizer maps memory of its own for each mapping, elsewhere.
        let kept = maps.lines().filter(|line| where_they_were.contains(&start_of(line))).count();
        // Other tests run beside this one.
        assert!(kept < ROUNDS / 10, "{kept} maps");
        assert!(files() < files_before + ROUNDS / 10, "{} files, were {files_before}", files());
    }

    /// The first address of a line of `/proc/self/maps`.
    #[cfg(target_os = "linux")]
    fn start_of(line: &str) -> usize {
        usize::from_str_radix(line.split('-').next().unwrap(), 16).unwrap()
    }

    /// The address behind the last of a line of `/proc/self/maps`.
    #[cfg(target_os = "linux")]
    fn end_of(line: &str) -> usize {
        usize::from_str_radix(line.split(['-', ' ']).nth(1).unwrap(), 16).unwrap()
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
    fn a_weak_arena_takes_no_other_one_for_its_own() {
        let first = Arena::new(7 * 65_536).unwrap();
        let weak = first.downgrade();
        assert_eq!(weak.upgrade().unwrap().base(), first.base());
        drop(first);
        let _second = Arena::new(7 * 65_536).unwrap();
        assert!(weak.upgrade().is_none());
    }
}
