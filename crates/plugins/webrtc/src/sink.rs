//! `org.sluice.webrtc.webrtc-sink`: encoded media to players.

use std::ffi::CStr;

use sluice_stage::abi::{SLUICE_H264, SLUICE_KEYFRAME, SLUICE_OPUS, SLUICE_SERIALIZED};
use sluice_stage::config::number;
use sluice_stage::{Context, Figure, Next, Port, Stage};

use crate::endpoint::{Endpoint, News};
use crate::media::{Kind, Outgoing};
use crate::message::Message;
use crate::peer::Role;
use crate::settings::Settings;
use crate::signalling;

/// The input of values, after those of media.
const DATA: u32 = 2;

/// Sends encoded media to those who ask for it.
pub struct WebrtcSink {
    endpoint: Endpoint,
    /// Values that were left out are told of once, then only counted.
    has_refused: bool,
}

impl Stage for WebrtcSink {
    const ID: &'static CStr = c"org.sluice.webrtc.webrtc-sink";
    const NAME: &'static CStr = c"WebRTC sink";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Sends H.264, Opus and values to players by WebRTC.\n\n\
        `sluice serve` gives it to players by WHEP: `POST /whep/NODE` with an offer. A script hands it an offer by the command `offer`, whose answer has the `sdp`, \
        and the `id` by which `candidate` and `leave` name the connection.\n\n\
        A player begins with a key frame. The node asks for it, and for those that players ask for, with the event \
        `key-frame-wanted`; the event `bandwidth` tells what the way to the slowest player carries. Where \
        `sluice serve` or `serveWebrtc` takes the offers, the encoder before the node obeys both: it makes a key frame, and \
        takes the bit rate, up to its own. Packets that a player asks for again are sent again, as browsers do for those of pictures. \
        Sound and pictures have one clock, so that players keep them together.\n\n\
        A player that opens a data channel gets each value as a message: a `Uint8Array` as its bytes, a string as text, \
        anything else as its JSON; by the channel that it has opened last, as reliably as that is. A value of more than 256 KiB or without a JSON, and what finds 1 MiB \
        waiting for a player, is left out and counted (`messagesLost`). What players send goes nowhere.\n\n\
        **Example.** `pattern-source ! convert ! h264-encode ! webrtc-sink`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "address": {"type": "string", "default": "", "x-reaches": "host",
                "description": "The IP address of this machine at which peers reach it; empty for the one by which it reaches others."},
            "port": {"type": "integer", "minimum": 0, "maximum": 65535, "default": 0,
                "description": "The UDP port; 0 for a free one."},
            "publicAddress": {"type": "string", "default": "", "x-reaches": "host",
                "description": "The IP address outside, where a router maps the port to this machine."},
            "stunServer": {"type": "string", "default": "", "maxLength": 255, "x-reaches": "host",
                "description": "The STUN server that tells the address outside: host, or host:port; empty for none."},
            "maxPeers": {"type": "integer", "minimum": 1, "maximum": 256, "default": 16,
                "description": "Players at once."},
            "maxBitRate": {"type": "integer", "minimum": 0, "maximum": 200000000, "default": 8000000, "x-unit": "bit/s",
                "description": "The most that the way to a player is tried for; 0: it is not estimated."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[
        Port::encoded(c"video", c"H.264, an access unit a frame.").accepting(&[SLUICE_H264]).optional(),
        Port::encoded(c"audio", c"Opus, a packet a frame.").accepting(&[SLUICE_OPUS]).optional(),
        Port::data(c"data", c"Values, a message each.").optional(),
    ];
    const FIGURES: &'static [Figure] = &[
        Figure::new(c"peers"),
        Figure::new(c"frames"),
        Figure::new(c"bytes"),
        Figure::new(c"leftOut"),
        Figure::new(c"keyFrameRequests"),
        Figure::new(c"nacks"),
        Figure::new(c"roundTripMs"),
        Figure::new(c"estimatedBitRate"),
        Figure::new(c"messages"),
        Figure::new(c"messagesLost"),
    ];

    fn create(context: &mut Context) -> Result<Self, String> {
        let settings = Settings {
            most_peers: number(context, c"maxPeers")? as usize,
            most_bits: number(context, c"maxBitRate")?,
            ..Settings::read(context)?
        };
        Ok(Self { endpoint: Endpoint::open(context, Role::Sends, settings)?, has_refused: false })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(news) = self.endpoint.news() {
            match news {
                News::KeyFrameWanted => context.emit("key-frame-wanted", "{}")?,
                News::Estimate(bits) => {
                    let bits = bits.map_or_else(|| "null".into(), |bits| bits.round().to_string());
                    context.emit("bandwidth", &format!(r#"{{"bitsPerSecond":{bits}}}"#))?
                }
                News::Connected => context.log("a player is connected"),
                News::MessageLost(what) => {
                    context.warn(&format!("{what}: those without room are left out and counted (\"messagesLost\")"));
                }
                News::StunSilent(what) => context.warn(&what),
                News::Gone(what) => context.log(&what),
                News::Frame(_) | News::Message(..) => {}
            }
        }
        for (input, kind) in (0..).zip(Kind::ALL) {
            while let Some(frame) = context.read(input) {
                let info = context.info(frame).ok_or("a frame says nothing of itself")?;
                let bytes = context.bytes(frame, 0).and_then(|bytes| bytes.get(..info.payload_bytes as usize));
                let bytes = bytes.ok_or("a frame has no bytes")?.into();
                let key_frame = info.flags & SLUICE_KEYFRAME != 0;
                self.endpoint.send(Outgoing { kind, bytes, pts_ns: info.pts_ns, key_frame });
                context.release(frame);
            }
        }
        while let Some(frame) = context.read(DATA) {
            let info = context.info(frame).ok_or("a value says nothing of itself")?;
            let bytes = context.bytes(frame, 0).and_then(|bytes| bytes.get(..info.payload_bytes as usize));
            let message = if info.format == SLUICE_SERIALIZED {
                Message::from_value(bytes.ok_or("a value has no bytes")?)
            } else {
                Err("it has a layout of its own: send it as a string or as bytes".into())
            };
            match message {
                Ok(message) => self.endpoint.send_message(message),
                Err(why) => self.refuse(context, &why),
            }
            context.release(frame);
        }
        Ok(Next::WhenFramesCome)
    }

    fn command(&mut self, _context: &mut Context, name: &str, json: &str) -> Result<String, String> {
        signalling::command(&self.endpoint, name, json)
    }

    fn figures(&mut self, values: &mut [f64]) {
        let counts = &self.endpoint.counts;
        values.copy_from_slice(&[
            counts.peers.get(),
            counts.frames.get(),
            counts.bytes.get(),
            counts.left_out.get(),
            counts.key_frame_requests.get(),
            counts.nacks.get(),
            counts.round_trip_us.get() / 1e3,
            counts.estimate.get(),
            counts.messages.get(),
            counts.messages_lost.get(),
        ]);
    }
}

impl WebrtcSink {
    fn refuse(&mut self, context: &mut Context, why: &str) {
        self.endpoint.counts.messages_lost.add(1);
        if !std::mem::replace(&mut self.has_refused, true) {
            context.warn(&format!("a value is left out: {why}; those that follow are only counted (\"messagesLost\")"));
        }
    }
}
