//! Which instructions the kernels use.

use core::sync::atomic::{AtomicU32, Ordering};

/// A set of instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Level {
    /// What every processor of the target has: SSE2, NEON, or the 128-bit vectors of WebAssembly.
    Baseline = 1,
    /// AVX2 on x86-64.
    Avx2 = 2,
}

/// A [`Level`], or 0 before anyone has asked. Any thread may write it: every value that is stored is one that the
/// processor has, and all levels give the same bits.
static LEVEL: AtomicU32 = AtomicU32::new(0);

/// The level in force: at first the highest that the processor has.
#[inline]
pub fn level() -> Level {
    match LEVEL.load(Ordering::Relaxed) {
        0 => use_level(highest()),
        2 => Level::Avx2,
        _ => Level::Baseline,
    }
}

/// Puts a level in force for the whole process, or the highest that the processor has where it lacks this one.
pub fn use_level(wanted: Level) -> Level {
    let level = if wanted == Level::Avx2 { highest() } else { wanted };
    LEVEL.store(level as u32, Ordering::Relaxed);
    level
}

fn highest() -> Level {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        return Level::Avx2;
    }
    Level::Baseline
}
