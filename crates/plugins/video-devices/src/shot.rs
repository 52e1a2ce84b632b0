//! A picture of a screen on its way into a frame: its pixels as the server has written them, and the pointer that is drawn
//! over them in the frame alone. So the pixels can be brought up to date where the screen has changed.

use std::sync::Arc;
use std::time::Instant;

/// Bytes of a pixel.
pub(crate) const PIXEL: usize = 4;

/// The pointer's picture.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Where its upper left corner is in the picture, pixels; it may lie outside.
    pub(crate) left: i32,
    pub(crate) top: i32,
    pub(crate) width: usize,
    /// Pixels of blue, green, red and alpha, row by row; colours are multiplied by alpha.
    pub(crate) pixels: Arc<[u8]>,
}

/// Pixels of 4 bytes, row by row without a gap: blue, green, red, and a byte that says nothing.
pub(crate) trait Pixels: Send {
    /// All bytes; as many as the largest picture had.
    fn bytes(&self) -> &[u8];
}

/// A picture of a screen.
pub(crate) struct Shot<P> {
    pub(crate) pixels: P,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) cursor: Option<Cursor>,
    pub(crate) taken: Instant,
    /// Something is new since the shot before.
    pub(crate) changed: bool,
    /// Shots are missing before this one.
    pub(crate) gap: bool,
}

impl<P: Pixels> Shot<P> {
    /// Writes the pixels of a row, which are opaque.
    pub(crate) fn write_row(&self, row: usize, to: &mut [u8]) {
        let stride = self.width as usize * PIXEL;
        let from = &self.pixels.bytes()[row * stride..][..stride];
        for (to, from) in to.chunks_exact_mut(PIXEL).zip(from.chunks_exact(PIXEL)) {
            let pixel = u32::from_le_bytes([from[0], from[1], from[2], from[3]]) | 0xff00_0000;
            to.copy_from_slice(&pixel.to_le_bytes());
        }
        if let Some(cursor) = &self.cursor {
            cursor.draw(row, to);
        }
    }
}

impl Cursor {
    /// Draws what of it lies in a row of the picture.
    fn draw(&self, row: usize, to: &mut [u8]) {
        let Some(own) = (row as i32).checked_sub(self.top).and_then(|own| usize::try_from(own).ok()) else { return };
        let mut pixels = self.pixels.chunks_exact(self.width.max(1) * PIXEL);
        let Some(from) = pixels.nth(own) else { return };
        for (column, from) in from.chunks_exact(PIXEL).enumerate() {
            let Ok(at) = usize::try_from(self.left + column as i32) else { continue };
            let Some(to) = to.get_mut(at * PIXEL..(at + 1) * PIXEL) else { return };
            let rest = 255 - u32::from(from[3]);
            for (to, from) in to.iter_mut().zip(from).take(3) {
                *to = (u32::from(*from) + (u32::from(*to) * rest + 127) / 255).min(255) as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain(Vec<u8>);

    impl Pixels for Plain {
        fn bytes(&self) -> &[u8] {
            &self.0
        }
    }

    fn shot(cursor: Option<Cursor>) -> Shot<Plain> {
        let pixels = Plain((0..24).collect());
        Shot { pixels, width: 3, height: 2, cursor, taken: Instant::now(), changed: true, gap: false }
    }

    fn row(shot: &Shot<Plain>, row: usize) -> Vec<u8> {
        let mut bytes = vec![0; 12];
        shot.write_row(row, &mut bytes);
        bytes
    }

    #[test]
    fn rows_are_opaque() {
        assert_eq!(row(&shot(None), 1), [12, 13, 14, 255, 16, 17, 18, 255, 20, 21, 22, 255]);
    }

    #[test]
    fn a_pointer_covers_what_lies_below_by_its_alpha_and_may_stick_out() {
        // Two rows of two pixels, of which the right one is half transparent, at the left edge and beyond the top.
        let pixels = [[9; 4], [9; 4], [1, 2, 3, 255], [50, 60, 70, 128]].concat().into();
        let cursor = Cursor { left: -1, top: -1, width: 2, pixels };
        let drawn = shot(Some(cursor.clone()));
        assert_eq!(row(&drawn, 0), [50, 60, 71, 255, 4, 5, 6, 255, 8, 9, 10, 255]);
        assert_eq!(row(&drawn, 1), row(&shot(None), 1));
        let drawn = shot(Some(Cursor { left: 2, top: 1, ..cursor }));
        assert_eq!(row(&drawn, 0), row(&shot(None), 0));
        assert_eq!(row(&drawn, 1)[..8], row(&shot(None), 1)[..8]);
    }
}
