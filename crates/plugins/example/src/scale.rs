//! `org.sluice.example.scale`: multiplies audio by a factor.

use std::ffi::CStr;

use sluice_stage::{Context, Figure, Next, Port, Stage};

/// Multiplies every sample.
pub struct Scale {
    factor: f32,
    blocks: f64,
}

impl Stage for Scale {
    const ID: &'static CStr = c"org.sluice.example.scale";
    const NAME: &'static CStr = c"Scale";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Multiplies audio by a factor. A block that others read too is copied.";
    const CONFIG: Option<&'static CStr> = Some(
        c"{\"properties\":{\"factor\":{\"type\":\"number\",\"minimum\":-1000,\"maximum\":1000,\"default\":1,\
          \"description\":\"What samples are multiplied by.\",\"x-live\":true}}}",
    );
    const INPUTS: &'static [Port] = &[Port::audio(c"audioIn", c"Audio of any format.")];
    const OUTPUTS: &'static [Port] = &[Port::audio(c"audioOut", c"The same, scaled.")];
    const FIGURES: &'static [Figure] = &[Figure::new(c"blocks")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self { factor: factor(context), blocks: 0.0 })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(frame) = context.read(0) {
            let own = context.writable(frame).ok_or("no slot is free for a copy")?;
            let channels = context.info(own).map_or(0, |info| info.width);
            for channel in 0..channels {
                for sample in context.samples_mut(own, channel).ok_or("a block cannot be changed")? {
                    *sample *= self.factor;
                }
            }
            context.write(0, own)?;
            self.blocks += 1.0;
        }
        Ok(Next::WhenFramesCome)
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        self.factor = factor(context);
        Ok(())
    }

    fn command(&mut self, context: &mut Context, name: &str, json: &str) -> Result<String, String> {
        match name {
            "measure" => {
                context.emit("measured", json)?;
                Ok(format!("{{\"factor\":{},\"asked\":{json}}}", self.factor))
            }
            "break" => panic!("panics on purpose in command"),
            _ => Err(format!("there is no command \"{name}\", but \"measure\"")),
        }
    }

    fn snapshot(&mut self) -> Vec<u8> {
        self.blocks.to_le_bytes().to_vec()
    }

    fn restore(&mut self, state: &[u8]) {
        self.blocks = state.try_into().map_or(0.0, f64::from_le_bytes);
    }

    fn figures(&mut self, values: &mut [f64]) {
        values[0] = self.blocks;
    }
}

fn factor(context: &Context) -> f32 {
    context.number(c"factor").unwrap_or(1.0) as f32
}
