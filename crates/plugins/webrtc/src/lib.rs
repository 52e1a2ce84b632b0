//! Stages for WebRTC: `webrtc-source` takes what a browser or an encoder publishes, `webrtc-sink` gives what players ask
//! for.
//!
//! A stage has an [`endpoint`]: a UDP socket and a thread, which runs the [`connections`] of all its [`peer`]s by `str0m`. The
//! stage and the thread hand encoded frames to each other. Offers and answers come as commands of the stage; whoever holds
//! the signalling, an HTTP server with WHIP and WHEP for instance, gives them.

mod connections;
mod counts;
mod endpoint;
mod media;
mod message;
mod peer;
mod reader;
mod settings;
mod signalling;
mod sink;
mod source;
mod stun;
mod trials;

sluice_stage::export_stages!(source::WebrtcSource, sink::WebrtcSink);
