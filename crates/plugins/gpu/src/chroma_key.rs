//! `org.sluice.gpu.chroma-key`: pixels near a colour become transparent.

use std::ffi::CStr;
use std::sync::Arc;

use sluice_stage::config::{number, text};
use sluice_stage::{Context, Port};

use crate::lane::{FrameFacts, Lane};
use crate::node::Effect;
use crate::pass::Pass;
use crate::picture::Picture;
use crate::shader::COLOURS;

/// Distances are those of the two chroma components of ITU-R BT.709, each of -0.5 to 0.5, so that shadows on the ground are
/// of its colour.
const CODE: &str = "
struct Uniforms { key: vec3f, similarity: f32, smoothness: f32 }
fn chroma(colour: vec3f) -> vec2f {
  let luma = dot(colour, vec3f(0.2126, 0.7152, 0.0722));
  return vec2f((colour.b - luma) / 1.8556, (colour.r - luma) / 1.5748);
}
fn shade(uv: vec2f) -> vec4f {
  let colour = textureSampleLevel(video, videoSampler, uv, 0.0);
  let away = distance(chroma(colour.rgb), chroma(uniforms.key)) - uniforms.similarity;
  return vec4f(colour.rgb, colour.a * clamp(away / max(uniforms.smoothness, 0.0001), 0.0, 1.0));
}
";

/// Keys pictures.
pub struct ChromaKey {
    pass: Pass,
    uniforms: [u8; 32],
}

impl Effect for ChromaKey {
    const ID: &'static CStr = c"org.sluice.gpu.chroma-key";
    const NAME: &'static CStr = c"Chroma key";
    const DOC: &'static CStr = c"Makes the colour of the ground transparent, on the GPU.\n\n\
        The distance between colours is that of their chroma (ITU-R BT.709), 0 to about 1, so that light and dark parts \
        of the ground are alike. Pixels within `similarity` become transparent, those farther by `smoothness` stay as they \
        are, and those between become so in proportion. All of it may change while it runs. `blend` draws what is left over \
        other pictures.\n\n\
        **Example.** `blend id=cast ! media-sink path=keyed.mkv; pattern-source pattern=ramp \
        durationSeconds=2 ! cast.videoIn; pattern-source durationSeconds=2 ! chroma-key key=#00bf00 ! cast.videoIn2`";
    const CONFIG: &'static CStr = cr##"{"properties": {
            "key": {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$", "default": "#00ff00", "x-live": true,
                "description": "The colour of the ground: red, green and blue in hexadecimal digits."},
            "similarity": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.2, "x-live": true,
                "description": "How far colours are that become transparent."},
            "smoothness": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.1, "x-live": true,
                "description": "How much farther those are that stay."}
        }}"##;
    const INPUTS: &'static [Port] = &[Port::video(c"videoIn", c"Pictures of any size.").accepting(COLOURS)];
    const OUTPUTS: &'static [Port] =
        &[Port::video(c"videoOut", c"The same, transparent in places.").accepting(COLOURS)];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self { pass: Pass::own(CODE)?, uniforms: uniforms(context)? })
    }

    fn configure(&mut self, context: &mut Context) -> Result<(), String> {
        self.uniforms = uniforms(context)?;
        Ok(())
    }

    fn draw(
        &mut self,
        lane: &Arc<Lane>,
        from: &[Option<Arc<Picture>>],
        to: &Picture,
        facts: FrameFacts,
    ) -> Result<(), String> {
        let Some(Some(from)) = from.first() else { return Ok(()) };
        let to = &to.planes[0];
        let pipeline = self.pass.pipeline(&lane.gpu, to.key.2)?;
        lane.draw(&pipeline, &[&from.planes[0].view], to, facts, &self.uniforms);
        Ok(())
    }
}

fn uniforms(context: &Context) -> Result<[u8; 32], String> {
    let key = text(context, c"key")?;
    let digits = key.strip_prefix('#').filter(|digits| digits.len() == 6);
    let value = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let [_, colour @ ..] = value.ok_or_else(|| format!("key is \"{key}\", wanted #rrggbb"))?.to_be_bytes();
    let [red, green, blue] = colour.map(|level| f32::from(level) / 255.0);
    let [similarity, smoothness] = [number(context, c"similarity")? as f32, number(context, c"smoothness")? as f32];
    let mut bytes = [0; 32];
    for (place, value) in bytes.chunks_exact_mut(4).zip([red, green, blue, similarity, smoothness]) {
        place.copy_from_slice(&value.to_le_bytes());
    }
    Ok(bytes)
}
