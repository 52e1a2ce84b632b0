//! Pictures in memory of the system's, which a stage hands on without a copy: as a handle within its lane, and copied into
//! the frame's slot by the runtime wherever the frame goes on from there.

use std::ffi::c_void;
use std::slice;

use sluice_stage::abi::{SLUICE_FAULT, SLUICE_OK, SluiceForeign, SluicePlane};
use sluice_stage::{Acquire, Context, Frame};

use crate::four_cc::four_cc;

/// What handles of this crate are: the address of a `CVPixelBuffer`.
pub const PIXEL_BUFFER: u32 = four_cc(b"CVPB");

/// A picture in memory of the system's.
pub trait SystemPicture: Send + Sized + 'static {
    /// A format of frames; `None`: frames have no such pictures.
    fn format(&self) -> Option<u32>;
    /// Pixels in a row, and rows.
    fn size(&self) -> (u32, u32);
    /// Copies a plane to memory with room for so many rows of `row_bytes`, `stride` apart.
    ///
    /// # Errors
    ///
    /// Why its pixels cannot be read.
    fn copy_plane(&self, index: usize, to: &mut [u8], stride: usize, row_bytes: usize) -> Result<(), String>;
    /// Its address as a handle of the type [`PIXEL_BUFFER`], with a reference of its own.
    fn into_handle(self) -> *mut c_void;
    /// The picture of a handle.
    ///
    /// # Safety
    ///
    /// [`SystemPicture::into_handle`] has given it, and it is taken back once.
    unsafe fn from_handle(handle: *mut c_void) -> Self;
}

/// Makes a frame that has a picture: as a handle, or where the host takes none as a copy.
///
/// # Errors
///
/// The picture, if no slot is free now or the shape is refused; or why its pixels cannot be read.
pub fn hand_on<P: SystemPicture>(
    context: &mut Context,
    output: u32,
    picture: P,
    pixel_aspect: u32,
) -> Result<Frame, (Option<P>, Acquire)> {
    let size = picture.size();
    let Some(format) = picture.format() else {
        return Err((None, Acquire::Refused("frames have no pictures of its format".into())));
    };
    let foreign = SluiceForeign {
        size: size_of::<SluiceForeign>() as u32,
        type_code: PIXEL_BUFFER,
        handle: picture.into_handle(),
        map: Some(map::<P>),
        release: Some(release::<P>),
    };
    // SAFETY: the functions are those of the handle's type.
    let refusal = match unsafe { context.acquire_foreign(output, format, size, pixel_aspect, &foreign) } {
        Ok(frame) => return Ok(frame),
        Err(refusal) => refusal,
    };
    // SAFETY: the host has not taken it.
    let picture = unsafe { P::from_handle(foreign.handle) };
    if refusal == Acquire::Later {
        return Err((Some(picture), refusal));
    }
    // A host of before 1.8, or a stage in a process of its own.
    let frame = match context.acquire_anamorphic(output, format, size, pixel_aspect) {
        Ok(frame) => frame,
        Err(refusal) => return Err((Some(picture), refusal)),
    };
    let copied = copy(context, frame, &picture);
    copied.map(|()| frame).map_err(|why| (None, Acquire::Refused(why)))
}

fn copy<P: SystemPicture>(context: &mut Context, frame: Frame, picture: &P) -> Result<(), String> {
    let into = context.picture_mut(frame).ok_or("a new picture has no planes")?;
    let planes = into.planes.into_iter().enumerate().filter(|(_, plane)| plane.rows > 0);
    for (index, plane) in planes {
        picture.copy_plane(index, plane.bytes, plane.stride, plane.row_bytes)?;
    }
    Ok(())
}

unsafe extern "C" fn map<P: SystemPicture>(
    handle: *mut c_void,
    planes: *const SluicePlane,
    starts: *const *mut c_void,
    count: u32,
) -> i32 {
    // SAFETY: the host passes the handle that it has; the reference stays the frame's.
    let picture = std::mem::ManuallyDrop::new(unsafe { P::from_handle(handle) });
    // SAFETY: the host passes so many of each.
    let (planes, starts) =
        unsafe { (slice::from_raw_parts(planes, count as usize), slice::from_raw_parts(starts, count as usize)) };
    for (index, (plane, start)) in planes.iter().zip(starts).enumerate() {
        let length = plane.stride as usize * plane.rows as usize;
        // SAFETY: the host has room for so many bytes there, which are this call's alone.
        let to = unsafe { slice::from_raw_parts_mut(start.cast::<u8>(), length) };
        if picture.copy_plane(index, to, plane.stride as usize, plane.count as usize).is_err() {
            return SLUICE_FAULT;
        }
    }
    SLUICE_OK
}

unsafe extern "C" fn release<P: SystemPicture>(handle: *mut c_void) {
    // SAFETY: the host gives the handle back once.
    drop(unsafe { P::from_handle(handle) });
}
