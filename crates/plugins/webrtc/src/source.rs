//! `org.sluice.webrtc.webrtc-source`: encoded media from a publisher.

use std::ffi::CStr;
use std::time::{Duration, Instant, SystemTime};

use sluice_h264::{Said, read_sets};
use sluice_rtp::{Medium, Moment, Timeline, opus_seconds};
use sluice_stage::abi::{SLUICE_DISCONTINUITY, SLUICE_H264, SLUICE_KEYFRAME, SLUICE_OPUS};
use sluice_stage::config::number;
use sluice_stage::{Acquire, Context, Figure, Mode, Next, Port, Stage};

use crate::endpoint::{Endpoint, News};
use crate::media::{Incoming, Kind};
use crate::message::Message;
use crate::peer::Role;
use crate::settings::Settings;
use crate::signalling;

/// What Opus in WebRTC always says of itself: two channels, 48 kHz (RFC 7587).
const OPUS: (u32, u32) = (2, 48_000);

/// The output of messages, after those of media.
const DATA: u32 = 2;

/// Gives what a publisher sends.
pub struct WebrtcSource {
    endpoint: Endpoint,
    timeline: Timeline<2>,
    /// What has no room yet.
    waiting: Option<News>,
    /// Width and height of the pictures.
    size: (u32, u32),
    /// The next frame of the output is flagged: frames before it are missing.
    gaps: [bool; 3],
    /// Messages that were left out are told of once, then only counted.
    has_refused: bool,
    /// As there, of frames.
    has_left_out: bool,
    /// Pictures are left out up to the next key frame.
    is_cut: bool,
}

impl Stage for WebrtcSource {
    const ID: &'static CStr = c"org.sluice.webrtc.webrtc-source";
    const NAME: &'static CStr = c"WebRTC source";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Gives the H.264, Opus and values of a publisher by WebRTC.\n\n\
        `sluice serve` takes publishers by WHIP (RFC 9725): `POST /whip/NODE` with an offer. A script hands it an offer by \
        the command `offer`, whose answer has the `sdp`, and the `id` by which `candidate` and `leave` name the \
        connection. There is one publisher at a time; one that comes takes the place of another, and its first frames \
        are flagged as a discontinuity.\n\n\
        Lost packets of pictures are asked for again, and a frame waits for them as long as `latencyMs`; browsers send \
        none of sound again. Pictures after a loss are left out (`leftOut`) up to the next key frame, which is asked for and \
        flagged as a discontinuity. The first frame of a track has the time at which \
        it came; the sender's reports put pictures to their sound, at a fifth of their time. The clock of a publisher \
        is followed within ten seconds: however fast it goes, frames stay within some 10 ms of where they began beside the time at \
        which they come. A pause of the publisher does not end the \
        node.\n\n\
        A message of a data channel is a value: a `Uint8Array`, or a string if it was sent as text, with the time at which it \
        came. Those of one channel keep their order. A message that no slot of the pool holds, 16 KiB by default and 256 KiB \
        at most, and what finds 1 MiB waiting for the graph, is left out and counted (`messagesLost`), and the next is flagged \
        as a discontinuity.\n\n\
        **Example.** `webrtc-source ! h264-decode ! display`";
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
            "latencyMs": {"type": "number", "minimum": 0, "maximum": 5000, "default": 200, "x-unit": "ms",
                "description": "How long a frame waits at most for packets that were lost."}
        }}"#,
    );
    const MODE: Mode = Mode::External;
    const OUTPUTS: &'static [Port] = &[
        Port::encoded(c"video", c"H.264, an access unit a frame.").accepting(&[SLUICE_H264]),
        Port::encoded(c"audio", c"Opus, a packet a frame.").accepting(&[SLUICE_OPUS]),
        Port::data(c"data", c"Messages of data channels."),
    ];
    const FIGURES: &'static [Figure] = &[
        Figure::new(c"peers"),
        Figure::new(c"frames"),
        Figure::new(c"bytes"),
        Figure::new(c"leftOut"),
        Figure::new(c"gaps"),
        Figure::new(c"keyFrameRequests"),
        Figure::new(c"nacks"),
        Figure::new(c"roundTripMs"),
        Figure::new(c"messages"),
        Figure::new(c"messagesLost"),
    ];

    fn create(context: &mut Context) -> Result<Self, String> {
        let patience = Duration::from_secs_f64(number(context, c"latencyMs")? / 1e3);
        let settings = Settings { patience, ..Settings::read(context)? };
        Ok(Self {
            endpoint: Endpoint::open(context, Role::Receives, settings)?,
            timeline: new_timeline(),
            waiting: None,
            size: (0, 0),
            gaps: [false; 3],
            has_refused: false,
            has_left_out: false,
            is_cut: false,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(news) = self.waiting.take().or_else(|| self.endpoint.news()) {
            if !self.hand_on(context, &news)? {
                self.waiting = Some(news);
                return Ok(Next::Again);
            }
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
            counts.gaps.get(),
            counts.key_frame_requests.get(),
            counts.nacks.get(),
            counts.round_trip_us.get() / 1e3,
            counts.messages.get(),
            counts.messages_lost.get(),
        ]);
    }
}

