//! Numbered blocks whose samples follow from their number, so that a reader can tell whether a block is whole.
//!
//! The first channel starts with the number's low and high 16 bits; every other sample is a hash of the number and of
//! its place, from 0 to 65,535, which an `f32` holds exactly.

/// Fills one channel of block `number`.
pub(super) fn fill(samples: &mut [f32], channel: u32, number: f64) {
    let (low, high) = halves(number);
    let first = channel as usize * samples.len();
    for (place, sample) in samples.iter_mut().enumerate() {
        *sample = value(number, low, high, channel, place, first);
    }
}

/// Whether one channel is as [`fill`] leaves it.
pub(super) fn is_whole(samples: &[f32], channel: u32, number: f64) -> bool {
    let (low, high) = halves(number);
    let first = channel as usize * samples.len();
    samples.iter().enumerate().all(|(place, &sample)| sample == value(number, low, high, channel, place, first))
}

/// The number that the first channel of a block tells; `None` if it is too short to tell one.
pub(super) fn number(samples: &[f32]) -> Option<f64> {
    let [low, high, ..] = samples else { return None };
    Some(f64::from(*low) + f64::from(*high) * 65_536.0)
}

/// The low 16 bits of a number, and the rest.
#[inline]
fn halves(number: f64) -> (f64, f64) {
    let number = number as i64;
    ((number & 0xffff) as f64, (number >> 16) as f64)
}

#[inline]
fn value(number: f64, low: f64, high: f64, channel: u32, place: usize, first: usize) -> f32 {
    match (channel, place) {
        (0, 0) => low as f32,
        (0, 1) => high as f32,
        _ => mix(number as u32, (first + place) as u32),
    }
}

#[inline]
fn mix(number: u32, place: u32) -> f32 {
    let hash = number.wrapping_add(1).wrapping_mul(0x9e37_79b1_u32.wrapping_add(place));
    ((hash >> 8) & 0xffff) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_tells_its_number_and_whether_it_is_whole() {
        let mut samples = [0.0; 8];
        for wanted in [0.0, 1.0, 65_535.0, 65_536.0, 4_000_000_000.0] {
            fill(&mut samples, 0, wanted);
            assert_eq!(number(&samples), Some(wanted));
            assert!(is_whole(&samples, 0, wanted));
            samples[7] += 1.0;
            assert!(!is_whole(&samples, 0, wanted));
        }
        assert_eq!(number(&samples[..1]), None);
    }

    #[test]
    fn channels_differ() {
        let mut samples = [[0.0; 8]; 2];
        fill(&mut samples[0], 0, 5.0);
        fill(&mut samples[1], 1, 5.0);
        assert!(is_whole(&samples[1], 1, 5.0));
        assert!(!is_whole(&samples[0], 1, 5.0));
    }
}
