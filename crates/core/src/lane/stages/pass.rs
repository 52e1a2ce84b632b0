//! `native-pass`: hands every frame on.

use crate::lane::context::StageContext;
use crate::lane::settings::Settings;
use crate::lane::stage::{Cadence, Fault, Stage, StageType};
use crate::lane::waker::Bell;

pub(super) const TYPE: StageType = StageType {
    name: "native-pass",
    inputs: 1,
    outputs: 1,
    burst: 1,
    cadence: Cadence::Push,
    figures: &[],
    create: &create,
};

struct Pass;

fn create(_settings: &Settings, _bell: &Bell) -> Result<Box<dyn Stage>, String> {
    Ok(Box::new(Pass))
}

impl Stage for Pass {
    fn process(&mut self, context: &mut StageContext<'_>) -> Result<(), Fault> {
        while let Some(frame) = context.read(0) {
            if !context.write(0, frame) {
                return Err(Fault("its output refused a frame although it had room".into()));
            }
        }
        Ok(())
    }
}
