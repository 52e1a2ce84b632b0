//! A PNG file (ISO/IEC 15948) in memory. Its decoder gets only the chunks that pixels are made of: it inflates text and
//! colour profiles without a limit, so that a small file could fill the memory.

use std::panic::catch_unwind;

use zune_png::PngDecoder;
use zune_png::error::PngDecodeErrors;
use zune_png::zune_core::options::DecoderOptions;

/// Bytes of a pixel.
const PIXEL: usize = 4;

/// The most pixels in a row, and rows.
pub(crate) const MOST_PIXELS: usize = 8_192;

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Bytes of a chunk besides its data: length, type and checksum.
const FRAMING: usize = 12;

/// Where the colour type stands in a file: 3 is that of a palette.
const COLOUR_TYPE: usize = 25;
const INDEXED: u8 = 3;

/// Pixels in rows without padding: red, green, blue and alpha.
pub(crate) struct Pixels {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) bytes: Vec<u8>,
}

/// Decodes a file.
///
/// # Errors
///
/// A clause that says what is wrong with it.
pub(crate) fn decode(file: &[u8]) -> Result<Pixels, String> {
    let needed = needed_chunks(file)?;
    // The decoder panics for what it does not expect.
    catch_unwind(|| decode_needed(&needed)).unwrap_or_else(|_| Err("its chunks contradict each other".into()))
}

fn decode_needed(file: &[u8]) -> Result<Pixels, String> {
    let options = DecoderOptions::default()
        .set_use_unsafe(false)
        .set_max_width(MOST_PIXELS)
        .set_max_height(MOST_PIXELS)
        .png_set_add_alpha_channel(true)
        .png_set_strip_to_8bit(true);
    let mut decoder = PngDecoder::new_with_options(file, options);
    let bytes = decoder.decode_raw().map_err(describe)?;
    let (width, height) = decoder.get_dimensions().ok_or("it has no size")?;
    let bytes = match bytes.len() / (width * height).max(1) {
        PIXEL => bytes,
        2 => bytes.chunks_exact(2).flat_map(|grey| [grey[0], grey[0], grey[0], grey[1]]).collect(),
        channels => return Err(format!("it has {channels} channels")),
    };
    Ok(Pixels { width, height, bytes })
}

/// The file without the chunks that pixels do not need.
fn needed_chunks(file: &[u8]) -> Result<Vec<u8>, String> {
    let mut rest = file.strip_prefix(SIGNATURE).ok_or("it is no PNG file")?;
    let mut needed = SIGNATURE.to_vec();
    let mut has_palette = false;
    while let [a, b, c, d, after @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        let kind = after.get(..4).ok_or("it is cut off")?;
        let (chunk, next) = rest.split_at_checked(length.saturating_add(FRAMING)).ok_or("it is cut off")?;
        if matches!(kind, b"IHDR" | b"PLTE" | b"tRNS" | b"IDAT" | b"IEND") {
            needed.extend_from_slice(chunk);
        }
        has_palette |= kind == b"PLTE" && length > 0;
        if kind == b"IEND" {
            break;
        }
        rest = next;
    }
    if needed.get(COLOUR_TYPE) == Some(&INDEXED) && !has_palette {
        return Err("it has no palette".into());
    }
    Ok(needed)
}

fn describe(error: PngDecodeErrors) -> String {
    match error {
        PngDecodeErrors::GenericStatic(why) => why.into(),
        PngDecodeErrors::Generic(why) => why,
        PngDecodeErrors::BadCrc(..) => "a checksum does not fit".into(),
        PngDecodeErrors::ZlibDecodeErrors(_) => "its pixels cannot be inflated".into(),
        PngDecodeErrors::EmptyPalette => "it has no palette".into(),
        other => other.to_string().trim_end().into(),
    }
}
