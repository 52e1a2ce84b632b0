//! The stages that are built in.

mod blocks;
mod fault;
mod gain;
mod pass;
mod sink;
mod source;

use super::stage::StageType;

/// All of them, by name.
static STAGES: &[StageType] = &[fault::TYPE, gain::TYPE, pass::TYPE, sink::TYPE, source::TYPE];

/// Finds a stage by name.
#[must_use]
pub fn find(name: &str) -> Option<&'static StageType> {
    STAGES.iter().find(|stage| stage.name == name)
}
