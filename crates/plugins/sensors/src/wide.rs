//! Loops that are compiled twice: for every processor, and with AVX2 where there is that. Rust does not join a
//! multiplication and an addition by itself, so both give the same bits.

/// Makes a function that calls `$body`, which must be `#[inline(always)]`.
macro_rules! wide {
    ($(#[$doc:meta])* $seen:vis fn $name:ident($($argument:ident: $kind:ty),* $(,)?) $(-> $result:ty)? => $body:path) => {
        $(#[$doc])*
        $seen fn $name($($argument: $kind),*) $(-> $result)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2")]
                unsafe fn with_avx2($($argument: $kind),*) $(-> $result)? {
                    $body($($argument),*)
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // SAFETY: the processor has AVX2.
                    return unsafe { with_avx2($($argument),*) };
                }
            }
            $body($($argument),*)
        }
    };
}

pub(crate) use wide;
