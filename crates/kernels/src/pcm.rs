//! Samples of one channel, out of interleaved ones and into them. All are little-endian.
//!
//! An integer `v` of n bits stands for `v / 2^(n-1)`; 8-bit ones are unsigned with 128 as zero. The way back rounds to
//! the nearest integer, halves upwards, and clamps.

/// A format of interleaved samples; the numbers are those of `kernels/engine.ts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PcmFormat {
    /// Unsigned 8-bit integers.
    U8,
    /// 16-bit integers.
    S16,
    /// 24-bit integers, three bytes each.
    S24,
    /// 32-bit integers.
    S32,
    /// 32-bit floats, which are moved bit for bit.
    F32,
    /// 64-bit floats.
    F64,
}

impl PcmFormat {
    /// The format of a number.
    pub fn from_number(number: u32) -> Option<Self> {
        [Self::U8, Self::S16, Self::S24, Self::S32, Self::F32, Self::F64].get(number as usize).copied()
    }
}

/// Runs `$loop` with the channels as a constant where there are one or two, for which the compiler finds vectors.
macro_rules! by_channels {
    ($channels:expr, $call:ident($($argument:expr),*)) => {
        match $channels {
            1 => $call($($argument),*, 1),
            2 => $call($($argument),*, 2),
            channels => $call($($argument),*, channels),
        }
    };
}

/// Fills `target` (its bits) with a channel of `source`.
#[inline(always)]
pub(crate) fn decode(format: PcmFormat, source: &[u8], channels: usize, channel: usize, target: &mut [u32]) {
    match format {
        PcmFormat::U8 => {
            by_channels!(channels, read_each(source, channel, target, |[v]: [u8; 1]| bits((v as f32 - 128.0) / 128.0)))
        }
        PcmFormat::S16 => by_channels!(
            channels,
            read_each(source, channel, target, |v| bits(f32::from(i16::from_le_bytes(v)) / 32768.0))
        ),
        PcmFormat::S24 => by_channels!(
            channels,
            read_each(source, channel, target, |[a, b, c]: [u8; 3]| {
                bits((i32::from_le_bytes([0, a, b, c]) >> 8) as f32 / 8388608.0)
            })
        ),
        PcmFormat::S32 => by_channels!(
            channels,
            read_each(source, channel, target, |v| bits((f64::from(i32::from_le_bytes(v)) / 2147483648.0) as f32))
        ),
        PcmFormat::F32 => by_channels!(channels, read_each(source, channel, target, u32::from_le_bytes)),
        PcmFormat::F64 => {
            by_channels!(channels, read_each(source, channel, target, |v| bits(f64::from_le_bytes(v) as f32)))
        }
    }
}

/// Puts the samples of `source` (their bits) into a channel of `target`. Counts those beyond full scale in `counts[0]`
/// and NaN, which becomes 0, in `counts[1]`, where the format is of integers.
#[inline(always)]
pub(crate) fn encode(
    format: PcmFormat,
    source: &[u32],
    target: &mut [u8],
    channels: usize,
    channel: usize,
    counts: &mut [u32; 2],
) {
    match format {
        PcmFormat::U8 => quantize_all::<128>(source, counts, |values, at| {
            by_channels!(
                channels,
                write_each(values, channel, &mut target[at * channels..], |v: i32| [(v + 128) as u8])
            )
        }),
        PcmFormat::S16 => quantize_all::<0x8000>(source, counts, |values, at| {
            let target = &mut target[2 * at * channels..];
            match channels {
                2 => write_half(values, 16 * channel as u32, target),
                _ => by_channels!(channels, write_each(values, channel, target, |v: i32| (v as i16).to_le_bytes())),
            }
        }),
        PcmFormat::S24 => quantize_all::<0x80_0000>(source, counts, |values, at| {
            by_channels!(
                channels,
                write_each(values, channel, &mut target[3 * at * channels..], |v: i32| {
                    let [a, b, c, _] = v.to_le_bytes();
                    [a, b, c]
                })
            )
        }),
        PcmFormat::S32 => quantize_all::<0x8000_0000>(source, counts, |values, at| {
            by_channels!(channels, write_each(values, channel, &mut target[4 * at * channels..], i32::to_le_bytes))
        }),
        PcmFormat::F32 => by_channels!(channels, write_each(source, channel, target, u32::to_le_bytes)),
        PcmFormat::F64 => by_channels!(
            channels,
            write_each(source, channel, target, |v: u32| f64::from(f32::from_bits(v)).to_le_bytes())
        ),
    }
}

