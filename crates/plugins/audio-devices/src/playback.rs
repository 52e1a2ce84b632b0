//! What a speaker does with the sound that comes: how much of it is kept, and how it is brought to the device's clock.
//!
//! What has no pace of its own is taken as the device plays it: no more than the target and a block are kept, and
//! nothing is corrected. What has a pace is taken as it comes; the level at which it settles is held by a resampler, and
//! where that is not enough, samples are dropped or repeated. What comes while a device wakes is played once it does, and
//! the level is brought back to the target afterwards: by the resampler, or where it is too far off, by one skip.
//!
//! Hot path: it allocates while its buffers grow to the length of the blocks, and when a resampler begins.

use std::sync::Arc;

use rtrb::Producer;

use crate::channels::interleave;
use crate::drift::DriftMeter;
use crate::gain::Gain;
use crate::link::{Format, Link, Moment};
use crate::pace::{Judge, Pace};
use crate::servo::Servo;
use crate::splice::Splice;
use crate::stretch::{HISTORY, Stretch};

/// How much is kept beyond the target while a device wakes, and how long sound then plays before any of it is dropped,
/// seconds: a short sound is heard whole.
pub(crate) const WAKING: f64 = 2.0;

/// Over how long the level after a break is looked at, before it is held, seconds.
const SETTLING: f64 = 0.5;

/// Of so much time the highest level counts, seconds: a block that is late shows a level that is lower than it is.
const WINDOW: f64 = 0.5;

/// How a speaker plays.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    /// Seconds of sound that are kept.
    pub(crate) target: f64,
    pub(crate) correct: bool,
    pub(crate) limit_ppm: f64,
    /// Sources keep to a clock.
    pub(crate) live: bool,
}

/// A block of sound.
pub(crate) struct Block<'a> {
    pub(crate) planes: &'a [&'a [f32]],
    pub(crate) rate_hz: u32,
    /// When it entered the graph, on the clock of all blocks.
    pub(crate) ingress_ns: f64,
    /// Blocks before it were dropped by its link.
    pub(crate) gap: bool,
}

/// The stage's end of a speaker's ring.
pub(crate) struct Playback {
    ring: Producer<f32>,
    link: Arc<Link>,
    stream: Format,
    plan: Plan,
    pub(crate) gain: Gain,
    judge: Judge,
    servo: Servo,
    meter: DriftMeter,
    stretch: Option<Stretch>,
    /// The rate of what comes.
    rate_hz: u32,
    /// Interleaved samples that went by before the resampler, those of a block, and what became of them.
    history: Vec<f32>,
    block: Vec<f32>,
    made: Vec<f32>,
    splice: Splice,
    /// Length of the newest block, seconds.
    block_seconds: f64,
    /// Samples that went into the ring.
    written: u64,
    /// The level that is held, seconds; `None`: it is still looked for.
    reference: Option<f64>,
    /// The device that was opened so often has been looked at.
    settled: u64,
    /// The highest level that was seen, and since when.
    seen: (f64, f64),
    breaks: u64,
    jumps: u64,
    /// Samples dropped and repeated here.
    lost: u64,
    inserted: u64,
}

impl Playback {
    pub(crate) fn new(ring: Producer<f32>, link: Arc<Link>, stream: Format, plan: Plan, gain: Gain) -> Self {
        link.set_target((plan.target * f64::from(stream.rate_hz)) as u64);
        Self {
            ring,
            link,
            stream,
            plan,
            gain,
            judge: Judge::new(plan.live),
            servo: Servo::new(plan.limit_ppm),
            meter: DriftMeter::new(),
            stretch: None,
            rate_hz: stream.rate_hz,
            history: Vec::with_capacity(HISTORY * stream.channels as usize),
            block: Vec::new(),
            made: Vec::new(),
            splice: Splice::new(stream.channels as usize, stream.rate_hz),
            block_seconds: 0.0,
            written: 0,
            reference: None,
            settled: 0,
            seen: (0.0, 0.0),
            breaks: 0,
            jumps: 0,
            lost: 0,
            inserted: 0,
        }
    }

    /// Room of a ring for a target, in samples of one channel: bursts fit in beside what waits for a device that wakes.
    pub(crate) fn ring_frames(target: f64, rate_hz: u32) -> usize {
        ((target * 4.0 + 0.5 + WAKING) * f64::from(rate_hz)) as usize
    }

