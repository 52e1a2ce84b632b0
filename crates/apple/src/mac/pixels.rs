//! Pictures in memory of Core Video's, mostly on an IOSurface, which the GPU and other processes share.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::slice;

use objc2_core_foundation::{CFBoolean, CFDictionary, CFRetained, CFString, CFType};
use objc2_core_video::*;
use objc2_io_surface::IOSurfaceRef;
use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_RGBA8};
use sluice_stage::{Context, Frame, Picture};

use super::core::{check, dictionary, made_by};
use crate::four_cc::{frame_format, pixel_code};
use crate::stages::{PIXEL_BUFFER, SystemPicture};

/// A picture that is kept until this is dropped. Its owner, such as a camera, has few of them: keep it for a moment only.
#[derive(Clone)]
pub struct Pixels(CFRetained<CVPixelBuffer>);

// SAFETY: a reference may be given back on any thread, and its pixels are read under its lock.
unsafe impl Send for Pixels {}

impl Pixels {
    /// Keeps a picture.
    #[must_use]
    pub fn keep(buffer: &CVPixelBuffer) -> Self {
        // SAFETY: the address is that of an object that lives, and a reference of its own is taken.
        Self(unsafe { CFRetained::retain(NonNull::from(buffer)) })
    }

    /// Core Video's code of its pixels.
    #[must_use]
    pub fn code(&self) -> u32 {
        CVPixelBufferGetPixelFormatType(&self.0)
    }

    /// The surface that it lies on, by which a GPU reads it without a copy.
    #[must_use]
    pub fn surface(&self) -> Option<CFRetained<IOSurfaceRef>> {
        CVPixelBufferGetIOSurface(Some(&self.0))
    }

    /// The picture itself.
    #[must_use]
    pub fn buffer(&self) -> &CVPixelBuffer {
        &self.0
    }
}

impl SystemPicture for Pixels {
    fn format(&self) -> Option<u32> {
        frame_format(self.code()).map(|(format, _)| format)
    }

    fn size(&self) -> (u32, u32) {
        (CVPixelBufferGetWidth(&self.0) as u32, CVPixelBufferGetHeight(&self.0) as u32)
    }

    fn copy_plane(&self, index: usize, to: &mut [u8], stride: usize, row_bytes: usize) -> Result<(), String> {
        let locked = Locked::new(&self.0, CVPixelBufferLockFlags::ReadOnly)?;
        let rows = to.len() / stride;
        let plane = locked.plane(index, row_bytes, rows)?;
        // SAFETY: the plane has so many bytes, which stay there and are written by nobody while it is locked.
        let from = unsafe { slice::from_raw_parts(plane.start, plane.stride * (rows - 1) + row_bytes) };
        for (to, from) in to.chunks_mut(stride).zip(from.chunks(plane.stride)) {
            to[..row_bytes].copy_from_slice(&from[..row_bytes]);
        }
        Ok(())
    }

    fn into_handle(self) -> *mut c_void {
        CFRetained::into_raw(self.0).as_ptr().cast()
    }

    unsafe fn from_handle(handle: *mut c_void) -> Self {
        // SAFETY: the caller vouches for the handle, which has a reference of its own.
        Self(unsafe { CFRetained::from_raw(NonNull::new_unchecked(handle.cast())) })
    }
}

/// Copies a frame's picture into one of Core Video's of the same format and size, which nobody else has yet.
pub(super) fn fill(buffer: &CVPixelBuffer, picture: &Picture<'_>) -> Result<(), String> {
    let locked = Locked::new(buffer, CVPixelBufferLockFlags::empty())?;
    for (index, from) in picture.planes.iter().enumerate().filter(|(_, plane)| plane.rows > 0) {
        let Plane { start, stride } = locked.plane(index, from.row_bytes, from.rows)?;
        // SAFETY: the plane has so many bytes, and nobody else has the picture.
        let to = unsafe { slice::from_raw_parts_mut(start.cast_mut(), stride * (from.rows - 1) + from.row_bytes) };
        for row in 0..from.rows {
            to[row * stride..][..from.row_bytes].copy_from_slice(from.row(row));
        }
    }
    Ok(())
}

/// The picture of a frame: its handle, or a copy of its planes. Red, green, blue and alpha lie in memory of BGRA as they are.
pub(super) fn pixels_of(context: &Context, frame: Frame) -> Result<Pixels, String> {
    if let Some(handle) = context.foreign(frame, PIXEL_BUFFER) {
        // SAFETY: the handle is that of a picture, which lives during the call; a reference of its own keeps it.
        return Ok(Pixels(unsafe { CFRetained::retain(handle.cast()) }));
    }
    let picture = context.picture(frame).ok_or("a frame has no picture")?;
    let format = if picture.format == SLUICE_RGBA8 { SLUICE_BGRA8 } else { picture.format };
    let (code, surface) = (pixel_code(format, false)?, CFDictionary::<CFString, CFType>::empty());
    // SAFETY: constants of the framework.
    let wanted = unsafe {
        dictionary(&[
            (kCVPixelBufferIOSurfacePropertiesKey, &surface),
            (kCVPixelBufferMetalCompatibilityKey, CFBoolean::new(true)),
        ])
    };
    let (width, height) = (picture.width as usize, picture.height as usize);
    // SAFETY: the function stores a picture for the caller.
    let buffer = unsafe {
        made_by("allocate a picture", |place| {
            CVPixelBufferCreate(None, width, height, code, Some(wanted.as_opaque()), place)
        })
    }?;
    fill(&buffer, &picture)?;
    Ok(Pixels(buffer))
}

/// A picture whose pixels have an address as long as this lives.
struct Locked<'a>(&'a CVPixelBuffer, CVPixelBufferLockFlags);

struct Plane {
    start: *const u8,
    stride: usize,
}

impl<'a> Locked<'a> {
    fn new(buffer: &'a CVPixelBuffer, flags: CVPixelBufferLockFlags) -> Result<Self, String> {
        // SAFETY: the lock is given back once, with the same flags.
        check(unsafe { CVPixelBufferLockBaseAddress(buffer, flags) }, "reach the pixels of a picture")?;
        Ok(Self(buffer, flags))
    }

    /// A plane that has at least so many bytes a row, and rows.
    fn plane(&self, index: usize, row_bytes: usize, wanted: usize) -> Result<Plane, String> {
        let planes = CVPixelBufferGetPlaneCount(self.0);
        let (start, stride, rows) = if planes == 0 && index == 0 {
            let stride = CVPixelBufferGetBytesPerRow(self.0);
            (CVPixelBufferGetBaseAddress(self.0), stride, CVPixelBufferGetHeight(self.0))
        } else if index < planes {
            let stride = CVPixelBufferGetBytesPerRowOfPlane(self.0, index);
            let rows = CVPixelBufferGetHeightOfPlane(self.0, index);
            (CVPixelBufferGetBaseAddressOfPlane(self.0, index), stride, rows)
        } else {
            return Err(format!("a picture of Core Video has {planes} planes, and plane {index} is wanted"));
        };
        if start.is_null() || stride < row_bytes || rows < wanted {
            return Err(format!(
                "plane {index} of a picture of Core Video has {rows} rows of {stride} bytes, wanted {wanted} of {row_bytes}"
            ));
        }
        Ok(Plane { start: start.cast_const().cast(), stride })
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // SAFETY: it was locked with these flags.
        _ = unsafe { CVPixelBufferUnlockBaseAddress(self.0, self.1) };
    }
}
