//! How a picture is drawn into a window: where, and by which colours. The GPU does the rest, by the shader here.

use crate::stages::{Colours, Matrix};

/// How a picture fits into a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// All of it is seen, with bars beside it.
    Fit,
    /// All of the window is covered, and what is beyond is cut off.
    Fill,
    /// All of both, whatever the shape becomes.
    Stretch,
    /// A pixel of it for each of the window.
    None,
}

impl Scale {
    /// By the word of the configuration; others count as `fit`.
    #[must_use]
    pub fn named(word: &str) -> Self {
        match word {
            "fill" => Self::Fill,
            "stretch" => Self::Stretch,
            "none" => Self::None,
            _ => Self::Fit,
        }
    }

    /// How wide and how high the picture is, where the window is 1 × 1, whose middle is the picture's. Sizes are in pixels;
    /// `pixel_aspect` is how wide a pixel of the picture is, in parts of its height.
    #[must_use]
    pub fn extent(self, picture: (u32, u32), pixel_aspect: f64, window: (u32, u32)) -> [f32; 2] {
        let [wide, high] = [
            f64::from(picture.0) * pixel_aspect / f64::from(window.0.max(1)),
            f64::from(picture.1) / f64::from(window.1.max(1)),
        ];
        let by = match self {
            Self::Fit => 1.0 / wide.max(high),
            Self::Fill => 1.0 / wide.min(high),
            Self::Stretch => return [1.0, 1.0],
            Self::None => 1.0,
        };
        [(wide * by) as f32, (high * by) as f32]
    }
}

/// How pixels become red, green and blue: three rows of a matrix for (Y, Cb, Cr, 1). As the shader has it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[repr(C)]
pub struct Paint {
    rows: [[f32; 4]; 3],
    /// 0: one plane of colours; 1: one with red and blue exchanged; 2: luma and interleaved chroma; 3: three planes.
    kind: u32,
    _padding: [u32; 3],
}

/// The layout of a picture's planes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Planes {
    /// Blue, green, red, alpha.
    Bgra = 0,
    /// Red, green, blue, alpha, in memory of the layout before.
    Rgba = 1,
    /// Luma, and interleaved chroma.
    Nv12 = 2,
    /// Luma and two of chroma.
    I420 = 3,
}

impl Paint {
    /// For a layout, and for how luma and chroma are to be read.
    #[must_use]
    pub fn new(planes: Planes, colours: Colours) -> Self {
        // ITU-R BT.601, BT.709 and BT.2020: what red and blue weigh in luma.
        let (red, blue) = match colours.matrix {
            Matrix::Bt601 => (0.299, 0.114),
            Matrix::Bt709 => (0.2126, 0.0722),
            Matrix::Bt2020 => (0.2627, 0.0593),
        };
        let green = 1.0 - red - blue;
        let (luma, chroma, black) =
            if colours.full_range { (1.0, 1.0, 0.0) } else { (255.0 / 219.0, 255.0 / 224.0, 16.0 / 255.0) };
        // Chroma 128 is none.
        let none = 128.0 / 255.0;
        let row = |cb: f64, cr: f64| {
            let (cb, cr) = (cb * chroma, cr * chroma);
            [luma, cb, cr, -(luma * black + (cb + cr) * none)].map(|value| value as f32)
        };
        let (to_red, to_blue) = (2.0 * (1.0 - red), 2.0 * (1.0 - blue));
        let rows = [row(0.0, to_red), row(-to_blue * blue / green, -to_red * red / green), row(to_blue, 0.0)];
        Self { rows, kind: planes as u32, _padding: [0; 3] }
    }
}

/// The shader: two triangles in the middle of the window, and the picture's colours on them.
pub const SHADER: &str = r"
#include <metal_stdlib>
using namespace metal;

struct Corner { float4 at [[position]]; float2 of; };
struct Paint { float4 rows[3]; uint kind; };

vertex Corner place(uint index [[vertex_id]], constant float2 &extent [[buffer(0)]]) {
  float2 of = float2(index & 1, index >> 1);
  Corner corner;
  corner.at = float4((of * 2.0 - 1.0) * extent * float2(1.0, -1.0), 0.0, 1.0);
  corner.of = of;
  return corner;
}

