//! `org.sluice.video.pattern-source`: a test pattern with a frame counter, and a beep with each flash.

use std::f64::consts::TAU;
use std::ffi::CStr;

use sluice_stage::abi::SLUICE_RGBA8;
use sluice_stage::{Acquire, Context, Figure, Mode, Next, Port, Stage};

use crate::exchange::{Measures, acquire};
use crate::pattern::{Ground, Pattern};
use sluice_stage::config::{number, text};

/// The beep: a tone of so many hertz, for so long.
const BEEP_HZ: f64 = 1_000.0;
const BEEP_SECONDS: f64 = 0.05;
const BEEP_LEVEL: f64 = 0.5;

/// Samples a second of the beep.
const AUDIO_RATE_HZ: u32 = 48_000;

/// Makes pictures.
pub struct PatternSource {
    pattern: Pattern,
    width: u32,
    height: u32,
    frame_rate: f64,
    /// Seconds from flash to flash; 0: there is none.
    flash_seconds: f64,
    /// Frames until the end; infinite without one.
    total: f64,
    /// Frames so far.
    made: u64,
    /// Samples so far.
    samples: u64,
    /// The sample with which the last beep began.
    beep_at: Option<u64>,
    /// When the first frame was made, or would have been.
    start_ns: Option<f64>,
    /// Times of frames are those of the clock.
    by_clock: bool,
}

impl Stage for PatternSource {
    const ID: &'static CStr = c"org.sluice.video.pattern-source";
    const NAME: &'static CStr = c"Pattern source";
    const VERSION: &'static CStr = c"0.1.0";
    const DOC: &'static CStr = c"Makes test pictures in RGBA, and a beep with each flash.\n\n\
        The pictures are colour bars, a ramp or rings, with a box that moves. In a live graph they come at the \
        pace of the clock, offline as fast as the graph takes them. Every `flashSeconds` a white field flashes \
        for one frame in the lower right, and the output `audio` has a beep of 50 ms that begins with the first \
        sample of that frame's time.\n\n\
        The top row of the picture is its frame's number in 32 cells, each `width / 32` pixels wide: 24 bits, \
        the highest first, and 8 bits of check (CRC-8 of the polynomial 0x07 over the three bytes), white for 1 \
        and black for 0. It can be read back after conversion, scaling and coding.\n\n\
        **Example.** `pattern-source width=640 height=360 durationSeconds=2 ! image-sink path=pattern-%d.png`";
    const CONFIG: Option<&'static CStr> = Some(
        cr#"{"properties": {
            "pattern": {"type": "string", "enum": ["bars", "ramp", "zone-plate"], "default": "bars",
                "description": "The pattern: colour bars of 75 %, grey from black to white, or rings of which every pixel moves."},
            "width": {"type": "integer", "minimum": 64, "maximum": 8192, "default": 1280, "x-unit": "pixels",
                "description": "Pixels in a row."},
            "height": {"type": "integer", "minimum": 16, "maximum": 8192, "default": 720, "x-unit": "pixels",
                "description": "Rows."},
            "frameRate": {"type": "number", "minimum": 0.1, "maximum": 1000, "default": 30, "x-unit": "Hz",
                "description": "Pictures a second."},
            "durationSeconds": {"type": "number", "minimum": 0, "default": 0, "x-unit": "s",
                "description": "How long it lasts; 0 for ever."},
            "flashSeconds": {"type": "number", "minimum": 0, "maximum": 3600, "default": 1, "x-unit": "s",
                "description": "From one flash and beep to the next, the first one after so long; 0 for none."},
            "clockTimes": {"type": "boolean", "default": false,
                "description": "True: in a live graph frames have times of the runtime's clock, as those of devices do; else from 0 on."}
        }}"#,
    );
    const MODE: Mode = Mode::Loop;
    const OUTPUTS: &'static [Port] = &[
        Port::video(c"video", c"Pictures in RGBA.").accepting(&[SLUICE_RGBA8]),
        Port::audio(c"audio", c"Silence, and a beep of 50 ms from the first moment of each flash, mono at 48 kHz.")
            .optional(),
    ];
    const FIGURES: &'static [Figure] = &[Figure::new(c"frames")];

    fn create(context: &mut Context) -> Result<Self, String> {
        let ground = match text(context, c"pattern")? {
            "ramp" => Ground::Ramp,
            "zone-plate" => Ground::ZonePlate,
            _ => Ground::Bars,
        };
        let (width, height) = (number(context, c"width")? as u32, number(context, c"height")? as u32);
        let frame_rate = number(context, c"frameRate")?;
        let seconds = number(context, c"durationSeconds")?;
        Ok(Self {
            pattern: Pattern::new(ground, width, height),
            width,
            height,
            frame_rate,
            flash_seconds: number(context, c"flashSeconds")?,
            total: if seconds > 0.0 { (seconds * frame_rate).round() } else { f64::INFINITY },
            made: 0,
            samples: 0,
            beep_at: None,
            start_ns: None,
            by_clock: number(context, c"clockTimes")? != 0.0,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        if self.made as f64 >= self.total {
            context.finish();
            return Ok(Next::WhenFramesCome);
        }
        if !context.may_write() || self.is_early(context) {
            return Ok(Next::WhenFramesCome);
        }
        let measures = Measures { format: SLUICE_RGBA8, width: self.width, height: self.height, pixel_aspect: 0 };
        let Some(frame) = acquire(context, 0, measures)? else {
            return Ok(Next::Again);
        };
        let (from_ns, to_ns) = (self.time_ns(self.made), self.time_ns(self.made + 1));
        if !self.write_audio(context, from_ns, to_ns)? {
            return Ok(Next::Again);
        }
        let mut picture = context.picture_mut(frame).ok_or("a new picture has no planes")?;
        self.pattern.draw(self.made, self.flashes(self.made), &mut picture.planes[0]);
        context.set_times_ns(frame, self.origin_ns() + from_ns, to_ns - from_ns)?;
        context.write(0, frame)?;
        self.made += 1;
        context.progress(to_ns, self.total * 1e9 / self.frame_rate);
        Ok(Next::WhenFramesCome)
    }

    fn snapshot(&mut self) -> Vec<u8> {
        self.made.to_le_bytes().to_vec()
    }

    fn restore(&mut self, state: &[u8]) {
        if let Ok(made) = state.try_into() {
            self.made = u64::from_le_bytes(made);
            self.samples = self.sample_at(self.time_ns(self.made));
        }
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.made as f64]);
    }
}

