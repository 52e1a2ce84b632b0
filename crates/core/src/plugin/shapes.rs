//! What plugins say of frames, and what they are told: structures of C, each of which says its own size.

use std::ffi::{CStr, c_void};
use std::mem::MaybeUninit;
use std::ptr;

use sluice_abi::stage::{SLUICE_OK, SLUICE_REFUSED, SluiceField, SluiceFrameInfo, SluicePlane, SluiceShape};
use sluice_abi::{format, kind};

use crate::lane::{Element, FrameInfo, NodeAccess, Plane, Shape};

use super::call::Call;

/// Most fields of a record.
pub(super) const MAX_FIELDS: usize = 64;

/// Bytes of the structures in version 1.0.
const INFO_BYTES: u32 = 80;
const SHAPE_BYTES: u32 = 40;
const PLANE_BYTES: u32 = 24;

/// The kind of frame of a shape.
pub(super) fn kind_of(shape: Shape<'_>) -> u8 {
    match shape {
        Shape::Audio { .. } => kind::AUDIO,
        Shape::Video { .. } => kind::VIDEO,
        Shape::Encoded { .. } => kind::ENCODED,
        Shape::Packet { .. } => kind::PACKET,
        Shape::Data { .. } => kind::DATA,
    }
}

/// # Safety
///
/// The shape, its fields and their names are readable for `'a`.
pub(super) unsafe fn read_shape<'a>(
    shape: *const SluiceShape,
    fields: &'a mut [(&'a [u8], Element); MAX_FIELDS],
) -> Result<Shape<'a>, String> {
    // SAFETY: the caller vouches for the shape, of which the size is read first.
    if shape.is_null() || unsafe { (*shape).size } < SHAPE_BYTES {
        return Err("the shape is null, or its size is not set".into());
    }
    // SAFETY: zeros are a shape, without fields.
    let mut known = unsafe { MaybeUninit::<SluiceShape>::zeroed().assume_init() };
    // SAFETY: as above; one of an earlier version has fewer fields, which are 0 then.
    let bytes = unsafe { (*shape).size as usize }.min(size_of::<SluiceShape>());
    // SAFETY: as above.
    unsafe { ptr::copy_nonoverlapping(shape.cast::<u8>(), (&raw mut known).cast::<u8>(), bytes) };
    let SluiceShape { kind: found, format, width, height, count, capacity, pixel_aspect, .. } = known;
    let format = u8::try_from(format).map_err(|_| format!("there is no format {format}"))?;
    match u8::try_from(found).unwrap_or(0) {
        kind::AUDIO => Ok(Shape::Audio { rate_hz: height, channels: width, samples: count }),
        kind::VIDEO => Ok(Shape::Video { format, width, height, pixel_aspect }),
        kind::ENCODED => Ok(Shape::Encoded { codec: format, width, height, bytes: capacity, pixel_aspect }),
        kind::PACKET => {
            // SAFETY: as above.
            let fields = unsafe { read_fields(&known, fields) }?;
            Ok(Shape::Packet { fields, capacity, records: count })
        }
        kind::DATA => Ok(Shape::Data { format: if format == 0 { format::STRUCT } else { format }, bytes: capacity }),
        _ => Err(format!("there is no kind {found} of frames")),
    }
}

/// # Safety
///
/// As [`read_shape`].
unsafe fn read_fields<'a>(
    shape: &SluiceShape,
    fields: &'a mut [(&'a [u8], Element); MAX_FIELDS],
) -> Result<&'a [(&'a [u8], Element)], String> {
    let count = shape.field_count as usize;
    if shape.fields.is_null() || count > MAX_FIELDS {
        return Err(format!("a record has {count} fields, wanted 1 to {MAX_FIELDS}"));
    }
    for (index, place) in fields[..count].iter_mut().enumerate() {
        // SAFETY: the caller vouches for the fields.
        let SluiceField { name, element, .. } = unsafe { *shape.fields.add(index) };
        let element = Element::from_number(element).ok_or_else(|| format!("there is no element {element}"))?;
        if name.is_null() {
            return Err(format!("the name of field {index} is null"));
        }
        // SAFETY: the caller vouches for the name.
        *place = (unsafe { CStr::from_ptr(name) }.to_bytes(), element);
    }
    Ok(&fields[..count])
}

