//! Pictures of MJPEG cameras. Many leave the Huffman tables out, since they are always those that the standard gives as
//! typical (ITU-T T.81, Annex K.3); a JPEG without them is none to other programs.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The start of a scan, before which the tables must stand.
const SCAN: u8 = 0xda;
const TABLES: u8 = 0xc4;

/// Most pixels in a row, and most rows.
const MOST_PIXELS: usize = 16_384;

/// Table K.3, K.4, K.5 and K.6: class and number, how many codes there are of each length, and their values.
const TYPICAL: [(u8, [u8; 16], &[u8]); 4] = [
    (0x00, [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    (0x10, [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d], &LUMINANCE),
    (0x01, [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
    (0x11, [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77], &CHROMINANCE),
];

#[rustfmt::skip]
const LUMINANCE: [u8; 162] = [
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07, 0x22, 0x71, 0x14, 0x32,
    0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16,
    0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45,
    0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69,
    0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94,
    0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6,
    0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8,
    0xd9, 0xda, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
    0xf9, 0xfa,
];

#[rustfmt::skip]
const CHROMINANCE: [u8; 162] = [
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71, 0x13, 0x22, 0x32, 0x81,
    0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0, 0x15, 0x62, 0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34,
    0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44,
    0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
    0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92,
    0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4,
    0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6,
    0xd7, 0xd8, 0xd9, 0xda, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
    0xf9, 0xfa,
];

/// Where the typical tables are to be put into a JPEG. `None`: it has tables, or is no JPEG with a scan.
pub(crate) fn tables_at(jpeg: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        let &[0xff, marker, high, low] = jpeg.get(at..at + 4)? else { return None };
        match marker {
            TABLES => return None,
            SCAN => return Some(at),
            _ => at += 2 + usize::from(u16::from_be_bytes([high, low])),
        }
    }
}

/// The typical tables, as a segment of a JPEG.
pub(crate) fn typical_tables() -> Vec<u8> {
    let body: Vec<u8> =
        TYPICAL.iter().flat_map(|&(number, counts, values)| [&[number][..], &counts[..], values].concat()).collect();
    let [high, low] = (body.len() as u16 + 2).to_be_bytes();
    [&[0xff, TABLES, high, low][..], &body[..]].concat()
}

/// What follows a picture in its buffer is no part of it: the picture up to its end marker, if it has one.
pub(crate) fn trimmed(jpeg: &[u8]) -> &[u8] {
    let end = jpeg.windows(2).rposition(|pair| pair == [0xff, 0xd9]);
    end.map_or(jpeg, |end| &jpeg[..end + 2])
}

/// Decodes a picture to RGBA, row by row, and gives its width and height.
///
/// # Errors
///
/// Why it cannot be decoded.
pub(crate) fn decode(jpeg: &[u8], pixels: &mut Vec<u8>) -> Result<(usize, usize), String> {
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::RGBA)
        .set_max_width(MOST_PIXELS)
        .set_max_height(MOST_PIXELS);
    let mut decoder = JpegDecoder::new_with_options(jpeg, options);
    decoder.decode_headers().map_err(|error| error.to_string())?;
    let (Some((width, height)), Some(size)) = (decoder.dimensions(), decoder.output_buffer_size()) else {
        return Err("it has no size".into());
    };
    let count = width * height;
    if size != 4 * count && size != count {
        return Err("it has colours that do not become RGBA".into());
    }
    pixels.resize(4 * count, 0);
    decoder.decode_into(&mut pixels[..size]).map_err(|error| error.to_string())?;
    if size == count {
        // One that is grey stays so. From its end, so that no level is written over before it was read.
        for at in (0..count).rev() {
            let level = pixels[at];
            pixels[4 * at..4 * at + 4].copy_from_slice(&[level, level, level, 255]);
        }
    }
    Ok((width, height))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Grey of 8 × 8 with the typical tables: a level of 160 is a direct coefficient of 32 where the table divides by 8.
    fn grey() -> Vec<u8> {
        let quantization = [&[0xff, 0xdb, 0, 67, 0][..], &[8; 64]].concat();
        let frame = [0xff, 0xc0, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0];
        // The coefficient has 6 bits: code 1110 of K.3, then 100000; 1010 of K.5 ends the block; ones fill the byte.
        let scan = [0xff, SCAN, 0, 8, 1, 1, 0, 0, 63, 0, 0b1110_1000, 0b0010_1011, 0xff, 0xd9];
        [&[0xff, 0xd8][..], &quantization, &frame, &scan].concat()
    }

    #[test]
    fn a_picture_without_tables_gets_the_typical_ones_and_decodes() {
        let bare = grey();
        let at = tables_at(&bare).unwrap();
        assert_eq!(bare[at..at + 2], [0xff, SCAN]);
        let whole = [&bare[..at], &typical_tables(), &bare[at..]].concat();
        assert_eq!(tables_at(&whole), None);
        let mut pixels = Vec::new();
        assert_eq!(decode(&whole, &mut pixels), Ok((8, 8)));
        assert_eq!(pixels, [160, 160, 160, 255].repeat(64));
    }

    #[test]
    fn what_is_no_jpeg_has_no_place_for_tables_and_does_not_decode() {
        assert_eq!([&[][..], &[0; 50], &grey()[..20]].map(tables_at), [None; 3]);
        assert!(decode(&[0; 50], &mut Vec::new()).is_err());
    }

    #[test]
    fn what_follows_the_end_is_cut_off() {
        let padded = [grey(), vec![0; 30]].concat();
        assert_eq!(trimmed(&padded), grey());
        assert_eq!(trimmed(&[1, 2, 3]), [1, 2, 3]);
    }
}
