//! The stages that are built in, and how all stages are found.

mod blocks;
mod fault;
mod gain;
mod pass;
mod pass_many;
mod sink;
mod source;

use crate::plugin;

use super::stage::StageType;

/// All of them, by name.
static STAGES: &[StageType] = &[fault::TYPE, gain::TYPE, pass::TYPE, pass_many::TYPE, sink::TYPE, source::TYPE];

/// Finds a stage by name, among those that are built in and those of plugins.
#[must_use]
pub fn find(name: &str) -> Option<&'static StageType> {
    #[cfg(test)]
    if name == super::bell_tests::TYPE.name {
        return Some(&super::bell_tests::TYPE);
    }
    #[cfg(test)]
    if name == super::timed_tests::TYPE.name {
        return Some(&super::timed_tests::TYPE);
    }
    STAGES.iter().find(|stage| stage.name == name).or_else(|| plugin::find(name))
}
