//! Stages for pictures: `pattern-source`, `convert`, `scale`, `frame-rate`, `overlay` and `compositor`.
//!
//! Hot path: a tick allocates nothing once pictures have had their largest size, and letters were drawn.

mod below_black;
mod blend;
mod code;
mod colour;
mod compositor;
mod compositor_settings;
mod convert;
mod crawl;
mod exchange;
mod frame_rate;
mod jpeg;
mod layer;
mod letters;
mod live_settings;
mod overlay;
mod paint;
mod pattern;
mod pattern_source;
mod png;
mod resize;
mod saved;
mod scale;
mod shape;
mod stamp;
mod turn;
mod words;

sluice_stage::export_stages!(
    pattern_source::PatternSource,
    convert::Convert,
    scale::Scale,
    frame_rate::FrameRate,
    overlay::Overlay,
    compositor::Compositor
);
