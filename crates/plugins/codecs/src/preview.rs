//! Small JPEG pictures for those who look at a link from outside: scaled and encoded by one call, beside the stages.

use std::slice::{from_raw_parts, from_raw_parts_mut};

use jpeg_encoder::{ColorType, Encoder};

/// A picture in memory.
struct Picture<'a> {
    bytes: &'a [u8],
    layout: Layout,
    /// The first byte of each plane, and its bytes from row to row.
    planes: [(usize, usize); 3],
    width: usize,
    height: usize,
    /// The colours are those of BT.709, else of BT.601.
    is_bt709: bool,
}

/// A layout of pixels in planes; the numbers are those of `ffi/preview.ts`.
#[derive(Clone, Copy, PartialEq)]
enum Layout {
    Rgba,
    Bgra,
    Nv12,
    I420,
}

impl Layout {
    fn numbered(number: u32) -> Option<Self> {
        [Self::Rgba, Self::Bgra, Self::Nv12, Self::I420].get(number as usize).copied()
    }

    /// Bytes of a row, and rows, of each plane of a picture.
    fn sizes(self, width: usize, height: usize) -> Vec<(usize, usize)> {
        let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
        match self {
            Self::Rgba | Self::Bgra => vec![(4 * width, height)],
            Self::Nv12 => vec![(width, height), (2 * half_width, half_height)],
            Self::I420 => vec![(width, height), (half_width, half_height), (half_width, half_height)],
        }
    }
}

impl Picture<'_> {
    /// True if every pixel lies in the bytes.
    fn is_whole(&self) -> bool {
        self.width > 0
            && self.height > 0
            && self.layout.sizes(self.width, self.height).iter().zip(self.planes).all(
                |(&(row, rows), (start, stride))| {
                    row <= stride
                        && stride
                            .checked_mul(rows - 1)
                            .and_then(|rest| start.checked_add(rest)?.checked_add(row))
                            .is_some_and(|end| end <= self.bytes.len())
                },
            )
    }

    /// Makes each pixel of a small picture of four of this one: red, green and blue.
    fn shrink(&self, width: usize, height: usize) -> Vec<u8> {
        let columns = places(self.width, width);
        let rows = places(self.height, height);
        let mut pixels = Vec::with_capacity(width * height * 3);
        for pair in rows.chunks_exact(2) {
            for [left, right] in columns.chunks_exact(2).map(|each| [each[0], each[1]]) {
                let mut sums = [0u32; 3];
                for (x, y) in [(left, pair[0]), (right, pair[0]), (left, pair[1]), (right, pair[1])] {
                    for (sum, value) in sums.iter_mut().zip(self.samples(x, y)) {
                        *sum += u32::from(value);
                    }
                }
                let means = sums.map(|sum| ((sum + 2) / 4) as u8);
                pixels.extend(if matches!(self.layout, Layout::Nv12 | Layout::I420) {
                    self.to_rgb(means)
                } else {
                    means
                });
            }
        }
        pixels
    }

    /// Red, green and blue of a pixel, or its luma and chroma.
    fn samples(&self, x: usize, y: usize) -> [u8; 3] {
        let at = |plane: usize, place: usize, row: usize| {
            let (start, stride) = self.planes[plane];
            self.bytes[start + row * stride + place]
        };
        match self.layout {
            Layout::Rgba => [at(0, 4 * x, y), at(0, 4 * x + 1, y), at(0, 4 * x + 2, y)],
            Layout::Bgra => [at(0, 4 * x + 2, y), at(0, 4 * x + 1, y), at(0, 4 * x, y)],
            Layout::Nv12 => [at(0, x, y), at(1, x / 2 * 2, y / 2), at(1, x / 2 * 2 + 1, y / 2)],
            Layout::I420 => [at(0, x, y), at(1, x / 2, y / 2), at(2, x / 2, y / 2)],
        }
    }

    /// Luma and chroma of the limited range as red, green and blue.
    fn to_rgb(&self, [y, u, v]: [u8; 3]) -> [u8; 3] {
        let luma = 1.164_384 * (f32::from(y) - 16.0);
        let (u, v) = (f32::from(u) - 128.0, f32::from(v) - 128.0);
        let rgb = if self.is_bt709 {
            [luma + 1.792_741 * v, luma - 0.213_249 * u - 0.532_909 * v, luma + 2.112_402 * u]
        } else {
            [luma + 1.596_027 * v, luma - 0.391_762 * u - 0.812_968 * v, luma + 2.017_232 * u]
        };
        rgb.map(|value| (value + 0.5) as u8)
    }
}

/// Returns the places of the two samples that each small pixel takes along one axis.
fn places(large: usize, small: usize) -> Vec<usize> {
    (0..2 * small).map(|k| (2 * k + 1) * large / (4 * small)).collect()
}

