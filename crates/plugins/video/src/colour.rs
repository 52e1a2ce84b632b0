//! From RGB to YUV and back, by the crate `yuv`.

use crate::below_black;
use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_I420, SLUICE_NV12};
use sluice_stage::{Picture, PictureMut, PlaneRows, PlaneRowsMut, pixel_format_name};
use yuv::{
    BufferStoreMut, YuvBiPlanarImage, YuvBiPlanarImageMut, YuvConversionMode, YuvError, YuvPlanarImage,
    YuvPlanarImageMut, YuvRange, YuvStandardMatrix,
};

const MODE: YuvConversionMode = YuvConversionMode::Balanced;

/// What YUV means.
#[derive(Clone, Copy)]
pub(crate) struct Colour {
    pub(crate) matrix: YuvStandardMatrix,
    pub(crate) range: YuvRange,
}

/// A matrix by its name.
pub(crate) fn matrix_named(name: &str) -> YuvStandardMatrix {
    match name {
        "bt601" => YuvStandardMatrix::Bt601,
        "bt2020" => YuvStandardMatrix::Bt2020,
        _ => YuvStandardMatrix::Bt709,
    }
}

/// A range by its name.
pub(crate) fn range_named(name: &str) -> YuvRange {
    if name == "full" { YuvRange::Full } else { YuvRange::Limited }
}

impl Colour {
    /// Converts a picture in RGBA or BGRA to one in NV12 or I420.
    pub(crate) fn to_yuv(self, from: &Picture<'_>, to: &mut PictureMut<'_>) -> Result<(), String> {
        let Self { matrix, range } = self;
        let (pixels, stride) = (from.planes[0].bytes, from.planes[0].stride as u32);
        let blue_first = from.format == SLUICE_BGRA8;
        let done = match to.format {
            SLUICE_NV12 => {
                let image = &mut nv12_mut(to);
                if blue_first {
                    yuv::bgra_to_yuv_nv12(image, pixels, stride, range, matrix, MODE)
                } else {
                    yuv::rgba_to_yuv_nv12(image, pixels, stride, range, matrix, MODE)
                }
            }
            SLUICE_I420 => {
                let image = &mut i420_mut(to);
                if blue_first {
                    yuv::bgra_to_yuv420(image, pixels, stride, range, matrix, MODE)
                } else {
                    yuv::rgba_to_yuv420(image, pixels, stride, range, matrix, MODE)
                }
            }
            other => return Err(format!("pixel format {} is no YUV", pixel_format_name(other))),
        };
        done.map_err(|error| refused(&error))
    }

    /// Converts a picture in NV12 or I420 to one in RGBA or BGRA.
    pub(crate) fn to_rgb(self, from: &Picture<'_>, to: &mut PictureMut<'_>) -> Result<(), String> {
        let Self { matrix, range } = self;
        // Before the conversion, which finds the luma in the cache then.
        let is_below_black = range == YuvRange::Limited && below_black::is_in(from);
        let blue_first = to.format == SLUICE_BGRA8;
        let stride = to.planes[0].stride as u32;
        let pixels = &mut *to.planes[0].bytes;
        let done = match from.format {
            SLUICE_NV12 => {
                let image = &nv12(from);
                if blue_first {
                    yuv::yuv_nv12_to_bgra(image, pixels, stride, range, matrix, MODE)
                } else {
                    yuv::yuv_nv12_to_rgba(image, pixels, stride, range, matrix, MODE)
                }
            }
            SLUICE_I420 => {
                let image = &i420(from);
                if blue_first {
                    yuv::yuv420_to_bgra(image, pixels, stride, range, matrix)
                } else {
                    yuv::yuv420_to_rgba(image, pixels, stride, range, matrix)
                }
            }
            other => return Err(format!("pixel format {} is not known", pixel_format_name(other))),
        };
        done.map_err(|error| refused(&error))?;
        if is_below_black {
            below_black::darken(from, to, matrix);
        }
        Ok(())
    }
}

fn refused(error: &YuvError) -> String {
    format!("the picture cannot be converted: {error}")
}

fn nv12<'a>(picture: &Picture<'a>) -> YuvBiPlanarImage<'a, u8> {
    let [luma, chroma, _] = picture.planes;
    let (PlaneRows { bytes: y_plane, .. }, PlaneRows { bytes: uv_plane, .. }) = (luma, chroma);
    let (width, height) = (picture.width, picture.height);
    YuvBiPlanarImage { y_plane, y_stride: luma.stride as u32, uv_plane, uv_stride: chroma.stride as u32, width, height }
}

fn i420<'a>(picture: &Picture<'a>) -> YuvPlanarImage<'a, u8> {
    let [y, u, v] = picture.planes;
    YuvPlanarImage {
        y_plane: y.bytes,
        y_stride: y.stride as u32,
        u_plane: u.bytes,
        u_stride: u.stride as u32,
        v_plane: v.bytes,
        v_stride: v.stride as u32,
        width: picture.width,
        height: picture.height,
    }
}

fn store<'a>(plane: &'a mut PlaneRowsMut<'_>) -> (BufferStoreMut<'a, u8>, u32) {
    (BufferStoreMut::Borrowed(plane.bytes), plane.stride as u32)
}

fn nv12_mut<'a>(picture: &'a mut PictureMut<'_>) -> YuvBiPlanarImageMut<'a, u8> {
    let (width, height) = (picture.width, picture.height);
    let [luma, chroma, _] = &mut picture.planes;
    let ((y_plane, y_stride), (uv_plane, uv_stride)) = (store(luma), store(chroma));
    YuvBiPlanarImageMut { y_plane, y_stride, uv_plane, uv_stride, width, height }
}

fn i420_mut<'a>(picture: &'a mut PictureMut<'_>) -> YuvPlanarImageMut<'a, u8> {
    let (width, height) = (picture.width, picture.height);
    let [y, u, v] = &mut picture.planes;
    let ((y_plane, y_stride), (u_plane, u_stride), (v_plane, v_stride)) = (store(y), store(u), store(v));
    YuvPlanarImageMut { y_plane, y_stride, u_plane, u_stride, v_plane, v_stride, width, height }
}
