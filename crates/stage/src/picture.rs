//! The planes of a picture, all at once.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::slice;

use sluice_abi::stage::{
    SLUICE_BGRA8, SLUICE_I420, SLUICE_NV12, SLUICE_READ, SLUICE_RGBA8, SLUICE_U8, SLUICE_VIDEO, SLUICE_WRITE,
    SluicePlane,
};

use crate::context::{Context, Frame};
use crate::host::ask;
use crate::planes::empty_plane;

/// Most planes of a picture.
const MOST_PLANES: usize = 3;

/// A plane to read.
#[derive(Clone, Copy)]
pub struct PlaneRows<'a> {
    /// Its rows, with what lies between them.
    pub bytes: &'a [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
    /// Bytes of a row that are pixels.
    pub row_bytes: usize,
    /// How many rows there are.
    pub rows: usize,
}

/// A plane to change.
pub struct PlaneRowsMut<'a> {
    /// Its rows, with what lies between them.
    pub bytes: &'a mut [u8],
    /// Bytes from one row to the next.
    pub stride: usize,
    /// Bytes of a row that are pixels.
    pub row_bytes: usize,
    /// How many rows there are.
    pub rows: usize,
}

/// A picture to read.
pub struct Picture<'a> {
    /// `abi::SLUICE_NV12`, …
    pub format: u32,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Its planes, in their order; those that its format lacks are empty.
    pub planes: [PlaneRows<'a>; MOST_PLANES],
}

/// A picture to change.
pub struct PictureMut<'a> {
    /// `abi::SLUICE_NV12`, …
    pub format: u32,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Its planes, in their order, which do not overlap; those that its format lacks are empty.
    pub planes: [PlaneRowsMut<'a>; MOST_PLANES],
}

impl<'a> PlaneRows<'a> {
    /// The pixels of a row.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> &'a [u8] {
        &self.bytes[row * self.stride..][..self.row_bytes]
    }
}

impl PlaneRowsMut<'_> {
    /// The pixels of a row.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn row(&mut self, row: usize) -> &mut [u8] {
        &mut self.bytes[row * self.stride..][..self.row_bytes]
    }
}

impl Context {
    /// The planes of a picture. `None`: the frame is no picture.
    #[must_use]
    pub fn picture(&self, frame: Frame) -> Option<Picture<'_>> {
        let (Measures { format, width, height }, found) = self.picture_planes(frame, SLUICE_READ)?;
        let planes = found.map(|(start, plane)| PlaneRows {
            // SAFETY: the host has found so many bytes, to which nobody writes while the call has the frame.
            bytes: unsafe { slice::from_raw_parts(start.cast_const().cast(), whole(&plane)) },
            stride: plane.stride as usize,
            row_bytes: plane.count as usize,
            rows: plane.rows as usize,
        });
        Some(Picture { format, width, height, planes })
    }

    /// As [`Context::picture`], to change. `None` also if others read the frame: see [`Context::writable`].
    pub fn picture_mut(&mut self, frame: Frame) -> Option<PictureMut<'_>> {
        // SAFETY: the context is borrowed as long as the picture.
        unsafe { self.picture_alone(frame) }
    }

    /// A picture, and another one to change.
    pub fn pictures_between(&mut self, from: Frame, to: Frame) -> Option<(Picture<'_>, PictureMut<'_>)> {
        if from == to {
            return None;
        }
        // SAFETY: the context is borrowed as long as both. A frame that may be written to has one reference, so the other
        // one lies in another slot.
        let written = unsafe { self.picture_alone(to)? };
        Some((self.picture(from)?, written))
    }

    /// # Safety
    ///
    /// The frame's bytes are not borrowed otherwise for `'a`, and the running call lasts as long.
    unsafe fn picture_alone<'a>(&self, frame: Frame) -> Option<PictureMut<'a>> {
        let (Measures { format, width, height }, found) = self.picture_planes(frame, SLUICE_WRITE)?;
        let planes = found.map(|(start, plane)| PlaneRowsMut {
            // SAFETY: the host has found so many bytes, which are this call's alone, and planes do not overlap.
            bytes: unsafe { slice::from_raw_parts_mut(start.cast(), whole(&plane)) },
            stride: plane.stride as usize,
            row_bytes: plane.count as usize,
            rows: plane.rows as usize,
        });
        Some(PictureMut { format, width, height, planes })
    }

    /// Where its planes are; those that its format lacks have no bytes.
    fn picture_planes(&self, frame: Frame, access: u32) -> Option<(Measures, [FoundPlane; MOST_PLANES])> {
        let info = self.info(frame).filter(|info| info.kind == SLUICE_VIDEO)?;
        let mut planes = [empty_plane(); MOST_PLANES];
        let mut starts = [NonNull::<u8>::dangling().as_ptr().cast(); MOST_PLANES];
        let (places, room) = (planes.as_mut_ptr(), MOST_PLANES as u32);
        let count = ask!(self.raw(), planes(frame.number(), access, places, starts.as_mut_ptr(), room), -1);
        let count = usize::try_from(count).ok().filter(|count| (1..=MOST_PLANES).contains(count))?;
        let pictures = planes[..count].iter().all(|plane| plane.element == SLUICE_U8 && plane.count <= plane.stride);
        let measures = Measures { format: info.format, width: info.width, height: info.height };
        pictures.then(|| (measures, std::array::from_fn(|index| (starts[index], planes[index]))))
    }
}

type FoundPlane = (*mut c_void, SluicePlane);

struct Measures {
    format: u32,
    width: u32,
    height: u32,
}

fn whole(plane: &SluicePlane) -> usize {
    plane.stride as usize * plane.rows as usize
}

/// The name of a pixel format, as graphs and TypeScript have it, for messages.
#[must_use]
pub fn pixel_format_name(format: u32) -> &'static str {
    match format {
        SLUICE_RGBA8 => "rgba8",
        SLUICE_BGRA8 => "bgra8",
        SLUICE_NV12 => "nv12",
        SLUICE_I420 => "i420",
        _ => "(unknown)",
    }
}