/// Scales a picture and encodes it to JPEG. Returns its length in bytes; 0 if the picture does not lie in its bytes, the
/// result does not fit, or a number makes no sense.
///
/// # Safety
///
/// There are `length` bytes at `pixels` and `room` bytes at `target`, and nothing writes the first or uses the second
/// meanwhile.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // A C interface takes numbers.
pub unsafe extern "C" fn sluice_preview_jpeg(
    pixels: *const u8,
    length: u32,
    layout: u32,
    is_bt709: u32,
    width: u32,
    height: u32,
    stride: u32,
    chroma_stride: u32,
    second: u32,
    third: u32,
    small_width: u32,
    small_height: u32,
    quality: u32,
    target: *mut u8,
    room: u32,
) -> u32 {
    let Some(layout) = Layout::numbered(layout) else { return 0 };
    let fits = |size: u32| (1..=u32::from(u16::MAX)).contains(&size);
    if !fits(small_width) || !fits(small_height) || !(1..=100).contains(&quality) {
        return 0;
    }
    let picture = Picture {
        // SAFETY: the caller vouches for the bytes.
        bytes: unsafe { from_raw_parts(pixels, length as usize) },
        layout,
        planes: [
            (0, stride as usize),
            (second as usize, chroma_stride as usize),
            (third as usize, chroma_stride as usize),
        ],
        width: width as usize,
        height: height as usize,
        is_bt709: is_bt709 != 0,
    };
    if !picture.is_whole() {
        return 0;
    }
    let small = picture.shrink(small_width as usize, small_height as usize);
    let mut jpeg = Vec::new();
    let encoder = Encoder::new(&mut jpeg, quality as u8);
    if encoder.encode(&small, small_width as u16, small_height as u16, ColorType::Rgb).is_err()
        || jpeg.len() > room as usize
    {
        return 0;
    }
    // SAFETY: the caller vouches for the room, which is enough.
    unsafe { from_raw_parts_mut(target, jpeg.len()) }.copy_from_slice(&jpeg);
    jpeg.len() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An orange picture of 50 × 30 pixels.
    fn orange(layout: Layout) -> (Vec<u8>, [(usize, usize); 3]) {
        let [y, u, v] = [145, 54, 191];
        let samples: &[&[u8]] = match layout {
            Layout::Rgba => &[&[255, 128, 0, 255]],
            Layout::Bgra => &[&[0, 128, 255, 255]],
            Layout::Nv12 => &[&[y], &[u, v]],
            Layout::I420 => &[&[y], &[u], &[v]],
        };
        let mut bytes = Vec::new();
        let mut planes = [(0, 0); 3];
        for (k, (row, rows)) in layout.sizes(50, 30).into_iter().enumerate() {
            planes[k] = (bytes.len(), row + 14);
            bytes.extend((0..rows).flat_map(|_| (0..row + 14).map(|at| samples[k][at % samples[k].len()])));
        }
        (bytes, planes)
    }

    #[test]
    fn a_picture_of_each_layout_keeps_its_colours() {
        for layout in [Layout::Rgba, Layout::Bgra, Layout::Nv12, Layout::I420] {
            let (bytes, planes) = orange(layout);
            let picture = Picture { bytes: &bytes, layout, planes, width: 50, height: 30, is_bt709: false };
            assert!(picture.is_whole());
            let small = picture.shrink(25, 15);
            assert_eq!(small.len(), 25 * 15 * 3);
            for pixel in small.chunks_exact(3) {
                for (found, wanted) in pixel.iter().zip([255, 128, 0]) {
                    assert!(found.abs_diff(wanted) < 6, "{pixel:?}");
                }
            }
        }
    }

    #[test]
    fn a_picture_that_does_not_lie_in_its_bytes_is_refused() {
        for layout in [Layout::Rgba, Layout::Nv12, Layout::I420] {
            let (bytes, planes) = orange(layout);
            let whole = |bytes: &[u8], planes, height| {
                Picture { bytes, layout, planes, width: 50, height, is_bt709: false }.is_whole()
            };
            assert!(!whole(&bytes[..bytes.len() - 15], planes, 30));
            assert!(!whole(&bytes, planes, 31 + bytes.len()));
            assert!(!whole(&bytes, planes.map(|(start, _)| (start, usize::MAX)), 30));
        }
    }

    #[test]
    fn a_call_gives_a_picture_or_nothing() {
        let (bytes, planes) = orange(Layout::Rgba);
        let call = |small_width, room: usize| {
            let mut target = vec![0; room];
            // SAFETY: the arrays are as long as is said.
            let length = unsafe {
                sluice_preview_jpeg(
                    bytes.as_ptr(),
                    bytes.len() as u32,
                    0,
                    0,
                    50,
                    30,
                    planes[0].1 as u32,
                    0,
                    0,
                    0,
                    small_width,
                    15,
                    75,
                    target.as_mut_ptr(),
                    room as u32,
                )
            };
            target.truncate(length as usize);
            target
        };
        let jpeg = call(25, 10_000);
        assert!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.ends_with(&[0xff, 0xd9]));
        assert!(call(25, 100).is_empty());
        assert!(call(0, 10_000).is_empty());
    }
}
