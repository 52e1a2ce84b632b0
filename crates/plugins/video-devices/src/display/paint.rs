//! Pictures as pixels of a window: blue, green, red and a byte that says nothing, row by row without a gap.

use fast_image_resize::images::{TypedCroppedImageMut, TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x4;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_I420, SLUICE_NV12, SLUICE_RGBA8};
use sluice_stage::pixel_format_name;
use yuv::{YuvBiPlanarImage, YuvConversionMode, YuvPlanarImage, YuvRange, YuvStandardMatrix};

use super::fit::{Placement, Scaling, place, shown_size};
use super::held::Held;
use crate::shot::PIXEL;

/// What is beside a picture.
const BLACK: [u8; PIXEL] = [0, 0, 0, 255];

/// Paints pictures, in memory that is used again.
pub(crate) struct Painter {
    matrix: YuvStandardMatrix,
    range: YuvRange,
    scaling: Scaling,
    resizer: Resizer,
    /// The picture in BGRA, where it has another format.
    pixels: Vec<u8>,
}

impl Painter {
    /// `matrix`, `range` and `scaling`: by their names.
    pub(crate) fn new(matrix: &str, range: &str, scaling: &str) -> Self {
        let matrix = match matrix {
            "bt601" => YuvStandardMatrix::Bt601,
            "bt2020" => YuvStandardMatrix::Bt2020,
            _ => YuvStandardMatrix::Bt709,
        };
        let range = if range == "full" { YuvRange::Full } else { YuvRange::Limited };
        Self { matrix, range, scaling: Scaling::named(scaling), resizer: Resizer::new(), pixels: Vec::new() }
    }

    /// Paints a picture into a window of a size.
    ///
    /// # Errors
    ///
    /// Why it cannot be converted or scaled.
    pub(crate) fn paint(&mut self, held: &Held, window: (u32, u32), to: &mut [u8]) -> Result<(), String> {
        let size = (held.width, held.height);
        let shown = shown_size(held.width, held.height, held.pixel_aspect);
        let placement = place(self.scaling, size, shown, window);
        let stride = window.0 as usize * PIXEL;
        let whole =
            Placement { from: [0.0, 0.0, size.0.into(), size.1.into()], to: [0, 0, size.0 as usize, size.1 as usize] };
        if size == window && placement == whole {
            return self.convert(held, to, stride);
        }
        blacken(to, stride, placement.to);
        if held.format == SLUICE_BGRA8 {
            let plane = &held.planes[0];
            return self.scale(&plane.bytes, plane.stride, plane.rows, placement, to, window);
        }
        let mut pixels = std::mem::take(&mut self.pixels);
        let own_stride = size.0 as usize * PIXEL;
        pixels.resize(own_stride * size.1 as usize, 0);
        let done = self
            .convert(held, &mut pixels, own_stride)
            .and_then(|()| self.scale(&pixels, own_stride, size.1 as usize, placement, to, window));
        self.pixels = pixels;
        done
    }

    /// Writes a picture in its own size.
    fn convert(&self, held: &Held, to: &mut [u8], stride: usize) -> Result<(), String> {
        let Self { matrix, range, .. } = *self;
        let (width, height) = (held.width, held.height);
        let [first, second, third] = &held.planes;
        let done = match held.format {
            SLUICE_BGRA8 | SLUICE_RGBA8 => {
                let swaps = held.format == SLUICE_RGBA8;
                let row = width as usize * PIXEL;
                for (to, from) in to.chunks_exact_mut(stride).zip(first.bytes.chunks(first.stride)) {
                    copy_row(&from[..row], &mut to[..row], swaps);
                }
                return Ok(());
            }
            SLUICE_NV12 => {
                let image = YuvBiPlanarImage {
                    y_plane: &first.bytes,
                    y_stride: first.stride as u32,
                    uv_plane: &second.bytes,
                    uv_stride: second.stride as u32,
                    width,
                    height,
                };
                yuv::yuv_nv12_to_bgra(&image, to, stride as u32, range, matrix, YuvConversionMode::Balanced)
            }
            SLUICE_I420 => {
                let image = YuvPlanarImage {
                    y_plane: &first.bytes,
                    y_stride: first.stride as u32,
                    u_plane: &second.bytes,
                    u_stride: second.stride as u32,
                    v_plane: &third.bytes,
                    v_stride: third.stride as u32,
                    width,
                    height,
                };
                yuv::yuv420_to_bgra(&image, to, stride as u32, range, matrix)
            }
            other => return Err(format!("pictures in {} cannot be shown", pixel_format_name(other))),
        };
        done.map_err(|error| format!("the picture cannot be converted: {error}"))
    }

    /// Scales pixels in BGRA to their place.
    fn scale(
        &mut self,
        from: &[u8],
        stride: usize,
        rows: usize,
        Placement { from: part, to: [left, top, width, height] }: Placement,
        to: &mut [u8],
        window: (u32, u32),
    ) -> Result<(), String> {
        let wrong = |error: &dyn std::fmt::Display| format!("the picture cannot be scaled: {error}");
        let [from_left, from_top, from_width, from_height] = part;
        if (from_width, from_height) == (width as f64, height as f64) && from_left.fract() + from_top.fract() == 0.0 {
            let (first, row) = (from_left as usize * PIXEL, width * PIXEL);
            for line in 0..height {
                let at = (top + line) * window.0 as usize * PIXEL + left * PIXEL;
                to[at..at + row].copy_from_slice(&from[(from_top as usize + line) * stride + first..][..row]);
            }
            return Ok(());
        }
        let source = TypedImageRef::<U8x4>::from_buffer((stride / PIXEL) as u32, rows as u32, from);
        let source = source.map_err(|error| wrong(&error))?;
        let target = TypedImage::<U8x4>::from_buffer(window.0, window.1, to).map_err(|error| wrong(&error))?;
        let place = TypedCroppedImageMut::new(target, left as u32, top as u32, width as u32, height as u32);
        let mut place = place.map_err(|error| wrong(&error))?;
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
            .crop(from_left, from_top, from_width, from_height)
            .use_alpha(false);
        self.resizer.resize_typed(&source, &mut place, &options).map_err(|error| wrong(&error))
    }
}

