//! `native-fault`: fails on purpose. Not offered to users: tests name it, to see what a lane makes of a stage that
//! panics, fails, hangs, is slow, or hangs on to frames.

use std::time::Duration;

use crate::lane::context::StageContext;
use crate::lane::settings::Settings;
use crate::lane::stage::{Cadence, Fault, Stage, StageType};
use crate::lane::waker::Bell;

pub(super) const TYPE: StageType = StageType {
    name: "native-fault",
    inputs: 1,
    outputs: 1,
    burst: 1,
    cadence: Cadence::Push,
    figures: &[],
    create: &create,
};

struct Faulty {
    /// The frame, from 1, at which it fails; 0: never.
    at: f64,
    /// It panics, rather than answer with a fault.
    panics: bool,
    /// Its destructor panics too.
    panics_when_dropped: bool,
    /// It never returns, rather than fail.
    hangs: bool,
    /// How long it takes for each frame.
    takes: Duration,
    seen: f64,
}

fn create(settings: &Settings, _bell: &Bell) -> Result<Box<dyn Stage>, String> {
    if settings.get("refuse", 0.0) != 0.0 {
        return Err("it was told to refuse".into());
    }
    Ok(Box::new(Faulty {
        at: settings.get("at", 1.0),
        panics: settings.get("panics", 1.0) != 0.0,
        hangs: settings.get("hangs", 0.0) != 0.0,
        takes: Duration::from_millis(settings.get("takesMs", 0.0) as u64),
        panics_when_dropped: settings.get("panicsWhenDropped", 0.0) != 0.0,
        seen: 0.0,
    }))
}

impl Stage for Faulty {
    fn process(&mut self, context: &mut StageContext<'_>) -> Result<(), Fault> {
        while let Some(frame) = context.read(0) {
            self.seen += 1.0;
            if !self.takes.is_zero() {
                std::thread::sleep(self.takes);
            }
            if self.seen == self.at {
                if self.hangs {
                    loop {
                        std::thread::park();
                    }
                }
                // The frame is in its hands, and has to come back to the pool.
                assert!(!self.panics, "panics on purpose at frame {}", self.seen);
                return Err(Fault(format!("fails on purpose at frame {}", self.seen)));
            }
            context.write(0, frame);
        }
        Ok(())
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        assert!(!self.panics_when_dropped, "panics on purpose when dropped");
    }
}
