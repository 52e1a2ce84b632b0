//! What a microphone does with the sound that was captured: blocks of one length, with the times at which they were
//! captured, on the runtime's clock.
//!
//! Times count samples from the first block on. The device's clock drifts against the runtime's: once they are apart by
//! a millisecond, a resampler keeps them together, so that times stay true without a jump.

use std::sync::Arc;

use rtrb::Consumer;

use crate::drift::DriftMeter;
use crate::link::{Format, Link, Moment};
use crate::servo::Servo;
use crate::stretch::{HISTORY, Stretch};

/// Times that are wrong by more than this begin anew, with a mark, seconds.
const MOST_OFFSET: f64 = 0.05;

/// Of so much time the sample that came soonest counts, nanoseconds: others were late, by how much is not told.
const WINDOW_NS: f64 = 0.5e9;

/// Samples that are taken from the ring at once.
const STEP: usize = 256;

/// The stage's end of a microphone's ring.
pub(crate) struct Capture {
    ring: Consumer<f32>,
    link: Arc<Link>,
    /// The rate of the stream, which is that of the blocks too.
    format: Format,
    correct: bool,
    servo: Servo,
    meter: DriftMeter,
    stretch: Option<Stretch>,
    history: Vec<f32>,
    taken: Vec<f32>,
    /// What is to go into blocks, interleaved.
    ready: Vec<f32>,
    /// Samples that were taken from the ring.
    position: u64,
    /// When the first sample of `ready` was captured; `None`: times begin anew.
    pts_ns: Option<f64>,
    gap: bool,
    breaks: u64,
    /// Since when samples are compared, and of that one that came soonest: the offset and where the device was.
    since_ns: f64,
    soonest: Option<(f64, Moment)>,
    frames: u64,
    lost: u64,
    /// Age of the newest block's first sample, seconds.
    latency: f64,
}

/// Times of one call on the device's clock and on the runtime's.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) clock_ns: f64,
    pub(crate) runtime_ns: f64,
}

impl Capture {
    pub(crate) fn new(ring: Consumer<f32>, link: Arc<Link>, format: Format, correct: bool, limit_ppm: f64) -> Self {
        Self {
            ring,
            link,
            format,
            correct,
            servo: Servo::new(limit_ppm),
            meter: DriftMeter::new(),
            stretch: None,
            history: Vec::new(),
            taken: Vec::new(),
            ready: Vec::new(),
            position: 0,
            pts_ns: None,
            gap: false,
            breaks: 0,
            since_ns: 0.0,
            soonest: None,
            frames: 0,
            lost: 0,
            latency: 0.0,
        }
    }

    /// Drops what waits: nobody took it in time. Times begin anew.
    pub(crate) fn skip(&mut self, counted: bool) {
        let channels = self.format.channels as usize;
        let count = self.ring.slots() / channels * channels;
        if let Ok(chunk) = self.ring.read_chunk(count) {
            chunk.commit_all();
        }
        let dropped = (count + self.ready.len()) / channels;
        self.position += (count / channels) as u64;
        self.lost += if counted { dropped as u64 } else { 0 };
        self.breaks = self.link.report().breaks;
        self.begin_anew();
    }

    fn begin_anew(&mut self) {
        self.ready.clear();
        self.gap |= self.pts_ns.take().is_some();
        self.history.clear();
        self.stretch = None;
        self.servo.restart();
        self.meter.reset();
    }

    /// Looks whether a block of so many samples is ready. `Some`: when it was captured, and whether there is a gap before
    /// it; its samples are then in [`Capture::block`], until [`Capture::give`].
    ///
    /// # Errors
    ///
    /// Why there is no resampler.
    pub(crate) fn next(&mut self, size: usize, now: Now) -> Result<Option<(f64, bool)>, String> {
        self.heed_breaks();
        let channels = self.format.channels as usize;
        while self.ready.len() < size * channels {
            let missing = size - self.ready.len() / channels;
            let count = missing.min(STEP);
            // Whole steps, so that a resampler is not called for a few samples.
            let moment = self.link.report().moment;
            let Some(moment) = moment.filter(|_| self.ring.slots() >= count * channels) else { return Ok(None) };
            self.follow(moment, now);
            self.take(count)?;
        }
        Ok(self.pts_ns.map(|pts_ns| (pts_ns, self.gap)))
    }

