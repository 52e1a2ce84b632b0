//! Planar samples to interleaved ones, and numbers of channels to others.

/// Appends samples, interleaved: mono goes to all channels, any number becomes the mean of all in mono, and otherwise
/// each channel goes to the one of its number, and the rest is silent. `gains` gives the factor of each sample.
pub(crate) fn interleave(planes: &[&[f32]], channels: usize, out: &mut Vec<f32>, mut gain: impl FnMut() -> f32) {
    let count = planes.iter().map(|plane| plane.len()).min().unwrap_or(0);
    out.reserve(count * channels);
    for k in 0..count {
        let gain = gain();
        if channels == 1 && planes.len() > 1 {
            let sum: f32 = planes.iter().map(|plane| plane[k]).sum();
            out.push(sum / planes.len() as f32 * gain);
        } else {
            for channel in 0..channels {
                let plane = if planes.len() == 1 { planes.first() } else { planes.get(channel) };
                out.push(plane.map_or(0.0, |plane| plane[k] * gain));
            }
        }
    }
}

/// Copies one channel out of interleaved samples.
pub(crate) fn pick(samples: &[f32], channels: usize, channel: usize, out: &mut [f32]) {
    for (place, frame) in out.iter_mut().zip(samples.chunks_exact(channels)) {
        *place = frame[channel];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(planes: &[&[f32]], channels: usize) -> Vec<f32> {
        let mut out = Vec::new();
        interleave(planes, channels, &mut out, || 1.0);
        out
    }

    #[test]
    fn mono_goes_to_all_and_other_numbers_by_their_place() {
        assert_eq!(to(&[&[1.0, 2.0]], 3), [1.0, 1.0, 1.0, 2.0, 2.0, 2.0]);
        assert_eq!(to(&[&[1.0, 2.0], &[3.0, 5.0]], 1), [2.0, 3.5]);
        assert_eq!(to(&[&[1.0], &[2.0]], 3), [1.0, 2.0, 0.0]);
        assert_eq!(to(&[&[1.0], &[2.0], &[3.0]], 2), [1.0, 2.0]);
        let mut one = [0.0; 2];
        pick(&[1.0, 2.0, 3.0, 4.0], 2, 1, &mut one);
        assert_eq!(one, [2.0, 4.0]);
    }
}