fragment float4 colour(Corner corner [[stage_in]], constant Paint &paint [[buffer(0)]],
                       texture2d<float> first [[texture(0)]], texture2d<float> second [[texture(1)]],
                       texture2d<float> third [[texture(2)]]) {
  constexpr sampler smooth(filter::linear, address::clamp_to_edge);
  float4 found = first.sample(smooth, corner.of);
  if (paint.kind == 0) return float4(found.rgb, 1.0);
  if (paint.kind == 1) return float4(found.bgr, 1.0);
  float2 chroma = paint.kind == 2
    ? second.sample(smooth, corner.of).rg
    : float2(second.sample(smooth, corner.of).r, third.sample(smooth, corner.of).r);
  float4 all = float4(found.r, chroma, 1.0);
  return float4(dot(paint.rows[0], all), dot(paint.rows[1], all), dot(paint.rows[2], all), 1.0);
}
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extent_keeps_the_shape_but_for_stretch() {
        let of = |scale: Scale, window| scale.extent((1920, 1080), 1.0, window);
        assert_eq!(of(Scale::Fit, (1920, 2160)), [1.0, 0.5]);
        assert_eq!(of(Scale::Fill, (1920, 2160)), [2.0, 1.0]);
        assert_eq!(of(Scale::Stretch, (1920, 2160)), [1.0, 1.0]);
        assert_eq!(of(Scale::None, (3840, 1080)), [0.5, 1.0]);
        assert_eq!(Scale::Fit.extent((720, 576), 16.0 / 15.0, (768, 576)), [1.0, 1.0]);
        assert_eq!(
            ["fit", "fill", "stretch", "none", "?"].map(Scale::named),
            [Scale::Fit, Scale::Fill, Scale::Stretch, Scale::None, Scale::Fit]
        );
    }

    #[test]
    fn extent_of_a_window_without_a_size_is_finite() {
        assert!(Scale::Fit.extent((2, 2), 1.0, (0, 0)).iter().all(|side| side.is_finite()));
    }

    fn painted(colours: Colours, yuv: [u8; 3]) -> [u8; 3] {
        let all = [yuv[0], yuv[1], yuv[2]].map(|value| f32::from(value) / 255.0);
        let Paint { rows, .. } = Paint::new(Planes::Nv12, colours);
        rows.map(|row| {
            let sum = row[0] * all[0] + row[1] * all[1] + row[2] * all[2] + row[3];
            (sum.clamp(0.0, 1.0) * 255.0).round() as u8
        })
    }

    #[test]
    fn black_and_white_of_either_range_are_black_and_white() {
        for matrix in [Matrix::Bt601, Matrix::Bt709, Matrix::Bt2020] {
            for (full_range, black, white) in [(false, 16, 235), (true, 0, 255)] {
                let colours = Colours { matrix, full_range };
                assert_eq!(painted(colours, [black, 128, 128]), [0; 3]);
                assert_eq!(painted(colours, [white, 128, 128]), [255; 3]);
            }
        }
    }

    #[test]
    fn primaries_of_each_matrix_come_back() {
        // Of limited range, as ITU-R BT.709 and BT.601 have them, rounded to 8 bits.
        let of = |matrix, yuv| painted(Colours { matrix, full_range: false }, yuv);
        let near = |found: [u8; 3], wanted: [u8; 3]| found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 1);
        assert!(near(of(Matrix::Bt709, [63, 102, 240]), [255, 1, 0]));
        assert!(near(of(Matrix::Bt709, [32, 240, 118]), [1, 0, 255]));
        assert!(near(of(Matrix::Bt601, [81, 90, 240]), [255, 0, 0]));
        assert!(near(of(Matrix::Bt601, [145, 54, 34]), [0, 255, 1]));
    }

    #[test]
    fn the_layout_is_that_of_the_shader() {
        assert_eq!((size_of::<Paint>(), std::mem::offset_of!(Paint, kind)), (64, 48));
    }
}
