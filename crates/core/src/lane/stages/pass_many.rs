//! `native-pass-many`: hands every frame on, in batches.

use sluice_abi::kind;

use crate::lane::context::{Frame, StageContext};
use crate::lane::settings::Settings;
use crate::lane::stage::{Cadence, Fault, Stage, StageType};
use crate::lane::waker::Bell;

/// Frames of a batch, as many as one of a plugin in Rust.
const MOST: usize = 32;

pub(super) const TYPE: StageType = StageType {
    name: "native-pass-many",
    inputs: 1,
    outputs: 1,
    burst: 1,
    cadence: Cadence::Push,
    figures: &[],
    create: &create,
};

struct PassMany;

fn create(_settings: &Settings, _bell: &Bell) -> Result<Box<dyn Stage>, String> {
    Ok(Box::new(PassMany))
}

impl Stage for PassMany {
    fn process(&mut self, context: &mut StageContext<'_>) -> Result<(), Fault> {
        let mut entries = [0; MOST];
        loop {
            let mut count = 0;
            context.read_many(0, MOST as u32, |Frame(entry)| {
                entries[count] = entry;
                count += 1;
            });
            if count == 0 {
                return Ok(());
            }
            if !context.write_newest(0, entries[..count].iter().copied(), kind::AUDIO) {
                return Err(Fault("its output refused frames although it had room".into()));
            }
        }
    }
}
