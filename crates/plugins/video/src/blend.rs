//! Rows of RGBA drawn over others, by straight alpha: each colour is as far from the lower one to the upper one as the
//! upper one is opaque, rounded to the nearest level.

/// Draws pixels over opaque ones, which stay opaque. `opacity`, 0 to 255, makes them fainter: their alpha times that,
/// rounded to 8 bits.
pub(crate) fn blend_row(from: &[u8], to: &mut [u8], opacity: u8) {
    for (place, pixel) in to.chunks_exact_mut(4).zip(from.chunks_exact(4)) {
        let part = over_255(u16::from(pixel[3]) * u16::from(opacity));
        let upper = [pixel[0], pixel[1], pixel[2], 255];
        for (byte, upper) in place.iter_mut().zip(upper) {
            *byte = over_255(u16::from(upper) * part + u16::from(*byte) * (255 - part)) as u8;
        }
    }
}

/// The 255th part of 0 to 65,025, rounded to the nearest.
fn over_255(value: u16) -> u16 {
    let half_up = value + 128;
    (half_up + (half_up >> 8)) >> 8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_255_is_what_a_division_gives() {
        for value in 0..=65_025_u16 {
            assert_eq!(f64::from(over_255(value)), (f64::from(value) / 255.0).round());
        }
    }

    #[test]
    fn blend_row_is_the_formula_in_floating_point_rounded() {
        for (alpha, opacity) in (0..=255_u8).flat_map(|alpha| [0, 1, 77, 128, 254, 255].map(|part| (alpha, part))) {
            let exact = f64::from(alpha) * f64::from(opacity) / 65_025.0;
            let part = (exact * 255.0).round() / 255.0;
            for (upper, lower) in
                (0..=255_u8).step_by(15).flat_map(|up| (0..=255_u8).step_by(5).map(move |low| (up, low)))
            {
                let mut place = [lower, 0, 255, 255];
                blend_row(&[upper, upper, 255, alpha], &mut place, opacity);
                let naive = |part: f64, upper: u8, lower: u8| f64::from(upper) * part + f64::from(lower) * (1.0 - part);
                let wanted = [naive(part, upper, lower), naive(part, upper, 0), 255.0, 255.0];
                assert_eq!(place.map(f64::from), wanted.map(f64::round));
                assert!((f64::from(place[0]) - naive(exact, upper, lower)).abs() <= 1.0);
            }
        }
    }
}
