//! One input of the compositor: where its pictures stand, and the newest of them, in memory of the stage's own, for a slot
//! lasts for one call.

use sluice_stage::{Picture, PlaneRows, PlaneRowsMut};

use crate::blend::blend_row;
use crate::resize::{Filter, Part, Resizing, Target};
use crate::scale::sized;

/// Bytes of a pixel.
const PIXEL: usize = 4;

/// How an input's pictures stand in what comes out.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// Where their left upper corner is, in pixels; it may lie outside.
    pub(crate) x: i64,
    pub(crate) y: i64,
    /// Width and height; 0 keeps the shape.
    pub(crate) size: [u32; 2],
    /// 0 to 255.
    pub(crate) opacity: u8,
    /// Those of a higher one are drawn over those of a lower one.
    pub(crate) order: i64,
    pub(crate) visible: bool,
}

/// An input.
pub(crate) struct Layer {
    pub(crate) place: Place,
    pub(crate) kept: Option<Kept>,
    /// The rows of the picture, without padding.
    pixels: Vec<u8>,
    /// The same in another size, and in which; one of 0 × 0 is none.
    scaled: Vec<u8>,
    scaled_to: (u32, u32),
}

/// What is known of the picture.
#[derive(Clone, Copy)]
pub(crate) struct Kept {
    pub(crate) from_ns: f64,
    pub(crate) to_ns: f64,
    pub(crate) ingress_ns: f64,
    /// It stood in what came out.
    pub(crate) shown: bool,
    size: (u32, u32),
    opaque: bool,
}

impl Layer {
    pub(crate) fn new(place: Place) -> Self {
        Self { place, kept: None, pixels: Vec::new(), scaled: Vec::new(), scaled_to: (0, 0) }
    }

    /// Keeps a picture in RGBA: when it starts, when it ends if it is the last, and when it entered the graph.
    pub(crate) fn keep(&mut self, picture: &Picture<'_>, (from_ns, to_ns): (f64, f64), ingress_ns: f64) {
        let rows = &picture.planes[0];
        self.pixels.clear();
        (0..rows.rows).for_each(|row| self.pixels.extend_from_slice(rows.row(row)));
        self.scaled_to = (0, 0);
        // A loop without a way out is one of vectors.
        let opaque = self.pixels.chunks_exact(PIXEL).fold(255, |all, pixel| all & pixel[3]) == 255;
        let size = (picture.width, picture.height);
        self.kept = Some(Kept { from_ns, to_ns, ingress_ns, shown: false, size, opaque });
    }

    /// Whether nothing of a picture of this size can be seen through it.
    pub(crate) fn covers(&self, width: usize, height: usize) -> bool {
        let Some(kept) = self.kept.filter(|kept| kept.opaque) else { return false };
        let Place { x, y, opacity, visible, .. } = self.place;
        let (own_width, own_height) = self.size_of(&kept);
        let reaches = |start: i64, length: u32, whole: usize| start <= 0 && start + i64::from(length) >= whole as i64;
        visible && opacity == 255 && reaches(x, own_width, width) && reaches(y, own_height, height)
    }

    /// Draws the picture over the rows of another one, which is opaque.
    pub(crate) fn draw(&mut self, resizing: &mut Resizing, to: &mut PlaneRowsMut<'_>) -> Result<(), String> {
        let Some(kept) = self.kept.filter(|_| self.place.visible && self.place.opacity > 0) else { return Ok(()) };
        let (width, height) = self.size_of(&kept);
        let (left, columns, skipped) = common(self.place.x, width, to.row_bytes / PIXEL);
        let (top, rows, skipped_rows) = common(self.place.y, height, to.rows);
        if columns == 0 || rows == 0 {
            return Ok(());
        }
        self.scale(&kept, (width, height), resizing)?;
        let pixels = if (width, height) == kept.size { &self.pixels } else { &self.scaled };
        let stride = width as usize * PIXEL;
        for row in 0..rows {
            let from = &pixels[(skipped_rows + row) * stride + skipped * PIXEL..][..columns * PIXEL];
            let place = &mut to.row(top + row)[left * PIXEL..][..columns * PIXEL];
            if kept.opaque && self.place.opacity == 255 {
                place.copy_from_slice(from);
            } else {
                blend_row(from, place, self.place.opacity);
            }
        }
        Ok(())
    }

    fn size_of(&self, kept: &Kept) -> (u32, u32) {
        sized(self.place.size, kept.size.0, kept.size.1)
    }

    /// Scales the picture, unless it was.
    fn scale(
        &mut self,
        kept: &Kept,
        size @ (width, height): (u32, u32),
        resizing: &mut Resizing,
    ) -> Result<(), String> {
        if size == kept.size || size == self.scaled_to {
            return Ok(());
        }
        let (across, down) = (kept.size.0 as usize, kept.size.1 as usize);
        let stride = across * PIXEL;
        let source = PlaneRows { bytes: &self.pixels, stride, row_bytes: stride, rows: down };
        let part = Part { left: 0.0, top: 0.0, width: across as f64, height: down as f64 };
        let stride = width as usize * PIXEL;
        self.scaled.resize(stride * height as usize, 0);
        let target = Target { bytes: &mut self.scaled, stride, width: width as usize, height: height as usize };
        resizing.by_alpha = !kept.opaque;
        resizing.run(&source, part, Filter::Bilinear, PIXEL, target)?;
        self.scaled_to = size;
        Ok(())
    }
}

/// What lies in 0 to `whole` of a length that starts somewhere: its first place there, how long it is there, and how much
/// of it lies before.
fn common(start: i64, length: u32, whole: usize) -> (usize, usize, usize) {
    let end = (start + i64::from(length)).min(whole as i64);
    let first = start.max(0);
    (first as usize, (end - first).max(0) as usize, (first - start) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_finds_what_lies_inside() {
        assert_eq!(common(3, 4, 10), (3, 4, 0));
        assert_eq!(common(-3, 4, 10), (0, 1, 3));
        assert_eq!(common(8, 4, 10), (8, 2, 0));
        assert_eq!(common(-2, 20, 10), (0, 10, 2));
        assert_eq!([common(-4, 4, 10).1, common(10, 4, 10).1], [0, 0]);
    }
}
