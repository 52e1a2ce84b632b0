//! `org.sluice.gpu.blur`: a Gaussian, along rows and then along columns.

use std::ffi::CStr;
use std::sync::Arc;

use sluice_stage::config::number;
use sluice_stage::{Context, Port};

use crate::lane::{FrameFacts, Lane};
use crate::node::Effect;
use crate::pass::Pass;
use crate::picture::{Counts, Measures, Picture};
use crate::shader::COLOURS;

/// The weights follow each other by two products each: "Incremental Computation of the Gaussian", GPU Gems 3, chapter 40.
/// Colours count by their alpha, so that the colour of what cannot be seen does not spread.
const CODE: &str = "
struct Uniforms { direction: vec2i, radius: i32, deviation: f32 }
fn at(place: vec2i) -> vec4f {
  let colour = textureLoad(video, clamp(place, vec2i(0), vec2i(textureDimensions(video)) - 1), 0);
  return vec4f(colour.rgb * colour.a, colour.a);
}
fn shade(uv: vec2f) -> vec4f {
  let place = vec2i(uv * resolution);
  let step = exp(-0.5 / (uniforms.deviation * uniforms.deviation));
  var weight = 1.0;
  var factor = step;
  var total = 1.0;
  var sum = at(place);
  for (var k = 1; k <= uniforms.radius; k++) {
    weight *= factor;
    factor *= step * step;
    sum += weight * (at(place + k * uniforms.direction) + at(place - k * uniforms.direction));
    total += 2.0 * weight;
  }
  let alpha = sum.a / total;
  return vec4f(sum.rgb / max(sum.a, 1e-6), alpha);
}
";

/// Blurs pictures.
pub struct Blur {
    pass: Pass,
    radius: f64,
}

impl Effect for Blur {
    const ID: &'static CStr = c"org.sluice.gpu.blur";
    const NAME: &'static CStr = c"Blur";
    const DOC: &'static CStr = c"Blurs pictures by a Gaussian, on the GPU.\n\n\
        Edges are repeated. The standard deviation is a third of the radius; a radius of 0 changes nothing. It may change \
        while it runs.\n\n\
        **Example.** `pattern-source durationSeconds=2 ! blur radius=12 ! media-sink path=blurred.mkv`";
    const CONFIG: &'static CStr = cr#"{"properties": {
            "radius": {"type": "number", "minimum": 0, "maximum": 200, "default": 8, "x-live": true,
                "x-unit": "pixels", "description": "How far a pixel reaches."}
        }}"#;
    const INPUTS: &'static [Port] = &[Port::video(c"videoIn", c"Pictures of any size.").accepting(COLOURS)];
    const OUTPUTS: &'static [Port] = &[Port::video(c"videoOut", c"The same, blurred.").accepting(COLOURS)];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self { pass: Pass::own(CODE)?, radius: number(context, c"radius")? })
    }

    fn configure(&mut self, context: &mut Context) -> Result<(), String> {
        self.radius = number(context, c"radius")?;
        Ok(())
    }

    fn measures(&self, from: Measures) -> Option<Measures> {
        (self.radius > 0.0).then_some(from)
    }

    fn draw(
        &mut self,
        lane: &Arc<Lane>,
        from: &[Option<Arc<Picture>>],
        to: &Picture,
        facts: FrameFacts,
    ) -> Result<(), String> {
        let Some(Some(from)) = from.first() else { return Ok(()) };
        let pipeline = self.pass.pipeline(&lane.gpu, to.planes[0].key.2)?;
        let between = Picture::new(lane, to.measures, &Arc::<Counts>::default())?;
        let uniforms = |across: i32, down: i32| {
            let [radius, deviation] =
                [(self.radius.ceil() as i32).to_le_bytes(), (self.radius as f32 / 3.0).to_le_bytes()];
            [across.to_le_bytes(), down.to_le_bytes(), radius, deviation].concat()
        };
        lane.draw(&pipeline, &[&from.planes[0].view], &between.planes[0], facts, &uniforms(1, 0));
        lane.draw(&pipeline, &[&between.planes[0].view], &to.planes[0], facts, &uniforms(0, 1));
        Ok(())
    }
}
