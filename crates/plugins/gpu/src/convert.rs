//! `org.sluice.gpu.gpu-convert`: pictures in another pixel format.

use std::ffi::CStr;
use std::sync::Arc;

use sluice_stage::abi::{SLUICE_BGRA8, SLUICE_I420, SLUICE_NV12, SLUICE_RGBA8};
use sluice_stage::config::text;
use sluice_stage::{Context, Port, pixel_format_name};
use wgpu::TextureView;

use crate::colour::{Map, to_rgb, to_yuv};
use crate::lane::{FrameFacts, Lane};
use crate::node::Effect;
use crate::pass::Pass;
use crate::picture::{Measures, Picture};

/// What is drawn: the bodies of functions with the place of a pixel in `at`. `video`, `video2` and `video3` are the planes
/// of the picture that came.
const COPY: &str = "return textureLoad(video, at, 0);";
const RGB_TO_LUMA: &str = "return vec4f(yuv(textureLoad(video, at, 0).rgb).x);";
/// The mean of four pixels; those beyond an odd edge repeat it.
const RGB_TO_CHROMA: &str = "
  let most = vec2i(textureDimensions(video)) - 1;
  var sum = vec3f(0.0);
  for (var k = 0; k < 4; k++) {
    sum += textureLoad(video, min(2 * at + vec2i(k & 1, k >> 1), most), 0).rgb;
  }
  let levels = yuv(sum / 4.0);
";
const NV12_TO_RGB: &str = "return rgb(vec3f(textureLoad(video, at, 0).r, textureLoad(video2, at / 2, 0).rg));";
const I420_TO_RGB: &str = "return rgb(vec3f(textureLoad(video, at, 0).r, textureLoad(video2, at / 2, 0).r, \
    textureLoad(video3, at / 2, 0).r));";
const JOIN: &str = "return vec4f(textureLoad(video2, at, 0).r, textureLoad(video3, at, 0).r, 0.0, 1.0);";

/// Converts pictures.
pub struct Convert {
    format: u32,
    /// From RGB to YUV, and back.
    maps: [Vec<u8>; 2],
    passes: Option<Passes>,
}

/// The passes that draw the planes of one format from those of another.
struct Passes {
    from: u32,
    planes: Vec<Pass>,
}

impl Effect for Convert {
    const ID: &'static CStr = c"org.sluice.gpu.gpu-convert";
    const NAME: &'static CStr = c"GPU convert";
    const DOC: &'static CStr = c"Converts pictures to another pixel format on the GPU.\n\n\
        It is `convert` for pictures that are on the graphics processor or go there: with the same matrices and ranges, for \
        frames do not say theirs. Chroma is averaged over four pixels, and repeated for them. Pictures that have the format \
        already pass unchanged.\n\n\
        **Example.** `pattern-source durationSeconds=2 ! blur radius=4 ! gpu-convert pixelFormat=i420 ! h264-encode ! \
        media-sink path=blurred.mp4`";
    const CONFIG: &'static CStr = cr#"{"properties": {
            "pixelFormat": {"type": "string", "enum": ["rgba8", "bgra8", "nv12", "i420"], "default": "i420",
                "description": "The format that comes out."},
            "matrix": {"type": "string", "enum": ["bt601", "bt709", "bt2020"], "default": "bt709",
                "description": "How YUV follows from RGB: ITU-R BT.601, BT.709 or BT.2020 (non-constant luminance)."},
            "range": {"type": "string", "enum": ["limited", "full"], "default": "limited",
                "description": "Levels of YUV: luma of 16 to 235, or of 0 to 255."}
        }}"#;
    const INPUTS: &'static [Port] = &[Port::video(c"videoIn", c"Pictures of any format.")];
    const OUTPUTS: &'static [Port] = &[Port::video(c"videoOut", c"The same in the format that is wanted.")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let name = text(context, c"pixelFormat")?;
        let format = [SLUICE_RGBA8, SLUICE_BGRA8, SLUICE_NV12, SLUICE_I420]
            .into_iter()
            .find(|&format| pixel_format_name(format) == name)
            .ok_or_else(|| format!("there is no pixel format \"{name}\""))?;
        let (matrix, is_full) = (text(context, c"matrix")?, text(context, c"range")? == "full");
        let maps = [to_yuv(matrix, is_full), to_rgb(matrix, is_full)].map(bytes_of);
        Ok(Self { format, maps, passes: None })
    }

    fn measures(&self, from: Measures) -> Option<Measures> {
        (from.format != self.format).then_some(Measures { format: self.format, ..from })
    }

    fn draw(
        &mut self,
        lane: &Arc<Lane>,
        from: &[Option<Arc<Picture>>],
        to: &Picture,
        facts: FrameFacts,
    ) -> Result<(), String> {
        let Some(Some(picture)) = from.first() else { return Ok(()) };
        let from = picture.measures.format;
        if self.passes.as_ref().is_none_or(|passes| passes.from != from) {
            self.passes = Some(Passes { from, planes: passes(from, to.measures.format)? });
        }
        let [to_yuv, to_rgb] = &self.maps;
        let uniforms = if is_rgb(from) { to_yuv } else { to_rgb };
        let views: Vec<&TextureView> = picture.planes.iter().map(|plane| &plane.view).collect();
        for (pass, to) in self.passes.iter_mut().flat_map(|passes| &mut passes.planes).zip(&to.planes) {
            let pipeline = pass.pipeline(&lane.gpu, to.key.2)?;
            lane.draw(&pipeline, &views, to, facts, uniforms);
        }
        Ok(())
    }
}

