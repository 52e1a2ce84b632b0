//! `org.sluice.example.pass-each`: as `pass`, one frame after the other, as most stages work.

use std::ffi::CStr;

use sluice_stage::{Context, Next, Port, Stage};

/// Hands every frame on.
pub struct PassEach;

impl Stage for PassEach {
    const ID: &'static CStr = c"org.sluice.example.pass-each";
    const NAME: &'static CStr = c"Pass each";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Hands every frame on, one after the other.";
    const INPUTS: &'static [Port] = &[Port::audio(c"audioIn", c"Audio of any format.")];
    const OUTPUTS: &'static [Port] = &[Port::audio(c"audioOut", c"The same frames.")];

    fn create(_context: &mut Context) -> Result<Self, String> {
        Ok(Self)
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(frame) = context.read(0) {
            context.write(0, frame)?;
        }
        Ok(Next::WhenFramesCome)
    }
}
