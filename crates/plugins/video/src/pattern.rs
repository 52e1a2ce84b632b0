//! The test pattern: what does not move is drawn once, what moves for each frame.

use sluice_stage::PlaneRowsMut;

use crate::code::{CELLS, cells_of, rows_of};

/// The colour bars of 75 %: white, yellow, cyan, green, magenta, red, blue, black (SMPTE EG 1, without its lower parts).
pub(crate) const BARS: [[u8; 3]; 8] =
    [[191, 191, 191], [191, 191, 0], [0, 191, 191], [0, 191, 0], [191, 0, 191], [191, 0, 0], [0, 0, 191], [0, 0, 0]];

/// What fills the picture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ground {
    /// Colour bars.
    Bars,
    /// Grey from black at the left to white at the right.
    Ramp,
}

/// A pattern in RGBA of one size.
pub(crate) struct Pattern {
    width: usize,
    height: usize,
    ground: Vec<u8>,
}

impl Pattern {
    pub(crate) fn new(ground: Ground, width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        let row: Vec<u8> = (0..width).flat_map(|x| pixel_of(ground, x, width)).collect();
        Self { width, height, ground: row }
    }

    /// Draws a frame: the ground, the box that moves, the flash and the counter.
    pub(crate) fn draw(&self, frame: u64, flash: bool, plane: &mut PlaneRowsMut<'_>) {
        for row in 0..self.height {
            plane.row(row).copy_from_slice(&self.ground);
        }
        self.draw_box(frame, plane);
        if flash {
            let (width, height) = (self.width / 4, self.height / 4);
            self.fill(plane, self.width - width, self.height - height, (width, height), [255; 4]);
        }
        self.draw_code(frame, plane);
    }

    /// A white box with a black border, which goes from left to right and back by 4 pixels a frame.
    fn draw_box(&self, frame: u64, plane: &mut PlaneRowsMut<'_>) {
        let size = (self.height / 8).max(2).min(self.width);
        let span = (self.width - size) as u64;
        let way = if span == 0 { 0 } else { frame * 4 % (2 * span) };
        let (x, y) = (way.min(2 * span - way) as usize, self.height / 2 - size / 2);
        let border = size / 8;
        self.fill(plane, x, y, (size, size), [0, 0, 0, 255]);
        self.fill(plane, x + border, y + border, (size - 2 * border, size - 2 * border), [255; 4]);
    }

    fn draw_code(&self, frame: u64, plane: &mut PlaneRowsMut<'_>) {
        let cells = cells_of(frame);
        let (cell, rows) = (self.width / CELLS as usize, rows_of(self.height as u32) as usize);
        for k in 0..CELLS as usize {
            let level = if cells << k & 1 << 31 == 0 { 0 } else { 255 };
            self.fill(plane, k * cell, 0, (cell, rows), [level, level, level, 255]);
        }
    }

    fn fill(&self, plane: &mut PlaneRowsMut<'_>, x: usize, y: usize, (width, height): (usize, usize), pixel: [u8; 4]) {
        for row in y..(y + height).min(self.height) {
            let pixels = &mut plane.row(row)[4 * x..4 * (x + width)];
            pixels.chunks_exact_mut(4).for_each(|place| place.copy_from_slice(&pixel));
        }
    }
}

fn pixel_of(ground: Ground, x: usize, width: usize) -> [u8; 4] {
    match ground {
        Ground::Bars => {
            let [r, g, b] = BARS[x * BARS.len() / width];
            [r, g, b, 255]
        }
        Ground::Ramp => {
            let level = (x * 255 / (width - 1).max(1)) as u8;
            [level, level, level, 255]
        }
    }
}
