//! `org.sluice.audio-devices.speaker`: sound to a device.

use std::ffi::{CStr, CString};
use std::sync::Arc;

use rtrb::RingBuffer;
use sluice_stage::abi::SLUICE_DISCONTINUITY;
use sluice_stage::{Context, Figure, Frame, MOST_COLUMNS, Next, Port, Sense, Stage, Waker};

use crate::backends;
use crate::capture::Now;
use crate::clock::Monotonic;
use crate::device::{self, Direction, End, Mover, Wish};
use crate::gain::Gain;
use crate::link::{Format, Link};
use crate::outlet::{MOST_CHANNELS, Outlet};
use crate::playback::{Block, Plan, Playback, WAKING};
use crate::settings::simulated;
use crate::watch::{Watch, reconnects};
use sluice_stage::config::{number, text};

/// How long the stage waits at its end for a device that says nothing, beyond the sound that is left, nanoseconds: one
/// that wakes is waited for.
const DRAIN_NS: f64 = WAKING * 1e9 + 1e9;

/// How often it looks meanwhile whether the device has played all.
const LOOK_NS: f64 = 20e6;

/// Sound under way.
struct Playing {
    playback: Playback,
    link: Arc<Link>,
}

/// Plays what comes.
pub struct Speaker {
    backend: Arc<dyn Mover>,
    device: String,
    /// 0: as the audio that comes.
    wanted: Format,
    plan: Plan,
    gain_db: f64,
    muted: bool,
    /// Until the first block.
    waker: Option<Waker>,
    playing: Option<Playing>,
    watch: Watch,
    /// The number of the block that follows if none is missing.
    next_sequence: f64,
    /// When the last sample that was taken is to be presented.
    end_pts_ns: f64,
    /// When it entered the graph.
    ingress_ns: f64,
    level: f64,
    /// Displays that follow; empty: none.
    group: CString,
    /// By how much pictures are ahead of sound, milliseconds.
    skew_ms: f64,
    /// When `flush` gives up.
    deadline_ns: Option<f64>,
}

