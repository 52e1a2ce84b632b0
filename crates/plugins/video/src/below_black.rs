//! Luma below black, in limited range. The crate `yuv` takes it for black, though it makes colours darker that have chroma:
//! what such pixels have too much is taken off here.

use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_NV12};
use sluice_stage::{Picture, PictureMut};
use yuv::YuvStandardMatrix;

/// The luma of black.
const BLACK: u8 = 16;

/// The most chroma of limited range. Blue may be above white by more of it, and less of that is cut off of darker pixels.
const MOST_CHROMA: u8 = 240;

/// Pixels that are worked on at a time.
const STEP: usize = 64;

/// Whether a picture has luma below black.
pub(crate) fn is_in(picture: &Picture<'_>) -> bool {
    let luma = &picture.planes[0];
    (0..luma.rows).any(|row| is_in_row(luma.row(row)))
}

/// Makes pixels darker whose luma is below black; `to` has them as if it was black.
pub(crate) fn darken(from: &Picture<'_>, to: &mut PictureMut<'_>, matrix: YuvStandardMatrix) {
    let blue = if to.format == SLUICE_BGRA8 { 0 } else { 2 };
    let blue_of_u = blue_of_u(matrix);
    let (luma, chroma, colours) = (&from.planes[0], &from.planes[1], &mut to.planes[0]);
    let chroma_step = if from.format == SLUICE_NV12 { 2 } else { 1 };
    for row in (0..luma.rows).filter(|&row| is_in_row(luma.row(row))) {
        let steps = luma.row(row).chunks(STEP).zip(colours.row(row).chunks_mut(4 * STEP));
        let chroma = chroma.row(row / 2).chunks(STEP / 2 * chroma_step);
        for ((luma, colours), chroma) in steps.zip(chroma).filter(|((luma, _), _)| is_in_row(luma)) {
            darken_step(luma, colours);
            if chroma.iter().fold(0, |most, &each| most.max(each)) > MOST_CHROMA {
                let pixels = luma.iter().zip(colours.chunks_exact_mut(4)).enumerate();
                for (column, (&luma, pixel)) in pixels.filter(|(_, (luma, _))| **luma < BLACK) {
                    let u = f32::from(chroma[column / 2 * chroma_step]) - 128.0;
                    let grey = (f32::from(luma) - f32::from(BLACK)) * 255.0 / 219.0;
                    pixel[blue] = (grey + u * blue_of_u).round() as u8;
                }
            }
        }
    }
}

fn is_in_row(luma: &[u8]) -> bool {
    luma.iter().fold(BLACK, |least, &each| least.min(each)) < BLACK
}

/// Takes off what luma is below black; colours below 0 are 0 before and after it.
fn darken_step(luma: &[u8], colours: &mut [u8]) {
    // Two loops of their own, which the compiler makes vectors of.
    let mut less = [0; 4 * STEP];
    for (less, luma) in less.chunks_exact_mut(4).zip(luma) {
        // 255 / 219, in a fraction of 128.
        let below = (u32::from(BLACK.saturating_sub(*luma)) * 149 + 64) >> 7;
        less.copy_from_slice(&(below * 0x01_01_01).to_le_bytes());
    }
    for (level, less) in colours.iter_mut().zip(&less) {
        *level = level.saturating_sub(*less);
    }
}

/// How much blue there is of a level of Cb, in limited range.
fn blue_of_u(matrix: YuvStandardMatrix) -> f32 {
    let of_blue = match matrix {
        YuvStandardMatrix::Bt601 => 0.114,
        YuvStandardMatrix::Bt2020 => 0.0593,
        _ => 0.0722,
    };
    2.0 * (1.0 - of_blue) * 255.0 / 224.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn darken_step_takes_off_what_luma_is_below_black() {
        let mut colours = [129, 0, 152, 255, 129, 0, 152, 255];
        darken_step(&[5, 16], &mut colours);
        assert_eq!(colours, [116, 0, 139, 255, 129, 0, 152, 255]);
    }
}
