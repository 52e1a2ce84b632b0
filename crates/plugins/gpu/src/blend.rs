//! `org.sluice.gpu.blend`: pictures drawn over others.

use std::ffi::CStr;
use std::sync::Arc;

use sluice_stage::config::{number, text};
use sluice_stage::{Context, Port};

use crate::lane::{FrameFacts, Lane};
use crate::node::Effect;
use crate::pass::Pass;
use crate::picture::Picture;
use crate::shader::COLOURS;

const MODES: [&str; 4] = ["normal", "add", "multiply", "screen"];

/// Alpha is straight. The upper picture is scaled to the size of the lower one.
const CODE: &str = "
struct Uniforms { mode: u32, opacity: f32 }
fn mixed(lower: vec3f, upper: vec3f) -> vec3f {
  switch uniforms.mode {
    case 1u: { return min(lower + upper, vec3f(1.0)); }
    case 2u: { return lower * upper; }
    case 3u: { return lower + upper - lower * upper; }
    default: { return upper; }
  }
}
fn shade(uv: vec2f) -> vec4f {
  let lower = textureSampleLevel(video, videoSampler, uv, 0.0);
  let upper = textureSampleLevel(video2, videoSampler, uv, 0.0);
  let part = upper.a * uniforms.opacity;
  let alpha = part + lower.a * (1.0 - part);
  let over = mix(upper.rgb, mixed(lower.rgb, upper.rgb), lower.a);
  let colour = (over * part + lower.rgb * lower.a * (1.0 - part)) / max(alpha, 1e-6);
  return vec4f(colour, alpha);
}
";

/// Blends pictures.
pub struct Blend {
    pass: Pass,
    uniforms: [u8; 16],
}

impl Effect for Blend {
    const ID: &'static CStr = c"org.sluice.gpu.blend";
    const NAME: &'static CStr = c"Blend";
    const DOC: &'static CStr = c"Blends pictures with others below them, on the GPU.\n\n\
        Pictures come out at the times and in the size of the lower ones. The upper input shows the newest of its pictures \
        that is not after it, scaled to that size bilinearly; before its first one nothing is drawn. An offline graph \
        waits for it. Modes are those of the W3C's Compositing and Blending, where `add` is its plus-lighter of the \
        colours: they count as far as the upper picture is opaque, by its own alpha times `opacity`. Both may change while \
        it runs.\n\n\
        **Example.** `blend id=cast mode=screen opacity=0.5 ! media-sink path=blended.mkv; pattern-source \
        durationSeconds=2 ! cast.videoIn; pattern-source pattern=zone-plate durationSeconds=2 ! cast.videoIn2`";
    const CONFIG: &'static CStr = cr#"{"properties": {
            "mode": {"type": "string", "enum": ["normal", "add", "multiply", "screen"], "default": "normal",
                "x-live": true, "description": "How colours are mixed."},
            "opacity": {"type": "number", "minimum": 0, "maximum": 1, "default": 1, "x-live": true,
                "description": "How opaque the upper pictures are, besides their own alpha."}
        }}"#;
    const INPUTS: &'static [Port] = &[
        Port::video(c"videoIn", c"The lower pictures.").accepting(COLOURS),
        Port::video(c"videoIn2", c"The upper pictures, of any size.").accepting(COLOURS),
    ];
    const OUTPUTS: &'static [Port] = &[Port::video(c"videoOut", c"Both.").accepting(COLOURS)];

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
        let to = &to.planes[0];
        let pipeline = self.pass.pipeline(&lane.gpu, to.key.2)?;
        let blank = lane.gpu.common.blank();
        let views: Vec<_> =
            from.iter().map(|picture| picture.as_ref().map_or(blank, |picture| &picture.planes[0].view)).collect();
        lane.draw(&pipeline, &views, to, facts, &self.uniforms);
        Ok(())
    }
}

fn uniforms(context: &Context) -> Result<[u8; 16], String> {
    let name = text(context, c"mode")?;
    let mode = MODES.iter().position(|mode| *mode == name).ok_or_else(|| format!("there is no mode \"{name}\""))?;
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&(mode as u32).to_le_bytes());
    bytes[4..8].copy_from_slice(&(number(context, c"opacity")? as f32).to_le_bytes());
    Ok(bytes)
}
