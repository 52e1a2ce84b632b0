//! The memory of a frame: samples, columns and bytes, to read or to change. The host checks with each use that the call
//! still has the frame, and that nobody else reads one that is changed.

use std::ffi::{CStr, CString, c_void};
use std::slice;

use sluice_abi::stage::{
    SLUICE_F32, SLUICE_F64, SLUICE_I32, SLUICE_OK, SLUICE_READ, SLUICE_U8, SLUICE_U32, SLUICE_WRITE, SluiceField,
    SluicePlane,
};

use crate::columns::{Columns, ColumnsMut, Found, MOST_COLUMNS};
use crate::context::{Context, Frame};
use crate::host::ask;

mod sealed {
    pub trait Sealed {}
}

/// A number that columns of packets are made of.
pub trait Column: sealed::Sealed + Copy + 'static {
    /// Its number in the interface.
    const ELEMENT: u32;
}

macro_rules! columns {
    ($($type:ty = $element:expr),+) => {
        $(impl sealed::Sealed for $type {}
        impl Column for $type {
            const ELEMENT: u32 = $element;
        })+
    };
}

columns!(f64 = SLUICE_F64, f32 = SLUICE_F32, i32 = SLUICE_I32, u32 = SLUICE_U32, u8 = SLUICE_U8);

impl Context {
    /// The samples of a channel of audio.
    #[must_use]
    pub fn samples(&self, frame: Frame, channel: u32) -> Option<&[f32]> {
        self.elements(frame, channel)
    }

    /// The samples of a channel of audio, to change. `None` also if others read the frame: see [`Context::writable`].
    pub fn samples_mut(&mut self, frame: Frame, channel: u32) -> Option<&mut [f32]> {
        self.elements_mut(frame, channel)
    }

    /// A column of a packet.
    #[must_use]
    pub fn column<T: Column>(&self, frame: Frame, name: &CStr) -> Option<&[T]> {
        self.elements(frame, self.column_index(frame, name)?)
    }

    /// A column of a packet, to change.
    pub fn column_mut<T: Column>(&mut self, frame: Frame, name: &CStr) -> Option<&mut [T]> {
        let index = self.column_index(frame, name)?;
        self.elements_mut(frame, index)
    }

    /// The name of a field of a packet, by the index of its column. It allocates.
    #[must_use]
    pub fn field_name(&self, frame: Frame, index: u32) -> Option<CString> {
        let mut field = SluiceField { name: std::ptr::null(), element: 0, reserved: 0 };
        let found = ask!(self.raw(), field(frame.number(), index, &raw mut field), -1) == SLUICE_OK;
        // SAFETY: the host gives a C string that lives until the call returns.
        found.then(|| unsafe { CStr::from_ptr(field.name) }.to_owned())
    }

    /// The index of the column of a packet with this name.
    #[must_use]
    pub fn column_index(&self, frame: Frame, name: &CStr) -> Option<u32> {
        u32::try_from(ask!(self.raw(), column(frame.number(), name.as_ptr()), -1)).ok()
    }

