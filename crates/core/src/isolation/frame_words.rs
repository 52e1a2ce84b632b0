//! How shapes of frames, and what frames say of themselves, are written into messages and read from them.

use crate::lane::{Element, FrameInfo, Shape};

use super::wire::{Message, Words};

/// Writes an output and the shape of the frame that is wanted of it.
pub(super) fn put_shape(message: &mut Message, output: u32, shape: Shape<'_>) {
    message.word(output);
    match shape {
        Shape::Audio { rate_hz, channels, samples } => message.words(&[0, 0, channels, rate_hz, samples, 0, 0]),
        Shape::Video { format, width, height, pixel_aspect } => {
            message.words(&[1, format.into(), width, height, 0, 0, pixel_aspect])
        }
        Shape::Encoded { codec, width, height, bytes, pixel_aspect } => {
            message.words(&[2, codec.into(), width, height, 0, bytes, pixel_aspect])
        }
        Shape::Packet { fields, capacity, records } => {
            message.words(&[3, 0, 0, 0, records, capacity, 0]);
            fields.iter().for_each(|(name, element)| _ = message.bytes(name).word(*element as u32));
            message
        }
        Shape::Data { format, bytes } => message.words(&[4, format.into(), 0, 0, 0, bytes, 0]),
    };
}

/// Reads what [`put_info`] has written.
pub(super) fn read_info(words: &mut Words<'_>) -> Option<FrameInfo> {
    let (kind, format) = (words.word()? as u8, words.word()? as u8);
    let flags = words.word()? as u16;
    let [width, height, count, planes, payload_bytes, slot_bytes] = read_words(words)?;
    let times_ns = [words.number()?, words.number()?, words.number()?, words.number()?];
    let (sequence, gain_q8) = (words.number()?, i32::from_ne_bytes(words.word()?.to_ne_bytes()));
    let pixel_aspect = words.word()?;
    Some(FrameInfo {
        kind,
        format,
        flags,
        width,
        height,
        count,
        planes,
        payload_bytes,
        slot_bytes,
        times_ns,
        sequence,
        gain_q8,
        pixel_aspect,
    })
}

fn read_words<const N: usize>(words: &mut Words<'_>) -> Option<[u32; N]> {
    let mut read = [0; N];
    for place in &mut read {
        *place = words.word()?;
    }
    Some(read)
}

/// Reads a shape, with `fields` as the room for those of a packet.
pub(super) fn read_shape<'a: 's, 's>(
    words: &mut Words<'a>,
    fields: &'s mut Vec<(&'a [u8], Element)>,
) -> Option<Shape<'s>> {
    let [kind, format, width, height, count, capacity, pixel_aspect] = read_words(words)?;
    while let Some(name) = words.bytes() {
        fields.push((name, Element::from_number(words.word()?)?));
    }
    let format = u8::try_from(format).ok()?;
    Some(match kind {
        0 => Shape::Audio { rate_hz: height, channels: width, samples: count },
        1 => Shape::Video { format, width, height, pixel_aspect },
        2 => Shape::Encoded { codec: format, width, height, bytes: capacity, pixel_aspect },
        3 => Shape::Packet { fields, capacity, records: count },
        4 => Shape::Data { format, bytes: capacity },
        _ => return None,
    })
}

/// Writes what a frame says of itself.
pub(super) fn put_info(message: &mut Message, info: &FrameInfo) {
    let (kind, format, flags) = (info.kind.into(), info.format.into(), info.flags.into());
    message.words(&[kind, format, flags, info.width, info.height, info.count, info.planes]);
    message.words(&[info.payload_bytes, info.slot_bytes]);
    info.times_ns.iter().for_each(|&time_ns| _ = message.number(time_ns));
    message.number(info.sequence).word(u32::from_ne_bytes(info.gain_q8.to_ne_bytes())).word(info.pixel_aspect);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_wide_pixels_are_is_read_again() {
        let mut message = Message::default();
        let aspect = 16 << 16 | 15;
        put_shape(&mut message, 0, Shape::Video { format: 19, width: 7, height: 5, pixel_aspect: aspect });
        let mut words = Words(&message.0);
        assert_eq!(words.word(), Some(0));
        let Some(Shape::Video { format: 19, width: 7, height: 5, pixel_aspect }) =
            read_shape(&mut words, &mut Vec::new())
        else {
            panic!("no picture of 7 × 5");
        };
        assert_eq!(pixel_aspect, aspect);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let fields = [(&b"time"[..], Element::F64), (&b"volts"[..], Element::F32)];
        let mut message = Message::default();
        put_shape(&mut message, 3, Shape::Packet { fields: &fields, capacity: 8, records: 2 });
        let (mut words, mut room) = (Words(&message.0), Vec::new());
        assert_eq!(words.word(), Some(3));
        let Some(Shape::Packet { fields: read, capacity: 8, records: 2 }) = read_shape(&mut words, &mut room) else {
            panic!("no packet of 2 records with room for 8");
        };
        assert_eq!(read, fields);
        assert!(read_shape(&mut Words(&[0; 20]), &mut Vec::new()).is_none(), "it ends too early");
    }
}
