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
    /// Rings that run inwards: every pixel moves, and the finer the further out.
    ZonePlate,
}

/// Of the phase of a ring: a period has 256 steps, each of 256 parts.
const PHASE_BITS: u32 = 8;
/// Steps by which rings run on from one frame to the next: 32 frames a period.
const STEPS_A_FRAME: u64 = 8;

/// A pattern in RGBA of one size.
pub(crate) struct Pattern {
    width: usize,
    height: usize,
    ground: Still,
}

/// What of the ground is computed once.
enum Still {
    /// All rows are this one.
    Row(Vec<u8>),
    /// The parts of each pixel's phase that come from its column and from its row, and a pixel for each step.
    Rings { columns: Vec<u32>, rows: Vec<u32>, pixels: Box<[[u8; 4]; 256]> },
}

impl Pattern {
    pub(crate) fn new(ground: Ground, width: u32, height: u32) -> Self {
        let (width, height) = (width as usize, height as usize);
        let ground = match ground {
            Ground::Bars => Still::Row((0..width).flat_map(|x| bar_at(x, width)).collect()),
            Ground::Ramp => Still::Row((0..width).flat_map(|x| grey_at(x, width)).collect()),
            Ground::ZonePlate => rings(width, height),
        };
        Self { width, height, ground }
    }

    /// Draws a frame: the ground, the box that moves, the flash and the counter.
    pub(crate) fn draw(&self, frame: u64, flash: bool, plane: &mut PlaneRowsMut<'_>) {
        match &self.ground {
            Still::Row(pixels) => (0..self.height).for_each(|row| plane.row(row).copy_from_slice(pixels)),
            Still::Rings { columns, rows, pixels } => {
                let offset = ((frame * STEPS_A_FRAME % 256) as u32) << PHASE_BITS;
                for (row, of_row) in rows.iter().enumerate() {
                    let places = plane.row(row).chunks_exact_mut(4);
                    for (place, of_column) in places.zip(columns) {
                        let step = of_column.wrapping_add(*of_row).wrapping_add(offset) >> PHASE_BITS & 0xff;
                        place.copy_from_slice(&pixels[step as usize]);
                    }
                }
            }
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

/// The phase of a pixel grows with the square of its distance from the middle, to an eighth of a period a pixel at the
/// left and right edges.
fn rings(width: usize, height: usize) -> Still {
    let phase = |at: usize, size: usize| {
        let distance = at.abs_diff(size / 2) as u64;
        // The steps of a period, by eight times the width.
        (distance * distance * (256 << PHASE_BITS) / (8 * width as u64)) as u32
    };
    let level = |step: usize| (127.5 * (1.0 + (step as f64 * std::f64::consts::TAU / 256.0).cos())).round() as u8;
    Still::Rings {
        columns: (0..width).map(|x| phase(x, width)).collect(),
        rows: (0..height).map(|y| phase(y, height)).collect(),
        pixels: Box::new(std::array::from_fn(|step| [level(step), level(step), level(step), 255])),
    }
}

fn bar_at(x: usize, width: usize) -> [u8; 4] {
    let [r, g, b] = BARS[x * BARS.len() / width];
    [r, g, b, 255]
}

fn grey_at(x: usize, width: usize) -> [u8; 4] {
    let level = (x * 255 / (width - 1).max(1)) as u8;
    [level, level, level, 255]
}
