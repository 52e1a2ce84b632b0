//! What the machine has.

/// Bytes of memory that this process may have: those of the machine, or the limit of its control group if that is less; 0
/// if the system does not tell.
#[must_use]
pub fn memory_bytes() -> u64 {
    let limit = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    physical_bytes().min(limit.unwrap_or(u64::MAX))
}

#[cfg(unix)]
fn physical_bytes() -> u64 {
    // SAFETY: asks for figures of the system.
    let (pages, size) = unsafe { (libc::sysconf(libc::_SC_PHYS_PAGES), libc::sysconf(libc::_SC_PAGESIZE)) };
    u64::try_from(pages).unwrap_or(0).saturating_mul(u64::try_from(size).unwrap_or(0))
}

#[cfg(not(unix))]
fn physical_bytes() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(unix)]
    fn a_machine_has_memory() {
        assert!(super::memory_bytes() > 1 << 26);
    }
}