    /// All columns of a packet, or all channels of audio. `None`: they are not all of the type `T`, or more than
    /// [`MOST_COLUMNS`].
    #[must_use]
    pub fn columns<T: Column>(&self, frame: Frame) -> Option<Columns<'_, T>> {
        // SAFETY: nobody writes to a frame while the call has it, unless by a borrow of the context that excludes this one.
        unsafe { Columns::new(&self.planes::<T>(frame, SLUICE_READ)?) }
    }

    /// As [`Context::columns`], to change. `None` also if others read the frame: see [`Context::writable`].
    pub fn columns_mut<T: Column>(&mut self, frame: Frame) -> Option<ColumnsMut<'_, T>> {
        // SAFETY: the frame is this call's alone, and the context is borrowed as long as the columns.
        unsafe { ColumnsMut::new(&self.planes::<T>(frame, SLUICE_WRITE)?) }
    }

    /// All columns of one frame, and those of another one to change.
    pub fn columns_between<A: Column, B: Column>(
        &mut self,
        from: Frame,
        to: Frame,
    ) -> Option<(Columns<'_, A>, ColumnsMut<'_, B>)> {
        if from == to {
            return None;
        }
        let (read, written) = (self.planes::<A>(from, SLUICE_READ)?, self.planes::<B>(to, SLUICE_WRITE)?);
        // SAFETY: as above. A frame that may be written to has one reference, so the other one lies in another slot.
        unsafe { Some((Columns::new(&read)?, ColumnsMut::new(&written)?)) }
    }

    /// The bytes of an encoded frame or a value, or one plane of a picture with what lies between its rows.
    #[must_use]
    pub fn bytes(&self, frame: Frame, plane: u32) -> Option<&[u8]> {
        let (at, found) = self.plane(frame, plane)?;
        // SAFETY: the host has found so many bytes, to which nobody writes while the call has the frame.
        (found.element == SLUICE_U8).then(|| unsafe { slice::from_raw_parts(at.cast(), byte_count(&found)) })
    }

    /// As [`Context::bytes`], to change.
    pub fn bytes_mut(&mut self, frame: Frame, plane: u32) -> Option<&mut [u8]> {
        let (at, found) = self.plane_mut(frame, plane)?;
        // SAFETY: the host has found so many bytes, which are this call's alone.
        (found.element == SLUICE_U8).then(|| unsafe { slice::from_raw_parts_mut(at.cast(), byte_count(&found)) })
    }

    fn plane(&self, frame: Frame, index: u32) -> Option<(*const c_void, SluicePlane)> {
        let mut plane = empty_plane();
        let at = ask!(self.raw(), plane(frame.number(), index, &raw mut plane), std::ptr::null());
        (!at.is_null()).then_some((at, plane))
    }

    fn plane_mut(&mut self, frame: Frame, index: u32) -> Option<(*mut c_void, SluicePlane)> {
        let mut plane = empty_plane();
        let at = ask!(self.raw(), plane_mut(frame.number(), index, &raw mut plane), std::ptr::null_mut());
        (!at.is_null()).then_some((at, plane))
    }

    /// All parts of a frame, if they are columns of the type `T`.
    fn planes<T: Column>(&self, frame: Frame, access: u32) -> Option<Found> {
        let mut planes = [empty_plane(); MOST_COLUMNS];
        let mut found = Found { starts: [std::ptr::null_mut(); MOST_COLUMNS], columns: 0, records: 0 };
        let (places, starts) = (planes.as_mut_ptr(), found.starts.as_mut_ptr());
        let count = ask!(self.raw(), planes(frame.number(), access, places, starts, MOST_COLUMNS as u32), -1);
        found.columns = usize::try_from(count).ok()?;
        let told = planes.get(..found.columns)?;
        found.records = told.first().map_or(0, |plane| plane.count as usize);
        let alike =
            |plane: &SluicePlane| (plane.element, plane.rows, plane.count as usize) == (T::ELEMENT, 1, found.records);
        told.iter().all(alike).then_some(found)
    }

    fn elements<T: Column>(&self, frame: Frame, index: u32) -> Option<&[T]> {
        let (at, found) = self.plane(frame, index)?;
        let fits = found.element == T::ELEMENT && found.rows == 1;
        // SAFETY: the host has found so many elements of that type, to which nobody writes while the call has the frame.
        fits.then(|| unsafe { slice::from_raw_parts(at.cast(), found.count as usize) })
    }

    fn elements_mut<T: Column>(&mut self, frame: Frame, index: u32) -> Option<&mut [T]> {
        let (at, found) = self.plane_mut(frame, index)?;
        let fits = found.element == T::ELEMENT && found.rows == 1;
        // SAFETY: the host has found so many elements of that type, which are this call's alone.
        fits.then(|| unsafe { slice::from_raw_parts_mut(at.cast(), found.count as usize) })
    }
}

fn byte_count(plane: &SluicePlane) -> usize {
    let whole = plane.stride as usize * plane.rows as usize;
    // Only the bytes in use count where they are no picture.
    if plane.rows == 1 { plane.count as usize } else { whole }
}

pub(crate) fn empty_plane() -> SluicePlane {
    SluicePlane { size: size_of::<SluicePlane>() as u32, element: 0, count: 0, capacity: 0, rows: 0, stride: 0 }
}
