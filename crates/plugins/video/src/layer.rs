//! One input of the compositor: where its pictures stand, and the newest of them, in memory of the stage's own, for a slot
//! lasts for one call.

use sluice_stage::{Picture, PlaneRows, PlaneRowsMut};

use crate::blend::blend_row;
use crate::resize::{Filter, Part, Resizing, Target};
use crate::saved::{Loaded, Saved};
use crate::shape::{shown_size, sized};

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
    /// The part of it that can be seen, in another size, and which that is.
    scaled: Vec<u8>,
    scaled_to: Option<Visible>,
}

/// The part of a picture that lies in what comes out.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Visible {
    /// The size of the whole picture there.
    size: (u32, u32),
    /// How much of it lies outside, to the left and above.
    skipped: (usize, usize),
    columns: usize,
    rows: usize,
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
    /// As `SluiceFrameInfo` has it.
    pixel_aspect: u32,
    opaque: bool,
}

impl Kept {
    /// The picture is shown on, while times begin anew.
    pub(crate) fn forget_times(&mut self) {
        (self.from_ns, self.to_ns) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    }
}

impl Layer {
    pub(crate) fn new(place: Place) -> Self {
        Self { place, kept: None, pixels: Vec::new(), scaled: Vec::new(), scaled_to: None }
    }

    /// Keeps a picture in RGBA: when it starts, when it ends if it is the last, and when it entered the graph.
    pub(crate) fn keep(
        &mut self,
        picture: &Picture<'_>,
        pixel_aspect: u32,
        (from_ns, to_ns): (f64, f64),
        ingress_ns: f64,
    ) {
        let rows = &picture.planes[0];
        self.pixels.clear();
        (0..rows.rows).for_each(|row| self.pixels.extend_from_slice(rows.row(row)));
        self.scaled_to = None;
        let (size, opaque) = ((picture.width, picture.height), is_opaque(&self.pixels));
        self.kept = Some(Kept { from_ns, to_ns, ingress_ns, shown: false, size, pixel_aspect, opaque });
    }

    /// Adds the picture to a state, if that has room.
    pub(crate) fn save(&self, state: &mut Saved) {
        let Some(kept) = self.kept.filter(|_| state.has_room_for(self.pixels.len())) else { return state.number(0) };
        [kept.size.0, kept.size.1, u32::from(kept.shown), kept.pixel_aspect]
            .into_iter()
            .for_each(|number| state.number(number));
        [kept.from_ns, kept.to_ns, kept.ingress_ns].into_iter().for_each(|time_ns| state.time(time_ns));
        state.bytes(&self.pixels);
    }

