//! `org.sluice.gpu.gpu-scale`: pictures of another size.

use std::ffi::CStr;
use std::sync::Arc;

use sluice_stage::config::number;
use sluice_stage::{Context, Port};

use crate::lane::{FrameFacts, Lane};
use crate::node::Effect;
use crate::pass::Pass;
use crate::picture::{Measures, Picture};

const CODE: &str = "fn shade(uv: vec2f) -> vec4f { return textureSampleLevel(video, videoSampler, uv, 0.0); }";

/// Most pixels of a side.
const MOST: f64 = 32_768.0;

/// Scales pictures, each plane by itself.
pub struct Scale {
    pass: Pass,
    /// Width and height that come out; 0 keeps the shape.
    size: [f64; 2],
}

impl Effect for Scale {
    const ID: &'static CStr = c"org.sluice.gpu.gpu-scale";
    const NAME: &'static CStr = c"GPU scale";
    const DOC: &'static CStr = c"Scales pictures on the GPU.\n\n\
        It does so in any pixel format, bilinearly: of pictures that become smaller than half, pixels are left out, where \
        `scale` takes the mean of all. Pictures that have their size already pass unchanged. A size is one of square \
        pixels, and a side of 0 follows the shape in which pictures are shown; two of 0 change nothing. Both may change \
        while it runs.\n\n\
        **Example.** `pattern-source durationSeconds=2 ! gpu-scale width=320 ! media-sink path=small.mkv`";
    const CONFIG: &'static CStr = cr#"{"properties": {
            "width": {"type": "integer", "minimum": 0, "maximum": 32768, "default": 0, "x-live": true,
                "x-unit": "pixels", "description": "Pixels in a row that comes out; 0 keeps the shape."},
            "height": {"type": "integer", "minimum": 0, "maximum": 32768, "default": 0, "x-live": true,
                "x-unit": "pixels", "description": "Rows that come out; 0 keeps the shape."}
        }}"#;
    const INPUTS: &'static [Port] = &[Port::video(c"videoIn", c"Pictures of any format and size.")];
    const OUTPUTS: &'static [Port] = &[Port::video(c"videoOut", c"The same in another size.")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self { pass: Pass::own(CODE)?, size: size(context)? })
    }

    fn configure(&mut self, context: &mut Context) -> Result<(), String> {
        self.size = size(context)?;
        Ok(())
    }

    fn measures(&self, from: Measures) -> Option<Measures> {
        let to = scaled(from, self.size);
        (to != from).then_some(to)
    }

    fn draw(
        &mut self,
        lane: &Arc<Lane>,
        from: &[Option<Arc<Picture>>],
        to: &Picture,
        facts: FrameFacts,
    ) -> Result<(), String> {
        let Some(Some(from)) = from.first() else { return Ok(()) };
        for (from, to) in from.planes.iter().zip(&to.planes) {
            let pipeline = self.pass.pipeline(&lane.gpu, to.key.2)?;
            lane.draw(&pipeline, &[&from.view], to, facts, &[0; 16]);
        }
        Ok(())
    }
}

fn size(context: &Context) -> Result<[f64; 2], String> {
    Ok([number(context, c"width")?, number(context, c"height")?])
}

fn scaled(from: Measures, size: [f64; 2]) -> Measures {
    // How wide a pixel is beside its height.
    let [across, down] = [from.pixel_aspect >> 16, from.pixel_aspect & 0xffff].map(f64::from);
    let aspect = if across > 0.0 && down > 0.0 { across / down } else { 1.0 };
    let shape = f64::from(from.width) * aspect / f64::from(from.height);
    let side = |pixels: f64| pixels.round().clamp(1.0, MOST) as u32;
    let (width, height) = match size {
        [0.0, 0.0] => return from,
        [0.0, height] => (side(height * shape), side(height)),
        [width, 0.0] => (side(width), side(width / shape)),
        [width, height] => (side(width), side(height)),
    };
    Measures { width, height, pixel_aspect: 0, ..from }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_of_0_follows_the_shape_in_which_pictures_are_shown() {
        let from = Measures { format: 1, width: 720, height: 576, pixel_aspect: 16 << 16 | 15 };
        let size = |width, height| scaled(from, [width, height]);
        assert_eq!((size(640.0, 0.0).width, size(640.0, 0.0).height), (640, 480));
        assert_eq!((size(0.0, 480.0).width, size(0.0, 480.0).pixel_aspect), (640, 0));
        assert_eq!((size(7.0, 9.0).width, size(7.0, 9.0).height), (7, 9));
        assert_eq!(size(0.0, 0.0), from);
    }
}
