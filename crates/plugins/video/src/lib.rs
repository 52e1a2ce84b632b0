//! Stages for pictures: `pattern-source`, `convert` and `scale`.
//!
//! Hot path: a tick allocates nothing once pictures have had their largest size.

mod code;
mod colour;
mod convert;
mod exchange;
mod pattern;
mod pattern_source;
mod resize;
mod scale;
mod turn;

sluice_stage::export_stages!(pattern_source::PatternSource, convert::Convert, scale::Scale);