impl Stage for Speaker {
    const ID: &'static CStr = c"org.sluice.audio-devices.speaker";
    const NAME: &'static CStr = c"Speaker";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Plays audio on a sound device.\n\n\
        It keeps `latencyMs` of sound, in its own memory and the device's, or as much as the device needs. What comes \
        over a lossless link from a source without a pace of its own, such as a file in an offline graph, is taken as \
        the device plays it: the device's clock paces the graph, and nothing is corrected. A source that keeps to \
        another clock runs a little faster or slower than the device (`driftPpm` is the device against the runtime): \
        once the level is off by a millisecond, the sound is resampled by as much (`correctionPpm`; above 0 it is \
        played faster). Where `maxCorrectionPpm` is not enough, samples are dropped (`lost`) or repeated (`inserted`).\n\n\
        A device may take two seconds to begin. What comes meanwhile is played, so that a short sound is heard whole. \
        Sound with a pace of its own that still goes on two seconds later is brought back to `latencyMs` by one skip, \
        which `lost` counts.\n\n\
        Where nothing comes in time, sound fades out within 2 ms, the figure `xruns` counts it, and sound goes on once \
        `latencyMs` are there again. The first block sets rate and channels of the device's stream unless \
        `sampleRateHz` and `channels` do; blocks of other formats are converted. Mono goes to all channels. \
        Changes of `gainDb` and `muted` take 10 ms. At the end of the stream everything that is left is played.\n\n\
        A device that goes, or a server that ends, does not end the node: the log says so once, and it is tried again \
        after 0.25 s, then after twice as long up to 5 s, for ever. Meanwhile sound with a pace of its own is lost, and \
        counted, and other sound waits. `sluice devices` lists devices.\n\n\
        **Example.** `tone-source durationSeconds=1 ! speaker`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "device": {"type": "string", "default": "",
                "description": "The device's name; empty for the default one, simulated or loop:NAME for one that stands in."},
            "backend": {"type": "string", "enum": ["auto", "pulse", "alsa", "simulated"], "default": "auto",
                "description": "The system of devices: PulseAudio or PipeWire, ALSA, or none; auto takes the first that is there."},
            "sampleRateHz": {"type": "integer", "minimum": 0, "maximum": 384000, "default": 0, "x-unit": "Hz",
                "description": "Samples a second of the device's stream; 0 for those of the first block."},
            "channels": {"type": "integer", "minimum": 0, "maximum": 32, "default": 0,
                "description": "Number of channels of the device's stream; 0 for those of the first block."},
            "latencyMs": {"type": "number", "minimum": 2, "maximum": 2000, "default": 40, "x-unit": "ms",
                "description": "How much sound is kept."},
            "gainDb": {"type": "number", "minimum": -100, "maximum": 24, "default": 0, "x-live": true, "x-unit": "dB",
                "description": "Louder, or quieter below 0."},
            "muted": {"type": "boolean", "default": false, "x-live": true, "description": "True: silence is played."},
            "correctDrift": {"type": "boolean", "default": true,
                "description": "True: sound with a pace of its own is resampled to the device's clock."},
            "maxCorrectionPpm": {"type": "number", "minimum": 0, "maximum": 50000, "default": 1000, "x-unit": "ppm",
                "description": "Millionths by which it is resampled at most."},
            "syncGroup": {"type": "string", "default": "main",
                "description": "Displays of this group follow the sound; empty for none."},
            "simulated": {"type": "object", "default": {}, "additionalProperties": false,
                "description": "How the device is that stands in.", "properties": {
                "ppm": {"type": "number", "minimum": -50000, "maximum": 50000, "default": 0, "x-unit": "ppm",
                    "description": "Millionths by which its clock is fast."},
                "sampleRateHz": {"type": "integer", "minimum": 1000, "maximum": 384000, "default": 48000, "x-unit": "Hz",
                    "description": "Its own samples a second."},
                "channels": {"type": "integer", "minimum": 1, "maximum": 32, "default": 2,
                    "description": "Its own number of channels."},
                "periodMs": {"type": "number", "minimum": 0.1, "maximum": 1000, "default": 5, "x-unit": "ms",
                    "description": "How much it moves at once."}
            }}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::audio(c"audio", c"What is played.")];
    const FIGURES: &'static [Figure] = &[
        Figure::new(c"frames"),
        Figure::new(c"xruns"),
        Figure::new(c"lost"),
        Figure::new(c"inserted"),
        Figure::new(c"reconnects"),
        Figure::new(c"latencyMs"),
        Figure::new(c"driftPpm"),
        Figure::new(c"correctionPpm"),
        Figure::new(c"skewMs"),
    ];

    const DEVICES: Option<fn() -> String> = Some(|| backends::list(Direction::Playback));

    fn create(context: &mut Context) -> Result<Self, String> {
        let device = text(context, c"device")?.to_owned();
        let (backend, _own) =
            backends::find(text(context, c"backend")?, Direction::Playback, &device, simulated(context)?)
                .map_err(|trouble| format!("cannot open the speaker: {trouble}"))?;
        Ok(Self {
            backend,
            device,
            wanted: Format {
                rate_hz: number(context, c"sampleRateHz")? as u32,
                channels: number(context, c"channels")? as u32,
            },
            plan: Plan {
                target: number(context, c"latencyMs")? / 1e3,
                correct: number(context, c"correctDrift")? != 0.0,
                limit_ppm: number(context, c"maxCorrectionPpm")?,
                // Not known before the first call.
                live: false,
            },
            gain_db: number(context, c"gainDb")?,
            muted: number(context, c"muted")? != 0.0,
            waker: context.waker(),
            playing: None,
            watch: Watch::default(),
            next_sequence: 0.0,
            end_pts_ns: 0.0,
            ingress_ns: 0.0,
            level: 0.0,
            group: CString::new(text(context, c"syncGroup")?).unwrap_or_default(),
            skew_ms: 0.0,
            deadline_ns: None,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        let mut now = None;
        while let Some(info) = context.peek(0) {
            if self.playing.is_none() {
                self.plan.live = context.is_live();
                self.start(Format { rate_hz: info.height, channels: info.width })?;
            }
            let Some(playing) = &mut self.playing else { break };
            let now = *now.get_or_insert_with(|| self.watch.begin(context, &playing.link, &self.device).0);
            if !playing.playback.has_room(info.ingress_ns, now.clock_ns) {
                playing.link.want_room();
                let over = playing.playback.level(now.clock_ns) - self.plan.target;
                context.wait_until_ns(context.now_ns() + (over * 1e9).clamp(1e6, 50e6));
                break;
            }
            let Some(frame) = context.read(0) else { break };
            self.write(context, frame, now)?;
        }
        let now = match (now, &self.playing) {
            (None, Some(playing)) => Some(self.watch.begin(context, &playing.link, &self.device).0),
            (now, _) => now,
        };
        if let Some(now) = now {
            self.tell_presented(context, now);
        }
        Ok(Next::WhenFramesCome)
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        let Some(Playing { playback, link }) = &mut self.playing else { return Ok(Next::WhenFramesCome) };
        let (now, _) = self.watch.begin(context, link, &self.device);
        let deadline_ns = *self.deadline_ns.get_or_insert_with(|| {
            link.drain();
            now.clock_ns + playback.level(now.clock_ns) * 1e9 + DRAIN_NS
        });
        let is_gone = !playback.is_open() && link.report().opens > 0;
        if link.is_drained() || is_gone || now.clock_ns > deadline_ns {
            return Ok(Next::WhenFramesCome);
        }
        context.wait_until_ns(context.now_ns() + LOOK_NS);
        Ok(Next::Again)
    }

    fn control(&mut self, context: &mut Context, _key: &str) -> Result<(), String> {
        (self.gain_db, self.muted) = (number(context, c"gainDb")?, number(context, c"muted")? != 0.0);
        if let Some(playing) = &mut self.playing {
            playing.playback.gain.set(self.gain_db, self.muted);
        }
        Ok(())
    }

    fn figures(&mut self, values: &mut [f64]) {
        let Some(Playing { playback, link }) = &self.playing else { return values.fill(0.0) };
        let counts = self.watch.counts(link);
        values.copy_from_slice(&[
            playback.frames() as f64,
            counts.xruns as f64,
            (playback.lost() + counts.lost) as f64,
            (playback.inserted() + counts.inserted) as f64,
            reconnects(link) as f64,
            self.level * 1e3,
            playback.drift_ppm(),
            playback.correction_ppm(),
            self.skew_ms,
        ]);
    }
}

impl Speaker {
    /// Opens the device for audio of this format.
    fn start(&mut self, audio: Format) -> Result<(), String> {
        let or = |wanted: u32, own: u32| if wanted > 0 { wanted } else { own };
        let wanted = Format {
            rate_hz: or(self.wanted.rate_hz, audio.rate_hz),
            channels: or(self.wanted.channels, audio.channels).clamp(1, MOST_CHANNELS as u32),
        };
        let format = self
            .backend
            .settle(Direction::Playback, &self.device, wanted)
            .map_err(|trouble| format!("cannot open the speaker: {trouble}"))?;
        let room = Playback::ring_frames(self.plan.target, format.rate_hz) * format.channels as usize;
        let (producer, consumer) = RingBuffer::new(room);
        let link = Link::new(Arc::new(Monotonic), self.waker.take());
        let outlet = Outlet::new(consumer, Arc::clone(&link), format.channels as usize, format.rate_hz);
        let gain = Gain::new(self.gain_db, self.muted, format.rate_hz);
        let playback = Playback::new(producer, Arc::clone(&link), format, self.plan, gain);
        let wish = Wish { device: self.device.clone(), format, latency: self.plan.target, block: 0.0 };
        device::start(Arc::clone(&self.backend), wish, End::Play(outlet), Arc::clone(&link))?;
        self.playing = Some(Playing { playback, link });
        Ok(())
    }

    fn write(&mut self, context: &Context, frame: Frame, now: Now) -> Result<(), String> {
        let info = context.info(frame).ok_or("a block does not describe itself")?;
        let columns = context.columns::<f32>(frame).ok_or("a block has no samples")?;
        let Some(playing) = &mut self.playing else { return Ok(()) };
        let mut planes: [&[f32]; MOST_COLUMNS] = [&[]; MOST_COLUMNS];
        for (channel, plane) in planes.iter_mut().enumerate().take(columns.count()) {
            *plane = columns.get(channel);
        }
        self.end_pts_ns = info.pts_ns + f64::from(info.count) * 1e9 / f64::from(info.height.max(1));
        self.ingress_ns = info.ingress_ns;
        // Where a source has jumped, no number is left out.
        let gap = info.flags & SLUICE_DISCONTINUITY != 0 && info.sequence != self.next_sequence;
        self.next_sequence = info.sequence + 1.0;
        let block =
            Block { planes: &planes[..columns.count()], rate_hz: info.height, ingress_ns: info.ingress_ns, gap };
        playing.playback.write(&block, now.clock_ns)?;
        self.level = playing.playback.level(now.clock_ns);
        Ok(())
    }

    /// Tells the graph what is heard now, and compares what is seen with it.
    fn tell_presented(&mut self, context: &mut Context, now: Now) {
        let Some(playing) = self.playing.as_ref().filter(|playing| playing.playback.leads(now.clock_ns)) else {
            return;
        };
        if self.group.is_empty() {
            return;
        }
        let heard_ns = self.end_pts_ns - playing.playback.level(now.clock_ns) * 1e9;
        context.present(&self.group, Sense::Heard, heard_ns, now.runtime_ns);
        context.present(&self.group, Sense::Entered, self.end_pts_ns, self.ingress_ns);
        if let Some((seen_ns, at_ns)) = context.presented(&self.group, Sense::Seen) {
            self.skew_ms = (seen_ns - heard_ns - (at_ns - now.runtime_ns)) / 1e6;
        }
    }
}

impl Drop for Speaker {
    fn drop(&mut self) {
        if let Some(playing) = &self.playing {
            playing.link.stop();
        }
    }
}
