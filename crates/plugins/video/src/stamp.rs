//! An image of a PNG or JPEG file, or letters, drawn over pictures of any format by its alpha. Its colours become YUV by
//! BT.709, limited range.

use std::fs;

use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_NV12, SLUICE_RGBA8};
use sluice_stage::{PictureMut, PlaneRows};

use crate::blend::blend_row;
use crate::jpeg;
use crate::png::{self, MOST_PIXELS, Pixels};
use crate::resize::{Filter, Part, Resizing, Target};
use crate::shape::sized;

/// Bytes of a pixel.
const PIXEL: usize = 4;

/// The largest file.
const MOST_BYTES: u64 = 64 << 20;

/// An image.
#[derive(Default)]
pub(crate) struct Stamp {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Red, green, blue and alpha.
    pixels: Vec<u8>,
    /// A row with red and blue in each other's place.
    row: Vec<u8>,
}

/// Where a stamp stands in a picture, and how opaque it is besides its own alpha, 0 to 255.
#[derive(Clone, Copy)]
pub(crate) struct Spot {
    pub(crate) x: usize,
    pub(crate) y: usize,
    pub(crate) opacity: u8,
}

impl Stamp {
    /// Reads a PNG or JPEG file and scales it to a width; 0 keeps its own.
    pub(crate) fn read(path: &str, width: u32) -> Result<Self, String> {
        let cannot = |why: String| format!("the image \"{path}\" cannot be read: {why}");
        let found = fs::metadata(path).map_err(|error| cannot(error.to_string()))?;
        // To open a FIFO waits for its writer.
        if !found.is_file() || found.len() > MOST_BYTES {
            return Err(cannot(format!("wanted a regular file of {} MiB at most", MOST_BYTES >> 20)));
        }
        let file = fs::read(path).map_err(|error| cannot(error.to_string()))?;
        let decoded = if jpeg::begins(&file) { jpeg::decode(&file) } else { png::decode(&file) };
        decoded.and_then(|whole| Self::of(whole).scaled(width)).map_err(cannot)
    }

    /// Becomes a clear image of one colour, for what is drawn in it.
    pub(crate) fn clear(&mut self, (width, height): (usize, usize), [red, green, blue, _]: [u8; PIXEL]) {
        (self.width, self.height) = (width, height);
        self.pixels.clear();
        self.pixels.extend([red, green, blue, 0].iter().cycle().take(width * height * PIXEL));
    }

    /// Makes pixels of a row as opaque as they are covered, 0 to 255, as far as they lie in the image.
    pub(crate) fn cover(&mut self, x: usize, y: usize, width: usize, coverage: &[u8]) {
        if y >= self.height || x >= self.width {
            return;
        }
        let width = width.min(self.width - x);
        let row = &mut self.pixels[(y * self.width + x) * PIXEL..][..width * PIXEL];
        for (pixel, covered) in row.chunks_exact_mut(PIXEL).zip(coverage) {
            pixel[3] = pixel[3].max(*covered);
        }
    }

    fn of(Pixels { width, height, bytes }: Pixels) -> Self {
        Self { width, height, pixels: bytes, row: Vec::new() }
    }

    fn scaled(self, width: u32) -> Result<Self, String> {
        let (across, down) = (self.width, self.height);
        let (width, height) = sized([width, 0], (across as u32, down as u32));
        let (width, height) = (width as usize, (height as usize).min(MOST_PIXELS));
        if (width, height) == (across, down) {
            return Ok(self);
        }
        let mut pixels = vec![0; width * height * PIXEL];
        let source = PlaneRows { bytes: &self.pixels, stride: across * PIXEL, row_bytes: across * PIXEL, rows: down };
        let part = Part { left: 0.0, top: 0.0, width: across as f64, height: down as f64 };
        let target = Target { bytes: &mut pixels, stride: width * PIXEL, width, height };
        let mut resizing = Resizing::default();
        resizing.by_alpha = true;
        resizing.run(&source, part, Filter::Bilinear, PIXEL, target)?;
        Ok(Self { width, height, pixels, row: Vec::new() })
    }

    /// Draws the image over a picture, as far as it lies in it.
    pub(crate) fn draw(&mut self, picture: &mut PictureMut<'_>, spot: Spot) {
        if matches!(picture.format, SLUICE_RGBA8 | SLUICE_BGRA8) {
            self.draw_rgb(picture, spot)
        } else {
            self.draw_yuv(picture, spot)
        }
    }

