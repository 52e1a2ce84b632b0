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
    /// AVX-512F on x86-64, for inner products; the rest as with AVX2.
    Avx512 = 3,
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
        3 => Level::Avx512,
        _ => Level::Baseline,
    }
}

/// Puts a level in force for the whole process, or the highest that the processor has where it lacks this one.
pub fn use_level(wanted: Level) -> Level {
    let highest = highest();
    let level = if (wanted as u32) < highest as u32 { wanted } else { highest };
    LEVEL.store(level as u32, Ordering::Relaxed);
    level
}

fn highest() -> Level {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        return if std::arch::is_x86_feature_detected!("avx512f") { Level::Avx512 } else { Level::Avx2 };
    }
    Level::Baseline
}
/// Makes a function that calls `$body`, compiled for AVX2 where that level or a higher one is in force. The body must be
/// `#[inline(always)]`.
macro_rules! dispatched {
    ($(#[$doc:meta])* pub fn $name:ident($($argument:ident: $kind:ty),* $(,)?) $(-> $result:ty)? => $body:path) => {
        $(#[$doc])*
        #[allow(clippy::too_many_arguments)] // They come one by one over the C interface.
        pub fn $name($($argument: $kind),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[allow(clippy::too_many_arguments)]
                #[target_feature(enable = "avx2")]
                unsafe fn wide($($argument: $kind),*) $(-> $result)? {
                    $body($($argument),*)
                }
                if $crate::level::level() != $crate::level::Level::Baseline {
                    // SAFETY: other levels are in force only where the processor has AVX2.
                    return unsafe { wide($($argument),*) };
                }
            }
            $body($($argument),*)
        }
    };
}

pub(crate) use dispatched;
