//! Atomics: the real ones, or loom's in a model.

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicI32, AtomicU8, AtomicU32, AtomicU64, Ordering, fence};
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicI32, AtomicU8, AtomicU32, AtomicU64, Ordering, fence};

/// Keeps a value on cache lines of its own: two, because processors fetch them in pairs.
#[repr(align(128))]
pub(crate) struct Padded<T>(pub(crate) T);

/// loom treats sequentially consistent accesses as acquire and release; a fence restores their order in a model.
/// In production the accesses themselves suffice, and this is nothing.
#[inline(always)]
pub(crate) fn model_fence() {
    #[cfg(loom)]
    fence(Ordering::SeqCst);
}
