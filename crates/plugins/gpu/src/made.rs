//! A picture that is being made, and the handle by which it stands for its frame on its lane.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;
use std::sync::Arc;

use sluice_stage::abi::{SLUICE_FAULT, SLUICE_OK, SluiceForeign, SluicePlane};
use sluice_stage::{Acquire, Context, Frame, pixel_format_name};

use crate::picture::{Measures, Picture, TYPE};

/// A picture that is being made, with the frame that it stands for.
pub(crate) struct Made {
    pub(crate) frame: Frame,
    pub(crate) picture: Arc<Picture>,
    /// The host takes no handle: a stage in a process of its own hands on bytes alone.
    by_copy: bool,
}

impl Made {
    /// Takes a slot for a picture. `None`: none is free.
    ///
    /// # Errors
    ///
    /// No slot takes such a picture.
    pub(crate) fn acquire(context: &mut Context, output: u32, picture: Picture) -> Result<Option<Self>, String> {
        let Measures { format, width, height, pixel_aspect } = picture.measures;
        let picture = Arc::new(picture);
        let handle = Arc::into_raw(Arc::clone(&picture));
        let foreign = SluiceForeign {
            size: size_of::<SluiceForeign>() as u32,
            type_code: TYPE,
            handle: handle.cast_mut().cast(),
            map: Some(map),
            release: Some(release),
        };
        // SAFETY: the functions are those of the handle's type, and may be called on any thread.
        let made = unsafe { context.acquire_foreign(output, format, (width, height), pixel_aspect, &foreign) };
        let refusal = match made {
            Ok(frame) => return Ok(Some(Self { frame, picture, by_copy: false })),
            Err(refusal) => refusal,
        };
        // SAFETY: the host has not taken it.
        drop(unsafe { Arc::from_raw(handle) });
        if refusal == Acquire::Later {
            return Ok(None);
        }
        // A shape that no slot takes is refused again.
        match context.acquire_anamorphic(output, format, (width, height), pixel_aspect) {
            Ok(frame) => Ok(Some(Self { frame, picture, by_copy: true })),
            Err(Acquire::Later) => Ok(None),
            Err(Acquire::Refused(why)) => {
                Err(format!("no slot takes a picture of {width} × {height} in {}: {why}", pixel_format_name(format)))
            }
        }
    }

    /// Copies what was drawn into the frame, if no handle stands for it. `false`: the device is lost.
    pub(crate) fn complete(&self, context: &mut Context) -> bool {
        if !self.by_copy {
            return true;
        }
        let Some(mut into) = context.picture_mut(self.frame) else { return false };
        self.picture.read(|index, from, stride| {
            let to = &mut into.planes[index];
            copy_rows(from, stride, to.bytes, to.stride, to.row_bytes);
        })
    }
}

fn copy_rows(from: &[u8], from_stride: usize, to: &mut [u8], to_stride: usize, row_bytes: usize) {
    for (from, to) in from.chunks(from_stride).zip(to.chunks_mut(to_stride)) {
        to[..row_bytes].copy_from_slice(&from[..row_bytes]);
    }
}

unsafe extern "C" fn map(
    handle: *mut c_void,
    planes: *const SluicePlane,
    starts: *const *mut c_void,
    count: u32,
) -> i32 {
    // SAFETY: the host passes the handle that it has.
    let picture = unsafe { &*handle.cast_const().cast::<Picture>() };
    // SAFETY: the host passes so many of each.
    let (planes, starts) =
        unsafe { (slice::from_raw_parts(planes, count as usize), slice::from_raw_parts(starts, count as usize)) };
    if planes.len() != picture.planes.len() {
        return SLUICE_FAULT;
    }
    let copy = |index: usize, from: &[u8], stride: usize| {
        let plane = &planes[index];
        // SAFETY: the host has room for so many bytes there, which are this call's alone.
        let to = unsafe {
            slice::from_raw_parts_mut(starts[index].cast::<u8>(), plane.stride as usize * plane.rows as usize)
        };
        copy_rows(from, stride, to, plane.stride as usize, plane.count as usize);
    };
    // A panic of the device's must not cross to the host.
    let done = catch_unwind(AssertUnwindSafe(|| picture.read(copy)));
    if done.unwrap_or(false) { SLUICE_OK } else { SLUICE_FAULT }
}

unsafe extern "C" fn release(handle: *mut c_void) {
    // SAFETY: the host gives the handle back once.
    let picture = unsafe { Arc::from_raw(handle.cast_const().cast::<Picture>()) };
    // As in `map`.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(picture)));
}
