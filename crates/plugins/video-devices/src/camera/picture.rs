//! Pictures of cameras as frames know them.

use sluice_stage::abi::{SLUICE_I420, SLUICE_NV12, SLUICE_RGBA8};
use sluice_stage::{PictureMut, PlaneRowsMut};

use crate::v4l2::{Format, Shape};

/// The pixel format of the frames that a camera's pictures become.
pub(crate) fn frame_format(format: Format) -> u32 {
    match format {
        Format::Nv12 => SLUICE_NV12,
        Format::I420 | Format::Yv12 | Format::Yuyv | Format::Uyvy | Format::Grey => SLUICE_I420,
        Format::Rgb24 | Format::Bgr24 | Format::Mjpeg => SLUICE_RGBA8,
    }
}

/// Writes a picture that is not coded.
///
/// # Errors
///
/// It has fewer bytes than its size needs.
pub(crate) fn write(bytes: &[u8], shape: &Shape, to: &mut PictureMut<'_>) -> Result<(), String> {
    let rows = Rows::new(bytes, shape)?;
    let [first, second, third] = &mut to.planes;
    match shape.format {
        Format::Nv12 => {
            copy(first, |row| rows.luma(row));
            copy(second, |row| rows.pair(row));
        }
        Format::I420 | Format::Yv12 => {
            let (u, v) = if shape.format == Format::Yv12 { (1, 0) } else { (0, 1) };
            copy(first, |row| rows.luma(row));
            copy(second, |row| rows.chroma(u, row));
            copy(third, |row| rows.chroma(v, row));
        }
        Format::Grey => {
            copy(first, |row| rows.luma(row));
            for plane in [second, third] {
                (0..plane.rows).for_each(|row| plane.row(row).fill(128));
            }
        }
        Format::Yuyv | Format::Uyvy => {
            let luma = usize::from(shape.format == Format::Uyvy);
            for row in 0..first.rows {
                let pixels = rows.luma(row)[luma..].iter().step_by(2);
                first.row(row).iter_mut().zip(pixels).for_each(|(to, from)| *to = *from);
            }
            for row in 0..second.rows {
                // The chroma of two rows is averaged; of an odd number the last one is alone.
                let (upper, lower) = (rows.luma(2 * row), rows.luma((2 * row + 1).min(shape.height as usize - 1)));
                for (plane, at) in [(&mut *second, 1 - luma), (&mut *third, 3 - luma)] {
                    let pairs = upper[at..].iter().step_by(4).zip(lower[at..].iter().step_by(4));
                    for (to, (upper, lower)) in plane.row(row).iter_mut().zip(pairs) {
                        *to = (u16::from(*upper) + u16::from(*lower)).div_ceil(2) as u8;
                    }
                }
            }
        }
        Format::Rgb24 | Format::Bgr24 => {
            let swaps = shape.format == Format::Bgr24;
            for row in 0..first.rows {
                for (to, from) in first.row(row).chunks_exact_mut(4).zip(rows.luma(row).chunks_exact(3)) {
                    let [red, green, blue] =
                        if swaps { [from[2], from[1], from[0]] } else { [from[0], from[1], from[2]] };
                    to.copy_from_slice(&[red, green, blue, 255]);
                }
            }
        }
        Format::Mjpeg => return Err("it is coded".into()),
    }
    Ok(())
}

/// Copies the rows of a plane, of which those that are copied may have more bytes.
fn copy<'a>(to: &mut PlaneRowsMut<'_>, from: impl Fn(usize) -> &'a [u8]) {
    let wide = to.row_bytes;
    (0..to.rows).for_each(|row| to.row(row).copy_from_slice(&from(row)[..wide]));
}

/// The rows of a picture in one buffer, as V4L2 lays them out.
struct Rows<'a> {
    bytes: &'a [u8],
    stride: usize,
    height: usize,
}

impl<'a> Rows<'a> {
    fn new(bytes: &'a [u8], shape: &Shape) -> Result<Self, String> {
        let (width, height) = (shape.width as usize, shape.height as usize);
        // Two pixels of 4:2:2 share 4 bytes.
        let least = match shape.format {
            Format::Yuyv | Format::Uyvy => width.div_ceil(2) * 4,
            Format::Rgb24 | Format::Bgr24 => 3 * width,
            Format::Nv12 => width.next_multiple_of(2),
            _ => width,
        };
        let stride = shape.stride.max(least);
        let chroma = match shape.format {
            Format::Nv12 => stride * height.div_ceil(2),
            Format::I420 | Format::Yv12 => stride.div_ceil(2) * height.div_ceil(2) * 2,
            _ => 0,
        };
        let needed = stride * height + chroma;
        if bytes.len() < needed {
            return Err(format!("it has {} bytes, wanted {needed}", bytes.len()));
        }
        Ok(Self { bytes, stride, height })
    }