    /// Goes on with the picture of a state.
    pub(crate) fn load(&mut self, state: &mut Loaded<'_>) -> Option<()> {
        let width = state.number()?;
        if width == 0 {
            return Some(());
        }
        let (height, shown, pixel_aspect) = (state.number()?, state.number()? != 0, state.number()?);
        let (from_ns, to_ns, ingress_ns) = (state.time()?, state.time()?, state.time()?);
        self.pixels = state.bytes((width as usize).checked_mul(height as usize)?.checked_mul(PIXEL)?)?.to_vec();
        let (size, opaque) = ((width, height), is_opaque(&self.pixels));
        self.kept = Some(Kept { from_ns, to_ns, ingress_ns, shown, size, pixel_aspect, opaque });
        Some(())
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
        let size @ (width, height) = self.size_of(&kept);
        let (left, columns, before) = common(self.place.x, width, to.row_bytes / PIXEL);
        let (top, rows, above) = common(self.place.y, height, to.rows);
        if columns == 0 || rows == 0 {
            return Ok(());
        }
        let (pixels, stride) = if size == kept.size {
            (&self.pixels[(above * width as usize + before) * PIXEL..], width as usize * PIXEL)
        } else {
            self.scale(&kept, Visible { size, skipped: (before, above), columns, rows }, resizing)?;
            (&self.scaled[..], columns * PIXEL)
        };
        for row in 0..rows {
            let from = &pixels[row * stride..][..columns * PIXEL];
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
        sized(self.place.size, shown_size(kept.size, kept.pixel_aspect))
    }

    /// Scales the part of the picture that can be seen, unless it was.
    fn scale(&mut self, kept: &Kept, visible: Visible, resizing: &mut Resizing) -> Result<(), String> {
        if self.scaled_to == Some(visible) {
            return Ok(());
        }
        let Visible { size, skipped, columns, rows } = visible;
        let (across, down) = (kept.size.0 as usize, kept.size.1 as usize);
        let stride = across * PIXEL;
        let source = PlaneRows { bytes: &self.pixels, stride, row_bytes: stride, rows: down };
        let (wide, high) = (across as f64 / f64::from(size.0), down as f64 / f64::from(size.1));
        let part = Part {
            left: skipped.0 as f64 * wide,
            top: skipped.1 as f64 * high,
            width: columns as f64 * wide,
            height: rows as f64 * high,
        };
        let stride = columns * PIXEL;
        self.scaled.resize(stride * rows, 0);
        let target = Target { bytes: &mut self.scaled, stride, width: columns, height: rows };
        resizing.by_alpha = !kept.opaque;
        resizing.run(&source, part, Filter::Bilinear, PIXEL, target)?;
        self.scaled_to = Some(visible);
        Ok(())
    }
}

/// Whether no pixel is transparent.
fn is_opaque(pixels: &[u8]) -> bool {
    // A loop without a way out is one of vectors.
    pixels.chunks_exact(PIXEL).fold(255, |all, pixel| all & pixel[3]) == 255
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
    #[test]
    fn draw_scales_no_more_than_can_be_seen() {
        let mut bytes = vec![255; 16 * 9 * PIXEL];
        let rows = PlaneRows { bytes: &bytes, stride: 16 * PIXEL, row_bytes: 16 * PIXEL, rows: 9 };
        let none = PlaneRows { bytes: &[], stride: 0, row_bytes: 0, rows: 0 };
        let picture = Picture { format: 0, width: 16, height: 9, planes: [rows, none, none] };
        let place = Place { x: -4000, y: -2000, size: [8192, 0], opacity: 255, order: 0, visible: true };
        let mut layer = Layer::new(place);
        layer.keep(&picture, 0, (0.0, 1.0), 0.0);
        bytes.fill(0);
        let mut to = PlaneRowsMut { bytes: &mut bytes, stride: 16 * PIXEL, row_bytes: 16 * PIXEL, rows: 9 };
        layer.draw(&mut Resizing::default(), &mut to).unwrap();
        assert!(to.bytes.iter().all(|&byte| byte == 255));
        assert_eq!(layer.scaled.len(), to.bytes.len());
    }

    /// Numbers that look random (a linear congruential generator).
    fn numbers() -> impl FnMut(u32) -> u32 {
        let mut state = 1_u64;
        move |below| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u32 % below
        }
    }

    #[test]
    fn draw_takes_every_place_and_size() {
        let mut next = numbers();
        let none = PlaneRows { bytes: &[], stride: 0, row_bytes: 0, rows: 0 };
        for _ in 0..20_000 {
            let (width, height) = (1 + next(40), 1 + next(40));
            let bytes = vec![255; (width * height) as usize * PIXEL];
            let row_bytes = width as usize * PIXEL;
            let rows = PlaneRows { bytes: &bytes, stride: row_bytes, row_bytes, rows: height as usize };
            let size = [next(300), next(300)].map(|side| if side < 20 { 0 } else { side });
            let [x, y] = [0; 2].map(|_| i64::from(next(200)) - 150);
            let mut layer = Layer::new(Place { x, y, size, opacity: 255, order: 0, visible: true });
            layer.keep(&Picture { format: 0, width, height, planes: [rows, none, none] }, 0, (0.0, 1.0), 0.0);
            let mut to = vec![0; 50 * 50 * PIXEL];
            let mut place = PlaneRowsMut { bytes: &mut to, stride: 50 * PIXEL, row_bytes: 50 * PIXEL, rows: 50 };
            let drawn = layer.draw(&mut Resizing::default(), &mut place);
            assert_eq!(drawn, Ok(()), "{width} × {height} as {size:?} at {x}, {y}");
        }
    }
}