/// # Safety
///
/// `into` is null, or has as many bytes as it says.
pub(super) unsafe fn tell_info<L: NodeAccess>(
    call: &mut Call<'_, L>,
    found: &FrameInfo,
    into: *mut SluiceFrameInfo,
) -> i32 {
    // SAFETY: the caller vouches for the place, of which the size is read first.
    if into.is_null() || unsafe { (*into).size } < INFO_BYTES {
        return call.refuse(SLUICE_REFUSED, "the place for the information is null, or its size is not set");
    }
    let [pts_ns, dts_ns, duration_ns, ingress_ns] = found.times_ns;
    let info = SluiceFrameInfo {
        // SAFETY: as above.
        size: unsafe { (*into).size },
        kind: u32::from(found.kind),
        format: u32::from(found.format),
        flags: u32::from(found.flags),
        width: found.width,
        height: found.height,
        count: found.count,
        planes: found.planes,
        payload_bytes: found.payload_bytes,
        slot_bytes: found.slot_bytes,
        pts_ns,
        dts_ns,
        duration_ns,
        ingress_ns,
        sequence: found.sequence,
        gain_q8: found.gain_q8,
        pixel_aspect: found.pixel_aspect,
    };
    let known = (info.size as usize).min(size_of::<SluiceFrameInfo>());
    // SAFETY: as above; a place of an earlier version has fewer fields, and its size stays.
    unsafe { ptr::copy_nonoverlapping((&raw const info).cast::<u8>(), into.cast::<u8>(), known) };
    SLUICE_OK
}

/// # Safety
///
/// As [`tell_info`].
pub(super) unsafe fn tell_plane<L: NodeAccess>(
    call: &mut Call<'_, L>,
    found: Option<(*mut u8, Plane)>,
    into: *mut SluicePlane,
) -> *mut c_void {
    let Some((start, plane)) = found else { return ptr::null_mut() };
    // SAFETY: the caller vouches for the place, of which the size is read first.
    if into.is_null() || unsafe { (*into).size } < PLANE_BYTES {
        return call.refuse(ptr::null_mut(), "the place for the plane is null, or its size is not set");
    }
    // SAFETY: as above; it has all the fields that are known here, and its size stays.
    unsafe { *into = told((*into).size, plane) };
    start.cast()
}

fn told(size: u32, plane: Plane) -> SluicePlane {
    let Plane { element, count, capacity, rows, stride, .. } = plane;
    SluicePlane { size, element: element as u32, count, capacity, rows, stride }
}

/// Where a plugin wants to be told all parts of a frame.
pub(super) struct PlanePlaces {
    planes: *mut SluicePlane,
    starts: *mut *mut c_void,
    size: u32,
    room: usize,
    found: usize,
}

impl PlanePlaces {
    /// # Safety
    ///
    /// There are `count` descriptions, as far apart as the first says, and `count` starts, for as long as they are told.
    pub(super) unsafe fn new(
        planes: *mut SluicePlane,
        starts: *mut *mut c_void,
        count: u32,
    ) -> Result<Self, &'static str> {
        if planes.is_null() || starts.is_null() || count == 0 {
            return Err("the places for the parts are null, or there are none");
        }
        // SAFETY: the caller vouches for the places, of which the size is read first.
        let size = unsafe { (*planes).size };
        if size < PLANE_BYTES {
            return Err("the size of the first place is not set");
        }
        Ok(Self { planes, starts, size, room: count as usize, found: 0 })
    }

    /// Tells the next part, if there is a place for it.
    pub(super) fn tell(&mut self, start: *mut u8, plane: Plane) {
        let at = self.found;
        self.found += 1;
        if at < self.room {
            // SAFETY: who made this vouches for the places, of which there is one more.
            unsafe {
                self.planes.byte_add(at * self.size as usize).write(told(self.size, plane));
                self.starts.add(at).write(start.cast());
            }
        }
    }

    /// Tells other starts in place of those that were told.
    pub(super) fn move_starts(&mut self, mut moved: impl FnMut(*mut u8) -> *mut u8) {
        for at in 0..self.found.min(self.room) {
            // SAFETY: who made this vouches for the places, which were written to.
            unsafe {
                let start = self.starts.add(at);
                start.write(moved((*start).cast()).cast());
            }
        }
    }

    /// How many parts were told, or had no place.
    pub(super) fn found(&self) -> i32 {
        i32::try_from(self.found).unwrap_or(i32::MAX)
    }
}