    /// Positions have jumped: what came before is old.
    fn heed_breaks(&mut self) {
        let (breaks, opens) = {
            let report = self.link.report();
            (report.breaks, report.opens)
        };
        if breaks != self.breaks {
            let is_first = self.breaks == 0 && opens == 1;
            self.breaks = breaks;
            if !is_first {
                self.skip(true);
            }
        }
    }

    fn take(&mut self, count: usize) -> Result<(), String> {
        let channels = self.format.channels as usize;
        self.taken.clear();
        if let Ok(chunk) = self.ring.read_chunk(count * channels) {
            let (first, second) = chunk.as_slices();
            self.taken.extend_from_slice(first);
            self.taken.extend_from_slice(second);
            chunk.commit_all();
        }
        self.position += count as u64;
        if self.stretch.is_none() && self.correct && self.servo.is_engaged() {
            self.stretch = Some(Stretch::new(1.0, channels, &self.history)?);
        }
        match &mut self.stretch {
            Some(stretch) => stretch.take(&self.taken, self.servo.ppm(), &mut self.ready),
            None => self.ready.extend_from_slice(&self.taken),
        }
        let excess = (self.history.len() + self.taken.len()).saturating_sub(HISTORY * channels);
        self.history.drain(..excess.min(self.history.len()));
        self.history.extend_from_slice(&self.taken);
        Ok(())
    }

    /// Compares the time that is due to the next sample with that at which it was captured.
    fn follow(&mut self, moment: Moment, now: Now) {
        let rate = f64::from(self.format.rate_hz);
        let captured_ns = moment.at_ns - (moment.position - self.position as f64) / rate * 1e9;
        let captured_ns = captured_ns + (now.runtime_ns - now.clock_ns);
        let held = self.stretch.as_ref().map_or(0.0, Stretch::held);
        let ready = (self.ready.len() / self.format.channels as usize) as f64;
        let Some(pts_ns) = self.pts_ns else {
            self.pts_ns = Some((captured_ns - (ready + held) / rate * 1e9).max(0.0));
            (self.since_ns, self.soonest) = (now.clock_ns, None);
            return;
        };
        let offset = (pts_ns - captured_ns) / 1e9 + (ready + held) / rate;
        let is_sooner = self.soonest.is_none_or(|(soonest, _)| offset > soonest);
        let (soonest, at) = if is_sooner { (offset, moment) } else { self.soonest.unwrap_or((offset, moment)) };
        self.soonest = Some((soonest, at));
        let elapsed_ns = now.clock_ns - self.since_ns;
        if elapsed_ns < WINDOW_NS {
            return;
        }
        (self.since_ns, self.soonest) = (now.clock_ns, None);
        self.meter.note(at.at_ns, at.position);
        self.servo.update(soonest, elapsed_ns / 1e9);
        if self.correct && self.servo.offset().abs() > MOST_OFFSET {
            self.gap = true;
            self.pts_ns = Some((pts_ns - self.servo.offset() * 1e9).max(0.0));
            self.servo.restart();
        }
    }

    /// The block that is ready, interleaved.
    pub(crate) fn block(&self, size: usize) -> &[f32] {
        &self.ready[..size * self.format.channels as usize]
    }

    /// The block was handed on.
    pub(crate) fn give(&mut self, size: usize, now: Now) {
        self.ready.drain(..size * self.format.channels as usize);
        self.frames += size as u64;
        self.gap = false;
        if let Some(pts_ns) = &mut self.pts_ns {
            self.latency = (now.runtime_ns - *pts_ns) / 1e9;
            *pts_ns += size as f64 / f64::from(self.format.rate_hz) * 1e9;
        }
    }

    /// Samples in the blocks that were given.
    pub(crate) fn frames(&self) -> u64 {
        self.frames
    }

    /// Samples that were lost here, beside those on the device's thread.
    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }

    /// Age of the newest block's first sample when it was handed on, seconds.
    pub(crate) fn latency(&self) -> f64 {
        self.latency
    }

    /// Millionths by which the device is faster than its rate says.
    pub(crate) fn drift_ppm(&self) -> f64 {
        self.meter.ppm(f64::from(self.format.rate_hz))
    }

    /// Millionths by which fewer samples are made than were captured.
    pub(crate) fn correction_ppm(&self) -> f64 {
        if self.correct { self.servo.ppm() } else { 0.0 }
    }
}
