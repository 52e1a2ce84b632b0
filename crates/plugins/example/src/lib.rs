//! Stages in Rust: an example of a plugin, and stages that misbehave for the tests of its host.

mod decimate;
mod faulty;
mod pass;
mod pass_each;
mod scale;

sluice_stage::export_stages!(scale::Scale, decimate::Decimate, pass::Pass, pass_each::PassEach, faulty::Faulty);
