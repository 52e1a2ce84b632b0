//! Where the parts of a frame's payload lie, for frames of every kind. The layouts are those of `core/frames/` in
//! TypeScript: `video_frame.ts`, `packet_frame.ts`, `encoded_frame.ts`.

use sluice_abi::{PAYLOAD_ALIGN, SlotHeader, flag, format, kind};

use super::context::MAX_CHANNELS;

/// Most pixels in a row, and most rows.
const MAX_VIDEO_SIZE: u32 = 32_768;

/// Bytes of the description of a packet before its fields: capacity, number of fields, where the first column starts, 0.
const PACKET_HEAD: usize = 16;

/// Most bytes of a field's name.
const MAX_NAME: usize = 255;

/// What a plane consists of. The numbers are those of packets' fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    F64,
    F32,
    I32,
    U32,
    U8,
}

impl Element {
    pub(crate) fn from_number(number: u32) -> Option<Self> {
        [Self::F64, Self::F32, Self::I32, Self::U32, Self::U8].get(number as usize).copied()
    }

    /// Bytes of one.
    pub(super) fn bytes(self) -> u64 {
        match self {
            Self::F64 => 8,
            Self::F32 | Self::I32 | Self::U32 => 4,
            Self::U8 => 1,
        }
    }
}

/// What a frame is acquired with.
#[derive(Clone, Copy)]
pub(crate) enum Shape<'a> {
    Audio { rate_hz: u32, channels: u32, samples: u32 },
    Video { format: u8, width: u32, height: u32, pixel_aspect: u32 },
    Encoded { codec: u8, width: u32, height: u32, bytes: u32, pixel_aspect: u32 },
    Packet { fields: &'a [(&'a [u8], Element)], capacity: u32, records: u32 },
    Data { format: u8, bytes: u32 },
}

/// A part of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plane {
    /// Bytes from the start of the payload.
    pub(crate) offset: usize,
    pub(crate) element: Element,
    /// Elements in a row that are in use, and that have room.
    pub(crate) count: u32,
    pub(crate) capacity: u32,
    pub(crate) rows: u32,
    /// Bytes from one row to the next.
    pub(crate) stride: u32,
}

/// Bytes of payload that a frame needs.
pub(super) fn shape_bytes(shape: Shape<'_>) -> Result<u64, String> {
    match shape {
        Shape::Audio { rate_hz, channels, samples } => {
            if !(1..=MAX_CHANNELS).contains(&channels) || rate_hz == 0 {
                return Err(format!(
                    "audio has {channels} channels at {rate_hz} Hz, wanted 1 to {MAX_CHANNELS} at 1 Hz or more"
                ));
            }
            Ok(u64::from(channels) * u64::from(samples) * 4)
        }
        Shape::Video { format, width, height, .. } => {
            let last = video_planes(format, width, height).into_iter().flatten().last();
            let last = last.ok_or_else(|| {
                format!("a picture of format {format} has {width} x {height} pixels, wanted 1 to {MAX_VIDEO_SIZE} each")
            })?;
            Ok(last.offset as u64 + u64::from(last.stride) * u64::from(last.rows))
        }
        Shape::Encoded { codec, bytes, .. } => match codec {
            format::H264..=format::JPEG => Ok(u64::from(bytes)),
            _ => Err(format!("there is no codec {codec}")),
        },
        Shape::Packet { fields, capacity, records } => packet_bytes(fields, capacity, records),
        Shape::Data { format: format::STRUCT | format::SERIALIZED, bytes } => Ok(u64::from(bytes)),
        Shape::Data { format, .. } => Err(format!("there is no format {format} of values")),
    }
}

