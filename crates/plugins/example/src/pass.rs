//! `org.sluice.example.pass`: the least that a stage does.

use std::ffi::CStr;

use sluice_stage::{Context, Frames, Next, Port, Stage};

/// Hands every frame on.
pub struct Pass;

impl Stage for Pass {
    const ID: &'static CStr = c"org.sluice.example.pass";
    const NAME: &'static CStr = c"Pass";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Hands every frame on.";
    const INPUTS: &'static [Port] = &[Port::audio(c"audioIn", c"Audio of any format.")];
    const OUTPUTS: &'static [Port] = &[Port::audio(c"audioOut", c"The same frames.")];

    fn create(_context: &mut Context) -> Result<Self, String> {
        Ok(Self)
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        let mut frames = Frames::default();
        while context.read_many(0, &mut frames) {
            context.write_many(0, &frames)?;
        }
        Ok(Next::WhenFramesCome)
    }
}
