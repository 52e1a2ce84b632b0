//! Stages in Rust: an example of a plugin, and stages that misbehave for the tests of its host.

mod decimate;
mod faulty;
mod scale;

sluice_stage::export_stages!(scale::Scale, decimate::Decimate, faulty::Faulty);
