//! A stage for RTSP: `rtsp-source` takes what a camera or a server sends.
//!
//! A stage has a [`client`]: a thread, which connects again and again and runs one [`session`] after another by `retina`.
//! It makes frames of the packets of each [`track`] and hands them to the stage, which gives them their places on the
//! graph's timeline, by `sluice-rtp`.

mod client;
mod counts;
mod frame;
mod law;
mod sdp;
mod session;
mod settings;
mod source;
mod track;
mod trouble;
mod units;

sluice_stage::export_stages!(source::RtspSource);