    fn luma(&self, row: usize) -> &'a [u8] {
        &self.bytes[row * self.stride..][..self.stride]
    }

    /// A row of NV12's second plane.
    fn pair(&self, row: usize) -> &'a [u8] {
        &self.bytes[(self.height + row) * self.stride..][..self.stride]
    }

    /// A row of the first or second of two planes of chroma.
    fn chroma(&self, plane: usize, row: usize) -> &'a [u8] {
        let stride = self.stride.div_ceil(2);
        let start = self.height * self.stride + plane * stride * self.height.div_ceil(2);
        &self.bytes[start + row * stride..][..stride]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a picture of 4 × 2 pixels, or of a size, and gives its planes without what lies between their rows.
    fn written(
        format: Format,
        stride: usize,
        (width, height): (u32, u32),
        bytes: &[u8],
    ) -> Result<[Vec<u8>; 3], String> {
        let (wide, high) = (width as usize, height as usize);
        let (half, low) = (wide.div_ceil(2), high.div_ceil(2));
        let sides = match frame_format(format) {
            SLUICE_NV12 => [(wide, high), (2 * half, low), (0, 0)],
            SLUICE_I420 => [(wide, high), (half, low), (half, low)],
            _ => [(4 * wide, high), (0, 0), (0, 0)],
        };
        let mut stores = sides.map(|(row_bytes, rows)| vec![0; (row_bytes + 3) * rows]);
        let mut places = stores.iter_mut();
        let planes = sides.map(|(row_bytes, rows)| PlaneRowsMut {
            bytes: places.next().unwrap(),
            stride: row_bytes + 3,
            row_bytes,
            rows,
        });
        let mut picture = PictureMut { format: frame_format(format), width, height, planes };
        let shape = Shape { format, width, height, stride, frame_rate: 30.0 };
        write(bytes, &shape, &mut picture)?;
        let rows = |plane: &mut PlaneRowsMut<'_>| (0..plane.rows).flat_map(|row| plane.row(row).to_vec()).collect();
        Ok(picture.planes.each_mut().map(rows))
    }

    const SIZE: (u32, u32) = (4, 2);

    #[test]
    fn planar_pictures_are_copied_without_what_lies_between_rows() {
        let bytes: Vec<u8> = (0..18).collect();
        let planes = [vec![0, 1, 2, 3, 6, 7, 8, 9], vec![12, 13, 14, 15], vec![]];
        assert_eq!(written(Format::Nv12, 6, SIZE, &bytes), Ok(planes));
        let [y, u, v] = [vec![0, 1, 2, 3, 6, 7, 8, 9], vec![12, 13], vec![15, 16]];
        assert_eq!(written(Format::I420, 6, SIZE, &bytes), Ok([y.clone(), u.clone(), v.clone()]));
        assert_eq!(written(Format::Yv12, 6, SIZE, &bytes), Ok([y.clone(), v, u]));
        assert_eq!(written(Format::Grey, 6, SIZE, &bytes[..12]), Ok([y, vec![128; 2], vec![128; 2]]));
    }

    #[test]
    fn the_chroma_of_packed_pictures_is_averaged_over_two_rows() {
        let yuyv = [1, 10, 2, 20, 3, 30, 4, 40, 5, 12, 6, 23, 7, 34, 8, 40];
        let planes = [(1..=8).collect(), vec![11, 32], vec![22, 40]];
        assert_eq!(written(Format::Yuyv, 8, SIZE, &yuyv), Ok(planes.clone()));
        let uyvy: Vec<u8> = yuyv.chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect();
        assert_eq!(written(Format::Uyvy, 8, SIZE, &uyvy), Ok(planes));
        let odd = [1, 10, 2, 20, 3, 30, 0, 40];
        assert_eq!(written(Format::Yuyv, 8, (3, 1), &odd), Ok([vec![1, 2, 3], vec![10, 30], vec![20, 40]]));
    }

    #[test]
    fn pictures_in_red_green_and_blue_become_opaque() {
        let pixels = [1, 2, 3, 4, 5, 6];
        assert_eq!(written(Format::Rgb24, 6, (2, 1), &pixels).unwrap()[0], [1, 2, 3, 255, 4, 5, 6, 255]);
        assert_eq!(written(Format::Bgr24, 6, (2, 1), &pixels).unwrap()[0], [3, 2, 1, 255, 6, 5, 4, 255]);
    }

    #[test]
    fn one_that_is_too_short_is_refused() {
        assert_eq!(written(Format::Yuyv, 8, SIZE, &[0; 15]), Err("it has 15 bytes, wanted 16".into()));
        assert_eq!(written(Format::Nv12, 4, SIZE, &[0; 11]), Err("it has 11 bytes, wanted 12".into()));
    }
}
