//! Luma below black, in limited range. The crate `yuv` takes it for black, though it makes colours darker that have chroma:
//! such pixels are worked out here.

use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_NV12};
use sluice_stage::{Picture, PictureMut};
use yuv::YuvStandardMatrix;

/// The luma of black.
const BLACK: u8 = 16;

/// Binary places of the factors.
const PLACES: u32 = 14;

/// What colours have of luma and chroma, with [`PLACES`] binary places.
struct Factors {
    luma: i32,
    red_of_v: i32,
    green_of_u: i32,
    green_of_v: i32,
    blue_of_u: i32,
}

/// Whether a picture has luma below black.
pub(crate) fn is_in(picture: &Picture<'_>) -> bool {
    let luma = &picture.planes[0];
    (0..luma.rows).any(|row| is_in_row(luma.row(row)))
}

/// Writes the pixels anew whose luma is below black.
pub(crate) fn draw(from: &Picture<'_>, to: &mut PictureMut<'_>, matrix: YuvStandardMatrix) {
    let factors = Factors::of(matrix);
    let blue_first = to.format == SLUICE_BGRA8;
    let (luma, colours) = (&from.planes[0], &mut to.planes[0]);
    for row in (0..luma.rows).filter(|&row| is_in_row(luma.row(row))) {
        let chroma =
            [1, 2].map(|plane| from.planes.get(plane).filter(|plane| plane.rows > 0).map(|plane| plane.row(row / 2)));
        let chroma_at = |column: usize| match (from.format, chroma) {
            (SLUICE_NV12, [Some(both), _]) => (both[column & !1], both[column | 1]),
            (_, [Some(u), Some(v)]) => (u[column / 2], v[column / 2]),
            _ => (128, 128),
        };
        let pixels = luma.row(row).iter().zip(colours.row(row).chunks_exact_mut(4)).enumerate();
        for (column, (&luma, pixel)) in pixels.filter(|(_, (luma, _))| **luma < BLACK) {
            let (u, v) = chroma_at(column);
            let [red, green, blue] = factors.colours(luma, u, v);
            pixel[..3].copy_from_slice(&if blue_first { [blue, green, red] } else { [red, green, blue] });
        }
    }
}

fn is_in_row(luma: &[u8]) -> bool {
    luma.iter().fold(BLACK, |least, &each| least.min(each)) < BLACK
}

impl Factors {
    fn of(matrix: YuvStandardMatrix) -> Self {
        // The parts of red and blue in luma.
        let (red, blue) = match matrix {
            YuvStandardMatrix::Bt601 => (0.299, 0.114),
            YuvStandardMatrix::Bt2020 => (0.2627, 0.0593),
            _ => (0.2126, 0.0722),
        };
        let green = 1.0 - red - blue;
        let (of_u, of_v) = (2.0 * (1.0 - blue) * 255.0 / 224.0, 2.0 * (1.0 - red) * 255.0 / 224.0);
        let fixed = |factor: f64| (factor * f64::from(1 << PLACES)).round() as i32;
        Self {
            luma: fixed(255.0 / 219.0),
            red_of_v: fixed(of_v),
            green_of_u: fixed(-of_u * blue / green),
            green_of_v: fixed(-of_v * red / green),
            blue_of_u: fixed(of_u),
        }
    }

    fn colours(&self, luma: u8, u: u8, v: u8) -> [u8; 3] {
        let grey = (i32::from(luma) - i32::from(BLACK)) * self.luma + (1 << (PLACES - 1));
        let (u, v) = (i32::from(u) - 128, i32::from(v) - 128);
        let level = |chroma: i32| ((grey + chroma) >> PLACES).clamp(0, 255) as u8;
        [level(v * self.red_of_v), level(u * self.green_of_u + v * self.green_of_v), level(u * self.blue_of_u)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_with_chroma_are_darker_below_black() {
        let factors = Factors::of(YuvStandardMatrix::Bt709);
        assert_eq!(factors.colours(5, 200, 200), [116, 0, 139]);
        assert_eq!(factors.colours(0, 128, 128), [0, 0, 0]);
    }
}