fn packet_bytes(fields: &[(&[u8], Element)], capacity: u32, records: u32) -> Result<u64, String> {
    if fields.is_empty() {
        return Err("a record has no fields".into());
    }
    if let Some((name, _)) = fields.iter().find(|(name, _)| name.is_empty() || name.len() > MAX_NAME) {
        return Err(format!("the name of a field has {} bytes, wanted 1 to {MAX_NAME}", name.len()));
    }
    if records > capacity {
        return Err(format!("the batch has {records} records, and {capacity} fit"));
    }
    let columns = fields.iter().map(|(_, element)| aligned(element.bytes() * u64::from(capacity)));
    Ok(description_bytes(fields) + columns.sum::<u64>())
}

/// Lays out what is no audio.
///
/// # Safety
///
/// The slot is the caller's alone, and has room for `bytes`.
pub(super) unsafe fn lay_out(slot: *mut SlotHeader, shape: Shape<'_>, bytes: u32) {
    // SAFETY: the caller vouches for the slot.
    let header = unsafe { &mut *slot };
    header.payload_length = bytes;
    (header.width, header.height) = (0, 0);
    match shape {
        Shape::Audio { .. } => {}
        Shape::Video { format, width, height, pixel_aspect } => {
            (header.kind, header.format, header.batch_size) = (kind::VIDEO, format, 1);
            (header.width, header.height, header.pixel_aspect) = (width, height, pixel_aspect);
            for (stride, plane) in header.strides.iter_mut().zip(video_planes(format, width, height)) {
                *stride = plane.map_or(0, |plane| plane.stride);
            }
        }
        Shape::Encoded { codec, width, height, pixel_aspect, .. } => {
            (header.kind, header.format, header.batch_size) = (kind::ENCODED, codec, 1);
            (header.width, header.height, header.pixel_aspect) = (width, height, pixel_aspect);
            // Each packet of these can be decoded by itself.
            if matches!(codec, format::OPUS..=format::JPEG) {
                header.flags = flag::KEYFRAME;
            }
        }
        Shape::Packet { fields, capacity, records } => {
            (header.kind, header.format, header.batch_size) = (kind::PACKET, format::STRUCT, records);
            let length = description_bytes(fields) as usize;
            // SAFETY: as above; the description is the start of the payload, which follows the header.
            let description = unsafe { std::slice::from_raw_parts_mut(slot.add(1).cast::<u8>(), length) };
            describe(description, fields, capacity);
        }
        Shape::Data { format, .. } => (header.kind, header.format) = (kind::DATA, format),
    }
}

fn describe(description: &mut [u8], fields: &[(&[u8], Element)], capacity: u32) {
    description.fill(0);
    let head = [capacity, fields.len() as u32, description.len() as u32];
    for (word, place) in head.iter().zip(description.chunks_exact_mut(4)) {
        place.copy_from_slice(&word.to_ne_bytes());
    }
    let mut at = PACKET_HEAD;
    for (name, element) in fields {
        description[at] = *element as u8;
        description[at + 1] = name.len() as u8;
        description[at + 2..][..name.len()].copy_from_slice(name);
        at += 2 + name.len();
    }
}

fn description_bytes(fields: &[(&[u8], Element)]) -> u64 {
    aligned((PACKET_HEAD + fields.iter().map(|(name, _)| 2 + name.len()).sum::<usize>()) as u64)
}

pub(super) fn aligned(bytes: u64) -> u64 {
    bytes.next_multiple_of(PAYLOAD_ALIGN as u64)
}

/// The planes of a picture; none for sizes or formats that do not exist.
pub(super) fn video_planes(format: u8, width: u32, height: u32) -> [Option<Plane>; 3] {
    if !(1..=MAX_VIDEO_SIZE).contains(&width) || !(1..=MAX_VIDEO_SIZE).contains(&height) {
        return [None; 3];
    }
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    let sizes = match format {
        format::RGBA8 | format::BGRA8 => [Some((4 * width, height)), None, None],
        format::NV12 => [Some((width, height)), Some((2 * half_width, half_height)), None],
        format::I420 => [Some((width, height)), Some((half_width, half_height)), Some((half_width, half_height))],
        _ => [None; 3],
    };
    let mut offset = 0;
    sizes.map(|size| {
        let (count, rows) = size?;
        let stride = count.next_multiple_of(PAYLOAD_ALIGN as u32);
        let plane = Plane { offset, element: Element::U8, count, capacity: stride, rows, stride };
        offset += stride as usize * rows as usize;
        Some(plane)
    })
}