    /// Whether there is room for another block, which entered the graph at `ingress_ns`.
    pub(crate) fn has_room(&mut self, ingress_ns: f64, now_ns: f64) -> bool {
        self.judge.look(ingress_ns, self.target(), self.block_seconds);
        self.link.set_paced(self.judge.pace() == Pace::Own);
        match self.judge.pace() {
            Pace::Own => true,
            // By what comes first it is judged, however long the device takes to begin.
            Pace::Unknown => self.waiting() < 2.0 * self.target(),
            // It may begin at any moment, and is not to run dry before it tells.
            Pace::Pulled if !self.is_playing() => self.waiting() < self.target(),
            Pace::Pulled => {
                // A device may hold more than it says, and want sound all the same.
                self.level(now_ns) < self.target() || self.waiting() <= 0.0 && self.link.is_hungry()
            }
        }
    }

    /// Seconds that are kept: those that were asked for, or those without which the device cannot do.
    fn target(&self) -> f64 {
        let keeps = self.link.report().keeps / f64::from(self.stream.rate_hz);
        self.plan.target.max(keeps)
    }

    /// Seconds of sound that were written and not heard.
    pub(crate) fn level(&self, now_ns: f64) -> f64 {
        let rate = f64::from(self.stream.rate_hz);
        let held = self.stretch.as_ref().map_or(0.0, Stretch::held);
        let waiting = self.waiting() * rate;
        let report = self.link.report();
        let told = |moment: Moment| moment.position + (now_ns - moment.at_ns) / 1e9 * rate;
        let heard = report.moment.map_or(report.start as f64, told);
        let level = (self.written + report.silent - report.skipped) as f64 - heard;
        // No less than what lies in the ring.
        (level.max(waiting) + held) / rate
    }

    /// Seconds of sound that the device's thread has not taken.
    fn waiting(&self) -> f64 {
        let waiting = self.ring.buffer().capacity() - self.ring.slots();
        waiting as f64 / f64::from(self.stream.channels * self.stream.rate_hz)
    }

    /// Whether a device plays.
    pub(crate) fn is_open(&self) -> bool {
        self.link.report().is_open
    }

    /// Whether the device has told what it plays.
    fn is_playing(&self) -> bool {
        self.link.report().moment.is_some()
    }

    /// Whether pictures are to be seen with what is heard. Sound that waits for the device has them wait, too, unless it
    /// waits for more of itself, which may be behind pictures; sound with a pace of its own, which does not wait, leads them
    /// once it is not late.
    pub(crate) fn leads(&self, now_ns: f64) -> bool {
        if self.judge.pace() != Pace::Own {
            return self.is_playing() || self.is_open() && self.waiting() >= self.target();
        }
        self.is_playing() && self.level(now_ns) - self.target() <= self.tolerance()
    }

    /// Seconds by which the level may be off without a skip.
    fn tolerance(&self) -> f64 {
        (2.0 * self.block_seconds).max(self.target() / 2.0)
    }

    /// Takes a block. Where no device is open, or the ring is full, what has a pace of its own is lost.
    ///
    /// # Errors
    ///
    /// Why the block cannot be played.
    pub(crate) fn write(&mut self, block: &Block<'_>, now_ns: f64) -> Result<(), String> {
        let count = block.planes.first().map_or(0, |plane| plane.len());
        self.block_seconds = count as f64 / f64::from(block.rate_hz.max(1));
        if block.gap {
            self.judge.rolled_off(block.ingress_ns);
        }
        self.judge.look(block.ingress_ns, self.target(), self.block_seconds);
        self.judge.took(self.block_seconds);
        let paced = self.judge.pace() == Pace::Own;
        self.link.set_paced(paced);
        let (is_open, opens) = {
            let report = self.link.report();
            (report.is_open, report.opens)
        };
        if paced && !is_open && opens > 0 {
            self.lost += count as u64;
            return Ok(());
        }
        self.block.clear();
        interleave(block.planes, self.stream.channels as usize, &mut self.block, || self.gain.next());
        self.follow(now_ns, paced);
        self.lost += self.splice.apply(&mut self.block) as u64;
        self.stretch_by(block.rate_hz)?;
        self.remember();
        self.hand_over();
        Ok(())
    }

    /// Looks at the level before a block, and decides on what to correct.
    fn follow(&mut self, now_ns: f64, paced: bool) {
        let (opens, breaks, jumps, moment) = {
            let report = self.link.report();
            (report.opens, report.breaks, report.jumps, report.moment)
        };
        if jumps != self.jumps {
            self.jumps = jumps;
            self.meter.reset();
            self.servo.restart();
            self.seen = (0.0, now_ns);
        }
        if breaks != self.breaks {
            self.breaks = breaks;
            self.meter.reset();
            self.servo.restart();
            (self.reference, self.seen) = (None, (0.0, now_ns));
        }
        if let Some(moment) = moment {
            self.meter.note(moment.at_ns, moment.position);
        }
        let level = self.level(now_ns);
        if !paced || moment.is_none() {
            self.seen = (0.0, now_ns);
            if paced && !self.splice.is_dropping() && level > self.target() + WAKING {
                self.splice.drop_next(self.block.len() / self.stream.channels as usize);
            }
            return;
        }
        if self.splice.is_dropping() {
            return;
        }
        let highest = self.seen.0.max(level);
        let elapsed = (now_ns - self.seen.1) / 1e9;
        let enough = match self.reference {
            Some(_) => WINDOW,
            None if self.settled == opens => SETTLING,
            None => WAKING,
        };
        self.seen = if elapsed < enough { (highest, self.seen.1) } else { (0.0, now_ns) };
        match self.reference {
            None if elapsed >= enough => {
                self.settled = opens;
                self.settle(highest);
            }
            None => {}
            Some(reference) => {
                if elapsed >= enough {
                    self.servo.update(highest - reference, elapsed);
                }
                self.mend(level, reference);
            }
        }
    }

