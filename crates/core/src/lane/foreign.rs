//! What stands for the bytes of a frame while the frame is on the lane of the stage that made it. It is copied into the
//! frame's slot, and given back, once a reader wants the bytes or the frame leaves the lane: other lanes and TypeScript never
//! see one. So all of it happens on one thread.

use std::ffi::c_void;
use std::ptr;

use sluice_abi::stage::{SLUICE_F32, SLUICE_OK, SLUICE_U8, SluiceForeign, SluicePlane};
use sluice_abi::{SlotHeader, flag};

use super::frame_layout::{Element, Plane};
use super::frames::each_plane;

/// Most planes of a picture.
const MOST_PLANES: usize = 4;

/// A handle, with what maps and releases it. It is released when it is dropped.
pub(crate) struct Foreign(SluiceForeign);

impl Foreign {
    /// # Errors
    ///
    /// What is wrong with it; the caller still has it.
    ///
    /// # Safety
    ///
    /// Its functions are good for its handle, on this thread.
    pub(crate) unsafe fn new(foreign: SluiceForeign) -> Result<Self, String> {
        let is_whole = !foreign.handle.is_null() && foreign.map.is_some() && foreign.release.is_some();
        if is_whole { Ok(Self(foreign)) } else { Err("the handle, its map or its release is null".into()) }
    }

    /// The handle, if it is of this type.
    pub(crate) fn handle(&self, type_code: u32) -> *mut c_void {
        if self.0.type_code == type_code { self.0.handle } else { ptr::null_mut() }
    }

    /// Forgets the handle, which the caller has again.
    pub(crate) fn give_back(self) {
        std::mem::forget(self);
    }

    /// Copies what it holds into the frame that it stands for. If it cannot, the frame becomes a gap of zeros.
    ///
    /// # Safety
    ///
    /// The header is that of its frame, whose slot has so many bytes, and no other thread knows the frame.
    pub(super) unsafe fn map(&self, header: *mut SlotHeader, slot_bytes: u32) {
        let empty = SluicePlane { size: 0, element: 0, count: 0, capacity: 0, rows: 0, stride: 0 };
        let (mut planes, mut starts, mut count) = ([empty; MOST_PLANES], [ptr::null_mut(); MOST_PLANES], 0);
        let take = |start: *mut u8, plane: Plane| {
            if count < MOST_PLANES {
                (planes[count], starts[count]) = (told(plane), start.cast::<c_void>());
                count += 1;
            }
        };
        // SAFETY: the caller vouches for the header.
        let found = unsafe { each_plane(header, slot_bytes, take) };
        let mapped = found.is_some()
            && self.0.map.is_some_and(|map| {
                // SAFETY: whoever made it vouches for its functions; the planes lie in the slot.
                SLUICE_OK == unsafe { map(self.0.handle, planes.as_ptr(), starts.as_ptr(), count as u32) }
            });
        if !mapped {
            // SAFETY: the caller vouches for the slot.
            unsafe {
                header.add(1).cast::<u8>().write_bytes(0, slot_bytes as usize);
                (*header).flags |= flag::GAP;
            }
        }
    }
}

impl Drop for Foreign {
    fn drop(&mut self) {
        if let Some(release) = self.0.release {
            // SAFETY: whoever made it vouches for its functions, and this is the handle's last use.
            unsafe { release(self.0.handle) };
        }
    }
}

fn told(plane: Plane) -> SluicePlane {
    SluicePlane {
        size: size_of::<SluicePlane>() as u32,
        element: if plane.element == Element::F32 { SLUICE_F32 } else { SLUICE_U8 },
        count: plane.count,
        capacity: plane.capacity,
        rows: plane.rows,
        stride: plane.stride,
    }
}
