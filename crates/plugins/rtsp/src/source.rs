//! `org.sluice.rtsp.rtsp-source`: encoded media from a server.

use std::ffi::CStr;

use sluice_rtp::Timeline;
use sluice_stage::abi::{
    SLUICE_AAC, SLUICE_DISCONTINUITY, SLUICE_H264, SLUICE_HEVC, SLUICE_JPEG, SLUICE_KEYFRAME, SLUICE_OPUS,
};
use sluice_stage::{Acquire, Context, Figure, Frame, Mode, Next, Port, Stage};

use crate::client::{Client, Teller};
use crate::frame::{Content, Incoming, Kind};
use crate::session::News;
use crate::settings::Settings;

/// How often the stage looks which outputs are linked, nanoseconds.
const LOOK_NS: f64 = 0.25e9;

/// Gives what a server sends.
pub struct RtspSource {
    settings: Settings,
    client: Client,
    timeline: Timeline<{ Kind::ALL.len() }>,
    /// A frame that is yet to be written, with its time.
    waiting: Option<(Incoming, f64)>,
    teller: Teller,
    /// Tracks of which a frame was too large for the graph: pictures are left out up to a key frame.
    is_cut: [bool; Kind::ALL.len()],
    /// The session's log has that a frame was too large.
    is_cut_told: bool,
}

/// What becomes of a frame.
enum Written {
    Done,
    /// There is no slot now.
    Later,
    /// There is never one, and why.
    Never(String),
}

