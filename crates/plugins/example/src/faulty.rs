//! `org.sluice.example.faulty`: fails on purpose.

use std::ffi::CStr;

use sluice_stage::{Context, Next, Port, Stage};

/// Hands frames on until it fails.
pub struct Faulty {
    /// In which call it fails.
    place: String,
    /// It panics, rather than answer with a fault.
    panics: bool,
    /// The frame, from 1, at which `process` fails.
    at: f64,
    seen: f64,
}

impl Stage for Faulty {
    const ID: &'static CStr = c"org.sluice.example.faulty";
    const NAME: &'static CStr = c"Faulty";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Fails on purpose, for tests.";
    const CONFIG: Option<&'static CStr> = Some(
        c"{\"properties\":{\
          \"place\":{\"type\":\"string\",\"enum\":[\"create\",\"process\",\"flush\",\"control\",\"destroy\",\"nowhere\"],\
          \"default\":\"process\",\"description\":\"In which call it fails.\"},\
          \"panics\":{\"type\":\"boolean\",\"default\":true,\"description\":\"Panic, rather than answer with a fault.\"},\
          \"at\":{\"type\":\"integer\",\"minimum\":1,\"default\":1,\"description\":\"The frame at which it fails.\"},\
          \"value\":{\"type\":\"number\",\"default\":0,\"description\":\"Does nothing.\",\"x-live\":true}}}",
    );
    const INPUTS: &'static [Port] = &[Port::audio(c"audioIn", c"Audio of any format.")];
    const OUTPUTS: &'static [Port] = &[Port::audio(c"audioOut", c"The same frames.")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let place = context.text(c"place").unwrap_or("process").to_owned();
        let panics = context.number(c"panics") != Some(0.0);
        let stage = Self { place, panics, at: context.number(c"at").unwrap_or(1.0), seen: 0.0 };
        stage.fail("create")?;
        Ok(stage)
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(frame) = context.read(0) {
            self.seen += 1.0;
            if self.seen == self.at {
                // The frame is in its hands, and has to come back to the pool.
                self.fail("process")?;
            }
            context.write(0, frame)?;
        }
        Ok(Next::WhenFramesCome)
    }

    fn flush(&mut self, _context: &mut Context) -> Result<Next, String> {
        self.fail("flush")?;
        Ok(Next::WhenFramesCome)
    }

    fn control(&mut self, _context: &mut Context, _key: &str) -> Result<(), String> {
        self.fail("control")
    }
}

impl Faulty {
    fn fail(&self, place: &str) -> Result<(), String> {
        if self.place != place {
            return Ok(());
        }
        assert!(!self.panics, "panics on purpose in {place}");
        Err(format!("fails on purpose in {place}"))
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        assert!(self.place != "destroy", "panics on purpose in destroy");
    }
}
