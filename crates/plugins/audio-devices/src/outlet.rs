//! The thread's end of a speaker's ring: what the device is given next.
//!
//! Sound begins once the ring has the target's length. Where it runs dry, the last sample fades out over 2 ms, silence
//! follows until the target is there again, and sound fades in. It allocates nothing.

use std::sync::Arc;

use rtrb::{Consumer, chunks::ChunkError};

use crate::link::Link;

/// Most channels of a device.
pub(crate) const MOST_CHANNELS: usize = 32;

/// How long fades last, seconds.
const FADE_SECONDS: f64 = 0.002;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// It gathers samples; `first`: nothing was played yet.
    Filling {
        first: bool,
    },
    Playing,
}

/// The thread's end of the ring, of interleaved samples.
pub(crate) struct Outlet {
    ring: Consumer<f32>,
    link: Arc<Link>,
    channels: usize,
    fade: usize,
    state: State,
    /// Samples left of a fade-in, and of a fade-out.
    fading_in: usize,
    fading_out: usize,
    last: [f32; MOST_CHANNELS],
    /// Samples that the device was given since the thread began, silence included.
    given: u64,
}

impl Outlet {
    pub(crate) fn new(ring: Consumer<f32>, link: Arc<Link>, channels: usize, rate_hz: u32) -> Self {
        let fade = (f64::from(rate_hz) * FADE_SECONDS) as usize;
        let state = State::Filling { first: true };
        let channels = channels.clamp(1, MOST_CHANNELS);
        Self { ring, link, channels, fade, state, fading_in: 0, fading_out: 0, last: [0.0; MOST_CHANNELS], given: 0 }
    }

    /// Samples that lie in the ring, of one channel.
    pub(crate) fn waiting(&self) -> usize {
        self.ring.slots() / self.channels
    }

    /// Samples that the device was given since the thread began, silence included.
    pub(crate) fn given(&self) -> u64 {
        self.given
    }

    /// Length of a fade, samples.
    pub(crate) fn fade(&self) -> usize {
        self.fade
    }

    /// Whether sound is under way.
    pub(crate) fn is_playing(&self) -> bool {
        self.state == State::Playing
    }

    /// Whether everything was taken that will ever come.
    pub(crate) fn is_finished(&self) -> bool {
        self.link.is_draining() && self.ring.slots() == 0
    }

    /// A stream begins: what was gathered for another one is old, if it has a pace of its own.
    pub(crate) fn begin(&mut self) {
        if self.state == State::Playing {
            self.state = State::Filling { first: false };
        }
    }

    /// Gives the device what comes next, interleaved; `must`: silence where nothing is there. Returns how many numbers
    /// of `out` were set, a multiple of the number of channels.
    pub(crate) fn take(&mut self, out: &mut [f32], must: bool) -> usize {
        let wanted = out.len() / self.channels;
        if let State::Filling { first } = self.state {
            if self.is_filled() {
                if !first {
                    self.skip_excess();
                }
                self.fading_in = if first { 0 } else { self.fade };
                // The device has told of positions in silence.
                self.link.report().breaks += 1;
                (self.state, self.fading_out) = (State::Playing, 0);
            } else if must {
                self.pad(&mut out[..wanted * self.channels], !first);
                return wanted * self.channels;
            } else {
                return 0;
            }
        }
        let count = wanted.min(self.waiting());
        let (sound, rest) = out[..wanted * self.channels].split_at_mut(count * self.channels);
        self.read(sound);
        if count > 0 {
            self.link.made_room();
        }
        if !must || rest.is_empty() {
            return sound.len();
        }
        let (sound, wanted_in_time) = (sound.len(), !self.link.is_draining());
        if wanted_in_time {
            self.break_off();
        }
        self.pad(rest, wanted_in_time);
        sound + rest.len()
    }

    /// Sound that was due did not come: it is counted, and the target's length is gathered anew.
    pub(crate) fn break_off(&mut self) {
        if self.state == State::Playing {
            (self.state, self.fading_out) = (State::Filling { first: false }, self.fade);
            let mut report = self.link.report();
            report.xruns += 1;
            report.breaks += 1;
        }
    }

    /// The device ran dry: what waits here comes too late, or nothing does.
    pub(crate) fn ran_dry(&mut self) {
        if self.waiting() == 0 {
            self.break_off();
        } else if self.state == State::Playing {
            let mut report = self.link.report();
            report.xruns += 1;
            report.breaks += 1;
        }
    }

    fn is_filled(&self) -> bool {
        let waiting = self.waiting();
        waiting > 0 && (waiting as u64 >= self.link.target() || self.link.is_draining())
    }

    /// What has a pace of its own, and came while sound was broken off, is late: the newest of it is kept.
    fn skip_excess(&mut self) {
        let excess = self.waiting().saturating_sub(self.link.target() as usize);
        if !self.link.is_paced() || self.link.is_draining() || excess == 0 {
            return;
        }
        if let Ok(chunk) = self.ring.read_chunk(excess * self.channels) {
            chunk.commit_all();
            let mut report = self.link.report();
            report.lost += excess as u64;
            report.skipped += excess as u64;
            report.breaks += 1;
        }
    }

    /// Copies from the ring, which has so many.
    fn read(&mut self, out: &mut [f32]) {
        let chunk = match self.ring.read_chunk(out.len()) {
            Ok(chunk) => chunk,
            Err(ChunkError::TooFewSlots(_)) => return,
        };
        let (first, second) = chunk.as_slices();
        out[..first.len()].copy_from_slice(first);
        out[first.len()..].copy_from_slice(second);
        chunk.commit_all();
        let channels = self.channels;
        self.given += (out.len() / channels) as u64;
        for frame in out.chunks_exact_mut(channels).take(self.fading_in) {
            let gain = 1.0 - self.fading_in as f32 / self.fade as f32;
            frame.iter_mut().for_each(|sample| *sample *= gain);
            self.fading_in -= 1;
        }
        if let Some(frame) = out.chunks_exact(channels).next_back() {
            self.last[..channels].copy_from_slice(frame);
        }
    }

    /// Sets silence, which begins with a fade where sound broke off.
    fn pad(&mut self, out: &mut [f32], counted: bool) {
        for frame in out.chunks_exact_mut(self.channels) {
            let gain = self.fading_out as f32 / self.fade.max(1) as f32;
            self.fading_out = self.fading_out.saturating_sub(1);
            for (sample, last) in frame.iter_mut().zip(&self.last) {
                *sample = last * gain * gain;
            }
        }
        let count = (out.len() / self.channels) as u64;
        self.given += count;
        let mut report = self.link.report();
        report.silent += count;
        report.inserted += if counted { count } else { 0 };
    }
}