impl WebrtcSource {
    /// Hands on what the connections tell. `false`: there is no slot now.
    fn hand_on(&mut self, context: &mut Context, news: &News) -> Result<bool, String> {
        match news {
            News::Frame(frame) if context.is_linked(frame.kind as u32) => {
                return Ok(context.may_write() && self.write(context, frame)?);
            }
            News::Message(message, gap) if context.is_linked(DATA) => {
                if *gap {
                    self.lose(context, "messages come faster than the graph takes them");
                }
                return Ok(context.may_write() && self.write_message(context, message)?);
            }
            News::Connected => {
                context.log("a publisher is connected");
                (self.timeline, self.gaps) = (new_timeline(), [true; 3]);
            }
            News::StunSilent(what) => context.warn(what),
            News::Gone(what) => context.log(what),
            _ => {}
        }
        Ok(true)
    }

    /// Flags the next message, and tells of the first that is missing.
    fn lose(&mut self, context: &mut Context, why: &str) {
        self.gaps[DATA as usize] = true;
        if !std::mem::replace(&mut self.has_refused, true) {
            context.warn(&format!("messages are left out and counted (\"messagesLost\"), first because {why}"));
        }
    }

    /// Hands a message on. `false`: there is no slot now.
    fn write_message(&mut self, context: &mut Context, message: &Message) -> Result<bool, String> {
        let value = message.to_value();
        let slot = match context.acquire_value(DATA, value.len() as u32) {
            Ok(slot) => slot,
            Err(Acquire::Later) => return Ok(false),
            Err(Acquire::Refused(why)) => {
                self.endpoint.counts.messages_lost.add(1);
                self.lose(context, &format!("a message has {} bytes: {why}", message.bytes.len()));
                return Ok(true);
            }
        };
        let place = context.bytes_mut(slot, 0).ok_or("a new value has no bytes")?;
        place.get_mut(..value.len()).ok_or("a new value is too short")?.copy_from_slice(&value);
        let now_ns = context.now_ns();
        context.set_times_ns(slot, now_ns, 0.0)?;
        if std::mem::take(&mut self.gaps[DATA as usize]) {
            context.set_discontinuity(slot)?;
        }
        context.write(DATA, slot)?;
        Ok(true)
    }

    /// Leaves out a frame that no slot holds.
    fn leave_out(&mut self, context: &mut Context, kind: Kind, why: &str) {
        self.endpoint.counts.left_out.add(1);
        self.gaps[kind as usize] = true;
        if kind == Kind::Video {
            self.is_cut = true;
            self.endpoint.lose_picture();
        }
        if !std::mem::replace(&mut self.has_left_out, true) {
            context.warn(&format!("a frame is left out: {why}"));
        }
    }

    /// Hands a frame on. `false`: there is no slot now.
    fn write(&mut self, context: &mut Context, frame: &Incoming) -> Result<bool, String> {
        let output = frame.kind as u32;
        let (codec, measures, duration_ns) = match frame.kind {
            Kind::Video => {
                self.is_cut &= !frame.key_frame;
                if self.is_cut {
                    self.endpoint.counts.left_out.add(1);
                    return Ok(true);
                }
                if frame.key_frame {
                    self.size = picture_size(&frame.bytes).unwrap_or(self.size);
                }
                (SLUICE_H264, self.size, 0.0)
            }
            Kind::Audio => (SLUICE_OPUS, OPUS, opus_seconds(&frame.bytes).unwrap_or(0.0) * 1e9),
        };
        let length = frame.bytes.len() as u32;
        let slot = match context.acquire_encoded(output, codec, measures, length) {
            Ok(slot) => slot,
            Err(Acquire::Later) => return Ok(false),
            Err(Acquire::Refused(why)) => {
                self.leave_out(context, frame.kind, &why);
                return Ok(true);
            }
        };
        let place = context.bytes_mut(slot, 0).ok_or("a new frame has no bytes")?;
        place.get_mut(..frame.bytes.len()).ok_or("a new frame is too short")?.copy_from_slice(&frame.bytes);
        context.set_length(slot, length)?;
        let pts_ns = self.timeline.pts_ns(frame.kind as usize, &moment(frame), frame.gap, context.now_ns());
        context.set_times_ns(slot, pts_ns, duration_ns)?;
        let gap = std::mem::take(&mut self.gaps[output as usize]) || frame.gap;
        let flag = |is_set: bool, bit: u32| if is_set { bit } else { 0 };
        context.set_flags(slot, flag(gap, SLUICE_DISCONTINUITY) | flag(frame.key_frame, SLUICE_KEYFRAME))?;
        context.write(output, slot)?;
        Ok(true)
    }
}

/// The tracks in the order of [`Kind::ALL`]. Publishers have nothing to do with each other: none waits for another.
fn new_timeline() -> Timeline<2> {
    Timeline::new([Medium::Pictures, Medium::Sound], None)
}

fn moment(frame: &Incoming) -> Moment {
    let rtp_ns = frame.rtp_seconds * 1e9;
    let sender_ns = frame.report.and_then(|(wall, rtp_seconds)| {
        Some(wall.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_nanos() as f64 + rtp_ns - rtp_seconds * 1e9)
    });
    let came_wall = SystemTime::now() - Instant::now().saturating_duration_since(frame.arrived);
    Moment { rtp_ns, sender_ns, came: frame.arrived, came_wall }
}

fn picture_size(unit: &[u8]) -> Option<(u32, u32)> {
    let Said::Fits(Some(shape)) = read_sets(unit) else { return None };
    let [left, right, top, bottom] = shape.crop;
    let (columns, rows) = shape.blocks;
    let width = columns.checked_mul(16)?.checked_sub(left.checked_add(right)?.checked_mul(2)?)?;
    let height = rows.checked_mul(16)?.checked_sub(top.checked_add(bottom)?.checked_mul(2)?)?;
    Some((width, height))
}
