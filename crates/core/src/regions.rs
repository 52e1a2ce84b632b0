//! Addresses for mappings, so that those of arenas that have ended lie side by side, where the system merges them.
//!
//! What anybody has seen of an arena stays mapped. With a hole behind each, for the addresses that it never grew into,
//! a process would have one more mapping for each arena that it ever had, and the system lets it have 65,530. So an
//! arena begins in a *region*, where the one before it in that region was last seen.

use std::ptr::NonNull;
use std::sync::Mutex;

/// The least that a region has beyond what its first arena can grow to, bytes.
const LEAST_SPARE: usize = 4 << 30;

/// Addresses that are reserved and cannot be used yet.
struct Region {
    /// From here on nobody has seen anything.
    next: usize,
    end: usize,
    /// An arena that can still grow lies at `next`.
    taken: bool,
}

static REGIONS: Mutex<Vec<Region>> = Mutex::new(Vec::new());

/// Takes `len` bytes of addresses, whole pages, out of the region that has least to spare. `None`: the system gives no
/// more of them to keep in reserve, or counts them.
pub(crate) fn take(len: usize) -> Option<NonNull<u8>> {
    if are_counted() {
        return None;
    }
    let mut regions = REGIONS.lock().ok()?;
    let fits = regions.iter_mut().filter(|region| !region.taken && region.end - region.next >= len);
    if let Some(region) = fits.min_by_key(|region| region.end - region.next) {
        region.taken = true;
        return NonNull::new(region.next as *mut u8);
    }
    let size = len.checked_add(len.max(LEAST_SPARE))?;
    let base = reserve(std::ptr::null_mut(), size)?;
    let next = base.as_ptr() as usize;
    regions.push(Region { next, end: next + size, taken: true });
    Some(base)
}

/// Gives addresses back, but for the first `shown` bytes, which are never taken again. `false`: they are of no region.
pub(crate) fn give_back(base: NonNull<u8>, len: usize, shown: usize) -> bool {
    let Ok(mut regions) = REGIONS.lock() else { return false };
    let at = base.as_ptr() as usize;
    let Some(region) = regions.iter_mut().find(|region| region.taken && region.next == at) else { return false };
    region.taken = false;
    let is_kept = shown < len && reserve(base.as_ptr().wrapping_add(shown), len - shown).is_none();
    region.next = if is_kept { at + len } else { at + shown };
    true
}

/// Whether the process may have only so many addresses, as under `ulimit -v`.
fn are_counted() -> bool {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: writes to the record that it is given.
    let answer = unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) };
    answer != 0 || limit.rlim_cur != libc::RLIM_INFINITY
}

/// Maps pages that nobody can use, which cost no memory; at `at`, in place of what is there, unless it is null.
fn reserve(at: *mut u8, len: usize) -> Option<NonNull<u8>> {
    let fixed = if at.is_null() { 0 } else { libc::MAP_FIXED };
    let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | fixed;
    // SAFETY: new pages at an address that the system chooses, or in place of our own, which nobody has seen.
    let base = unsafe { libc::mmap(at.cast(), len, libc::PROT_NONE, kind, -1, 0) };
    if base == libc::MAP_FAILED { None } else { NonNull::new(base.cast()) }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::arena::Arena;

    #[test]
    fn arenas_that_could_have_grown_leave_no_mapping_each() {
        const SHOWN: usize = 1 << 20;
        const ROUNDS: usize = 200;
        let mut starts = HashSet::new();
        for _ in 0..ROUNDS {
            // Two at a time, as runtimes have them.
            let arenas = [1, 2].map(|gib| Arena::with_room(SHOWN, gib << 30).unwrap());
            starts.extend(arenas.iter().map(|arena| arena.base().addr().get()));
        }
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
        let left = maps.lines().filter_map(|line| usize::from_str_radix(line.split('-').next()?, 16).ok());
        let alone = left.filter(|start| starts.contains(start)).count();
        assert_eq!(starts.len(), 2 * ROUNDS, "no address is used twice");
        assert!(alone <= ROUNDS / 10, "{alone} mappings");
    }
}
