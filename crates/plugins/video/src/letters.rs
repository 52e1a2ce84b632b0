//! Letters of the font that the library has, rasterised once for each size.

use std::collections::HashMap;

use fontdue::{Font, FontSettings, Metrics};

/// DejaVu Sans Mono, cut down to Latin, Greek and a few signs; its licence lies beside it.
const FONT: &[u8] = include_bytes!("../font/DejaVuSansMono.ttf");

/// The font, and the letters that were drawn.
pub(crate) struct Letters {
    font: Font,
    size: u32,
    drawn: HashMap<char, (Metrics, Vec<u8>)>,
}

impl Letters {
    pub(crate) fn new() -> Result<Self, String> {
        let font =
            Font::from_bytes(FONT, FontSettings::default()).map_err(|why| format!("the font is damaged: {why}"))?;
        Ok(Self { font, size: 0, drawn: HashMap::new() })
    }

    /// Width and height of a text in pixels.
    pub(crate) fn measure(&self, text: &str, size: u32) -> (usize, usize) {
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        (widest * self.step(size), text.lines().count() * size as usize)
    }

    /// Gives each row of each letter of a text: its place, from the text's left and top, its width, and how much of each
    /// pixel it covers. `align` says where lines stand that are shorter than others, from 0 at the left to 1.
    pub(crate) fn draw(&mut self, text: &str, size: u32, align: f64, mut row: impl FnMut(usize, usize, usize, &[u8])) {
        if self.size != size {
            self.size = size;
            self.drawn.clear();
        }
        let (step, scale) = (self.step(size), pixels(size));
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        let ascent = self.font.horizontal_line_metrics(scale).map_or(scale, |line| line.ascent);
        for (line, letters) in text.lines().enumerate() {
            let indent = (((widest - letters.chars().count()) * step) as f64 * align) as i32;
            for (column, letter) in letters.chars().enumerate() {
                let font = &self.font;
                let (metrics, coverage) = self.drawn.entry(letter).or_insert_with(|| font.rasterize(letter, scale));
                let top = line as i32 * size as i32 + ascent.round() as i32 - metrics.height as i32 - metrics.ymin;
                let left = indent + (column * step) as i32 + metrics.xmin;
                for (k, covered) in coverage.chunks_exact(metrics.width.max(1)).enumerate() {
                    if let (Ok(x), Ok(y)) = (usize::try_from(left), usize::try_from(top + k as i32)) {
                        row(x, y, metrics.width, covered);
                    }
                }
            }
        }
    }

    /// Pixels from letter to letter; all are as wide.
    fn step(&self, size: u32) -> usize {
        self.font.metrics('0', pixels(size)).advance_width.round() as usize
    }
}

/// Pixels of an em in a line of so many.
fn pixels(size: u32) -> f32 {
    size as f32 * 0.85
}