    /// How many columns and rows of it lie in a picture, from a place that may lie beyond it.
    fn visible(&self, picture: &PictureMut<'_>, x: usize, y: usize) -> (usize, usize) {
        let columns = self.width.min((picture.width as usize).saturating_sub(x));
        (columns, self.height.min((picture.height as usize).saturating_sub(y)))
    }

    fn draw_rgb(&mut self, picture: &mut PictureMut<'_>, Spot { x, y, opacity }: Spot) {
        let swaps = picture.format == SLUICE_BGRA8;
        let (columns, rows) = self.visible(picture, x, y);
        if columns == 0 {
            return;
        }
        for row in 0..rows {
            let from = &self.pixels[row * self.width * PIXEL..][..columns * PIXEL];
            self.row.clear();
            self.row.extend_from_slice(from);
            if swaps {
                self.row.chunks_exact_mut(PIXEL).for_each(|pixel| pixel.swap(0, 2));
            }
            blend_row(&self.row, &mut picture.planes[0].row(y + row)[x * PIXEL..][..columns * PIXEL], opacity);
        }
    }

    /// The spot begins at an even place, so that four pixels have their chroma together.
    fn draw_yuv(&self, picture: &mut PictureMut<'_>, Spot { x, y, opacity }: Spot) {
        let (x, y) = (x & !1, y & !1);
        let (columns, rows) = self.visible(picture, x, y);
        if columns == 0 {
            return;
        }
        for row in 0..rows {
            let luma = &mut picture.planes[0].row(y + row)[x..][..columns];
            for (column, place) in luma.iter_mut().enumerate() {
                let (colour, part) = self.pixel(column, row, opacity);
                *place = mix(*place, luma_of(colour), part, 255);
            }
        }
        let (step, second) = if picture.format == SLUICE_NV12 { (2, (1, 1)) } else { (1, (2, 0)) };
        for row in 0..rows.div_ceil(2) {
            for column in 0..columns.div_ceil(2) {
                let (blue, red, part) = self.chroma(column, row, opacity);
                let at = (x / 2 + column) * step;
                for (plane, at, level) in [(1, at, blue), (second.0, at + second.1, red)] {
                    let place = &mut picture.planes[plane].row(y / 2 + row)[at];
                    *place = mix(*place, level, part, 4 * 255);
                }
            }
        }
    }

    /// A pixel's colour, and how opaque it is, 0 to 255.
    fn pixel(&self, column: usize, row: usize, opacity: u8) -> ([i32; 3], i32) {
        let at = (row * self.width + column) * PIXEL;
        let [red, green, blue, alpha] = [0, 1, 2, 3].map(|k| i32::from(self.pixels[at + k]));
        ([red, green, blue], (alpha * i32::from(opacity) + 127) / 255)
    }

    /// The chroma of four pixels, each as much as it is opaque, and how opaque they are together, 0 to 1020.
    fn chroma(&self, column: usize, row: usize, opacity: u8) -> (i32, i32, i32) {
        let (mut blue, mut red, mut all) = (0, 0, 0);
        for (right, below) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let (column, row) = (2 * column + right, 2 * row + below);
            if column < self.width && row < self.height {
                let (colour, part) = self.pixel(column, row, opacity);
                let [cb, cr] = chroma_of(colour);
                (blue, red, all) = (blue + cb * part, red + cr * part, all + part);
            }
        }
        (blue / all.max(1), red / all.max(1), all)
    }
}

/// A level, `part` of `whole` of the way to another.
fn mix(from: u8, to: i32, part: i32, whole: i32) -> u8 {
    let from = i32::from(from);
    ((from * (whole - part) + to * part + whole / 2) / whole).clamp(0, 255) as u8
}

/// ITU-R BT.709, limited range, in 256ths.
fn luma_of([red, green, blue]: [i32; 3]) -> i32 {
    16 + ((47 * red + 157 * green + 16 * blue + 128) >> 8)
}

fn chroma_of([red, green, blue]: [i32; 3]) -> [i32; 2] {
    let [cb, cr] = [-26 * red - 86 * green + 112 * blue, 112 * red - 102 * green - 10 * blue];
    [128 + ((cb + 128) >> 8), 128 + ((cr + 128) >> 8)]
}