/// A field of a packet's records.
pub(super) struct FieldEntry<'a> {
    pub(super) name: &'a [u8],
    pub(super) element: Element,
}

/// The fields that a packet's payload describes. It ends early where the description is wrong.
pub(super) struct Fields<'a> {
    pub(super) capacity: u32,
    /// Where the first column starts.
    pub(super) first: u64,
    pub(super) left: u32,
    rest: &'a [u8],
}

impl Fields<'_> {
    /// `None`: the payload describes nothing.
    ///
    /// # Safety
    ///
    /// The frame in the slot is readable for as long as the fields are used, and nobody writes to it.
    pub(super) unsafe fn new(header: *const SlotHeader, slot_bytes: u32) -> Option<Self> {
        if (slot_bytes as usize) < PACKET_HEAD {
            return None;
        }
        // SAFETY: the caller vouches for the slot; the payload follows its header and has the head's bytes.
        let [capacity, left, first] = unsafe { header.add(1).cast::<[u32; 3]>().read() };
        if first > slot_bytes || (first as usize) < PACKET_HEAD {
            return None;
        }
        // SAFETY: as above, and the description lies within the payload.
        let bytes = unsafe { std::slice::from_raw_parts(header.add(1).cast::<u8>(), first as usize) };
        Some(Self { capacity, first: u64::from(first), left, rest: &bytes[PACKET_HEAD..] })
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = FieldEntry<'a>;

    fn next(&mut self) -> Option<FieldEntry<'a>> {
        let &[element, length, ref rest @ ..] = self.rest else { return None };
        if self.left == 0 || rest.len() < usize::from(length) {
            return None;
        }
        let (name, rest) = rest.split_at(usize::from(length));
        self.left -= 1;
        self.rest = rest;
        Some(FieldEntry { name, element: Element::from_number(u32::from(element))? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chroma_of_odd_sizes_is_rounded_up() {
        let planes = video_planes(format::I420, 5, 3);
        let sizes =
            planes.map(|plane| plane.map(|Plane { offset, count, rows, stride, .. }| (offset, count, rows, stride)));
        assert_eq!(sizes, [Some((0, 5, 3, 64)), Some((192, 3, 2, 64)), Some((320, 3, 2, 64))]);
        let bytes = |format, width| shape_bytes(Shape::Video { format, width, height: 3, pixel_aspect: 0 });
        assert_eq!(bytes(format::I420, 5), Ok(448));
        assert!(bytes(format::I420, 0).is_err());
        assert!(bytes(format::H264, 5).is_err());
    }

    #[test]
    fn a_packet_describes_its_fields() {
        let fields: [(&[u8], Element); 2] = [(b"timeNs", Element::F64), (b"x", Element::F32)];
        let shape = Shape::Packet { fields: &fields, capacity: 10, records: 3 };
        assert_eq!(shape_bytes(shape), Ok(64 + 128 + 64));
        let mut description = [0xff; 64];
        describe(&mut description, &fields, 10);
        assert_eq!(description[..4], 10_u32.to_ne_bytes());
        assert_eq!(description[4..8], 2_u32.to_ne_bytes());
        assert_eq!(description[8..12], 64_u32.to_ne_bytes());
        assert_eq!(&description[16..27], b"\x00\x06timeNs\x01\x01x");
        assert_eq!(description[27..], [0; 37]);
        assert!(shape_bytes(Shape::Packet { fields: &fields, capacity: 10, records: 11 }).is_err());
        assert!(shape_bytes(Shape::Packet { fields: &[], capacity: 10, records: 1 }).is_err());
    }
}
