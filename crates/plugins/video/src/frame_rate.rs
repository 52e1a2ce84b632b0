//! `org.sluice.video.frame-rate`: pictures at a steady rate, by leaving some out and repeating others.

use sluice_stage::abi::SluiceFrameInfo;
use sluice_stage::{Context, Figure, Frame, Next, Port, Stage};

use crate::exchange::{Measures, acquire};
use sluice_stage::config::number;

/// A longer silence is none that is filled: times start again behind it.
const LONGEST_GAP_NS: f64 = 10e9;

/// Makes the rate of pictures steady.
pub struct FrameRate {
    period_ns: f64,
    kept: Option<Kept>,
    /// Memory of a picture that was kept.
    spare: Vec<u8>,
    /// The time from which places count, and the next place.
    origin_ns: f64,
    next: f64,
    dropped: f64,
    repeated: f64,
}

/// The picture before, in memory of the stage's own: a slot lasts for one call.
struct Kept {
    info: SluiceFrameInfo,
    /// The rows of all planes, without padding.
    bytes: Vec<u8>,
    /// How often it was written.
    shown: u32,
}

impl Stage for FrameRate {
    const ID: &'static std::ffi::CStr = c"org.sluice.video.frame-rate";
    const NAME: &'static std::ffi::CStr = c"Frame rate";
    const VERSION: &'static std::ffi::CStr = c"0.1.0";
    const DOC: &'static std::ffi::CStr = c"Gives pictures at a steady rate.\n\n\
        Each place in time gets the newest picture that is not after it: so some pictures are left out, and \
        others come again. Behind a gap of more than 10 s, and where times go back, places count from the next \
        picture.\n\n\
        **Example.** `pattern-source frameRate=60 durationSeconds=2 ! frame-rate frameRate=25 ! image-sink \
        path=pattern-%d.png`";
    const CONFIG: Option<&'static std::ffi::CStr> = Some(
        cr#"{"x-converts": ["frameRate"], "properties": {
            "frameRate": {"type": "number", "minimum": 0.1, "maximum": 1000, "default": 30, "x-unit": "Hz",
                "description": "Pictures a second that come out."}
        }}"#,
    );
    const INPUTS: &'static [Port] = &[Port::video(c"videoIn", c"Pictures at any rate.")];
    const OUTPUTS: &'static [Port] = &[Port::video(c"videoOut", c"Pictures at the rate that is wanted.")];
    const FIGURES: &'static [Figure] = &[Figure::new(c"dropped"), Figure::new(c"repeated")];

    fn create(context: &mut Context) -> Result<Self, String> {
        Ok(Self {
            period_ns: 1e9 / number(context, c"frameRate")?,
            kept: None,
            spare: Vec::new(),
            origin_ns: 0.0,
            next: 0.0,
            dropped: 0.0,
            repeated: 0.0,
        })
    }

    fn process(&mut self, context: &mut Context) -> Result<Next, String> {
        while let Some(info) = context.peek(0) {
            if !self.is_gap(&info) && !self.fill(context, info.pts_ns)? {
                return Ok(Next::Again);
            }
            let Some(frame) = context.read(0) else { break };
            if self.is_gap(&info) {
                (self.origin_ns, self.next) = (info.pts_ns, 0.0);
            }
            self.keep(context, frame, info)?;
            context.release(frame);
        }
        Ok(Next::WhenFramesCome)
    }

    fn flush(&mut self, context: &mut Context) -> Result<Next, String> {
        let end_ns = self.kept.as_ref().map_or(0.0, |kept| {
            let lasts = if kept.info.duration_ns > 0.0 { kept.info.duration_ns } else { self.period_ns };
            kept.info.pts_ns + lasts
        });
        Ok(if self.fill(context, end_ns)? { Next::WhenFramesCome } else { Next::Again })
    }

    fn figures(&mut self, values: &mut [f64]) {
        values.copy_from_slice(&[self.dropped, self.repeated]);
    }
}

impl FrameRate {
    /// Whether places do not go on to a picture.
    fn is_gap(&self, info: &SluiceFrameInfo) -> bool {
        self.kept.as_ref().is_none_or(|kept| {
            let since_ns = info.pts_ns - kept.info.pts_ns;
            !(0.0..=LONGEST_GAP_NS).contains(&since_ns)
        })
    }

    fn place_ns(&self, place: f64) -> f64 {
        (self.origin_ns + place * self.period_ns).round()
    }

    /// Writes the picture that is kept to the places before a time. `false`: an output or a pool is full.
    fn fill(&mut self, context: &mut Context, before_ns: f64) -> Result<bool, String> {
        while self.kept.is_some() && self.place_ns(self.next) < before_ns {
            if !context.may_write() || !self.write(context)? {
                return Ok(false);
            }
            self.next += 1.0;
        }
        Ok(true)
    }

    fn write(&mut self, context: &mut Context) -> Result<bool, String> {
        let (from_ns, to_ns) = (self.place_ns(self.next), self.place_ns(self.next + 1.0));
        let Some(kept) = &mut self.kept else { return Ok(true) };
        let flags = kept.info.flags;
        let Some(frame) = acquire(context, 0, Measures::of(&kept.info))? else { return Ok(false) };
        let mut picture = context.picture_mut(frame).ok_or("a new picture has no planes")?;
        let mut rest = kept.bytes.as_slice();
        for plane in &mut picture.planes {
            for row in 0..plane.rows {
                let (pixels, behind) = rest.split_at(plane.row_bytes);
                plane.row(row).copy_from_slice(pixels);
                rest = behind;
            }
        }
        context.set_times_ns(frame, from_ns, to_ns - from_ns)?;
        context.set_flags(frame, if kept.shown == 0 { flags } else { 0 })?;
        context.write(0, frame)?;
        self.repeated += f64::from(u8::from(kept.shown > 0));
        kept.shown += 1;
        Ok(true)
    }

    fn keep(&mut self, context: &Context, frame: Frame, info: SluiceFrameInfo) -> Result<(), String> {
        if let Some(kept) = self.kept.take() {
            self.dropped += f64::from(u8::from(kept.shown == 0));
            self.spare = kept.bytes;
        }
        let picture = context.picture(frame).ok_or("a picture has no planes")?;
        let mut bytes = std::mem::take(&mut self.spare);
        bytes.clear();
        for plane in &picture.planes {
            (0..plane.rows).for_each(|row| bytes.extend_from_slice(plane.row(row)));
        }
        self.kept = Some(Kept { info, bytes, shown: 0 });
        Ok(())
    }
}