    /// Begins to hold a level: that at which sound has settled, if it keeps the target's latency. What is a little beyond
    /// is resampled away, and what is far beyond goes at once.
    fn settle(&mut self, level: f64) {
        let target = self.target();
        let excess = level - target;
        if excess > self.tolerance() {
            // It settles anew.
            self.splice.drop_next((excess * f64::from(self.rate_hz)) as usize);
        } else {
            self.reference = Some(level.clamp((target - 2.0 * self.block_seconds).max(target / 4.0), target));
        }
    }

    /// Drops or repeats samples where the level is too far from the one that is held.
    fn mend(&mut self, level: f64, reference: f64) {
        let rate = f64::from(self.rate_hz);
        let smoothed = self.servo.offset();
        let is_high = smoothed > self.tolerance() || level - reference > 3.0 * self.tolerance();
        if is_high {
            self.splice.drop_next(((level - reference) * rate) as usize);
        } else if smoothed < -reference / 2.0 && !self.history.is_empty() {
            let count = ((reference - level) * rate).max(0.0) as usize;
            self.inserted += self.splice.repeat(&self.history, count, &mut self.block) as u64;
        } else {
            return;
        }
        self.servo.restart();
        self.meter.reset();
    }

    /// Brings the block to the device's rate and clock.
    fn stretch_by(&mut self, rate_hz: u32) -> Result<(), String> {
        let channels = self.stream.channels as usize;
        if rate_hz != self.rate_hz {
            self.rate_hz = rate_hz;
            self.splice = Splice::new(channels, rate_hz);
            self.stretch = None;
            self.history.clear();
        }
        let needed = rate_hz != self.stream.rate_hz || (self.plan.correct && self.servo.is_engaged());
        if self.stretch.is_none() && needed {
            let ratio = f64::from(self.stream.rate_hz) / f64::from(rate_hz.max(1));
            self.stretch = Some(Stretch::new(ratio, channels, &self.history)?);
        }
        self.made.clear();
        let ppm = self.correction_ppm();
        match &mut self.stretch {
            Some(stretch) => stretch.take(&self.block, ppm, &mut self.made),
            None => self.made.extend_from_slice(&self.block),
        }
        Ok(())
    }

    fn remember(&mut self) {
        let room = HISTORY * self.stream.channels as usize;
        let new = &self.block[self.block.len().saturating_sub(room)..];
        let excess = (self.history.len() + new.len()).saturating_sub(room);
        self.history.drain(..excess);
        self.history.extend_from_slice(new);
    }

    fn hand_over(&mut self) {
        let channels = self.stream.channels as usize;
        let count = (self.ring.slots() / channels).min(self.made.len() / channels);
        self.lost += (self.made.len() / channels - count) as u64;
        if let Ok(mut chunk) = self.ring.write_chunk(count * channels) {
            let (first, second) = chunk.as_mut_slices();
            let split = first.len();
            first.copy_from_slice(&self.made[..split]);
            second.copy_from_slice(&self.made[split..count * channels]);
            chunk.commit_all();
            self.written += count as u64;
        }
        self.link.wrote_samples();
    }

    /// Samples that were handed over, at the device's rate.
    pub(crate) fn frames(&self) -> u64 {
        self.written
    }

    /// Samples that were dropped here, beside those on the device's thread.
    pub(crate) fn lost(&self) -> u64 {
        self.lost
    }

    /// Samples that were repeated here, beside silence on the device's thread.
    pub(crate) fn inserted(&self) -> u64 {
        self.inserted
    }

    /// Millionths by which the device is faster than its rate says.
    pub(crate) fn drift_ppm(&self) -> f64 {
        self.meter.ppm(f64::from(self.stream.rate_hz))
    }

    /// Millionths by which sound is played faster.
    pub(crate) fn correction_ppm(&self) -> f64 {
        if self.plan.correct && self.judge.pace() == Pace::Own { self.servo.ppm() } else { 0.0 }
    }
}
