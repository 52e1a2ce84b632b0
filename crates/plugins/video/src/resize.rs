//! Planes scaled by the crate `fast_image_resize`.

use fast_image_resize::images::{TypedCroppedImageMut, TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x2, U8x4};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};
use sluice_stage::PlaneRows;
use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_NV12, SLUICE_RGBA8};

/// A part of a plane, in its pixels.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) left: f64,
    pub(crate) top: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Part {
    /// The same part of a plane of half width and height.
    pub(crate) fn halved(self) -> Self {
        let Self { left, top, width, height } = self;
        Self { left: left / 2.0, top: top / 2.0, width: width / 2.0, height: height / 2.0 }
    }
}

/// How pixels are made.
#[derive(Clone, Copy)]
pub(crate) enum Filter {
    Nearest,
    Bilinear,
    Bicubic,
    Lanczos,
}

impl Filter {
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "nearest" => Self::Nearest,
            "bicubic" => Self::Bicubic,
            "lanczos" => Self::Lanczos,
            _ => Self::Bilinear,
        }
    }

    fn algorithm(self) -> ResizeAlg {
        match self {
            Self::Nearest => ResizeAlg::Nearest,
            Self::Bilinear => ResizeAlg::Convolution(FilterType::Bilinear),
            Self::Bicubic => ResizeAlg::Convolution(FilterType::CatmullRom),
            Self::Lanczos => ResizeAlg::Convolution(FilterType::Lanczos3),
        }
    }
}

/// Bytes of a pixel of a plane.
pub(crate) fn pixel_bytes(format: u32, plane: usize) -> usize {
    match format {
        SLUICE_RGBA8 | SLUICE_BGRA8 => 4,
        SLUICE_NV12 if plane == 1 => 2,
        _ => 1,
    }
}

/// Where scaled rows go.
pub(crate) struct Target<'a> {
    pub(crate) bytes: &'a mut [u8],
    pub(crate) stride: usize,
    pub(crate) width: usize,
    pub(crate) height: usize,
}

/// The scaler, with the memory that it uses again.
#[derive(Default)]
pub(crate) struct Resizing {
    resizer: Resizer,
    /// Pixels of 4 bytes count by their alpha, so that the colour of what cannot be seen does not spread. Else alpha is
    /// a channel like the others.
    pub(crate) by_alpha: bool,
}

impl Resizing {
    /// Scales a part of a plane.
    pub(crate) fn run(
        &mut self,
        source: &PlaneRows<'_>,
        part: Part,
        filter: Filter,
        pixel: usize,
        target: Target<'_>,
    ) -> Result<(), String> {
        // The crate's call for any type of pixel would compile all of them.
        match pixel {
            4 => self.run_on::<U8x4>(source, part, filter, target),
            2 => self.run_on::<U8x2>(source, part, filter, target),
            _ => self.run_on::<U8>(source, part, filter, target),
        }
    }

    fn run_on<P: PixelTrait>(
        &mut self,
        source: &PlaneRows<'_>,
        part: Part,
        filter: Filter,
        target: Target<'_>,
    ) -> Result<(), String> {
        // Rows lie a stride apart: images that wide, of which the left part is used.
        let across = |bytes: usize| (bytes / P::size()) as u32;
        let from =
            TypedImageRef::<P>::from_buffer(across(source.stride), source.rows as u32, source.bytes).map_err(why)?;
        let rows = target.height as u32;
        let whole = TypedImage::<P>::from_buffer(across(target.stride), rows, target.bytes).map_err(why)?;
        let mut to = TypedCroppedImageMut::new(whole, 0, 0, target.width as u32, rows).map_err(why)?;
        let (width, height) = (f64::from(across(source.row_bytes)), source.rows as f64);
        // Half of an odd size is rounded up in pictures, so that a part may end between two pixels.
        let (part_width, part_height) = (part.width.min(width - part.left), part.height.min(height - part.top));
        let options = ResizeOptions::new()
            .resize_alg(filter.algorithm())
            .crop(part.left, part.top, part_width, part_height)
            .use_alpha(self.by_alpha && P::size() == 4);
        self.resizer.resize_typed(&from, &mut to, &options).map_err(why)
    }
}

fn why(error: impl std::fmt::Display) -> String {
    format!("the picture cannot be scaled: {error}")
}
