//! `org.sluice.audio-devices.microphone`: sound from a device.

use std::ffi::CStr;
use std::sync::Arc;

use rtrb::RingBuffer;
use sluice_stage::{Acquire, Context, Figure, Mode, Next, Port, Stage};

use crate::backends;
use crate::capture::{Capture, Now};
use crate::channels::pick;
use crate::clock::Monotonic;
use crate::device::{self, Direction, End, Mover, Wish};
use crate::intake::Intake;
use crate::link::{Format, Link};
use crate::outlet::MOST_CHANNELS;
use crate::settings::simulated;
use crate::watch::{Watch, reconnects};
use sluice_stage::config::{number, text};

/// What waits for the stage at most, seconds.
const RING_SECONDS: f64 = 0.5;

/// How often the stage is called though nothing has come, nanoseconds.
const LOOK_NS: f64 = 0.25e9;

/// Gives what a device hears.
pub struct Microphone {
    backend: Arc<dyn Mover>,
    wish: Wish,
    link: Arc<Link>,
    capture: Capture,
    /// The thread's end, until the first call.
    intake: Option<Intake>,
    block_size: usize,
    watch: Watch,
}

impl Stage for Microphone {
    const ID: &'static CStr = c"org.sluice.audio-devices.microphone";
    const NAME: &'static CStr = c"Microphone";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Gives what a sound device hears, in blocks, as it hears it.\n\n\
        Each block has the time of the runtime's clock at which its first sample was captured, so that sound and \
        pictures of a graph can be compared. Times count samples. The clock of a device runs a little faster or slower \
        than the runtime's (`driftPpm`): once the two are apart by a millisecond, the sound is resampled by as much \
        (`correctionPpm`), and before that it is handed on as it is. With `correctDrift=false` it always is, and times \
        follow the device's clock.\n\n\
        A device that goes, or a server that ends, does not end the node: nothing comes meanwhile, the log says so once, \
        and it is tried again after 0.25 s, then after twice as long up to 5 s, for ever. The first block afterwards is \
        flagged as a discontinuity, as is one before which samples were lost (`lost`), because the graph did not take \
        them within half a second. The figure `latencyMs` is the age of a block's first sample when the block enters \
        the graph. `sluice devices` lists devices; a monitor hears what a speaker plays.\n\n\
        **Example.** `microphone ! level-meter`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "device": {"type": "string", "default": "",
                "description": "The device's name; empty for the default one, simulated or loop:NAME for one that stands in."},
            "backend": {"type": "string", "enum": ["auto", "pulse", "alsa", "simulated"], "default": "auto",
                "description": "The system of devices: PulseAudio or PipeWire, ALSA, or none; auto takes the first that is there."},
            "sampleRateHz": {"type": "integer", "minimum": 0, "maximum": 384000, "default": 0, "x-unit": "Hz",
                "description": "Samples a second; 0 for those of the device."},
            "channels": {"type": "integer", "minimum": 0, "maximum": 32, "default": 0,
                "description": "Number of channels; 0 for those of the device."},
            "blockSize": {"type": "integer", "minimum": 16, "maximum": 16384, "default": 480, "x-unit": "samples",
                "description": "Samples in a block."},
            "latencyMs": {"type": "number", "minimum": 1, "maximum": 2000, "default": 20, "x-unit": "ms",
                "description": "How long sound is on the way from the device: half of it is gathered at once."},
            "correctDrift": {"type": "boolean", "default": true,
                "description": "True: the sound is resampled to the runtime's clock."},
            "maxCorrectionPpm": {"type": "number", "minimum": 0, "maximum": 50000, "default": 1000, "x-unit": "ppm",
                "description": "Millionths by which it is resampled at most."},
            "simulated": {"type": "object", "default": {}, "additionalProperties": false,
                "description": "How the device is that stands in.", "properties": {
                "ppm": {"type": "number", "minimum": -50000, "maximum": 50000, "default": 0, "x-unit": "ppm",
                    "description": "Millionths by which its clock is fast."},
                "toneHz": {"type": "number", "minimum": 0, "maximum": 100000, "default": 440, "x-unit": "Hz",
                    "description": "The tone that it hears."},
                "amplitude": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5,
                    "description": "Peak of the tone."},
                "sampleRateHz": {"type": "integer", "minimum": 1000, "maximum": 384000, "default": 48000, "x-unit": "Hz",
                    "description": "Its own samples a second."},
                "channels": {"type": "integer", "minimum": 1, "maximum": 32, "default": 2,
                    "description": "Its own number of channels."},
                "periodMs": {"type": "number", "minimum": 0.1, "maximum": 1000, "default": 5, "x-unit": "ms",
                    "description": "How much it moves at once."}
            }}
        }}"#,
    );
    const MODE: Mode = Mode::External;
    const OUTPUTS: &'static [Port] = &[Port::audio(c"audio", c"What the device hears.")];
    const FIGURES: &'static [Figure] = &[
        Figure::new(c"frames"),
        Figure::new(c"xruns"),
        Figure::new(c"lost"),
        Figure::new(c"reconnects"),
        Figure::new(c"latencyMs"),
        Figure::new(c"driftPpm"),
        Figure::new(c"correctionPpm"),
    ];

    const DEVICES: Option<fn() -> String> = Some(|| backends::list(Direction::Capture));

    fn create(context: &mut Context) -> Result<Self, String> {
        let device = text(context, c"device")?.to_owned();
        let (backend, own) =
            backends::find(text(context, c"backend")?, Direction::Capture, &device, simulated(context)?)
                .map_err(|trouble| format!("cannot open the microphone: {trouble}"))?;
        let block_size = number(context, c"blockSize")? as usize;
        let or = |wanted: f64, own: u32| if wanted > 0.0 { wanted as u32 } else { own };
        let wanted = Format {
            rate_hz: or(number(context, c"sampleRateHz")?, own.rate_hz),
            channels: or(number(context, c"channels")?, own.channels).min(MOST_CHANNELS as u32),
        };
        let format = backend
            .settle(Direction::Capture, &device, wanted)
            .map_err(|trouble| format!("cannot open the microphone: {trouble}"))?;
        let wish = Wish {
            device,
            format,
            latency: number(context, c"latencyMs")? / 1e3,
            block: block_size as f64 / f64::from(format.rate_hz),
        };
        let seconds = RING_SECONDS.max(4.0 * wish.latency).max(4.0 * wish.block);
        let room = (seconds * f64::from(format.rate_hz)) as usize * format.channels as usize;
        let (producer, consumer) = RingBuffer::new(room);
        let link = Link::new(Arc::new(Monotonic), context.waker());
        let intake = Intake::new(producer, Arc::clone(&link), format.channels as usize);
        let (correct, limit_ppm) = (number(context, c"correctDrift")? != 0.0, number(context, c"maxCorrectionPpm")?);
        Ok(Self {
            backend,
            wish,
            capture: Capture::new(consumer, Arc::clone(&link), format, correct, limit_ppm),
            link,
            intake: Some(intake),
            block_size,
            watch: Watch::default(),
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        if let Some(intake) = self.intake.take() {
            let end = End::Record(intake);
            device::start(Arc::clone(&self.backend), self.wish.clone(), end, Arc::clone(&self.link))?;
        }
        let (now, paused) = self.watch.begin(context, &self.link, &self.wish.device);
        if paused {
            self.capture.skip(false);
        }
        // A device may give nothing for any time; the graph is not at its end then.
        context.wait_until_ns(now.runtime_ns + LOOK_NS);
        while context.may_write() {
            let Some((pts_ns, gap)) = self.capture.next(self.block_size, now)? else { break };
            if !self.write(context, pts_ns, gap, now)? {
                return Ok(Next::Again);
            }
        }
        Ok(Next::WhenFramesCome)
    }

    fn figures(&mut self, values: &mut [f64]) {
        let counts = self.watch.counts(&self.link);
        values.copy_from_slice(&[
            self.capture.frames() as f64,
            counts.xruns as f64,
            (self.capture.lost() + counts.lost) as f64,
            reconnects(&self.link) as f64,
            self.capture.latency() * 1e3,
            self.capture.drift_ppm(),
            self.capture.correction_ppm(),
        ]);
    }
}

impl Microphone {
    /// Hands the block on that is ready. `false`: there is no slot now.
    fn write(&mut self, context: &mut Context, pts_ns: f64, gap: bool, now: Now) -> Result<bool, String> {
        let (size, Format { rate_hz, channels }) = (self.block_size, self.wish.format);
        let frame = match context.acquire_audio(0, rate_hz, channels, size as u32) {
            Ok(frame) => frame,
            Err(Acquire::Later) => return Ok(false),
            Err(Acquire::Refused(why)) => return Err(why),
        };
        let block = self.capture.block(size);
        for channel in 0..channels {
            let out = context.samples_mut(frame, channel).ok_or("a new block has no samples")?;
            pick(block, channels as usize, channel as usize, out);
        }
        let duration_ns = size as f64 * 1e9 / f64::from(rate_hz);
        // Blocks follow each other without a hole, though times are whole.
        context.set_times_ns(frame, pts_ns.round(), (pts_ns + duration_ns).round() - pts_ns.round())?;
        if gap {
            context.set_discontinuity(frame)?;
        }
        context.write(0, frame)?;
        self.capture.give(size, now);
        Ok(true)
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        self.link.stop();
    }
}