impl PatternSource {
    /// What the times of frames count from.
    fn origin_ns(&self) -> f64 {
        self.start_ns.filter(|_| self.by_clock).map_or(0.0, f64::round)
    }

    /// Media time of a frame, from the start on.
    fn time_ns(&self, frame: u64) -> f64 {
        (frame as f64 * 1e9 / self.frame_rate).round()
    }

    /// The first sample that is not before a time.
    fn sample_at(&self, time_ns: f64) -> u64 {
        (time_ns * f64::from(AUDIO_RATE_HZ) / 1e9).ceil() as u64
    }

    /// Whether a frame is the first one of another flash.
    fn flashes(&self, frame: u64) -> bool {
        let flash_of = |frame: u64| (frame as f64 / self.frame_rate / self.flash_seconds + 1e-9).floor();
        self.flash_seconds > 0.0 && frame > 0 && flash_of(frame) > flash_of(frame - 1)
    }

    /// Whether the next frame is not due.
    fn is_early(&mut self, context: &mut Context) -> bool {
        if !context.is_live() {
            return false;
        }
        let now_ns = context.now_ns();
        let start_ns = *self.start_ns.get_or_insert(now_ns - self.made as f64 * 1e9 / self.frame_rate);
        let due_ns = start_ns + self.time_ns(self.made);
        if due_ns > now_ns {
            context.wait_until_ns(due_ns);
        }
        due_ns > now_ns
    }

    /// Writes the samples that start before a frame's end. `false`: no slot is free.
    fn write_audio(&mut self, context: &mut Context, from_ns: f64, to_ns: f64) -> Result<bool, String> {
        let (first, end) = (self.samples, self.sample_at(to_ns));
        if end <= first {
            return Ok(true);
        }
        let frame = match context.acquire_audio(1, AUDIO_RATE_HZ, 1, (end - first) as u32) {
            Ok(frame) => frame,
            Err(Acquire::Later) => return Ok(false),
            Err(Acquire::Refused(why)) => return Err(why),
        };
        if self.flashes(self.made) {
            self.beep_at = Some(self.sample_at(from_ns));
        }
        let samples = context.samples_mut(frame, 0).ok_or("a new block has no samples")?;
        for (sample, place) in (first..end).zip(samples) {
            *place = self.sound(sample);
        }
        let time_ns = |sample: u64| (sample as f64 * 1e9 / f64::from(AUDIO_RATE_HZ)).round();
        context.set_times_ns(frame, self.origin_ns() + time_ns(first), time_ns(end) - time_ns(first))?;
        context.write(1, frame)?;
        self.samples = end;
        Ok(true)
    }

    fn sound(&self, sample: u64) -> f32 {
        let Some(since) = self.beep_at.and_then(|start| sample.checked_sub(start)) else { return 0.0 };
        let seconds = since as f64 / f64::from(AUDIO_RATE_HZ);
        // A cosine, so that the beep is loud with its first sample.
        if seconds < BEEP_SECONDS { (BEEP_LEVEL * (TAU * BEEP_HZ * seconds).cos()) as f32 } else { 0.0 }
    }
}