/// The passes of the planes that come out.
fn passes(from: u32, to: u32) -> Result<Vec<Pass>, String> {
    let chroma = |channels: &str| format!("{RGB_TO_CHROMA} return vec4f({channels}, 0.0, 1.0);");
    let copy = || COPY.to_owned();
    let plane_2 = |channel: &str| format!("return vec4f(textureLoad(video2, at, 0).{channel});");
    let bodies = match (from, to) {
        (SLUICE_RGBA8 | SLUICE_BGRA8, SLUICE_NV12) => vec![RGB_TO_LUMA.to_owned(), chroma("levels.yz")],
        (SLUICE_RGBA8 | SLUICE_BGRA8, SLUICE_I420) => {
            vec![RGB_TO_LUMA.to_owned(), chroma("levels.y, 0.0"), chroma("levels.z, 0.0")]
        }
        (SLUICE_NV12, SLUICE_I420) => vec![copy(), plane_2("r"), plane_2("g")],
        (SLUICE_I420, SLUICE_NV12) => vec![copy(), JOIN.to_owned()],
        (SLUICE_NV12, _) => vec![NV12_TO_RGB.to_owned()],
        (SLUICE_I420, _) => vec![I420_TO_RGB.to_owned()],
        _ => vec![copy()],
    };
    bodies.iter().map(|body| Pass::own(&code(body))).collect()
}

fn code(body: &str) -> String {
    format!(
        "struct Uniforms {{ a: vec4f, b: vec4f, c: vec4f }}
fn mapped(levels: vec3f) -> vec3f {{
  let with_one = vec4f(levels, 1.0);
  return vec3f(dot(uniforms.a, with_one), dot(uniforms.b, with_one), dot(uniforms.c, with_one));
}}
fn yuv(colour: vec3f) -> vec3f {{ return mapped(colour); }}
fn rgb(levels: vec3f) -> vec4f {{ return vec4f(mapped(levels), 1.0); }}
fn shade(uv: vec2f) -> vec4f {{
  let at = vec2i(uv * resolution);
  {body}
}}
"
    )
}

fn is_rgb(format: u32) -> bool {
    matches!(format, SLUICE_RGBA8 | SLUICE_BGRA8)
}

fn bytes_of(map: Map) -> Vec<u8> {
    map.iter().flatten().flat_map(|number| number.to_le_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_each_pair_of_formats_is_right() {
        let formats = [SLUICE_RGBA8, SLUICE_BGRA8, SLUICE_NV12, SLUICE_I420];
        for (from, to) in formats.iter().flat_map(|from| formats.map(|to| (*from, to))) {
            let planes = crate::picture::plane_formats(to).len();
            assert!(from == to || passes(from, to).unwrap().len() == planes, "{from} to {to}");
        }
    }
}