impl Stage for RtspSource {
    const ID: &'static CStr = c"org.sluice.rtsp.rtsp-source";
    const NAME: &'static CStr = c"RTSP source";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Gives what a camera or server sends by RTSP, without recoding it.\n\n\
        Each output takes the first stream of the server whose codec it carries; the node asks for no stream of an output \
        without a link. G.711 and L16 come as samples out of `pcm`, other sound out of `audio`. The node does not carry TLS \
        (`rtsps:`), multicast, AAC in other modes than `AAC-hbr`, nor pictures of a stream without IDR pictures.\n\n\
        **Credentials.** Give `user` and `password` as [references](../graph_file.md#secrets), such as \
        `${env:CAMERA_PASSWORD}`, so that no graph file and no log has them. An address with a user in it is refused. The \
        node knows basic and digest authentication. Its messages name host and port, and nothing else of the address.\n\n\
        **Reconnecting.** Nothing that a server does ends the node. It connects again after 0.25 s, then after twice as \
        long, up to 5 s, for ever. The log has each reason once until frames come again: a server that does not answer \
        within `timeoutMs`; a stream that has stopped for as long; a session that the server has ended; a user or \
        password that it refuses (401); a path with nothing at it (404); an output with a link that gets nothing, and what the \
        server has instead. It also tells what a session sends when one begins.\n\n\
        **Losses.** `packetsLost` counts packets that did not come, or that UDP delivered behind later ones; `damaged` \
        counts those that the node cannot read. `leftOut` counts frames: pictures between a loss and the next key frame, \
        since the protocol cannot ask for one; pictures before the first key frame; and what the graph does not take while \
        256 frames wait; and frames that are larger than a slot of the pool `encoded` (1 MiB by default: \
        `pools.encoded.slotBytes`), of which the log tells once a session. The first frame of each session, and the first one behind a loss, is flagged as a discontinuity \
        (`gaps`).\n\n\
        **Less work.** A recording need not have each frame at once. With `batchMs` the node hands frames on together, so \
        that the nodes behind it are woken seldom: 500 ms take two thirds of the processor time off a recording. Links to \
        other lanes need a `capacity` above the frames of a batch; the usual 32 is enough for 500 ms. Frames keep their \
        times.\n\n\
        **Times.** The first frame of a track has the time at which it came, and later ones follow the track's clock. The \
        sender's reports (RTCP) say what its wall clock is at a time of a track. From then on all tracks of a sender lie \
        equally far behind that clock: as far as the first track with a report, or its sound, does. This aligns sound with \
        pictures, sources of one server with each other, and sources of servers whose clocks are within 0.5 s of this \
        machine's. Sound moves to its place by 5 % of its time and pictures by 20 %, which takes some seconds. Without \
        reports each track stays where it came. A clock that is not as fast as this machine's is followed within ten seconds: \
        frames stay within some 10 ms of where they began beside the time at which they come. A sender whose clock drifts \
        by 0.1 s from those of the others is aligned with them no longer. `dtsNs` equals `ptsNs`.\n\n\
        **Example.** `rtsp-source url=rtsp://192.0.2.7/stream1 ! h264-decode ! display`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"required": ["url"], "properties": {
            "url": {"type": "string", "x-reaches": "url",
                "description": "The address, as rtsp://HOST/PATH, without a user. The default port is 554."},
            "user": {"type": "string", "default": "",
                "description": "The user's name, as ${env:NAME}; empty where none is asked for."},
            "password": {"type": "string", "default": "",
                "description": "The user's password, as ${env:NAME}."},
            "transport": {"type": "string", "enum": ["tcp", "udp"], "default": "tcp",
                "description": "How media travel: over the connection itself, where nothing is lost on the way, or by UDP."},
            "timeoutMs": {"type": "number", "minimum": 100, "maximum": 60000, "default": 5000, "x-unit": "ms",
                "description": "How long the server may take to begin, and how long its stream may stop."},
            "batchMs": {"type": "number", "minimum": 0, "maximum": 1000, "default": 0, "x-unit": "ms",
                "description": "How long frames are collected before they are handed on together."}
        }}"#,
    );
    const MODE: Mode = Mode::External;
    const OUTPUTS: &'static [Port] = &[
        Port::encoded(c"video", c"Pictures.").accepting(&[SLUICE_H264, SLUICE_HEVC, SLUICE_JPEG]),
        Port::encoded(c"audio", c"Sound.").accepting(&[SLUICE_AAC, SLUICE_OPUS]),
        Port::audio(c"pcm", c"Sound that came as PCMU, PCMA or L16."),
    ];
    const FIGURES: &'static [Figure] = &[
        Figure::new(c"frames"),
        Figure::new(c"bytes"),
        Figure::new(c"gaps"),
        Figure::new(c"leftOut"),
        Figure::new(c"packetsLost"),
        Figure::new(c"damaged"),
        Figure::new(c"reconnects"),
    ];

    fn create(context: &mut Context) -> Result<Self, String> {
        let (settings, own) = (Settings::read(context)?, Settings::read(context)?);
        Ok(Self {
            timeline: Timeline::new(Kind::ALL.map(Kind::medium), Some(&settings.server())),
            client: Client::start(context, settings)?,
            settings: own,
            waiting: None,
            teller: Teller::default(),
            is_cut: [false; Kind::ALL.len()],
            is_cut_told: false,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        let linked = Kind::ALL.into_iter().filter(|kind| context.is_linked(*kind as u32));
        self.client.want(linked.map(Kind::bit).sum());
        // A server may send nothing for any time; the graph is not at its end then.
        context.wait_until_ns(context.now_ns() + LOOK_NS);
        loop {
            if let Some((frame, pts_ns)) = self.waiting.take() {
                if context.is_linked(frame.kind as u32) && !self.hand_on(context, &frame, pts_ns)? {
                    self.waiting = Some((frame, pts_ns));
                    return Ok(Next::Again);
                }
            }
            match self.client.news() {
                Some(News::Frame(frame)) => {
                    self.teller.forget();
                    let pts_ns = self.timeline.pts_ns(frame.kind as usize, &frame.moment, frame.gap, context.now_ns());
                    self.waiting = Some((frame, pts_ns));
                }
                Some(News::Plays(what)) => {
                    self.timeline.begin();
                    self.is_cut_told = false;
                    context.log(&format!("{} sends {what}", self.settings.server()));
                }
                Some(News::Lacks(what)) => self.warn(context, format!("an output that is linked gets nothing: {what}")),
                Some(News::Ended(trouble)) => self.warn(context, trouble.tell(&self.settings)),
                None => return Ok(Next::WhenFramesCome),
            }
        }
    }

    fn figures(&mut self, values: &mut [f64]) {
        let counts = self.client.counts();
        values.copy_from_slice(
            &[
                &counts.frames,
                &counts.bytes,
                &counts.gaps,
                &counts.left_out,
                &counts.packets_lost,
                &counts.damaged,
                &counts.reconnects,
            ]
            .map(|count| count.get()),
        );
    }
}

impl RtspSource {
    /// Hands a frame on, or leaves it out if the graph has no slots of its size. `false`: there is no slot now.
    fn hand_on(&mut self, context: &mut Context, frame: &Incoming, pts_ns: f64) -> Result<bool, String> {
        let is_cut = self.is_cut[frame.kind as usize];
        if !context.may_write() {
            return Ok(false);
        }
        let written = if is_cut && frame.kind == Kind::Video && !frame.key_frame {
            Written::Never(String::new())
        } else {
            write(context, frame, pts_ns, frame.gap || is_cut)?
        };
        self.is_cut[frame.kind as usize] = match written {
            Written::Later => return Ok(false),
            Written::Done => false,
            Written::Never(why) => {
                self.client.counts().left_out.add(1);
                if !std::mem::replace(&mut self.is_cut_told, true) {
                    context.warn(&format!("a frame is left out: {why}"));
                }
                true
            }
        };
        Ok(true)
    }

    fn warn(&mut self, context: &mut Context, text: String) {
        if let Some(text) = self.teller.once(text) {
            context.warn(&text);
        }
    }
}

fn write(context: &mut Context, frame: &Incoming, pts_ns: f64, gap: bool) -> Result<Written, String> {
    let output = frame.kind as u32;
    let slot = match acquire(context, output, &frame.content) {
        Ok(slot) => slot,
        Err(Acquire::Later) => return Ok(Written::Later),
        Err(Acquire::Refused(why)) => return Ok(Written::Never(why)),
    };
    match &frame.content {
        Content::Encoded(.., bytes) => {
            let place = context.bytes_mut(slot, 0).and_then(|place| place.get_mut(..bytes.len()));
            place.ok_or("a new frame is too short")?.copy_from_slice(bytes);
            context.set_length(slot, bytes.len() as u32)?;
        }
        Content::Samples(_, channels, values) => {
            for channel in 0..*channels {
                let place = context.samples_mut(slot, channel).ok_or("a new block has no samples")?;
                let own = values.iter().skip(channel as usize).step_by(*channels as usize);
                place.iter_mut().zip(own).for_each(|(place, value)| *place = *value);
            }
        }
    }
    context.set_times_ns(slot, pts_ns, frame.duration_ns.round())?;
    let flag = |is_set: bool, bit: u32| if is_set { bit } else { 0 };
    let is_key = frame.key_frame && frame.kind != Kind::Pcm;
    context.set_flags(slot, flag(gap, SLUICE_DISCONTINUITY) | flag(is_key, SLUICE_KEYFRAME))?;
    context.write(output, slot)?;
    Ok(Written::Done)
}

fn acquire(context: &mut Context, output: u32, content: &Content) -> Result<Frame, Acquire> {
    match content {
        Content::Encoded(codec, measures, bytes) => {
            context.acquire_encoded(output, *codec, *measures, bytes.len() as u32)
        }
        Content::Samples(rate_hz, channels, values) => {
            context.acquire_audio(output, *rate_hz, *channels, values.len() as u32 / channels)
        }
    }
}
