//! Painting on pictures of any format: a dark ground.

use sluice_stage::PictureMut;
use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_NV12, SLUICE_RGBA8};

/// Luma of black in limited range, and chroma of grey.
const BLACK: u8 = 16;
const GREY: u8 = 128;

/// A rectangle, which may reach beyond the picture.
#[derive(Clone, Copy)]
pub(crate) struct Rect {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// A picture to paint on.
pub(crate) struct Canvas<'a, 'b> {
    picture: &'a mut PictureMut<'b>,
    rgb: bool,
}

impl<'a, 'b> Canvas<'a, 'b> {
    pub(crate) fn new(picture: &'a mut PictureMut<'b>) -> Self {
        let rgb = matches!(picture.format, SLUICE_RGBA8 | SLUICE_BGRA8);
        Self { picture, rgb }
    }

    /// Makes a rectangle darker, and its colours greyer.
    pub(crate) fn darken(&mut self, rect: Rect, opacity: f32) {
        let part = (opacity * 256.0) as i32;
        let (pixel, dark) = if self.rgb { (4, 0) } else { (1, BLACK) };
        self.blend(0, rect, pixel, dark, part);
        if self.rgb {
            return;
        }
        let half =
            Rect { x: rect.x / 2, y: rect.y / 2, width: rect.width.div_ceil(2), height: rect.height.div_ceil(2) };
        if self.picture.format == SLUICE_NV12 {
            self.blend(1, half, 2, GREY, part);
        } else {
            self.blend(1, half, 1, GREY, part);
            self.blend(2, half, 1, GREY, part);
        }
    }

    fn blend(&mut self, plane: usize, rect: Rect, pixel: usize, target: u8, part: i32) {
        let plane = &mut self.picture.planes[plane];
        let columns = plane.row_bytes / pixel;
        let (from, to) = (rect.x.min(columns), (rect.x + rect.width).min(columns));
        for row in rect.y.min(plane.rows)..(rect.y + rect.height).min(plane.rows) {
            let pixels = &mut plane.row(row)[from * pixel..to * pixel];
            for place in pixels.chunks_exact_mut(pixel) {
                let (colour, alpha) = place.split_at_mut(pixel.min(3));
                colour.iter_mut().for_each(|byte| *byte = mix(*byte, target, part));
                alpha.iter_mut().for_each(|byte| *byte = mix(*byte, 255, part));
            }
        }
    }
}

/// A byte, `part` of 256 of the way to another.
fn mix(byte: u8, target: u8, part: i32) -> u8 {
    let (byte, target) = (i32::from(byte), i32::from(target));
    (byte + (((target - byte) * part + 128) >> 8)).clamp(0, 255) as u8
}
