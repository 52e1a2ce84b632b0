//! `org.sluice.video.convert`: pictures in another pixel format.

use std::ffi::CStr;

use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_I420, SLUICE_NV12, SLUICE_RGBA8};
use sluice_stage::{Context, Next, Picture, PictureMut, Port, Stage};
use yuv::{YuvRange, YuvStandardMatrix};

use crate::colour::{Colour, matrix_named, range_named};
use crate::exchange::{Exchange, Found, Measures, exchange, format_named};
use sluice_stage::config::text;

/// Converts pictures.
pub struct Convert {
    format: u32,
    colour: Colour,
}

impl Stage for Convert {
    const ID: &'static CStr = c"org.sluice.video.convert";
    const NAME: &'static CStr = c"Video convert";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Converts pictures to another pixel format.\n\n\
        Between RGB and YUV it uses the matrix and the range that it is given, for frames do not say theirs. \
        Chroma is averaged over four pixels, and repeated for them. Pictures that have the format already pass \
        unchanged.\n\n\
        **Example.** `pattern-source durationSeconds=2 ! convert pixelFormat=nv12 matrix=bt601 ! h264-encode \
        matrix=bt601 ! media-sink path=pattern.mp4`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"x-converts": ["pixelFormat"], "properties": {
            "pixelFormat": {"type": "string", "enum": ["rgba8", "bgra8", "nv12", "i420"], "default": "i420",
                "description": "The format that comes out."},
            "matrix": {"type": "string", "enum": ["bt601", "bt709", "bt2020"], "default": "bt709",
                "description": "How YUV follows from RGB: ITU-R BT.601, BT.709 or BT.2020 (non-constant luminance)."},
            "range": {"type": "string", "enum": ["limited", "full"], "default": "limited",
                "description": "Levels of YUV: luma of 16 to 235, or of 0 to 255."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::video(c"videoIn", c"Pictures of any format.")];
    const OUTPUTS: &'static [Port] = &[Port::video(c"videoOut", c"The same in the format that is wanted.")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let matrix: YuvStandardMatrix = matrix_named(text(context, c"matrix")?);
        let range: YuvRange = range_named(text(context, c"range")?);
        Ok(Self { format: format_named(text(context, c"pixelFormat")?)?, colour: Colour { matrix, range } })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        loop {
            let wanted = |info: &_| Measures { format: self.format, ..Measures::of(info) };
            match exchange(context, |info| Ok((info.format != self.format).then(|| wanted(info))))? {
                Found::Pair(pair) => self.convert(context, &pair)?,
                Found::Passed => {}
                Found::Nothing => return Ok(Next::WhenFramesCome),
                Found::NoSlot => return Ok(Next::Again),
            }
        }
    }
}

impl Convert {
    fn convert(&self, context: &mut Context, pair: &Exchange) -> Result<(), String> {
        let (from, mut to) = context.pictures_between(pair.from, pair.to).ok_or("a picture has no planes")?;
        convert(&from, &mut to, self.colour)?;
        context.release(pair.from);
        context.write(0, pair.to)
    }
}

/// Converts a picture to the format of another one of its size.
fn convert(from: &Picture<'_>, to: &mut PictureMut<'_>, colour: Colour) -> Result<(), String> {
    match (from.format, to.format) {
        (SLUICE_RGBA8, SLUICE_BGRA8) | (SLUICE_BGRA8, SLUICE_RGBA8) => {
            swap_red_and_blue(from, to);
            Ok(())
        }
        (SLUICE_NV12, SLUICE_I420) => {
            copy_luma(from, to);
            split_chroma(from, to);
            Ok(())
        }
        (SLUICE_I420, SLUICE_NV12) => {
            copy_luma(from, to);
            join_chroma(from, to);
            Ok(())
        }
        (SLUICE_RGBA8 | SLUICE_BGRA8, _) => colour.to_yuv(from, to),
        _ => colour.to_rgb(from, to),
    }
}

fn swap_red_and_blue(from: &Picture<'_>, to: &mut PictureMut<'_>) {
    for row in 0..from.planes[0].rows {
        let pixels = from.planes[0].row(row).chunks_exact(4);
        for (place, pixel) in to.planes[0].row(row).chunks_exact_mut(4).zip(pixels) {
            place.copy_from_slice(&[pixel[2], pixel[1], pixel[0], pixel[3]]);
        }
    }
}

fn copy_luma(from: &Picture<'_>, to: &mut PictureMut<'_>) {
    for row in 0..from.planes[0].rows {
        to.planes[0].row(row).copy_from_slice(from.planes[0].row(row));
    }
}

fn split_chroma(from: &Picture<'_>, to: &mut PictureMut<'_>) {
    let [_, u, v] = &mut to.planes;
    for row in 0..from.planes[1].rows {
        let pairs = from.planes[1].row(row).chunks_exact(2);
        for ((u, v), pair) in u.row(row).iter_mut().zip(v.row(row)).zip(pairs) {
            (*u, *v) = (pair[0], pair[1]);
        }
    }
}

fn join_chroma(from: &Picture<'_>, to: &mut PictureMut<'_>) {
    let [_, u, v] = &from.planes;
    for row in 0..u.rows {
        let pairs = to.planes[1].row(row).chunks_exact_mut(2);
        for (pair, (u, v)) in pairs.zip(u.row(row).iter().zip(v.row(row))) {
            pair.copy_from_slice(&[*u, *v]);
        }
    }
}