fn bits(sample: f32) -> u32 {
    sample.to_bits()
}

#[inline(always)]
fn read_each<const BYTES: usize>(
    source: &[u8],
    channel: usize,
    target: &mut [u32],
    read: impl Fn([u8; BYTES]) -> u32,
    channels: usize,
) {
    let at = channel * BYTES;
    for (sample, frame) in target.iter_mut().zip(source.chunks_exact(channels * BYTES)) {
        let mut value = [0; BYTES];
        value.copy_from_slice(&frame[at..at + BYTES]);
        *sample = read(value);
    }
}

#[inline(always)]
fn write_each<T: Copy, const BYTES: usize>(
    source: &[T],
    channel: usize,
    target: &mut [u8],
    write: impl Fn(T) -> [u8; BYTES],
    channels: usize,
) {
    let at = channel * BYTES;
    for (value, frame) in source.iter().zip(target.chunks_exact_mut(channels * BYTES)) {
        frame[at..at + BYTES].copy_from_slice(&write(*value));
    }
}

/// Writes into one half of each word of 32 bits, as whole words: of these the compiler makes vectors.
#[inline(always)]
fn write_half(source: &[i32], shift: u32, target: &mut [u8]) {
    let mask = 0xffff << shift;
    for (value, frame) in source.iter().zip(target.chunks_exact_mut(4)) {
        let mut word = [0; 4];
        word.copy_from_slice(frame);
        let word = u32::from_le_bytes(word) & !mask | (*value as u32) << shift & mask;
        frame.copy_from_slice(&word.to_le_bytes());
    }
}

/// Values that are quantized at a time: as many as two vectors of AVX2 hold.
const BLOCK: usize = 16;

/// Quantizes to `-SCALE` to `SCALE - 1`, and gives `store` each block with the index of its first sample.
#[inline(always)]
fn quantize_all<const SCALE: u32>(source: &[u32], counts: &mut [u32; 2], mut store: impl FnMut(&[i32], usize)) {
    let mut beyond = [0u32; BLOCK];
    let mut not_numbers = [0u32; BLOCK];
    let mut quantize_block = |block: &[u32; BLOCK]| {
        let mut values = [0i32; BLOCK];
        for j in 0..BLOCK {
            let scaled = f32::from_bits(block[j]) * SCALE as f32;
            values[j] = quantize::<SCALE>(scaled);
            beyond[j] += u32::from(scaled < -(SCALE as f32) - 0.5) + u32::from(scaled >= SCALE as f32 - 0.5);
            not_numbers[j] += u32::from(scaled.is_nan());
        }
        values
    };
    let blocks = source.chunks_exact(BLOCK);
    let rest = blocks.remainder();
    let whole = source.len() - rest.len();
    for (k, block) in blocks.enumerate() {
        let mut bits = [0; BLOCK];
        bits.copy_from_slice(block);
        store(&quantize_block(&bits), k * BLOCK);
    }
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    store(&quantize_block(&last)[..rest.len()], whole);
    counts[0] += beyond.iter().sum::<u32>();
    counts[1] += not_numbers.iter().sum::<u32>();
}

/// Rounds to the nearest integer, halves upwards, exactly: what lies between a float and the integer next to it is exact.
#[inline(always)]
fn quantize<const SCALE: u32>(scaled: f32) -> i32 {
    let scale = SCALE as f32;
    // The greatest float below the scale.
    let most = scale - scale / 16_777_216.0;
    let least = if scaled > -scale { scaled } else { -scale };
    let clamped = if least < most { least } else { most };
    // SAFETY: the first comparison has turned NaN into a number, and both have brought it into the range of i32.
    #[cfg(not(target_arch = "wasm32"))]
    let cut = unsafe { clamped.to_int_unchecked::<i32>() };
    // One instruction there.
    #[cfg(target_arch = "wasm32")]
    let cut = clamped as i32;
    let rest = clamped - cut as f32;
    let rounded = cut + i32::from(rest >= 0.5) - i32::from(rest < -0.5);
    let top = (SCALE - 1) as i32;
    // Of 24 bits and fewer, the float below the scale rounds up to it.
    let is_full = SCALE > 0x80_0000 && scaled >= scale;
    let value = if is_full || rounded > top { top } else { rounded };
    if scaled.is_nan() { 0 } else { value }
}
