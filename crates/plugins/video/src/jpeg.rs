//! A JPEG file (ITU-T T.81) in memory.

use std::panic::catch_unwind;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::png::{MOST_PIXELS, Pixels};

/// Whether a file begins as one of these does.
pub(crate) fn begins(file: &[u8]) -> bool {
    file.starts_with(&[0xff, 0xd8, 0xff])
}

/// Decodes a file.
///
/// # Errors
///
/// A clause that says what is wrong with it.
pub(crate) fn decode(file: &[u8]) -> Result<Pixels, String> {
    // The decoder panics for what it does not expect.
    catch_unwind(|| decode_whole(file)).unwrap_or_else(|_| Err("its parts contradict each other".into()))
}

fn decode_whole(file: &[u8]) -> Result<Pixels, String> {
    let options = DecoderOptions::default()
        .set_use_unsafe(false)
        .set_max_width(MOST_PIXELS)
        .set_max_height(MOST_PIXELS)
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(file, options);
    let bytes = decoder.decode().map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions().ok_or("it has no size")?;
    Ok(Pixels { width, height, bytes })
}