fn copy_row(from: &[u8], to: &mut [u8], swaps: bool) {
    if !swaps {
        to.copy_from_slice(from);
        return;
    }
    for (to, from) in to.chunks_exact_mut(PIXEL).zip(from.chunks_exact(PIXEL)) {
        to.copy_from_slice(&[from[2], from[1], from[0], from[3]]);
    }
}

/// Blackens what lies around a place.
fn blacken(to: &mut [u8], stride: usize, [left, top, width, height]: [usize; 4]) {
    for (at, row) in to.chunks_exact_mut(stride.max(1)).enumerate() {
        if at < top || at >= top + height {
            blacken_pixels(row);
            continue;
        }
        let (before, behind) = row.split_at_mut(left * PIXEL);
        blacken_pixels(before);
        blacken_pixels(&mut behind[width * PIXEL..]);
    }
}

fn blacken_pixels(to: &mut [u8]) {
    to.chunks_exact_mut(PIXEL).for_each(|pixel| pixel.copy_from_slice(&BLACK));
}

#[cfg(test)]
mod tests {
    use super::super::held::HeldPlane;
    use super::*;

    fn held(format: u32, width: u32, height: u32, planes: [(Vec<u8>, usize); 3]) -> Held {
        let planes = planes.map(|(bytes, stride)| HeldPlane { rows: bytes.len() / stride.max(1), bytes, stride });
        Held { format, width, height, planes, ..Held::empty() }
    }

    fn painted(held: &Held, fit: &str, window: (u32, u32)) -> Vec<u8> {
        let mut bytes = vec![7; window.0 as usize * window.1 as usize * PIXEL];
        Painter::new("bt709", "limited", fit).paint(held, window, &mut bytes).unwrap();
        bytes
    }

    /// Two pixels wide and high, with a gap behind each row.
    fn four(format: u32) -> Held {
        let pixels = vec![1, 2, 3, 255, 4, 5, 6, 255, 0, 0, 7, 8, 9, 255, 10, 11, 12, 255, 0, 0];
        let pixels = [&pixels[..8], &[0; 4], &pixels[10..18], &[0; 4]].concat();
        held(format, 2, 2, [(pixels, 12), (vec![], 0), (vec![], 0)])
    }

    #[test]
    fn pixels_of_the_size_of_the_window_are_copied() {
        let wanted = [1, 2, 3, 255, 4, 5, 6, 255, 7, 8, 9, 255, 10, 11, 12, 255];
        assert_eq!(painted(&four(SLUICE_BGRA8), "fit", (2, 2)), wanted);
        let swapped = [3, 2, 1, 255, 6, 5, 4, 255, 9, 8, 7, 255, 12, 11, 10, 255];
        assert_eq!(painted(&four(SLUICE_RGBA8), "fit", (2, 2)), swapped);
    }

    #[test]
    fn what_is_beside_a_picture_is_black() {
        let black = [0, 0, 0, 255];
        let row = |a: [u8; 4], b: [u8; 4]| [black, a, b, black].concat();
        let wanted = [
            [black; 4].concat(),
            row([1, 2, 3, 255], [4, 5, 6, 255]),
            row([7, 8, 9, 255], [10, 11, 12, 255]),
            [black; 4].concat(),
        ];
        assert_eq!(painted(&four(SLUICE_BGRA8), "none", (4, 4)), wanted.concat());
        assert_eq!(painted(&four(SLUICE_BGRA8), "none", (1, 1)), [1, 2, 3, 255]);
    }

    #[test]
    fn a_plain_picture_stays_plain_when_it_is_scaled() {
        let plain = held(SLUICE_BGRA8, 4, 2, [([10, 20, 30, 255].repeat(8), 16), (vec![], 0), (vec![], 0)]);
        assert_eq!(painted(&plain, "stretch", (7, 5)), [10, 20, 30, 255].repeat(35));
        let fitted = painted(&plain, "fit", (8, 6));
        assert_eq!(fitted[..32], [0, 0, 0, 255].repeat(8));
        assert_eq!(fitted[32..160], [10, 20, 30, 255].repeat(32));
        assert_eq!(fitted[160..], [0, 0, 0, 255].repeat(8));
        assert_eq!(painted(&plain, "fill", (6, 6)), [10, 20, 30, 255].repeat(36));
    }

    #[test]
    fn white_and_black_of_both_kinds_of_yuv_are_white_and_black() {
        let nv12 = held(SLUICE_NV12, 2, 2, [(vec![235, 235, 16, 16], 2), (vec![128, 128], 2), (vec![], 0)]);
        let i420 = held(SLUICE_I420, 2, 2, [(vec![235, 235, 16, 16], 2), (vec![128], 1), (vec![128], 1)]);
        let wanted = [[255; 8], [0, 0, 0, 255, 0, 0, 0, 255]].concat();
        assert_eq!(painted(&nv12, "fit", (2, 2)), wanted);
        assert_eq!(painted(&i420, "fit", (2, 2)), wanted);
    }
}
